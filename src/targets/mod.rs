//! Back ends: one folder per kind of output. They see the plan alone, and cannot fail.

mod arguments;
pub mod can_i;
mod carried;
mod ci;
mod connectivity;
mod control_plane;
mod fields;
mod gatekeeper;
mod head;
mod helm;
mod in_tree;
mod k8s;
mod kubeadm;
mod mark;
mod nodes;
mod observed;
mod origins;
mod shell;
mod terraform;

pub use gatekeeper::{kind as constraint_kind, rego};
pub(crate) use k8s::{FOR_PEOPLE, NETWORK_ENGINE};
pub use k8s::{ObjectKind, stage_names, stages};
pub use kubeadm::is_patch;
pub use mark::Mark;
pub use observed::{Form, Observed, Seen, Sighting, Word, Written, flags_of, has_observer, kind_of_flag, planned, program_of};

use crate::{base::Artifact, plan::Plan};

/// A kind of output.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, as in reports.
    pub name: &'static str,
    /// Whether the cluster can use it.
    pub wanted: fn(&Plan) -> bool,
    /// Makes its files.
    pub emit: fn(&Plan) -> Vec<Artifact>,
    /// What tells its files from a user's; each file bears one of them.
    pub marks: &'static [Mark],
}

/// Every kind of output, in the order of the tree.
pub const TARGETS: &[Target] = &[
    kubeadm::TARGET,
    control_plane::CONFIGURATION,
    control_plane::FLAGS,
    control_plane::MANIFESTS,
    k8s::TARGET,
    terraform::TARGET,
    ci::TARGET,
    helm::TARGET,
    gatekeeper::SUITE,
    connectivity::TARGET,
    nodes::TARGET,
    can_i::TARGET,
];

/// Makes every file that the cluster can use, sorted by path.
#[must_use]
pub fn emit(plan: &Plan) -> Vec<Artifact> {
    let mut artifacts: Vec<Artifact> =
        TARGETS.iter().filter(|target| (target.wanted)(plan)).flat_map(|target| (target.emit)(plan)).collect();
    artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    artifacts
}

/// Reads emitted files back, with every observer.
#[must_use]
pub fn observe(artifacts: &[Artifact]) -> Observed {
    let mut observed = Observed::default();
    for artifact in artifacts {
        observed.read(artifact.path.as_str(), artifact.text());
    }
    observed
}
