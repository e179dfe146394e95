//! The answer to a question about a name at a version.

use crate::base::Minor;

/// What is known of a name at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<T, V = Minor> {
    /// It exists at this version.
    Known(T),
    /// It existed, and this version has it no longer: naming it stops the program.
    Removed {
        /// The first version without it.
        in_: V,
        /// What to do instead, a short sentence in the imperative, where that is recorded.
        replacement: Option<&'static str>,
    },
    /// A later version brings it.
    NotYet {
        /// The first version that has it.
        since: V,
    },
    /// No version that the table covers has such a name.
    Unknown {
        /// The name of this version that is spelt most like it, if one is close.
        nearest: Option<&'static str>,
    },
    /// The table does not cover this version: nothing can be said.
    NotCovered,
}

impl<T, V> Lookup<T, V> {
    /// What was found, if it exists at this version.
    #[must_use]
    pub fn known(self) -> Option<T> {
        match self {
            Lookup::Known(found) => Some(found),
            Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => None,
        }
    }

    /// Whether it exists at this version.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Lookup::Known(_))
    }

    /// Whether it exists at this version and fulfils a condition.
    #[must_use]
    pub fn is_known_and(&self, fulfils: impl FnOnce(&T) -> bool) -> bool {
        matches!(self, Lookup::Known(found) if fulfils(found))
    }

    /// The same answer about something made from what was found.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Lookup<U, V> {
        match self {
            Lookup::Known(found) => Lookup::Known(make(found)),
            Lookup::Removed { in_, replacement } => Lookup::Removed { in_, replacement },
            Lookup::NotYet { since } => Lookup::NotYet { since },
            Lookup::Unknown { nearest } => Lookup::Unknown { nearest },
            Lookup::NotCovered => Lookup::NotCovered,
        }
    }

    /// What to do instead of a removed thing, where that is recorded.
    #[must_use]
    pub fn replacement(&self) -> Option<&'static str> {
        match self {
            Lookup::Removed { replacement, .. } => *replacement,
            Lookup::Known(_) | Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => None,
        }
    }
}

impl<T, V: std::fmt::Display> Lookup<T, V> {
    /// Why it cannot be used, to follow a name in a message: "is gone since 1.24"; nothing when it can.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        match self {
            Lookup::Known(_) => None,
            Lookup::Removed { in_, .. } => Some(format!("is gone since {in_}")),
            Lookup::NotYet { since } => Some(format!("exists only from {since} on")),
            Lookup::Unknown { .. } => Some("does not exist".to_owned()),
            Lookup::NotCovered => Some("cannot be looked up for this version".to_owned()),
        }
    }

    /// What to do about it, a help text for a message; nothing when nothing is recorded.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match self {
            Lookup::Removed { replacement, .. } => replacement.map(str::to_owned),
            Lookup::Unknown { nearest } => nearest.map(|name| format!("did you mean `{name}`?")),
            Lookup::Known(_) | Lookup::NotYet { .. } | Lookup::NotCovered => None,
        }
    }
}
