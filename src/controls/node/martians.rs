//! Logs packets with impossible addresses.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("net.ipv4.conf.all.log_martians", "1"), ("net.ipv4.conf.default.log_martians", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/martians",
    area: Area::Node,
    title: "log packets with impossible addresses",
    level: Level::Restricted,
    doc: include_str!("martians.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
