//! Lets every isolated pod ask the DNS of the cluster.

use std::collections::BTreeMap;

use crate::{
    base::{Area, Cause, Level, Platform, SpecPath},
    controls::Control,
    facts::OwnPolicies,
    kube::network::{Dialect, Namespaces, Policy, Rule},
    plan::{DNS_PORTS, End, FlowPlan, Lowering, NetworkView, Outcome, Scope},
    resolve::Resolved,
};

use super::{
    add, compile, governed, intent,
    isolation::{self, Isolated},
    verdict,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "network/dns",
    area: Area::Network,
    title: "let isolated pods ask the DNS of the cluster, and no other",
    level: Level::Baseline,
    doc: include_str!("dns.md"),
    params: &[],
    applies: governed,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let view = &cluster.network.view;
    out.plan_mut().network.view = view.clone();
    let asked = out.reason().cause;
    let mut keys = Vec::new();
    for isolated in isolation::isolation(cluster) {
        out.because(Cause::Spec(isolated.place.clone()));
        let reached = match compile::dns(view, &DNS_PORTS) {
            Ok(rules) => by_dialect(&isolated, rules),
            Err(unmatched) => {
                let held = out.because(asked).held(unmatched);
                out.plan_mut().network.unmatched.push(held);
                return;
            }
        };
        for (dialect, rules) in reached {
            let name = format!("allow-dns{}", isolated.suffix);
            let policy = Policy { dialect, name, subject: isolated.pods.clone(), ingress: None, egress: Some(rules) };
            keys.push(add(out, policy));
        }
        let flow = FlowPlan {
            name: "dns".to_owned(),
            from: End::Pods(isolated.pods.clone()),
            from_name: name(&isolated),
            to: End::Dns,
            to_name: "dns".to_owned(),
            ports: DNS_PORTS.to_vec(),
        };
        let held = out.held(flow);
        out.plan_mut().network.flows.push(held);
    }
    out.because(asked);
    if keys.is_empty() {
        out.verdict(Scope::Cluster, Outcome::NotApplicable, crate::facts::id::NOTHING_ISOLATED, "");
        return;
    }
    if view.auto_mode {
        out.verdict(Scope::Cluster, Outcome::Weaker, crate::facts::id::EKS_AUTO_DNS, "");
    }
    let place = SpecPath::new("/platform/nodeLocalDns");
    if let Some(detail) = unknown_cache(view) {
        out.verdict(Scope::Cluster, Outcome::Weaker, crate::facts::id::NOT_DECLARED, detail);
    } else {
        let on_nodes = view.platform == Platform::Aks;
        let said = if on_nodes { crate::facts::sentence(crate::facts::id::AKS_LOCAL_DNS, cluster.minor()) } else { "" };
        verdict(cluster, out, Scope::Cluster, keys.clone(), said);
    }
    intent(cluster, out, &place, &keys);
}

/// Under which address a declared cache may answer that the spec does not give. To Cilium it is the node, whatever its address is.
fn unknown_cache(view: &NetworkView) -> Option<&'static str> {
    let declared = view.node_local_dns.is_some();
    if declared && view.services.is_empty() {
        return Some("the Service range is not declared: a DNS cache that answers under the address of the Service is cut off");
    }
    // kubernetes.io, Using NodeLocal DNSCache: in IPv6 clusters the cache has a unique local address of the owner's choice (read
    // 2026-11-27).
    (declared && !view.ipv4 && view.semantics.own != OwnPolicies::Cilium).then_some(
        "the spec has no word for the IPv6 address of the cache: questions to it (kubelets whose `clusterDNS` is that address, kube-proxy in \
         mode ipvs) are cut off; those to the Service address pass",
    )
}

/// What an isolated set is called in rows for people.
fn name(isolated: &Isolated) -> String {
    match (&isolated.pods.namespaces, isolated.suffix.strip_prefix('-')) {
        (_, Some(tier)) => tier.to_owned(),
        (Namespaces::One(namespace), None) => format!("any pod of {namespace}"),
        (Namespaces::AllBut(_), None) => "any other pod".to_owned(),
    }
}

/// The rules of a set by the form that says them; a policy for the whole cluster says all of its own.
fn by_dialect(isolated: &Isolated, rules: compile::Rules) -> BTreeMap<Dialect, Vec<Rule>> {
    let mut found: BTreeMap<Dialect, Vec<Rule>> = BTreeMap::new();
    for (dialect, rule) in rules {
        let dialect = if isolated.dialect.is_namespaced() { dialect } else { isolated.dialect };
        found.entry(dialect).or_default().push(rule);
    }
    found
}
