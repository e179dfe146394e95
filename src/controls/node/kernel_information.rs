//! Hides addresses and messages of the kernel from ordinary users.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] =
    &[("kernel.dmesg_restrict", "1"), ("kernel.kptr_restrict", "2"), ("kernel.perf_event_paranoid", "3")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/kernel-information",
    area: Area::Node,
    title: "hide addresses and messages of the kernel",
    level: Level::Baseline,
    doc: include_str!("kernel_information.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
