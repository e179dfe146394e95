//! Closes the files of accounts and passwords.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[
    ("mode/etc/group", "0644 root:root"),
    ("mode/etc/gshadow", "0640 root:shadow"),
    ("mode/etc/passwd", "0644 root:root"),
    ("mode/etc/shadow", "0640 root:shadow"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/account-files",
    area: Area::Node,
    title: "close the files of accounts and passwords",
    level: Level::Baseline,
    doc: include_str!("account_files.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
