//! The round trip: reading an emitted tree back gives what was planned, or we have a bug.

use crate::{base::Artifact, plan::Plan, targets};

/// Observes every file of a tree that has an observer; gives `(file, what differs from the plan)`.
#[must_use]
pub fn observe_tree(plan: &Plan, artifacts: &[Artifact]) -> Vec<(String, String)> {
    targets::observe(artifacts).differences(plan)
}
