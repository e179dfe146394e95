//! Needs of nodes against settings of nodes.

use serde_json::json;

use crate::{
    facts::{Needed, NeededBy},
    kube::network::{Port, Protocol},
    plan::{End, FlowPlan, Held, Plan},
};

use super::{PROXY, agrees, clashes, codes, control, field, pool, with};

/// What other hardening sets ask for, and a node cannot have: rule, value, plug-in.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    // CIS Linux, ANSSI R12, STIG, dev-sec, konstruktoid.
    ("sysctl/net.ipv4.ip_forward", "0", "calico"),
    ("sysctl/net.ipv4.conf.all.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.default.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.eth0.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.eth0.100.forwarding", "0", "cilium"),
    // CIS Linux level 1 with Cilium.
    ("sysctl/net.ipv4.conf.all.rp_filter", "1", "cilium"),
    ("sysctl/net.ipv4.conf.default.rp_filter", "1", "cilium"),
    // konstruktoid.
    ("sysctl/kernel.panic", "60", "calico"),
    ("sysctl/kernel.panic_on_oops", "60", "calico"),
    // The STIG value that stops a kubelet.
    ("sysctl/vm.overcommit_memory", "0", "calico"),
    ("sysctl/vm.overcommit_memory", "2", "calico"),
    ("sysctl/vm.panic_on_oom", "1", "calico"),
    // The kernel's own defaults, which too few keys of too many containers exhaust.
    ("sysctl/kernel.keys.root_maxkeys", "200", "calico"),
    ("sysctl/kernel.keys.root_maxbytes", "20000", "calico"),
    // ANSSI enhanced.
    ("sysctl/kernel.modules_disabled", "1", "calico"),
    ("sysctl/net.ipv4.conf.all.route_localnet", "0", "calico"),
    // RHEL 8 STIG.
    ("sysctl/user.max_user_namespaces", "0", "calico"),
    // CIS level 2 of Debian 12, 13 and Ubuntu 24.04.
    ("module/off/overlay", "off", "calico"),
    ("module/off/overlayfs", "off", "calico"),
    ("module/off/br-netfilter", "off", "flannel"),
    ("sysctl/net.bridge.bridge-nf-call-iptables", "0", "flannel"),
    // dev-sec.
    ("module/off/vfat", "off", "calico"),
    // Lists that take every protocol and file system for unneeded.
    ("module/off/nf_tables", "off", "calico"),
    ("module/off/nf_conntrack", "off", "calico"),
    ("module/off/ip_tables", "off", "calico"),
    ("module/off/veth", "off", "calico"),
];

fn on_cni(mut plan: Plan, cni: &str) -> Plan {
    cni.clone_into(&mut plan.host.cni);
    plan.host.kube_proxy = true;
    plan
}

/// One rule on the nodes of a plan, with what else it is asked to hold.
fn node(rule: (&str, &str), with_it: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = on_cni(pool(with(&[]), "workers", &[rule]), "calico");
    with_it(&mut plan);
    plan
}

/// Needs that only some clusters have: the setting breaks these nodes, and no others.
#[test]
fn what_only_some_nodes_need() {
    agrees(&node(("sysctl/net.ipv4.conf.lo.forwarding", "0"), |_| {}));
    agrees(&node(("sysctl/net.ipv4.conf.eth0.mc_forwarding", "0"), |_| {}));
    for key in ["net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding", "net.ipv6.conf.eth1.forwarding"] {
        let rule = format!("sysctl/{key}");
        agrees(&node((&rule, "0"), |_| {}));
        clashes(&node((&rule, "0"), |plan| plan.host.ipv6 = true), "host-need-broken");
        agrees(&node((&rule, "1"), |plan| plan.host.ipv6 = true));
    }
    let localnet = ("sysctl/net.ipv4.conf.all.route_localnet", "0");
    agrees(&node(localnet, |plan| plan.host.kube_proxy = false));
    for (mode, broken) in [("iptables", true), ("", true), ("nftables", false), ("ipvs", false)] {
        let plan = field(node(localnet, |_| {}), PROXY, "mode", json!(mode));
        assert_eq!(codes(&plan).len(), usize::from(broken), "{mode}");
    }
    for (mode, module, broken) in [
        ("ipvs", "ip_vs", true),
        ("ipvs", "ip_vs-rr", true),
        ("ipvs", "dummy", true),
        ("iptables", "ip_vs", false),
        ("nftables", "xt_set", false),
        ("iptables", "xt_set", true),
        ("nftables", "nft_numgen", true),
        ("iptables", "nft_numgen", false),
        ("iptables", "nft_compat", true),
        ("nftables", "xt_comment", false),
        ("nftables", "nf_nat", true),
    ] {
        let rule = format!("module/off/{module}");
        let plan = field(node((&rule, "off"), |_| {}), PROXY, "mode", json!(mode));
        assert_eq!(codes(&plan), vec!["host-need-broken"; usize::from(broken)], "{mode} {module}");
    }
    // Without kube-proxy Calico still has its sets, and nothing balances by IPVS.
    agrees(&field(node(("module/off/ip_vs", "off"), |plan| plan.host.kube_proxy = false), PROXY, "mode", json!("ipvs")));
    clashes(&node(("module/off/ip_set", "off"), |plan| plan.host.kube_proxy = false), "host-need-broken");
    for way in ["vxlan", "ipip", "geneve", "wireguard"] {
        let rule = format!("module/off/{way}");
        agrees(&node((&rule, "off"), |_| {}));
        clashes(&node((&rule, "off"), |plan| plan.host.ways = vec![way]), "host-need-broken");
    }
    clashes(&node(("module/off/esp4", "off"), |plan| plan.host.ways = vec!["ipsec"]), "host-need-broken");
    for key in ["net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6"] {
        let rule = format!("sysctl/{key}");
        agrees(&node((&rule, "1"), |_| {}));
        clashes(&node((&rule, "1"), |plan| plan.host.ipv6 = true), "host-need-broken");
    }
    // A card of its own, for storage say, may go without.
    agrees(&node(("sysctl/net.ipv6.conf.eth1.disable_ipv6", "1"), |plan| plan.host.ipv6 = true));
    for (module, addon) in [
        ("dummy", "node-local-dns"),
        ("nfs", "csi-driver-nfs"),
        ("nfsv4", "aws-efs-csi-driver"),
        ("nfs", "longhorn"),
        ("iscsi_tcp", "longhorn"),
        ("iscsi-tcp", "longhorn"),
        ("cifs", "azure-file-csi"),
    ] {
        let rule = format!("module/off/{module}");
        agrees(&node((&rule, "off"), |plan| plan.host.addons = vec!["metrics-server".to_owned()]));
        clashes(&node((&rule, "off"), |plan| plan.host.addons = vec![addon.to_owned()]), "host-need-broken");
    }
}

/// What one control loads at boot, and what the firewall of this tree is made of, no other control switches off.
#[test]
fn what_the_tree_itself_needs_stays() {
    let two = |rules: &[(&str, &str)]| on_cni(pool(with(&[]), "workers", rules), "calico");
    clashes(&two(&[("module/load/rbd", "loaded"), ("module/off/rbd", "off")]), "host-need-broken");
    clashes(&two(&[("module/load/iscsi_tcp", "loaded"), ("module/off/iscsi-tcp", "off")]), "host-need-broken");
    for module in ["nft_limit", "nft_log", "nf_log_syslog", "nft_ct"] {
        let off = format!("module/off/{module}");
        agrees(&two(&[(&off, "off")]));
        clashes(&two(&[(&off, "off"), ("firewall/mode", "count")]), "host-need-broken");
    }
    agrees(&two(&[("module/off/nft_fib_inet", "off"), ("firewall/mode", "count")]));
    clashes(&two(&[("module/off/nft_fib_inet", "off"), ("firewall/node-ports", "declared sources")]), "host-need-broken");
}

/// CIS level 2 of Ubuntu 22.04: snaps are squashfs images. Elsewhere nobody mounts one.
#[test]
fn squashfs_stays_where_snapd_is() {
    for (os, broken) in [("ubuntu-22.04", true), ("ubuntu-24.04", true), ("debian-12", false), ("rhel-9", false)] {
        let plan = node(("module/off/squashfs", "off"), |plan| {
            os.clone_into(&mut plan.pools.get_mut("workers").unwrap().os);
        });
        assert_eq!(codes(&plan), vec!["host-need-broken"; usize::from(broken)], "{os}");
    }
    // One pool with snapd is enough, whatever the others are.
    let mut plan = pool(node(("module/off/squashfs", "off"), |_| {}), "ubuntu", &[("module/off/squashfs", "off")]);
    agrees(&plan);
    "ubuntu-24.04".clone_into(&mut plan.pools.get_mut("ubuntu").unwrap().os);
    clashes(&plan, "host-need-broken");
}

#[test]
fn sctp_stays_where_a_flow_is_over_it() {
    let flow = |protocol| FlowPlan {
        name: "signal".to_owned(),
        from: End::Internet,
        from_name: "internet".to_owned(),
        to: End::Internet,
        to_name: "internet".to_owned(),
        ports: vec![Port { number: 3868, protocol }],
    };
    for (protocol, broken) in [(Protocol::Sctp, true), (Protocol::Tcp, false), (Protocol::Udp, false)] {
        let plan = node(("module/off/sctp", "off"), |plan| {
            plan.network.flows = vec![Held::new(flow(protocol), control("network/flows"))];
        });
        assert_eq!(codes(&plan).len(), usize::from(broken), "{protocol:?}");
    }
}

/// Every row of the table turns some plan red: no need is there that no test has seen broken.
#[test]
fn every_need_can_be_broken() {
    let every: Vec<&str> = crate::facts::NEEDS
        .iter()
        .flat_map(|need| match need.by {
            NeededBy::Addon(names) => names.to_vec(),
            NeededBy::Node
            | NeededBy::Cni(_)
            | NeededBy::CniOnIptables(_)
            | NeededBy::Way(_)
            | NeededBy::Runtime(_)
            | NeededBy::Ipv6
            | NeededBy::Proxy(_)
            | NeededBy::Os(_)
            | NeededBy::SctpFlow
            | NeededBy::Firewall
            | NeededBy::NodePorts => Vec::new(),
        })
        .collect();
    for need in crate::facts::NEEDS {
        let (name, value) = match need.what {
            Needed::Sysctl(key, _) => (format!("sysctl/{key}"), "7"),
            Needed::SysctlNot(key, values) => (format!("sysctl/{key}"), values[0]),
            Needed::Module(module) => (format!("module/off/{module}"), "off"),
        };
        let cni = if let NeededBy::Cni(names) | NeededBy::CniOnIptables(names) = need.by { names[0] } else { "calico" };
        let rules = [(name.as_str(), value), ("firewall/mode", "enforce"), ("firewall/node-ports", "declared sources")];
        let mut plan = on_cni(pool(with(&[]), "workers", &rules), cni);
        if let NeededBy::Proxy(modes) = need.by {
            plan = field(plan, PROXY, "mode", json!(modes[0]));
        }
        if let NeededBy::Way(way) = need.by {
            plan.host.ways = vec![way];
        }
        plan.host.ipv6 = true;
        plan.host.addons = every.iter().map(|name| (*name).to_owned()).collect();
        if let NeededBy::Runtime(names) = need.by {
            names[0].clone_into(&mut plan.host.runtime);
        }
        if let NeededBy::Os(names) = need.by {
            names[0].clone_into(&mut plan.pools.get_mut("workers").unwrap().os);
        }
        if need.by == NeededBy::SctpFlow {
            continue;
        }
        assert_eq!(codes(&plan), ["host-need-broken"], "{name}={value}");
    }
}

#[test]
fn other_hardening_sets_break_nodes() {
    for (rule, value, cni) in CONTRADICTIONS {
        let plan = on_cni(pool(with(&[]), "workers", &[(rule, value)]), cni);
        assert_eq!(codes(&plan), ["host-need-broken"], "{rule}={value} with {cni}");
    }
    for (rule, value, cni) in [
        ("sysctl/net.ipv4.ip_forward", "1", "calico"),
        ("sysctl/net.ipv4.conf.all.rp_filter", "1", "calico"),
        ("sysctl/net.ipv4.conf.all.rp_filter", "0", "cilium"),
        ("sysctl/kernel.panic", "10", "calico"),
        ("sysctl/user.max_user_namespaces", "7822", "calico"),
        ("module/off/sctp", "off", "calico"),
    ] {
        let plan = on_cni(pool(with(&[]), "workers", &[(rule, value)]), cni);
        assert!(codes(&plan).is_empty(), "{rule}={value} with {cni}");
    }
}
