//! Keeps the scheduler's port on loopback.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "scheduler/bind-address",
    area: Area::ApiAccess,
    title: "let the scheduler listen on loopback alone",
    level: Level::Baseline,
    doc: include_str!("bind_address.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_text(Program::KubeScheduler, "bind-address", "127.0.0.1");
}
