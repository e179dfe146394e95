//! Refuses requests without credentials at the kubelet.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/anonymous",
    area: Area::Authentication,
    title: "refuse requests without credentials at the kubelet",
    level: Level::Baseline,
    doc: include_str!("anonymous.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "authentication.anonymous.enabled", false.into());
}
