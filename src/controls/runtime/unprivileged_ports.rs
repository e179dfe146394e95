//! Lets pods open low ports and ping only with the capability for it.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::containerd_rules;

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
    containerd_rules(
        cluster,
        out,
        &[
            ("runtime/containerd/runtime/enable_unprivileged_icmp", "false"),
            ("runtime/containerd/runtime/enable_unprivileged_ports", "false"),
        ],
    );
}
