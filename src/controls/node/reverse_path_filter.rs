//! Drops packets that come from where their sender cannot be.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
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
    let value = match cluster.cni.name.as_str() {
        "cilium" => "0",
        "calico" | "flannel" | "weave" => "1",
        _ => {
            pools::not_here(out, facts::id::RP_FILTER_LEFT, &cluster.cni.name);
            return;
        }
    };
    pools::sysctls(out, &[("net.ipv4.conf.all.rp_filter", value), ("net.ipv4.conf.default.rp_filter", value)]);
}
