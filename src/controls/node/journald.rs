//! Keeps the journal on disk, with a limit.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
pub(in crate::controls) const RULES: &[(&str, &str)] = &[
    ("journald/Compress", "yes"),
    ("journald/Storage", "persistent"),
    ("journald/SystemKeepFree", "1G"),
    ("journald/SystemMaxUse", "2G"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/journald",
    area: Area::Node,
    title: "keep the journal on disk, with a limit",
    level: Level::Baseline,
    doc: include_str!("journald.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
