//! Limits unfinished logins and silent sessions of sshd.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::sshd;

/// The keywords.
const KEYWORDS: &[(&str, &str)] = &[
    ("sshd/ClientAliveCountMax", "3"),
    ("sshd/ClientAliveInterval", "15"),
    ("sshd/LogLevel", "VERBOSE"),
    ("sshd/LoginGraceTime", "60"),
    ("sshd/MaxAuthTries", "4"),
    ("sshd/MaxSessions", "10"),
    ("sshd/MaxStartups", "10:30:60"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sshd-sessions",
    area: Area::Node,
    title: "limit unfinished logins and silent sessions of sshd",
    level: Level::Baseline,
    doc: include_str!("sshd_sessions.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    sshd::keywords(cluster, out, KEYWORDS);
}
