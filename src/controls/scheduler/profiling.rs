//! Switches the scheduler's profiling endpoint off.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "scheduler/profiling",
    area: Area::ApiAccess,
    title: "switch the profiling endpoint of the scheduler off",
    level: Level::Baseline,
    doc: include_str!("profiling.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.flag_bool(Program::KubeScheduler, "profiling", false);
    // With a file of its own the scheduler does not look at the flag.
    if out.plan().component(Program::KubeScheduler).flags.contains_key("config") {
        out.verdict(
            Scope::Cluster,
            Outcome::Weaker,
            facts::id::PROFILING,
            "write `enableProfiling: false` into the file of `--config`",
        );
    }
}
