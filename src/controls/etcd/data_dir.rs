//! Closes etcd's data folder to everybody but root.

use crate::{
    base::{Area, Level},
    controls::{Control, strokes},
    facts,
    plan::{Lowering, Outcome, PoolRole, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "etcd/data-dir",
    area: Area::Node,
    title: "close the data folder of etcd to everybody but root",
    level: Level::Baseline,
    doc: include_str!("data_dir.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    strokes::keep(out, Program::Etcd, "data-dir", "/var/lib/etcd");
    let folder = out.plan().component(Program::Etcd).flag_text("data-dir").unwrap_or_default();
    out.node_rule(|pool| pool.role == PoolRole::ControlPlane, &format!("mode{folder}"), "0700 root:root");
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ETCD_OWNER, "the folder is root's, 0700, as kubeadm makes it");
}
