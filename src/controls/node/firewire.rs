//! Keeps FireWire away, through which devices read memory.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The modules.
const MODULES: &[&str] = &["firewire-core"];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/firewire",
    area: Area::Node,
    title: "keep FireWire away, through which devices read memory",
    level: Level::Restricted,
    doc: include_str!("firewire.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::modules_off(out, MODULES);
}
