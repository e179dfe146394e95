//! Lets a node change only itself and its own pods.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::{enable, provided};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/node-restriction",
    area: Area::Admission,
    title: "let a node change only itself and its own pods",
    level: Level::Baseline,
    doc: include_str!("node_restriction.md"),
    params: &[],
    applies: provided,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    enable(out, "NodeRestriction");
}
