//! Answers floods of connection requests with cookies.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("net.ipv4.tcp_syncookies", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/syn-cookies",
    area: Area::Node,
    title: "answer floods of connection requests with cookies",
    level: Level::Baseline,
    doc: include_str!("syn_cookies.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
