//! Lets Service rules see the packets of bridged pods.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/bridge-netfilter",
    area: Area::Network,
    title: "let Service rules see the packets of bridged pods",
    level: Level::Baseline,
    doc: include_str!("bridge_netfilter.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let bridged = facts::BRIDGE_CNIS.contains(&cluster.cni.name.as_str()) || cluster.runtime.name == "docker";
    if !bridged {
        pools::not_here(out, facts::id::NO_BRIDGE, "");
        return;
    }
    let mut rules = vec![("module/load/br_netfilter", "loaded"), ("sysctl/net.bridge.bridge-nf-call-iptables", "1")];
    if cluster.hosts.ipv6() {
        rules.push(("sysctl/net.bridge.bridge-nf-call-ip6tables", "1"));
    }
    pools::rules(out, &rules);
}
