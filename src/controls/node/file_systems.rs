//! Keeps file systems away that a node never mounts.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The modules.
const MODULES: &[&str] = &["cramfs", "freevxfs", "hfs", "hfsplus", "jffs2"];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/file-systems",
    area: Area::Node,
    title: "keep file systems away that a node never mounts",
    level: Level::Baseline,
    doc: include_str!("file_systems.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::modules_off(out, MODULES);
}
