//! Switches the plug-in interface of containerd off.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/nri",
    area: Area::Node,
    title: "switch the plug-in interface of containerd off",
    level: Level::Restricted,
    doc: include_str!("nri.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if cluster.runtime.name != "containerd" {
        pools::not_here(out, facts::id::CONTAINERD_ONLY, &cluster.runtime.name);
        return;
    }
    pools::rules(out, &[("runtime/containerd/nri/disable", "true")]);
}
