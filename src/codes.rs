//! Every diagnostic code of the program, from the lists of the stages.

use crate::diag::{Entry, Severity};

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

/// Codes that no message has any more: they are never given to another one, and whoever meets one is told what it was.
const RETIRED: [Entry; 1] = [Entry {
    code: "no-authorization-file",
    severity: Severity::Error,
    meaning: "No longer given: an AuthorizationConfiguration was asked for where the API server reads none. Every version that is built \
        for reads one; what a file cannot hold is told by `authorizer-not-in-file`.",
}];

/// What a code means, also one that is no longer given.
#[must_use]
pub fn find(code: &str) -> Option<Entry> {
    all().into_iter().chain(RETIRED).find(|entry| entry.code == code)
}
