//! Keeps admin.conf on the control plane, for emergencies.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::{applies, runs_control_plane};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubeconfig/admin",
    area: Area::Authentication,
    title: "keep admin.conf on the control plane and let people log in as themselves",
    level: Level::Baseline,
    doc: include_str!("admin.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    out.node_rule(runs_control_plane, "mode/etc/kubernetes/admin.conf", "0600 root:root");
    if cluster.issuers.is_empty() {
        return out.verdict(
            Scope::Cluster,
            Outcome::Weaker,
            facts::id::ADMIN_CONF_SHARED,
            "declare an issuer under `identity.issuers`",
        );
    }
    let detail = "try it, before admin.conf and super-admin.conf are put away";
    if cluster.identity.break_glass.as_ref().is_some_and(|group| group.rbac.is_some()) {
        return out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::ADMIN_CONF_BOUND, detail);
    }
    out.verdict(
        Scope::Cluster,
        Outcome::Weaker,
        facts::id::ADMIN_CONF_UNBOUND,
        "name a group of the issuers under `identity.breakGlass`",
    );
}
