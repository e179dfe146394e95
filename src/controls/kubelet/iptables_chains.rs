//! Lets the kubelet keep the chains that its networking needs.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/iptables-chains",
    area: Area::Node,
    title: "let the kubelet keep its iptables chains",
    level: Level::Baseline,
    doc: include_str!("iptables_chains.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "makeIPTablesUtilChains", true.into());
}
