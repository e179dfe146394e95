//! Keeps BPF programs to privileged processes.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("kernel.unprivileged_bpf_disabled", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/unprivileged-bpf",
    area: Area::Node,
    title: "keep BPF programs to privileged processes",
    level: Level::Baseline,
    doc: include_str!("unprivileged_bpf.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
