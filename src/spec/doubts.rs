//! What may stand in a spec although it could not be read: a field under a wrong name, a value of a wrong kind.
//! What seems to be missing there is no second mistake.

use std::collections::BTreeSet;

use super::{
    diagnostics::nearest,
    schema::{self, Mistake, Part, What},
    tree::path_of,
};
use crate::{base::SpecPath, yaml::Node};

/// More mistakes than these leave nothing certain; more unknown fields of one map leave nothing of the map.
const LOOKED_AT: usize = 500;

/// The places of a spec of which nobody knows whether something stands there.
#[derive(Debug, Clone, Default)]
pub struct Doubts {
    /// Nothing is certain.
    all: bool,
    /// What lies at or below these may stand there.
    below: BTreeSet<SpecPath>,
    /// Lists with entries that have no name.
    unnamed: BTreeSet<SpecPath>,
    /// Fields that stand somewhere else than they belong.
    astray: BTreeSet<String>,
}

impl Doubts {
    /// Everything may be said somewhere that was not read.
    #[must_use]
    pub fn all() -> Self {
        Doubts { all: true, ..Doubts::default() }
    }

    /// What the mistakes of a tree leave open.
    pub(super) fn of(root: &Node, mistakes: &[Mistake]) -> Self {
        let opens = |mistake: &&Mistake| match &mistake.what {
            What::Unknown { .. } | What::Type { .. } | What::Word { .. } | What::Range { .. } => true,
            What::Missing { .. } | What::TooMany | What::TooFew { .. } => false,
        };
        if mistakes.iter().filter(opens).count() > LOOKED_AT {
            return Doubts::all();
        }
        let mut doubts = Doubts::default();
        for mistake in mistakes {
            let at = path_of(root, &mistake.pointer);
            match &mistake.what {
                What::Unknown { fields, allowed } => {
                    let open = |name: &&str| root.at_pointer(&mistake.pointer).is_some_and(|map| map.get(name).is_none());
                    doubts.unknown(&at, fields, allowed.iter().map(String::as_str).filter(open).collect());
                }
                What::Type { .. } | What::Word { .. } | What::Range { .. } => {
                    doubts.below.insert(at);
                }
                // An entry of a list without name or id may be the one that is meant somewhere else.
                What::Missing { field, .. } if matches!(field.as_str(), "name" | "id") => {
                    doubts.unnamed.extend(mistake.pointer.rsplit_once('/').map(|(list, _)| path_of(root, list)));
                }
                What::Missing { .. } | What::TooMany | What::TooFew { .. } => {}
            }
        }
        doubts
    }

    /// A field that does not exist is that of the unwritten ones which it nearly is, or one that belongs elsewhere;
    /// else it may be any of its map.
    fn unknown(&mut self, at: &SpecPath, fields: &[String], open: Vec<&str>) {
        if fields.len() > LOOKED_AT {
            self.below.insert(at.clone());
            return;
        }
        for field in fields {
            let near = nearest(field, open.iter().copied());
            match (near, schema::home(Part::Spec, field)) {
                (Some(near), _) => {
                    self.below.insert(at.child(near));
                }
                (None, Some(_)) => {}
                (None, None) => {
                    self.below.insert(at.clone());
                }
            }
            self.astray.insert(field.clone());
        }
    }

    /// Whether anything is in doubt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.all && self.below.is_empty() && self.unnamed.is_empty() && self.astray.is_empty()
    }

    /// Whether what seems to be missing at a path may stand there, or be meant for it.
    #[must_use]
    pub fn hide(&self, path: &SpecPath) -> bool {
        let mut at = SpecPath::root();
        let mut hidden = self.all || self.below.contains(&at);
        for segment in path.segments() {
            at = at.child(&segment);
            hidden |= self.below.contains(&at) || self.astray.contains(&segment);
        }
        hidden
    }

    /// Whether a part of the spec may say more than was read of it, or something else.
    #[must_use]
    pub fn touch(&self, path: &SpecPath) -> bool {
        self.hide(path) || self.below.iter().any(|below| below.is_within(path))
    }

    /// Whether a list may have entries whose names could not be read.
    #[must_use]
    pub fn hide_names(&self, list: &SpecPath) -> bool {
        let depth = list.segments().count();
        let hides = |below: &SpecPath| {
            let more: Vec<String> = below.segments().skip(depth).collect();
            below.is_within(list)
                && matches!(more.iter().map(String::as_str).collect::<Vec<_>>()[..], [] | [_] | [_, "name" | "id"])
        };
        self.hide(list) || self.unnamed.contains(list) || self.below.iter().any(hides)
    }
}
