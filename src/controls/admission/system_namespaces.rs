//! Namespaces of the system, and which level of Pod Security the manifests pass that are published to run there.

use crate::{
    base::{Cause, FactId},
    facts::{self, PodLevel},
    resolve::{NamespaceAnswer, Resolved},
};

/// The levels, from weakest to strictest.
pub(super) const LEVELS: &[&str] = &[PodLevel::Privileged.name(), PodLevel::Baseline.name(), PodLevel::Restricted.name()];

/// How strict a level is; an unknown word is the weakest.
pub(super) fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0)
}

/// The level of a name; of an unknown word the weakest.
pub(super) fn level(name: &str) -> PodLevel {
    PodLevel::of(name).unwrap_or(PodLevel::Privileged)
}

const KUBE_SYSTEM: &str = "kube-system";

/// What is published to run in a namespace.
pub(super) struct Published {
    /// The strictest level that all its pods pass.
    pub(super) passes: &'static str,
    /// What makes it part of the cluster.
    pub(super) cause: Cause,
    /// Why a label is never stricter.
    pub(super) fact: FactId,
    /// What runs there; of several the one that passes least.
    pub(super) says: &'static str,
}

/// What is published to run in a namespace of this cluster; nothing where that is not known to be one of the system. What runs in kube-system
/// beside the declared components is not known, and cannot do without the host.
pub(super) fn published(cluster: &Resolved, namespace: &str) -> Option<Published> {
    if is_kube_system(namespace) {
        let fact = facts::id::KUBE_SYSTEM_PRIVILEGED;
        let passes = PodLevel::Privileged.name();
        return Some(Published { passes, cause: Cause::Shape(fact), fact, says: "Kubernetes itself" });
    }
    let components = cluster.components().into_iter().filter(|(component, _)| component.namespaces().contains(&namespace));
    let (component, cause) = components.min_by_key(|(component, _)| component.passes(namespace))?;
    let passes = component.passes(namespace).name();
    Some(Published { passes, cause, fact: facts::id::PUBLISHED_PODS_PASS, says: component.says })
}

/// Whether a namespace is the one of the cluster's own parts.
pub(super) fn is_kube_system(namespace: &str) -> bool {
    namespace == KUBE_SYSTEM
}

/// Namespaces that must be exempt at these levels, each with what declares it: kube-system as a whole, and those for which the spec does not
/// ask for a level by itself.
pub(super) fn exempt(cluster: &Resolved, enforce: &str, shown: &str) -> Vec<(&'static str, Cause)> {
    // An exemption silences the level that is shown as well: it is worth it only where nothing is enforced that the pods pass.
    let fails = |passes: PodLevel| {
        let passes = rank(passes.name());
        passes < rank(enforce) || (rank(enforce) == 0 && passes < rank(shown))
    };
    let mut found = Vec::new();
    if fails(PodLevel::Privileged) {
        found.push((KUBE_SYSTEM, Cause::Shape(facts::id::KUBE_SYSTEM_PRIVILEGED)));
    }
    for (component, cause) in cluster.components() {
        let namespaces = component.namespaces().into_iter().filter(|name| !is_kube_system(name) && fails(component.passes(name)));
        found.extend(namespaces.map(|name| (name, cause.clone())));
    }
    // An exemption counts more than a label: it would make the owner's level one in name.
    found.retain(|(name, _)| !cluster.namespaces.iter().any(|namespace| namespace.name == *name && asks(namespace)));
    found
}

/// Whether the spec asks for a level of a namespace that refuses something.
pub(super) fn asks(namespace: &NamespaceAnswer) -> bool {
    namespace.pod_security.as_deref().is_some_and(|level| rank(level) > 0)
}
