//! The round trip: reading an emitted tree back gives what was planned, or we have a bug.

use crate::{
    base::Artifact,
    plan::Plan,
    targets::{self, Observed},
};

/// Observes every file of a tree that has an observer; gives `(file, what differs from the plan)`.
#[must_use]
pub fn observe_tree(plan: &Plan, artifacts: &[Artifact]) -> Vec<(String, String)> {
    targets::observe(artifacts).differences(plan)
}

/// The same for files as they are on disk, each with its path in the tree.
#[must_use]
pub fn observe_files(plan: &Plan, files: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut observed = Observed::default();
    for (name, text) in files {
        observed.read(&name, &text);
    }
    observed.differences(plan)
}
