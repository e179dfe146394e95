//! Isolates the pods of every namespace but those of the system, with the plug-in's own policy for the whole cluster.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::{governed, isolation, verdict};

pub(in crate::controls) const CONTROL: Control = Control {
    id: isolation::GLOBAL_DENY,
    area: Area::Network,
    title: "deny every connection of namespaces that neither the spec nor the system names",
    level: Level::Optional,
    doc: include_str!("global_deny.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match isolation::cluster_wide(cluster) {
        Some(_) => governed(cluster),
        None => Applies::No(Outcome::Impossible, cluster.network.view.no_cluster_policy),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let keys: Vec<_> = isolation::deny(cluster, out, isolation::GLOBAL_DENY).into_iter().map(|(_, key)| key).collect();
    let spared: Vec<String> = isolation::spared(cluster).into_iter().map(|(name, _)| name).collect();
    let detail = format!("spared are {}", spared.join(", "));
    if keys.is_empty() {
        out.verdict_on(Scope::Cluster, Outcome::Weaker, Ground::Fact(facts::id::NETWORK_ENGINES), detail);
    } else {
        verdict(cluster, out, Scope::Cluster, keys, &detail);
    }
}
