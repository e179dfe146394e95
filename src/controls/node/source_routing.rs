//! Refuses packets that name their own route.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[
    ("net.ipv4.conf.all.accept_source_route", "0"),
    ("net.ipv4.conf.default.accept_source_route", "0"),
    ("net.ipv6.conf.all.accept_source_route", "0"),
    ("net.ipv6.conf.default.accept_source_route", "0"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/source-routing",
    area: Area::Node,
    title: "refuse packets that name their own route",
    level: Level::Baseline,
    doc: include_str!("source_routing.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
