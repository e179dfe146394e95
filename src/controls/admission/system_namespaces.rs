//! Namespaces of the system whose published manifests fail a Pod Security level.

use crate::{
    base::{Cause, SpecPath},
    facts,
    resolve::Resolved,
};

/// A component and the namespace that its published manifests use.
struct Row {
    /// Its name in the spec: a CNI or an addon.
    component: &'static str,
    namespace: &'static str,
    /// The strictest level that its pods pass.
    passes: &'static str,
}

/// Read 2026-11-26: CNI operators and their documentation (tigera/operator `pkg/render/namespaces.go`, flannel `Documentation/kubernetes.md`),
/// the published manifests of the addons (host network or host paths). Components in kube-system have no row: it is exempt as a whole.
const ROWS: &[Row] = &[
    Row { component: "calico", namespace: "calico-system", passes: "privileged" },
    Row { component: "calico", namespace: "tigera-operator", passes: "privileged" },
    Row { component: "flannel", namespace: "kube-flannel", passes: "privileged" },
    Row { component: "falco", namespace: "falco", passes: "privileged" },
    Row { component: "longhorn", namespace: "longhorn-system", passes: "privileged" },
    Row { component: "metallb", namespace: "metallb-system", passes: "privileged" },
    Row { component: "trivy-operator", namespace: "trivy-system", passes: "privileged" },
];

/// The levels, from weakest to strictest.
pub(super) const LEVELS: &[&str] = &["privileged", "baseline", "restricted"];

/// How strict a level is; an unknown word is the weakest.
pub(super) fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0)
}

/// Namespaces that must be exempt at these levels, each with what declares it.
pub(super) fn exempt(cluster: &Resolved, enforce: &str, shown: &str) -> Vec<(&'static str, Cause)> {
    // An exemption silences the level that is shown as well: it is worth it only where nothing is enforced that the pods pass.
    let fails = |passes: &str| rank(passes) < rank(enforce) || (rank(enforce) == 0 && rank(passes) < rank(shown));
    let mut found = Vec::new();
    if fails("privileged") {
        found.push(("kube-system", Cause::Shape(facts::id::KUBE_SYSTEM_PRIVILEGED)));
    }
    for row in ROWS.iter().filter(|row| fails(row.passes)) {
        if row.component == cluster.cni.name {
            found.push((row.namespace, Cause::Spec(SpecPath::new("/platform/cni").child(row.component))));
        }
        if let Some(addon) = cluster.addons.iter().find(|addon| addon.name == row.component) {
            found.push((row.namespace, Cause::Spec(addon.path.clone())));
        }
    }
    found
}
