//! Forwards nothing through sshd.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::sshd;

/// The keywords.
const KEYWORDS: &[(&str, &str)] = &[("sshd/DisableForwarding", "yes")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sshd-forwarding",
    area: Area::Node,
    title: "forward nothing through sshd",
    level: Level::Optional,
    doc: include_str!("sshd_forwarding.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    sshd::keywords(cluster, out, KEYWORDS);
}
