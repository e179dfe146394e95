//! Takes swap off.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[("swap", "off")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/swap",
    area: Area::Node,
    title: "take swap off",
    level: Level::Baseline,
    doc: include_str!("swap.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
