//! Inbound ports of nodes, by what runs on them.
//! Origin: kubernetes/website ports-and-protocols, system requirements of Cilium 1.20 and Calico 3.33, Flannel's and Weave's documentation,
//! read 2026-11-23. What listens on loopback alone is not listed: nobody opens it.

/// The port of the kubelet, where nobody moves it.
pub const KUBELET_PORT: u16 = 10250;

/// The port on which kube-proxy, and what stands in for it, says that it is well, where nobody moves it.
pub const PROXY_HEALTH_PORT: u16 = 10256;

/// The ports of etcd, for clients and members.
pub const ETCD_PORTS: [u16; 2] = [2379, 2380];

/// The first and the last NodePort, where nobody moves them.
pub const NODE_PORTS: (u16, u16) = (30_000, 32_767);

/// The ports that `service-node-port-range` means: `FIRST-LAST`, `FIRST+COUNT`, or one alone (PortRange of apimachinery 1.36: with `+`
/// the number is what is added to the first).
#[must_use]
pub fn port_range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| text.trim().parse::<u16>().ok();
    let (first, last) = if let Some((first, more)) = text.split_once('+') {
        (number(first)?, number(first)?.saturating_add(number(more)?))
    } else {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        (number(first)?, number(last)?)
    };
    (first > 0 && first <= last).then_some((first, last))
}

/// Ports that a network plug-in wants open between nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CniPort {
    /// The plug-in, by the word of the spec.
    pub cni: &'static str,
    /// The way of carrying or encrypting packets that needs it; empty where every way does.
    pub when: &'static str,
    /// `tcp`, `udp`, or `ip` for a protocol by its number.
    pub protocol: &'static str,
    /// The port, a range, or the number of the protocol.
    pub port: &'static str,
    /// Who comes to it: `nodes`, and `pods` where one dials the node by its address.
    pub from: &'static [&'static str],
    /// What it is for.
    pub what: &'static str,
}

const fn row(cni: &'static str, when: &'static str, protocol: &'static str, port: &'static str, what: &'static str) -> CniPort {
    CniPort { cni, when, protocol, port, from: &["nodes"], what }
}

/// Hubble Relay is a pod that dials the agent of each node, and packets to nodes keep the address of their pod (documentation of Cilium,
/// `setup-hubble` and `masquerading`; cilium pull requests 16603 and 18483; cilium issue 20130, read 2026-11-26).
const HUBBLE: CniPort =
    CniPort { cni: "cilium", when: "", protocol: "tcp", port: "4244", from: &["nodes", "pods"], what: "Hubble" };

/// Every port, by plug-in. BGP under every way: Calico's operator runs it with VXLAN too unless `bgp: Disabled` is said, and its pods are not
/// ready while their sessions are refused (tigera/operator, defaults of the installation, read 2026-11-26).
const CNI_PORTS: &[CniPort] = &[
    row("calico", "", "tcp", "179", "BGP"),
    row("calico", "", "tcp", "5473", "Typha"),
    row("calico", "ipip", "ip", "4", "IP in IP"),
    row("calico", "vxlan", "udp", "4789", "VXLAN"),
    row("calico", "wireguard", "udp", "51820-51821", "WireGuard"),
    row("cilium", "", "tcp", "4240", "cilium-health"),
    HUBBLE,
    row("cilium", "vxlan", "udp", "8472", "VXLAN"),
    row("cilium", "geneve", "udp", "6081", "Geneve"),
    row("cilium", "wireguard", "udp", "51871", "WireGuard"),
    row("cilium", "ipsec", "ip", "50", "IPsec"),
    row("flannel", "vxlan", "udp", "8472", "VXLAN"),
    row("flannel", "wireguard", "udp", "51820-51821", "WireGuard"),
    row("weave", "", "tcp", "6783", "Weave control"),
    row("weave", "", "udp", "6783-6784", "Weave data"),
    row("weave", "", "ip", "50", "IPsec"),
];

/// Whether it is known which ports a plug-in wants.
#[must_use]
pub fn knows_cni_ports(cni: &str) -> bool {
    CNI_PORTS.iter().any(|port| port.cni == cni)
}

/// The ports of a plug-in for its ways of carrying and encrypting packets.
pub fn cni_ports(cni: &str, ways: &[&str]) -> impl Iterator<Item = &'static CniPort> {
    CNI_PORTS.iter().filter(move |port| port.cni == cni && (port.when.is_empty() || ways.contains(&port.when)))
}
