//! Keeps network protocols away that a node never speaks.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The modules.
const MODULES: &[&str] = &["dccp", "rds", "tipc"];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/network-protocols",
    area: Area::Node,
    title: "keep network protocols away that a node never speaks",
    level: Level::Baseline,
    doc: include_str!("network_protocols.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::modules_off(out, MODULES);
}
