//! Switches the controller manager's profiling endpoint off.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/profiling",
    area: Area::ApiAccess,
    title: "switch the profiling endpoint of the controller manager off",
    level: Level::Baseline,
    doc: include_str!("profiling.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeControllerManager, "profiling", false);
}
