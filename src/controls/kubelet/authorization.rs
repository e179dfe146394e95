//! Lets the API server decide who may ask the kubelet.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/authorization",
    area: Area::Authorization,
    title: "let the API server decide what a caller of the kubelet may do",
    level: Level::Baseline,
    doc: include_str!("authorization.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "authorization.mode", "Webhook".into());
    out.field(Program::Kubelet, "authentication.webhook.enabled", true.into());
}
