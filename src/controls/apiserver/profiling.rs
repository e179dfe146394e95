//! Switches the API server's profiling endpoint off.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, self_managed},
    facts,
    plan::{Lowering, Outcome, Program},
    resolve::Resolved,
};

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

fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE)
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeApiserver, "profiling", false);
}
