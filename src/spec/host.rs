//! Hosts in addresses: which of them are every machine's own.

use std::net::IpAddr;

/// The host of `host`, `host:port` or `[address]:port`, and of an address with a path behind.
#[must_use]
pub fn host_of(address: &str) -> &str {
    let address = address.split('/').next().unwrap_or(address);
    if let Some((host, _)) = address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host;
    }
    match address.matches(':').count() {
        1 => address.split_once(':').map_or(address, |(host, _)| host),
        _ => address,
    }
}

/// Whether an address with or without a port is loopback or unspecified: on every machine it means that machine.
#[must_use]
pub fn is_own_machine(address: &str) -> bool {
    let host = host_of(address).trim_end_matches('.').to_ascii_lowercase();
    let own = |ip: IpAddr| ip.to_canonical().is_loopback() || ip.to_canonical().is_unspecified();
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_machines_are_known() {
        for own in
            ["127.0.0.1:6443", "[::1]:6443", "0.0.0.0", "[::]:1", "LOCALHOST:1", "::1", "[::ffff:127.0.0.1]:6443", "localhost.:1"]
        {
            assert!(is_own_machine(own), "{own}");
        }
        for other in ["api.example.com:6443", "192.0.2.1:1", "[2001:db8::1]:6443", "localhost.example.com"] {
            assert!(!is_own_machine(other), "{other}");
        }
    }
}
