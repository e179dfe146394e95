//! Address ranges, read strictly: no leading zeros, no host bits, no zone.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An address range such as `10.0.0.0/8` or `2001:db8::/32`; the host bits are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no address range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CidrError {
    /// Not `ADDRESS/PREFIX`.
    Shape,
    /// The prefix is longer than the address.
    Prefix,
    /// Bits behind the prefix are set; holds the range that was probably meant.
    HostBits(Cidr),
}

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CidrError::Shape => f.write_str("expected an address range such as 192.0.2.0/24 or 2001:db8::/32"),
            CidrError::Prefix => f.write_str("expected a prefix of at most 32 bits (IPv4) or 128 bits (IPv6)"),
            CidrError::HostBits(meant) => write!(f, "bits behind the prefix are set: write `{meant}` or the single address"),
        }
    }
}

impl Cidr {
    /// The range of one address.
    #[must_use]
    pub fn host(address: IpAddr) -> Self {
        Cidr { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// The first address of the range.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The length of the prefix in bits.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The address `index` places behind the first one, if it lies inside the range.
    #[must_use]
    pub fn nth(&self, index: u32) -> Option<IpAddr> {
        let address = match self.address {
            IpAddr::V4(first) => IpAddr::V4(Ipv4Addr::from(u32::from(first).checked_add(index)?)),
            IpAddr::V6(first) => IpAddr::V6(Ipv6Addr::from(u128::from(first).checked_add(u128::from(index))?)),
        };
        self.contains(address).then_some(address)
    }

    /// Whether the address lies inside the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address, self.prefix) == Some(self.address)
    }

    /// Whether the other range lies wholly inside this one.
    #[must_use]
    pub fn covers(&self, other: &Cidr) -> bool {
        other.prefix >= self.prefix && self.contains(other.address)
    }

    /// Whether the range is one of a private network: RFC 1918, RFC 4193, or the shared addresses of RFC 6598.
    #[must_use]
    pub fn is_private(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => {
                let [a, b, ..] = address.octets();
                (a == 10 && self.prefix >= 8)
                    || (a == 172 && (16..32).contains(&b) && self.prefix >= 12)
                    || (a == 192 && b == 168 && self.prefix >= 16)
                    || (a == 100 && (64..128).contains(&b) && self.prefix >= 10)
            }
            IpAddr::V6(address) => address.octets()[0] & 0xfe == 0xfc && self.prefix >= 7,
        }
    }

    /// Whether the two ranges share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Cidr) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// Whether ranges together hold all of a range: one of them does, or they hold both of its halves.
pub(super) fn covered(range: Cidr, ranges: &[Cidr]) -> bool {
    let near: Vec<Cidr> = ranges.iter().filter(|other| other.overlaps(&range)).copied().collect();
    if near.iter().any(|other| other.covers(&range)) {
        return true;
    }
    if near.is_empty() {
        return false;
    }
    let prefix = range.prefix + 1;
    let upper = match range.address {
        IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from(u32::from(v4) | 1 << (32 - u32::from(prefix)))),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) | 1 << (128 - u32::from(prefix)))),
    };
    covered(Cidr { address: range.address, prefix }, &near) && covered(Cidr { address: upper, prefix }, &near)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').ok_or(CidrError::Shape)?;
        let address: IpAddr = address.parse().map_err(|_| CidrError::Shape)?;
        let digits = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
        if !digits || (prefix.len() > 1 && prefix.starts_with('0')) {
            return Err(CidrError::Shape);
        }
        let prefix: u8 = prefix.parse().map_err(|_| CidrError::Prefix)?;
        let network = masked(address, prefix).ok_or(CidrError::Prefix)?;
        let cidr = Cidr { address: network, prefix };
        if network == address { Ok(cidr) } else { Err(CidrError::HostBits(cidr)) }
    }
}

/// The address with every bit behind the prefix cleared; `None` when the prefix is too long.
fn masked(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) if prefix <= 32 => {
            let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
            Some(IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask)))
        }
        IpAddr::V6(v6) if prefix <= 128 => {
            let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
            Some(IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask)))
        }
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_ranges_are_known() {
        for (range, private) in [
            ("10.0.0.0/8", true),
            ("10.20.0.0/16", true),
            ("0.0.0.0/0", false),
            ("172.16.0.0/12", true),
            ("172.32.0.0/16", false),
            ("192.168.7.0/24", true),
            ("192.0.0.0/8", false),
            ("100.64.0.0/10", true),
            ("100.0.0.0/8", false),
            ("203.0.113.0/24", false),
            ("fd00::/8", true),
            ("2001:db8::/32", false),
        ] {
            let range: Cidr = range.parse().expect("a range");
            assert_eq!(range.is_private(), private, "{range}");
        }
    }

    #[test]
    fn refuses_what_other_parsers_take() {
        for bad in
            ["010.0.0.0/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0/8", "10.0.0.0/8 ", "fe80::1%eth0/64", "10.0.0.0/+8"]
        {
            assert_eq!(bad.parse::<Cidr>(), Err(CidrError::Shape), "{bad}");
        }
        assert_eq!("10.0.0.0/33".parse::<Cidr>(), Err(CidrError::Prefix));
        assert_eq!("10.0.0.0/300".parse::<Cidr>(), Err(CidrError::Prefix));
        assert!(matches!("10.0.0.1/8".parse::<Cidr>(), Err(CidrError::HostBits(_))));
    }

    #[test]
    fn knows_what_lies_inside() {
        let wide: Cidr = "10.96.0.0/12".parse().unwrap();
        assert_eq!(wide.nth(10), Some("10.96.0.10".parse().unwrap()));
        assert!(wide.covers(&"10.100.0.0/16".parse().unwrap()));
        assert!(!wide.overlaps(&"10.112.0.0/16".parse().unwrap()));
        assert!("0.0.0.0/0".parse::<Cidr>().unwrap().covers(&wide));
    }
}
