//! Keeps USB storage away from nodes.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The modules.
const MODULES: &[&str] = &["usb-storage"];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/usb-storage",
    area: Area::Node,
    title: "keep USB storage away from nodes",
    level: Level::Restricted,
    doc: include_str!("usb_storage.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::modules_off(out, MODULES);
}
