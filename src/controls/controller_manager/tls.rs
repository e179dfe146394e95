//! Sets the oldest TLS version and the cipher suites of the controller manager.

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/tls",
    area: Area::Authentication,
    title: "speak only current TLS at the controller manager",
    level: Level::Baseline,
    doc: include_str!("tls.md"),
    params: &[tls::MINIMUM, tls::CIPHERS],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    tls::flags(cluster, out, CONTROL.id, Program::KubeControllerManager, ["tls-min-version", "tls-cipher-suites"]);
}
