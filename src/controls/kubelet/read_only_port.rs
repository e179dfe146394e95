//! Closes the kubelet's port without login.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/read-only-port",
    area: Area::Authentication,
    title: "close the port of the kubelet that asks for no login",
    level: Level::Baseline,
    doc: include_str!("read_only_port.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "readOnlyPort", 0.into());
}
