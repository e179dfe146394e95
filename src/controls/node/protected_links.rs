//! Protects links, pipes and files in folders that everybody may write to.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[
    ("fs.protected_fifos", "1"),
    ("fs.protected_hardlinks", "1"),
    ("fs.protected_regular", "2"),
    ("fs.protected_symlinks", "1"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/protected-links",
    area: Area::Node,
    title: "protect links, pipes and files in shared folders",
    level: Level::Baseline,
    doc: include_str!("protected_links.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
