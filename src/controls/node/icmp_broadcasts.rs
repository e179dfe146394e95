//! Ignores ICMP that only attacks send.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] =
    &[("net.ipv4.icmp_echo_ignore_broadcasts", "1"), ("net.ipv4.icmp_ignore_bogus_error_responses", "1")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/icmp-broadcasts",
    area: Area::Node,
    title: "ignore pings to broadcast addresses and bogus ICMP errors",
    level: Level::Baseline,
    doc: include_str!("icmp_broadcasts.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
