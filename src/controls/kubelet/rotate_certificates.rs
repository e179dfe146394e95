//! Renews the kubelet's client certificate before it ends.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/rotate-certificates",
    area: Area::Authentication,
    title: "renew the client certificate of the kubelet before it ends",
    level: Level::Baseline,
    doc: include_str!("rotate_certificates.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "rotateCertificates", true.into());
}
