//! Lets pods open low ports and ping only with the capability for it.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/unprivileged-ports",
    area: Area::Node,
    title: "let pods open low ports and ping only with the capability",
    level: Level::Restricted,
    doc: include_str!("unprivileged_ports.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if cluster.runtime.name != "containerd" {
        pools::not_here(out, facts::id::CONTAINERD_ONLY, &cluster.runtime.name);
        return;
    }
    pools::rules(
        out,
        &[
            ("runtime/containerd/runtime/enable_unprivileged_icmp", "false"),
            ("runtime/containerd/runtime/enable_unprivileged_ports", "false"),
        ],
    );
}
