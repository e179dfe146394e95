//! Switches the API server's profiling endpoint off.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/profiling",
    area: Area::ApiAccess,
    title: "switch the profiling endpoint of the API server off",
    level: Level::Baseline,
    doc: include_str!("profiling.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeApiserver, "profiling", false);
}
