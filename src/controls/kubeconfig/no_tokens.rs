//! Keeps lasting tokens out of kubeconfig files.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope, host_paths},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubeconfig/no-tokens",
    area: Area::Authentication,
    title: "keep lasting tokens out of kubeconfig files",
    level: Level::Baseline,
    doc: include_str!("no_tokens.md"),
    params: &[],
    applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.node_rule(|_| true, "content/etc/kubernetes/*.conf", "no token, tokenFile or password");
    out.node_rule(|_| true, &format!("presence{}", host_paths::DISCOVERY), "absent once the node has joined");
    out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::KUBECONFIG_CERTIFICATES, "");
}
