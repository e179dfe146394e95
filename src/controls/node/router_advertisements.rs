//! Takes no IPv6 router advertisements.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The settings.
const SYSCTLS: &[(&str, &str)] = &[("net.ipv6.conf.all.accept_ra", "0"), ("net.ipv6.conf.default.accept_ra", "0")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/router-advertisements",
    area: Area::Node,
    title: "take no IPv6 router advertisements",
    level: Level::Optional,
    doc: include_str!("router_advertisements.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::sysctls(out, SYSCTLS);
}
