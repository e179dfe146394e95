//! What the kubelet, the network plug-in and the runtime need of the host under them. A setting that takes one away is a build error.
//! Origin: the node guide's tables of kernel parameters and modules, component sources and issues named in each row, read 2026-11-23.

use crate::base::FactId;

use super::id;

/// A thing of the host that somebody above it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// A kernel setting has one of these values, wherever something sets it.
    Sysctl(&'static str, &'static [&'static str]),
    /// A kernel setting has none of these values.
    SysctlNot(&'static str, &'static [&'static str]),
    /// A kernel module can be loaded.
    Module(&'static str),
}

/// When something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeededBy {
    /// By every node.
    Node,
    /// By one of these network plug-ins.
    Cni(&'static [&'static str]),
    /// By one of these network plug-ins, unless kube-proxy writes nftables: then they do as well.
    CniOnIptables(&'static [&'static str]),
    /// By the network plug-in, where packets go between nodes this way or may: `vxlan`, `ipip`, `geneve`, `wireguard`, `ipsec`.
    Way(&'static str),
    /// By one of these runtimes.
    Runtime(&'static [&'static str]),
    /// By pods with IPv6 addresses.
    Ipv6,
    /// By kube-proxy in one of these modes.
    Proxy(&'static [&'static str]),
    /// By one of these system components, where the spec declares it.
    Addon(&'static [&'static str]),
    /// By nodes with one of these operating systems.
    Os(&'static [&'static str]),
    /// By a declared flow over SCTP.
    SctpFlow,
    /// By the firewall that harden writes for these nodes.
    Firewall,
    /// By its chain for NodePorts.
    NodePorts,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Why, in a sentence.
    pub why: FactId,
    /// What is needed.
    pub what: Needed,
    /// Who needs it.
    pub by: NeededBy,
}

const fn sysctl(why: FactId, key: &'static str, values: &'static [&'static str], by: NeededBy) -> Need {
    Need { why, what: Needed::Sysctl(key, values), by }
}

const fn module(why: FactId, name: &'static str, by: NeededBy) -> Need {
    Need { why, what: Needed::Module(name), by }
}

/// The plug-ins that put pods on a bridge of the host.
pub const BRIDGE_CNIS: &[&str] = &["flannel", "weave", "none"];

/// The modes in which kube-proxy writes iptables, for filtering and masquerading at least.
const ON_IPTABLES: &[&str] = &["iptables", "ipvs"];

/// The components whose volumes are mounted over NFS.
const NFS: &[&str] = &["aws-efs-csi-driver", "azure-file-csi", "csi-driver-nfs", "longhorn"];

/// The releases that come with snapd.
const UBUNTU: &[&str] = &["ubuntu-22.04", "ubuntu-24.04"];

/// Everything that is needed. The six settings of `protectKernelDefaults` count on every node: without the field the kubelet writes them
/// itself at each start, and another value would only hold until then.
pub const NEEDS: &[Need] = &[
    sysctl(id::NEED_KUBELET_SYSCTLS, "kernel.keys.root_maxbytes", &["25000000"], NeededBy::Node),
    sysctl(id::NEED_KUBELET_SYSCTLS, "kernel.keys.root_maxkeys", &["1000000"], NeededBy::Node),
    sysctl(id::NEED_KUBELET_SYSCTLS, "kernel.panic", &["10"], NeededBy::Node),
    sysctl(id::NEED_KUBELET_SYSCTLS, "kernel.panic_on_oops", &["1"], NeededBy::Node),
    sysctl(id::NEED_KUBELET_SYSCTLS, "vm.overcommit_memory", &["1"], NeededBy::Node),
    sysctl(id::NEED_KUBELET_SYSCTLS, "vm.panic_on_oom", &["0"], NeededBy::Node),
    sysctl(id::NEED_IP_FORWARD, "net.ipv4.ip_forward", &["1"], NeededBy::Node),
    sysctl(id::NEED_IP_FORWARD, "net.ipv4.conf.all.forwarding", &["1"], NeededBy::Node),
    sysctl(id::NEED_IP_FORWARD, "net.ipv4.conf.default.forwarding", &["1"], NeededBy::Node),
    sysctl(id::NEED_IP_FORWARD, "net.ipv6.conf.all.forwarding", &["1"], NeededBy::Ipv6),
    sysctl(id::NEED_IP_FORWARD, "net.ipv6.conf.default.forwarding", &["1"], NeededBy::Ipv6),
    sysctl(id::NEED_IPV6, "net.ipv6.conf.all.disable_ipv6", &["0"], NeededBy::Ipv6),
    sysctl(id::NEED_IPV6, "net.ipv6.conf.default.disable_ipv6", &["0"], NeededBy::Ipv6),
    sysctl(id::NEED_BRIDGE, "net.bridge.bridge-nf-call-iptables", &["1"], NeededBy::Cni(BRIDGE_CNIS)),
    sysctl(id::NEED_BRIDGE, "net.bridge.bridge-nf-call-iptables", &["1"], NeededBy::Runtime(&["docker"])),
    sysctl(id::NEED_RP_FILTER_CILIUM, "net.ipv4.conf.all.rp_filter", &["0"], NeededBy::Cni(&["cilium"])),
    sysctl(id::NEED_RP_FILTER_CILIUM, "net.ipv4.conf.default.rp_filter", &["0"], NeededBy::Cni(&["cilium"])),
    sysctl(id::NEED_MODULES_AT_RUN_TIME, "kernel.modules_disabled", &["0"], NeededBy::Node),
    sysctl(id::NEED_ROUTE_LOCALNET, "net.ipv4.conf.all.route_localnet", &["1"], NeededBy::Proxy(&["iptables"])),
    Need { why: id::NEED_USER_NAMESPACES, what: Needed::SysctlNot("user.max_user_namespaces", &["0"]), by: NeededBy::Node },
    module(id::NEED_OVERLAY, "overlay", NeededBy::Node),
    module(id::NEED_OVERLAY, "overlayfs", NeededBy::Node),
    module(id::NEED_BRIDGE, "br_netfilter", NeededBy::Node),
    module(id::NEED_BRIDGE, "bridge", NeededBy::Cni(BRIDGE_CNIS)),
    module(id::NEED_BRIDGE, "bridge", NeededBy::Runtime(&["docker"])),
    module(id::NEED_NETFILTER, "nf_tables", NeededBy::Node),
    module(id::NEED_NETFILTER, "nf_conntrack", NeededBy::Node),
    module(id::NEED_NETFILTER, "nf_nat", NeededBy::Node),
    module(id::NEED_NETFILTER, "ip_tables", NeededBy::Node),
    module(id::NEED_NETFILTER, "x_tables", NeededBy::Node),
    module(id::NEED_NETFILTER, "veth", NeededBy::Node),
    module(id::NEED_IPTABLES, "nft_compat", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_MASQUERADE", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_addrtype", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_comment", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_conntrack", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_mark", NeededBy::Proxy(ON_IPTABLES)),
    module(id::NEED_IPTABLES, "xt_nat", NeededBy::Proxy(&["iptables"])),
    module(id::NEED_IPTABLES, "xt_statistic", NeededBy::Proxy(&["iptables"])),
    module(id::NEED_NFTABLES, "nft_chain_nat", NeededBy::Proxy(&["nftables"])),
    module(id::NEED_NFTABLES, "nft_ct", NeededBy::Proxy(&["nftables"])),
    module(id::NEED_NFTABLES, "nft_masq", NeededBy::Proxy(&["nftables"])),
    module(id::NEED_NFTABLES, "nft_nat", NeededBy::Proxy(&["nftables"])),
    module(id::NEED_NFTABLES, "nft_numgen", NeededBy::Proxy(&["nftables"])),
    module(id::NEED_IPVS, "dummy", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "ip_set", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "ip_vs", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "ip_vs_rr", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "ip_vs_sh", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "ip_vs_wrr", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IPVS, "xt_set", NeededBy::Proxy(&["ipvs"])),
    module(id::NEED_IP_SETS, "ip_set", NeededBy::CniOnIptables(&["calico"])),
    module(id::NEED_IP_SETS, "xt_set", NeededBy::CniOnIptables(&["calico"])),
    module(id::NEED_IP_SETS, "ip_set", NeededBy::Cni(&["cilium"])),
    module(id::NEED_IP_SETS, "xt_set", NeededBy::Cni(&["cilium"])),
    module(id::NEED_CILIUM_BPF, "cls_bpf", NeededBy::Cni(&["cilium"])),
    module(id::NEED_CILIUM_BPF, "sch_ingress", NeededBy::Cni(&["cilium"])),
    module(id::NEED_WAY, "geneve", NeededBy::Way("geneve")),
    module(id::NEED_WAY, "ipip", NeededBy::Way("ipip")),
    module(id::NEED_WAY, "vxlan", NeededBy::Way("vxlan")),
    module(id::NEED_WAY, "wireguard", NeededBy::Way("wireguard")),
    module(id::NEED_WAY, "esp4", NeededBy::Way("ipsec")),
    module(id::NEED_WAY, "xfrm_algo", NeededBy::Way("ipsec")),
    module(id::NEED_WAY, "xfrm_user", NeededBy::Way("ipsec")),
    module(id::NEED_OWN_FIREWALL, "nf_log_syslog", NeededBy::Firewall),
    module(id::NEED_OWN_FIREWALL, "nft_ct", NeededBy::Firewall),
    module(id::NEED_OWN_FIREWALL, "nft_limit", NeededBy::Firewall),
    module(id::NEED_OWN_FIREWALL, "nft_log", NeededBy::Firewall),
    module(id::NEED_OWN_FIREWALL, "nft_fib", NeededBy::NodePorts),
    module(id::NEED_OWN_FIREWALL, "nft_fib_inet", NeededBy::NodePorts),
    module(id::NEED_EFI, "vfat", NeededBy::Node),
    module(id::NEED_SCTP, "sctp", NeededBy::SctpFlow),
    module(id::NEED_SQUASHFS, "squashfs", NeededBy::Os(UBUNTU)),
    module(id::NEED_NODE_DNS, "dummy", NeededBy::Addon(&["node-local-dns"])),
    module(id::NEED_VOLUMES, "nfs", NeededBy::Addon(NFS)),
    module(id::NEED_VOLUMES, "nfsv4", NeededBy::Addon(NFS)),
    module(id::NEED_VOLUMES, "iscsi_tcp", NeededBy::Addon(&["longhorn"])),
    module(id::NEED_VOLUMES, "cifs", NeededBy::Addon(&["azure-file-csi"])),
];
