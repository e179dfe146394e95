//! Drops packets that come from where their sender cannot be.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/reverse-path-filter",
    area: Area::Network,
    title: "drop packets that come from where their sender cannot be",
    level: Level::Restricted,
    doc: include_str!("reverse_path_filter.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match cluster.cni.name.as_str() {
        "cilium" => {
            let detail = "the interfaces of the machine keep the value that they have";
            out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::NEED_RP_FILTER_CILIUM, detail);
        }
        "calico" | "flannel" | "weave" => {
            pools::sysctls(out, &[("net.ipv4.conf.all.rp_filter", "1"), ("net.ipv4.conf.default.rp_filter", "1")]);
        }
        _ => pools::not_here(out, facts::id::RP_FILTER_LEFT, &cluster.cni.name),
    }
}
