//! What the kubelet, the network plug-in and the runtime need of a host, and settings that take it away.

use crate::{
    facts::{self, NEEDS, Need, Needed, NeededBy},
    kube::network::Protocol,
    plan::{FlowPlan, Held, HostRule, NodePlan, Plan, SettingKey},
};

use super::settings::{Clash, Rule, Side};

pub(super) const HOST_NEED_BROKEN: Rule = Rule {
    id: "host-need-broken",
    about: "A setting of the nodes takes away what the kubelet, kube-proxy, the network plug-in, the runtime or another control needs there. \
        Hardening guides for servers ask for many of these; on a node pods lose their network, or no container starts.",
    check: host_need_broken,
};

fn host_need_broken(plan: &Plan) -> Vec<Clash> {
    let mut clashes: Vec<Clash> = Vec::new();
    for pool in plan.pools.values() {
        let needs: Vec<&Need> = NEEDS.iter().filter(|need| counts(plan, pool, need)).collect();
        for (name, held) in &pool.file_rules {
            let Some(rule) = HostRule::of(name) else { continue };
            let broken = needs.iter().find(|need| breaks(need.what, rule, held));
            let needed = broken.map(|need| clash(plan, pool, name, held, need));
            let found = needed.or_else(|| loaded_and_off(pool, name, rule, held));
            clashes.extend(found.filter(|clash| clashes.iter().all(|other| other.message != clash.message)));
        }
    }
    clashes
}

/// Whether somebody has the need on the nodes of a pool.
fn counts(plan: &Plan, pool: &NodePlan, need: &Need) -> bool {
    match need.by {
        NeededBy::Node => true,
        NeededBy::Cni(names) => names.contains(&plan.host.cni.as_str()),
        NeededBy::Runtime(names) => names.contains(&plan.host.runtime.as_str()),
        NeededBy::CniOnIptables(names) => names.contains(&plan.host.cni.as_str()) && proxy_mode(plan) != Some("nftables"),
        NeededBy::Way(way) => plan.host.ways.contains(&way),
        NeededBy::Ipv6 => plan.host.ipv6,
        NeededBy::Proxy(modes) => proxy_mode(plan).is_some_and(|mode| modes.contains(&mode)),
        NeededBy::Addon(names) => addon(plan, names).is_some(),
        NeededBy::Os(names) => names.contains(&pool.os.as_str()),
        NeededBy::SctpFlow => sctp_flow(plan).is_some(),
        NeededBy::Firewall => rule_of(pool, HostRule::FirewallMode).is_some(),
        NeededBy::NodePorts => rule_of(pool, HostRule::NodePorts).is_some(),
    }
}

/// The mode of kube-proxy, where it runs; without one its own default is `iptables`.
fn proxy_mode(plan: &Plan) -> Option<&str> {
    let mode = plan.proxy_mode();
    plan.host.kube_proxy.then_some(if mode.is_empty() { "iptables" } else { mode })
}

/// A rule of a pool, with its name.
fn rule_of<'a>(pool: &'a NodePlan, wanted: HostRule<'_>) -> Option<(&'a String, &'a Held<String>)> {
    pool.file_rules.iter().find(|(name, _)| HostRule::of(name) == Some(wanted))
}

/// The name of a module as the kernel writes it: modprobe takes dashes as well.
fn kernel_name(module: &str) -> String {
    module.replace('-', "_")
}

/// A module that is switched off, and loaded at boot by another rule of the same nodes.
fn loaded_and_off(pool: &NodePlan, name: &str, rule: HostRule<'_>, held: &Held<String>) -> Option<Clash> {
    let HostRule::ModuleOff(off) = rule else { return None };
    let is_loaded = |name: &str| matches!(HostRule::of(name), Some(HostRule::ModuleLoaded(module)) if kernel_name(module) == kernel_name(off));
    let (other, loaded) = pool.file_rules.iter().find(|(name, _)| is_loaded(name))?;
    let key = |name: &str| SettingKey::Node(format!("{}/{name}", pool.name));
    Some(Clash {
        message: format!("module `{off}` is switched off on the nodes that load it at boot"),
        help: format!("take `{off}` out"),
        a: Side::of(&key(name), held),
        b: Some(Side::of(&key(other), loaded)),
    })
}

/// The first declared component of a list.
fn addon<'a>(plan: &'a Plan, names: &[&str]) -> Option<&'a str> {
    plan.host.addons.iter().map(String::as_str).find(|addon| names.contains(addon))
}

/// The first declared flow over SCTP.
fn sctp_flow(plan: &Plan) -> Option<&Held<FlowPlan>> {
    plan.network.flows.iter().find(|flow| flow.value.ports.iter().any(|port| port.protocol == Protocol::Sctp))
}

/// Whether a rule takes the needed thing away.
fn breaks(what: Needed, rule: HostRule<'_>, held: &Held<String>) -> bool {
    match (what, rule) {
        (Needed::Sysctl(key, values), HostRule::Sysctl(set)) => {
            (set == key || is_of_interface(key, set)) && !values.contains(&held.value.as_str())
        }
        (Needed::SysctlNot(key, values), HostRule::Sysctl(set)) => set == key && values.contains(&held.value.as_str()),
        (Needed::Module(module), HostRule::ModuleOff(off)) => kernel_name(off) == module,
        (Needed::Sysctl(..) | Needed::SysctlNot(..) | Needed::Module(_), _) => false,
    }
}

/// Whether a setting is that of one interface, where another is what new interfaces get: which of them carry pods nobody knows here.
fn is_of_interface(default: &str, set: &str) -> bool {
    let Some((family, of)) = default.split_once(".default.").filter(|(_, of)| *of == "forwarding") else {
        return false;
    };
    let interface = set.strip_prefix(family).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(of)?.strip_suffix('.'));
    interface.is_some_and(|interface| interface != "lo" && interface != "all")
}

/// Whether the plug-in needs something for a way that the spec leaves open among others.
fn may_need(plan: &Plan, by: NeededBy) -> bool {
    matches!(by, NeededBy::Way(way) if plan.host.encrypted.as_deref() != Some(way))
        && plan.host.carried.is_none()
        && plan.host.ways.len() > 1
}

fn clash(plan: &Plan, pool: &NodePlan, name: &str, held: &Held<String>, need: &Need) -> Clash {
    let (message, help) = match need.what {
        Needed::Sysctl(key, values) => {
            let key = if let Some(HostRule::Sysctl(set)) = HostRule::of(name) { set } else { key };
            (
                format!("`{key} = {}` breaks nodes: {}", held.value, facts::sentence(need.why, plan.cluster.minor())),
                format!("take `{key}` out, or set it to {}", values.join(" or ")),
            )
        }
        Needed::SysctlNot(key, _) => (
            format!("`{key} = {}` breaks nodes: {}", held.value, facts::sentence(need.why, plan.cluster.minor())),
            format!("take `{key}` out"),
        ),
        Needed::Module(module) => (
            format!("without module `{module}` nodes break: {}", facts::sentence(need.why, plan.cluster.minor())),
            format!("take `{module}` out{}", if may_need(plan, need.by) { ", or say in the spec how packets go" } else { "" }),
        ),
    };
    let by = match need.by {
        NeededBy::Way(_) if may_need(plan, need.by) => {
            Side::spec(&format!("/platform/cni/{}", plan.host.cni), "how packets go between nodes is not said, so it may need it")
        }
        NeededBy::Cni(_) | NeededBy::CniOnIptables(_) | NeededBy::Way(_) => {
            Side::spec(&format!("/platform/cni/{}", plan.host.cni), "this network plug-in needs it")
        }
        NeededBy::Runtime(_) => Side::spec(&format!("/platform/runtime/{}", plan.host.runtime), "this runtime needs it"),
        NeededBy::Ipv6 => Side::spec("/platform/kubeadm/podSubnets", "pods have IPv6 addresses"),
        NeededBy::Proxy(_) => Side::spec(
            "/platform/kubeadm/kubeProxy",
            format!("kube-proxy runs in mode `{}`", proxy_mode(plan).unwrap_or_default()),
        ),
        NeededBy::Addon(names) => {
            let place = format!("/platform/addons/{}", addon(plan, names).unwrap_or_default());
            Side::spec(&place, "this component needs it")
        }
        NeededBy::Os(_) => Side::spec(&format!("/platform/nodePools/{}/os", pool.name), "this operating system needs it"),
        NeededBy::SctpFlow => sctp_flow(plan).map_or_else(
            || Side::spec("/network/flows", "a flow is over SCTP"),
            |flow| Side { text: "this flow is over SCTP".to_owned(), reasons: flow.reasons.clone() },
        ),
        NeededBy::Firewall | NeededBy::NodePorts => {
            let wanted = if need.by == NeededBy::Firewall { HostRule::FirewallMode } else { HostRule::NodePorts };
            rule_of(pool, wanted).map_or_else(
                || Side::spec(&format!("/platform/nodePools/{}", pool.name), "these nodes have a firewall"),
                |(name, held)| Side::of(&SettingKey::Node(format!("{}/{name}", pool.name)), held),
            )
        }
        NeededBy::Node => Side::spec(&format!("/platform/nodePools/{}", pool.name), "these are nodes of a cluster"),
    };
    let key = SettingKey::Node(format!("{}/{name}", pool.name));
    Clash { message, help, a: Side::of(&key, held), b: Some(by) }
}
