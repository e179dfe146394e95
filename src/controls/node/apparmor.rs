//! Sees that the kernel runs with AppArmor.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::pools;

/// The rules.
const RULES: &[(&str, &str)] = &[("apparmor", "enabled")];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/apparmor",
    area: Area::Node,
    title: "see that the kernel runs with AppArmor",
    level: Level::Baseline,
    doc: include_str!("apparmor.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::AUDITED_ALONE, "");
}
