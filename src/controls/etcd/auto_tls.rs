//! Keeps etcd from making certificates for itself.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/auto-tls",
    area: Area::Authentication,
    title: "never let etcd make certificates for itself",
    level: Level::Baseline,
    doc: include_str!("auto_tls.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::Etcd, "auto-tls", false);
    out.flag_bool(Program::Etcd, "peer-auto-tls", false);
}
