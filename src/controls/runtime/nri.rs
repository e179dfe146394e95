//! Switches the plug-in interface of containerd off.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::containerd_rules;

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
    containerd_rules(cluster, out, &[("runtime/containerd/nri/disable", "true")]);
}
