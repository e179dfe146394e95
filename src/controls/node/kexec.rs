//! Forbids to start another kernel from the running one.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("kernel.kexec_load_disabled", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/kexec",
    area: Area::Node,
    title: "forbid to start another kernel from the running one",
    level: Level::Restricted,
    doc: include_str!("kexec.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
