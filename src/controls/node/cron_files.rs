//! Closes the tables of cron to everybody but root.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::Lowering,
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[
    ("mode/etc/cron.d", "0700 root:root"),
    ("mode/etc/cron.daily", "0700 root:root"),
    ("mode/etc/cron.hourly", "0700 root:root"),
    ("mode/etc/cron.monthly", "0700 root:root"),
    ("mode/etc/cron.weekly", "0700 root:root"),
    ("mode/etc/crontab", "0600 root:root"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/cron-files",
    area: Area::Node,
    title: "close the tables of cron to everybody but root",
    level: Level::Baseline,
    doc: include_str!("cron_files.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
}
