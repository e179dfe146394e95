//! Namespaces of the system whose published manifests fail a Pod Security level.

use crate::{
    base::Cause,
    facts::{self, PodLevel},
    resolve::Resolved,
};

/// The levels, from weakest to strictest.
pub(super) const LEVELS: &[&str] = &[PodLevel::Privileged.name(), PodLevel::Baseline.name(), PodLevel::Restricted.name()];

/// How strict a level is; an unknown word is the weakest.
pub(super) fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(0)
}

/// Namespaces that must be exempt at these levels, each with what declares it. kube-system is exempt as a whole.
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
        let namespaces = component.namespaces().into_iter().filter(|name| *name != KUBE_SYSTEM && fails(component.passes(name)));
        found.extend(namespaces.map(|name| (name, cause.clone())));
    }
    found
}

const KUBE_SYSTEM: &str = "kube-system";
