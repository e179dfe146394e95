//! Leaves the name of a node to its host.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/hostname-override",
    area: Area::Node,
    title: "leave the name of a node to its host",
    level: Level::Baseline,
    doc: include_str!("hostname_override.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    let given = out.plan().component(Program::Kubelet).flag_text("hostname-override");
    let (outcome, detail) = match given {
        Some(name) => (Outcome::Weaker, format!("the owner's configuration sets `--hostname-override={name}`")),
        None => (Outcome::Elsewhere, String::new()),
    };
    out.verdict(Scope::Cluster, outcome, facts::id::KUBELET_HOSTNAME, detail);
}
