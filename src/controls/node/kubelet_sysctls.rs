//! Sets the six kernel settings that the kubelet wants to find.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/kubelet-sysctls",
    area: Area::Node,
    title: "set the six kernel settings that the kubelet wants to find",
    level: Level::Baseline,
    doc: include_str!("kubelet_sysctls.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, facts::KUBELET_SYSCTLS);
}
