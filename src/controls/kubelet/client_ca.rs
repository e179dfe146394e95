//! Names the CA whose client certificates the kubelet takes.

use crate::{
    base::{Area, Level},
    controls::{Control, files},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

/// The field.
const FIELD: &str = "authentication.x509.clientCAFile";

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/client-ca",
    area: Area::Authentication,
    title: "name the CA whose client certificates the kubelet takes",
    level: Level::Baseline,
    doc: include_str!("client_ca.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let present = out.plan().component(Program::Kubelet).fields.get(FIELD).map(|held| held.value.clone());
    let ca = present.filter(|value| value.as_str().is_some_and(|path| !path.is_empty()));
    out.field(Program::Kubelet, FIELD, ca.unwrap_or_else(|| files::in_pki(cluster, "ca.crt").into()));
}
