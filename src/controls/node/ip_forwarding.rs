//! Lets nodes route the packets of their pods.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/ip-forwarding",
    area: Area::Node,
    title: "let nodes route the packets of their pods",
    level: Level::Baseline,
    doc: include_str!("ip_forwarding.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let mut values = vec![("net.ipv4.ip_forward", "1")];
    if cluster.hosts.ipv6() {
        values.push(("net.ipv6.conf.all.forwarding", "1"));
    }
    pools::sysctls(out, &values);
}
