//! What a kubelet refuses in its configuration file, by minor.

use super::{
    row::{Period, Row},
    tables,
};
use crate::base::Minor;

/// What a kubelet wants of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The path of the field; `[]` marks an item of a list.
    pub path: &'static str,
    /// The gate that must be on for the field to be set.
    pub gate: Option<&'static str>,
    /// The value that needs no gate.
    pub unless: Option<&'static str>,
    /// The least number.
    pub at_least: Option<i64>,
    /// The greatest number.
    pub at_most: Option<i64>,
    /// The only texts; empty where any will do.
    pub words: &'static [&'static str],
}

/// A row of the table of limits.
#[derive(Debug)]
pub(super) struct LimitRow {
    pub(super) name: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    pub(super) limit: Limit,
}

impl Row for LimitRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
}

/// Everything that a kubelet of a minor wants of the fields of its file, sorted by path; nothing where the table does not cover the minor.
pub fn kubelet_limits(minor: Minor) -> impl Iterator<Item = &'static Limit> {
    tables::KUBELET_LIMITS.at(minor).map(|row| &row.limit)
}
