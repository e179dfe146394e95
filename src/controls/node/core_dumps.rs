//! Writes no core dumps.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] =
    &[("coredump/ProcessSizeMax", "0"), ("coredump/Storage", "none"), ("limits/core", "0"), ("sysctl/fs.suid_dumpable", "0")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/core-dumps",
    area: Area::Node,
    title: "write no core dumps",
    level: Level::Baseline,
    doc: include_str!("core_dumps.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
