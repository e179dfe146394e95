//! Takes super-admin.conf off the nodes.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Ground, Lowering, Outcome, Scope, SettingKey},
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

/// The file that must not be there.
const RULE: &str = "presence/etc/kubernetes/super-admin.conf";

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.node_rule(runs_control_plane, RULE, "absent");
    let pools: Vec<(String, bool)> = out
        .plan()
        .pools
        .values()
        .filter(|pool| runs_control_plane(pool))
        .map(|pool| (pool.name.clone(), pool.host_os().is_some()))
        .collect();
    for (pool, scripted) in &pools {
        let scope = Scope::Pool(pool.clone());
        if *scripted {
            let keys = vec![SettingKey::Node(format!("{pool}/{RULE}"))];
            out.verdict_on(scope, Outcome::Enforced, Ground::Settings(keys), "by the script of the pool");
        } else {
            out.verdict(scope, Outcome::Weaker, facts::id::SUPER_ADMIN_LEFT, "");
        }
    }
    if pools.is_empty() {
        out.verdict(
            Scope::Cluster,
            Outcome::Weaker,
            facts::id::SUPER_ADMIN_LEFT,
            "the spec names no pool of control-plane nodes",
        );
    }
}
