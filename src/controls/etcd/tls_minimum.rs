//! Sets the oldest TLS version and the cipher suites of etcd.

use crate::{
    base::{Area, Level},
    controls::{Control, tls},
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/tls-minimum",
    area: Area::Authentication,
    title: "speak only current TLS at etcd",
    level: Level::Baseline,
    doc: include_str!("tls_minimum.md"),
    params: &[tls::ETCD_MINIMUM, tls::CIPHERS],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    tls::flags(cluster, out, CONTROL.id, Program::Etcd, ["tls-min-version", "cipher-suites"]);
}
