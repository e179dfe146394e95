//! Which addresses the internet routes.

use std::net::IpAddr;

use super::cidr::{Cidr, covered};

/// Ranges that are not public: IANA's special-purpose registries of IPv4 and IPv6, read 2026-11-26, without those for documentation, and
/// the IPv4 ones again as NAT64 writes them (RFC 6052). IPv4-mapped addresses are left out: the API server refuses them in a policy, and
/// on the wire they are IPv4.
const NOT_INTERNET: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// All of IPv4, and global unicast, all of IPv6 that is routed (RFC 4291).
const WHOLE: [&str; 2] = ["0.0.0.0/0", "2000::/3"];

/// The ranges that are not public, those of IPv4 also as NAT64 writes them.
#[must_use]
pub fn not_internet() -> Vec<Cidr> {
    let ranges: Vec<Cidr> = NOT_INTERNET.iter().filter_map(|text| text.parse().ok()).collect();
    let mapped: Vec<Cidr> = ranges.iter().filter_map(nat64).collect();
    ranges.into_iter().chain(mapped).collect()
}

/// Whether ranges together hold every IPv4 or every IPv6 address that the internet routes, in one piece or in many.
#[must_use]
pub fn cover_the_internet(ranges: &[Cidr]) -> bool {
    let with_rest: Vec<Cidr> = ranges.iter().copied().chain(not_internet()).collect();
    WHOLE.iter().filter_map(|text| text.parse().ok()).any(|whole| covered(whole, &with_rest))
}

/// A range of IPv4 behind the well-known prefix of NAT64.
fn nat64(range: &Cidr) -> Option<Cidr> {
    let IpAddr::V4(address) = range.address() else { return None };
    let [a, b, c, d] = address.octets().map(u16::from);
    format!("64:ff9b::{:x}:{:x}/{}", a << 8 | b, c << 8 | d, range.prefix() + 96).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_the_whole_internet_in_pieces() {
        let ranges = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Cidr>>();
        assert!(cover_the_internet(&ranges(&["0.0.0.0/0"])));
        assert!(cover_the_internet(&ranges(&["0.0.0.0/1", "128.0.0.0/1"])));
        assert!(cover_the_internet(&ranges(&["::/1", "8000::/2", "c000::/2", "10.0.0.0/8"])));
        // What nobody has on the internet need not be named.
        assert!(cover_the_internet(&ranges(&["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"])));
        let eighths: Vec<String> =
            (1..224).filter(|first| ![10, 127].contains(first)).map(|first| format!("{first}.0.0.0/8")).collect();
        assert!(cover_the_internet(&ranges(&eighths.iter().map(String::as_str).collect::<Vec<_>>())));
        assert!(!cover_the_internet(&ranges(&["0.0.0.0/1", "128.0.0.0/2"])));
        assert!(!cover_the_internet(&ranges(&["10.0.0.0/8"])));
        assert!(!cover_the_internet(&[]));
    }
}
