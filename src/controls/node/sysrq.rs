//! Switches the magic key of the kernel off.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("kernel.sysrq", "0")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sysrq",
    area: Area::Node,
    title: "switch the magic key of the kernel off",
    level: Level::Baseline,
    doc: include_str!("sysrq.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
