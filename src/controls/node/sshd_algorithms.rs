//! Keeps weak ciphers and checksums out of sshd.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::sshd;

/// The keywords.
const KEYWORDS: &[(&str, &str)] = &[
    (
        "sshd/Ciphers",
        "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
    ),
    ("sshd/MACs", "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512,hmac-sha2-256"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/sshd-algorithms",
    area: Area::Node,
    title: "keep weak ciphers and checksums out of sshd",
    level: Level::Restricted,
    doc: include_str!("sshd_algorithms.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    sshd::keywords(cluster, out, KEYWORDS);
}
