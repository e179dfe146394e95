//! Runs sudo in a terminal of its own, and logs it.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[("sudo/logfile", "/var/log/sudo.log"), ("sudo/use_pty", "yes")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sudo",
    area: Area::Node,
    title: "run sudo in a terminal of its own, and log it",
    level: Level::Restricted,
    doc: include_str!("sudo.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
