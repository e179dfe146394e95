//! Sets the oldest TLS version and the cipher suites of the scheduler.

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "scheduler/tls",
    area: Area::Authentication,
    title: "speak only current TLS at the scheduler",
    level: Level::Baseline,
    doc: include_str!("tls.md"),
    params: &[tls::MINIMUM, tls::CIPHERS],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    tls::flags(cluster, out, CONTROL.id, Program::KubeScheduler, ["tls-min-version", "tls-cipher-suites"]);
}
