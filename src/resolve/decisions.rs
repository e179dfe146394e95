//! Decisions about security that nobody takes for the owner, and what artifacts cannot do without.

use crate::{
    base::{Platform, SpecPath},
    diag::Diagnostics,
    spec::{
        self, Doubts,
        model::{self, Spec},
        words,
    },
    yaml::Node,
};

use super::diagnostics::{MissingDecision, NoControlPlane};

/// How many entries a list has.
pub(super) fn count(tree: &Node, pointer: &str) -> usize {
    tree.at_pointer(pointer).and_then(Node::as_seq).map_or(0, <[Node]>::len)
}

/// Whether the spec has a word on a field, readable or not, or may have one.
pub(super) fn is_written(tree: &Node, doubts: &Doubts, field: &str) -> bool {
    let pointer = format!("/{}", field.replace('.', "/"));
    tree.at_pointer(&pointer).is_some_and(|node| !node.is_null()) || doubts.hide(&SpecPath::new(&pointer))
}

/// Decisions about security, and what artifacts cannot do without.
pub(super) fn check_decisions(spec: &Spec, tree: &Node, doubts: &Doubts, diags: &mut Diagnostics) {
    let at = |path: &str| spec::locate(tree, &SpecPath::new(path));
    let mut need = |missing: bool, field: &'static str, parent: &str, why: &'static str, example: &'static str| {
        if missing && !is_written(tree, doubts, field) {
            let top = field.split('.').next().unwrap_or(field);
            let beside = tree.get(top).is_none().then_some(top);
            diags.push(MissingDecision { field, why, example, beside, at: at(parent) });
        }
    };
    let admins = spec.api.sources.as_ref().and_then(|sources| sources.admins.as_ref());
    need(
        admins.is_none(),
        "api.sources.admins",
        "/api/sources",
        "who may reach the API server is never guessed",
        "api: { sources: { admins: [203.0.113.0/24] } }",
    );
    need(
        spec.platform.cni.is_none(),
        "platform.cni",
        "/platform",
        "what a network policy means depends on it",
        "cni: { calico: { version: \"3.31\" } }",
    );
    need(
        spec.platform.runtime.is_none() && spec.platform.kind() == Platform::Kubeadm,
        "platform.runtime",
        "/platform",
        "the socket of the nodes and the hardening of the runtime depend on it",
        "runtime: { containerd: \"2.3\" }",
    );
    let (eks, aks) = match &spec.platform.provider {
        model::Provider::Eks(eks) => (eks.endpoint.is_none(), false),
        model::Provider::Aks(aks) => (false, aks.access.is_none()),
        model::Provider::Kubeadm(_) => (false, false),
    };
    let who = "how the API server is reached is never guessed";
    need(eks, "platform.eks.endpoint", "/platform/eks", who, "endpoint: private");
    need(aks, "platform.aks.access", "/platform/aks", who, "access: authorized-ranges");
    need(
        spec.policies.engines.gatekeeper.is_some() && spec.policies.failure.is_none(),
        "policies.failure",
        "/policies",
        "whether an unavailable webhook refuses or lets everything pass is never guessed",
        "policies: { failure: closed }",
    );
    need(
        spec.platform.node_pools.is_empty(),
        "platform.nodePools",
        "/platform",
        "what holds on which nodes depends on them",
        "nodePools: [{ name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }]",
    );
}

/// Who runs the control plane says on which nodes; a pool that could not be read may be the one.
pub(super) fn check_control_plane(spec: &Spec, tree: &Node, doubts: &Doubts, diags: &mut Diagnostics) {
    const POOLS: &str = "/platform/nodePools";
    let pools = &spec.platform.node_pools;
    let all = !pools.is_empty() && pools.len() == count(tree, POOLS) && !doubts.touch(&SpecPath::new(POOLS));
    let runs_it = pools.iter().any(|pool| pool.role == words::Role::ControlPlane);
    if all && !runs_it && spec.platform.kind() == Platform::Kubeadm {
        diags.push(NoControlPlane { at: spec::locate(tree, &SpecPath::new(POOLS)) });
    }
}
