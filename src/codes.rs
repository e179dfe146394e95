//! Every diagnostic code of the program, from the lists of the stages.

use crate::diag::Entry;

/// Every code with its meaning, sorted.
#[must_use]
pub fn all() -> Vec<Entry> {
    let stages: [&[Entry]; 8] = [
        crate::agree::ALL,
        crate::controls::ALL,
        crate::kube::audit::ALL,
        crate::plan::ALL,
        crate::resolve::ALL,
        crate::resolve::OWNER,
        crate::spec::ALL,
        crate::yaml::ALL,
    ];
    let mut entries: Vec<Entry> = stages.into_iter().flatten().copied().collect();
    entries.sort_by_key(|entry| entry.code);
    entries
}
