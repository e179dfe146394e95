//! Lets nobody into sshd without credentials of their own.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::sshd;

/// The keywords.
const KEYWORDS: &[(&str, &str)] = &[
    ("sshd/HostbasedAuthentication", "no"),
    ("sshd/IgnoreRhosts", "yes"),
    ("sshd/PermitEmptyPasswords", "no"),
    ("sshd/PermitRootLogin", "no"),
    ("sshd/PermitUserEnvironment", "no"),
    ("sshd/UsePAM", "yes"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sshd-authentication",
    area: Area::Node,
    title: "let nobody into sshd without credentials of their own",
    level: Level::Restricted,
    doc: include_str!("sshd_authentication.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    sshd::keywords(cluster, out, KEYWORDS);
}
