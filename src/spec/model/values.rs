//! Small values that the spec reads strictly: ports, versions of programs, hosts, days, windows.

use std::{fmt, net::IpAddr, num::NonZeroU16, str::FromStr};

use crate::spec::words::{Protocol, Weekday};

/// A port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(NonZeroU16);

impl Port {
    /// The port of a number; `None` for 0.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Port)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Port {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = digits::<u16>(text).ok_or(())?;
        Port::new(number).ok_or(())
    }
}

/// A port with its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServicePort {
    /// The port.
    pub port: Port,
    /// Its protocol.
    pub protocol: Protocol,
}

/// Ports from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The first.
    pub first: Port,
    /// The last; the same for a single port.
    pub last: Port,
}

impl FromStr for PortRange {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (first.parse()?, last.parse()?);
        if first <= last { Ok(PortRange { first, last }) } else { Err(()) }
    }
}

/// The version of a program beside Kubernetes: `2.3` or `2.3.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramVersion {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
    /// The third number, where the spec gives one.
    pub patch: Option<u16>,
}

impl fmt::Display for ProgramVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

impl FromStr for ProgramVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let major = parts.next().and_then(digits).ok_or(())?;
        let minor = parts.next().and_then(digits).ok_or(())?;
        let patch = match parts.next() {
            None => None,
            Some(part) => Some(digits(part).ok_or(())?),
        };
        if parts.next().is_some() { Err(()) } else { Ok(ProgramVersion { major, minor, patch }) }
    }
}

/// A host with a port, where one is given: `api.shop.example:6443`, `[2001:db8::1]:6443`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// A DNS name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: Option<Port>,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?
        } else {
            f.write_str(&self.host)?
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl HostPort {
    /// The text as kubeadm reads it: brackets stand for an address of IPv6 with a port only.
    #[must_use]
    pub fn as_kubeadm_reads(&self) -> String {
        if self.port.is_none() { self.host.clone() } else { self.to_string() }
    }
}

impl FromStr for HostPort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or(())?;
                let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or(())?) };
                let IpAddr::V6(host) = host.parse().map_err(|_| ())? else { return Err(()) };
                (host.to_string(), port)
            }
            None => {
                let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
                if !is_host(host) {
                    return Err(());
                }
                (host.to_owned(), port)
            }
        };
        Ok(HostPort { host, port: port.map(str::parse).transpose()? })
    }
}

/// Whether a text is an IPv4 address or a DNS name in lower case; names that look like broken addresses are neither.
pub(in crate::spec) fn is_host(text: &str) -> bool {
    let numeric = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if numeric { text.parse::<IpAddr>().is_ok() } else { is_subdomain(text) }
}

/// Whether a text is labels with dots between them, at most 253 characters.
pub(in crate::spec) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether a text is an id of 32 hexadecimal digits in five groups.
pub(in crate::spec) fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Whether a text is a label: lower-case letters, digits and hyphens, at most 63, a letter or digit at both ends.
pub(crate) fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let end = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    bytes.len() <= 63
        && end(bytes.first())
        && end(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// A number of days: `7d`, `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days(pub u16);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl FromStr for Days {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, factor) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
            (Some(number), _) => (number, 1),
            (None, Some(number)) => (number, 7),
            (None, None) => return Err(()),
        };
        digits::<u16>(number).and_then(|n| n.checked_mul(factor)).map(Days).ok_or(())
    }
}

/// When patching starts, once a week: `Sun 02:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The day.
    pub day: Weekday,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}", self.day, self.hour, self.minute)
    }
}

impl FromStr for Window {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (day, time) = text.split_once(' ').ok_or(())?;
        let (hour, minute) = time.split_once(':').ok_or(())?;
        let two = |part: &str, below: u8| {
            let number = part.parse::<u8>().ok().filter(|n| *n < below);
            number.filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).ok_or(())
        };
        Ok(Window { day: Weekday::of(day).ok_or(())?, hour: two(hour, 24)?, minute: two(minute, 60)? })
    }
}

/// A decimal number without sign or leading zeros.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_strictly() {
        assert_eq!("api.shop.example:6443".parse::<HostPort>().map(|h| h.to_string()), Ok("api.shop.example:6443".to_owned()));
        assert_eq!("[2001:db8::1]:6443".parse::<HostPort>().map(|h| h.to_string()), Ok("[2001:db8::1]:6443".to_owned()));
        assert_eq!("192.0.2.1".parse::<HostPort>().map(|h| h.port), Ok(None));
        for bad in [
            "",
            "a b",
            "Api.example",
            "https://a",
            "a:0",
            "a:65536",
            "a:06443",
            "010.0.0.1",
            "1.2.3",
            "2001:db8::1",
            "[::1",
            "a:",
            "-a",
        ] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
        assert_eq!("2.3".parse::<ProgramVersion>().map(|v| v.to_string()), Ok("2.3".to_owned()));
        assert_eq!("v3.23.1".parse::<ProgramVersion>().map(|v| v.patch), Ok(Some(1)));
        for bad in ["2", "2.", "2.03", "2.3.1.0", "latest", "2.3-rc1", ""] {
            assert!(bad.parse::<ProgramVersion>().is_err(), "{bad}");
        }
        assert_eq!("2w".parse(), Ok(Days(14)));
        for bad in ["7", "d", "7 d", "-1d", "07d", "9999w"] {
            assert!(bad.parse::<Days>().is_err(), "{bad}");
        }
        assert_eq!("Sun 02:00".parse::<Window>().map(|w| w.to_string()), Ok("Sun 02:00".to_owned()));
        for bad in ["Sun", "sun 02:00", "Sun 2:00", "Sun 24:00", "Sun 02:60", "Sunday 02:00"] {
            assert!(bad.parse::<Window>().is_err(), "{bad}");
        }
        assert!("30010-30000".parse::<PortRange>().is_err());
        assert!("30000-30010".parse::<PortRange>().is_ok());
    }
}
