//! Keeps addresses of programs random.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("kernel.randomize_va_space", "2")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/address-space",
    area: Area::Node,
    title: "keep the addresses of programs random",
    level: Level::Baseline,
    doc: include_str!("address_space.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
