//! Lets a process watch its own children alone.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("kernel.yama.ptrace_scope", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/ptrace",
    area: Area::Node,
    title: "let a process watch its own children alone",
    level: Level::Baseline,
    doc: include_str!("ptrace.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
