//! Facts in sentences that reports print, by minor.

use super::{
    row::{ByMinor, value_at},
    tables,
};
use crate::base::{FactId, KubeVersion, Minor};

/// The ids of the facts that have a sentence; the text of each constant is its newest sentence.
pub mod id {
    use crate::base::FactId;

    include!(concat!(env!("OUT_DIR"), "/fact_ids.rs"));
}

/// A row of the table of sentences.
#[derive(Debug)]
pub(super) struct FactRow {
    pub(super) id: FactId,
    /// At least one.
    pub(super) says: ByMinor<&'static str>,
    /// For a minor that got the newest fact by a patch release, which one.
    pub(super) patches: &'static [(u16, u16)],
    /// Whether it is harden that does not write it yet, where the platform would take it.
    pub(super) unwritten: bool,
    pub(super) source: &'static str,
}

/// The sentence of a fact at a minor: lower case, no full stop. Before the first one, the first; an id without a sentence gives itself.
#[must_use]
pub fn sentence(fact: FactId, minor: Minor) -> &'static str {
    row(fact).map_or(fact.0, |row| value_at(row.says, minor).unwrap_or(row.says[0].1))
}

/// Whether a fact says that this version of harden does not write something yet, which nothing else forbids.
#[must_use]
pub fn is_unwritten(fact: FactId) -> bool {
    row(fact).is_some_and(|row| row.unwritten)
}

/// Where a fact was read.
#[must_use]
pub fn source(fact: FactId) -> Option<&'static str> {
    row(fact).map(|row| row.source)
}

/// The fact of this name that has a sentence.
#[must_use]
pub fn fact(name: &str) -> Option<FactId> {
    tables::FACTS.rows.binary_search_by(|row| row.id.0.cmp(name)).ok().map(|index| tables::FACTS.rows[index].id)
}

/// Every fact that has a sentence, sorted by id.
pub fn facts() -> impl Iterator<Item = FactId> {
    tables::FACTS.rows.iter().map(|row| row.id)
}

/// Whether the newest sentence of a fact holds at an exact version: from its minor on, and where a patch release brought it, from that
/// patch on. Without a patch in the version it holds if any patch of the minor has it.
#[must_use]
pub fn holds(fact: FactId, version: KubeVersion) -> bool {
    let Some(row) = row(fact) else { return false };
    let since = row.says.last().map(|(minor, _)| *minor);
    let first_patch = row.patches.iter().find(|(minor, _)| *minor == version.minor.0).map_or(0, |(_, patch)| *patch);
    since.is_some_and(|since| version.minor >= since) && version.patch.is_none_or(|patch| patch >= first_patch)
}

fn row(fact: FactId) -> Option<&'static FactRow> {
    tables::FACTS.rows.binary_search_by(|row| row.id.cmp(&fact)).ok().map(|index| &tables::FACTS.rows[index])
}
