//! Keeps the time by exactly one service.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[("time/service", "one of chrony, systemd-timesyncd")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/time-sync",
    area: Area::Node,
    title: "keep the time by exactly one service",
    level: Level::Baseline,
    doc: include_str!("time_sync.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::AUDITED_ALONE, "");
}
