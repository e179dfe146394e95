//! Takes super-admin.conf off the nodes.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::{applies, runs_control_plane};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubeconfig/super-admin",
    area: Area::Authentication,
    title: "take super-admin.conf off the node",
    level: Level::Baseline,
    doc: include_str!("super_admin.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.node_rule(runs_control_plane, "presence/etc/kubernetes/super-admin.conf", "absent");
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SUPER_ADMIN_LEFT, "");
}
