//! The sizes of the ranges of pods and Services that kubeadm takes; servers and controllers stop at others as well.
//! Origin: constants.go and validation.go of kubeadm 1.31.0, 1.31.14, 1.32.2, 1.32.13, 1.33.6, 1.33.13, 1.34.0, 1.34.2-4,
//! 1.35.4, 1.36.1, 1.36.3 and 1.37.2, all alike; 1.36.3 and 1.37.2 were asked (`kubeadm config validate`). Read 2026-11-26.

use crate::base::Cidr;

/// The most bits behind the prefix of a range of Services (`MaximumBitsForServiceSubnet`).
const SERVICE_BITS: u8 = 20;

/// The fewest bits that hold ten addresses (`MinimumAddressesInServiceSubnet`): the tenth is that of DNS.
const SERVICE_LEAST_BITS: u8 = 4;

/// How much longer the prefix of a node's range may be than that of the pods (`PodSubnetNodeMaskMaxDiff`).
const NODE_BITS: u8 = 16;

/// The range of each node where kube-controller-manager is told none: the prefix of IPv4 and of IPv6.
const NODE_PREFIX: (u8, u8) = (24, 64);

/// The flags of kube-controller-manager that give nodes another one; kubeadm reads no other.
const NODE_FLAGS: (&str, &str) = ("node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6");

/// Why kubeadm refuses a range, and what it would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSize {
    /// What is wrong with it.
    pub why: String,
    /// What to write.
    pub help: String,
}

/// The flag of kube-controller-manager for the range that each node gets from a range of pods.
#[must_use]
pub fn node_range_flag(pods: Cidr) -> &'static str {
    if pods.address().is_ipv4() { NODE_FLAGS.0 } else { NODE_FLAGS.1 }
}

/// What is wrong with the size of a range of Services; nothing where kubeadm takes it.
#[must_use]
pub fn service_range(range: Cidr) -> Option<WrongSize> {
    let bits = address_bits(range);
    let (widest, narrowest) = (bits - SERVICE_BITS, bits - SERVICE_LEAST_BITS);
    let why = match range.prefix() {
        prefix if prefix < widest => "is too large for Services: every address of it is kept in one object of etcd",
        prefix if prefix > narrowest => "has fewer than ten addresses: the tenth is that of the cluster's DNS",
        _ => return None,
    };
    // Between /108 and /112 the API server uses the first /112 alone.
    let example = if bits == 32 { "10.96.0.0/12" } else { "fd00:10:96::/112" };
    Some(WrongSize { why: why.to_owned(), help: format!("take a range of /{widest} to /{narrowest}, such as {example}") })
}

/// What is wrong with the size of a range of pods, of which each node gets a part of that prefix or of the usual one.
#[must_use]
pub fn pod_range(range: Cidr, node_prefix: Option<u8>) -> Option<WrongSize> {
    let usual = if range.address().is_ipv4() { NODE_PREFIX.0 } else { NODE_PREFIX.1 };
    let node = node_prefix.unwrap_or(usual);
    let widest = node.saturating_sub(NODE_BITS);
    let why = match range.prefix() {
        prefix if prefix > node => format!("is smaller than the /{node} that each node gets of it"),
        prefix if prefix < widest => {
            format!("is too large: each node gets a /{node}, and kube-controller-manager counts at most 2^{NODE_BITS} of them")
        }
        _ => return None,
    };
    let flag = node_range_flag(range);
    Some(WrongSize { why, help: format!("take a range of /{widest} to /{node}, or give `--{flag}` another value") })
}

fn address_bits(range: Cidr) -> u8 {
    if range.address().is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `kubeadm config validate` of 1.36.3 and 1.37.2 said of each.
    #[test]
    fn sizes_are_those_of_kubeadm() {
        for (range, fits) in [
            ("10.96.0.0/12", true),
            ("10.96.0.0/11", false),
            ("10.96.0.0/28", true),
            ("10.96.0.0/29", false),
            ("fd00::/108", true),
            ("fd00::/107", false),
            ("fd00::/64", false),
            ("fd00::/124", true),
            ("fd00::/125", false),
        ] {
            assert_eq!(service_range(range.parse().unwrap()).is_none(), fits, "{range}");
        }
        for (range, node, fits) in [
            ("10.244.0.0/24", None, true),
            ("10.244.0.0/25", None, false),
            ("10.0.0.0/8", None, true),
            ("10.0.0.0/7", None, false),
            ("10.244.0.0/26", Some(26), true),
            ("10.0.0.0/8", Some(26), false),
            ("fd00::/48", None, true),
            ("fd00::/47", None, false),
            ("fd00::/65", None, false),
        ] {
            let wrong = range.parse().ok().and_then(|range| pod_range(range, node));
            assert_eq!(wrong.is_none(), fits, "{range} {node:?}");
        }
    }
}
