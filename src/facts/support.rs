//! Which minors the product supports.

use super::tables;
use crate::base::Minor;

pub use tables::{NEWEST, OLDEST, OLDEST_BUILD};

/// What the product does for a minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Support {
    /// `build` writes for it and `check` knows it.
    Build,
    /// `check` and imports know it; `build` refuses it.
    CheckOnly,
    /// Older than every table.
    TooOld,
    /// Newer than every table: refused until its rows exist.
    TooNew,
}

/// What the product does for a minor.
#[must_use]
pub fn support(minor: Minor) -> Support {
    if minor < OLDEST {
        Support::TooOld
    } else if minor < OLDEST_BUILD {
        Support::CheckOnly
    } else if minor <= NEWEST {
        Support::Build
    } else {
        Support::TooNew
    }
}

/// The minors that `build` writes for, rising.
pub fn build_minors() -> impl Iterator<Item = Minor> {
    (OLDEST_BUILD.0..=NEWEST.0).map(Minor)
}
