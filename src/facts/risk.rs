//! What an owner's own kubeadm configuration carries at a risk: where it stands, when it is one, and why.

use super::{
    row::{Period, Row},
    tables,
};
use crate::base::Minor;

/// A risk that is carried.
#[derive(Debug)]
pub struct Risk {
    /// Its name.
    pub name: &'static str,
    /// The places where it can stand (`*/apiServer/extraArgs/audit-log-format`); `*` is any one segment.
    pub at: &'static [&'static str],
    /// When what stands there is a risk.
    pub when: RiskWhen,
    /// A place and the value that must stand there too.
    pub beside: Option<(&'static str, &'static str)>,
    /// The control that is hollowed out by it.
    pub breaks: Option<&'static str>,
    /// Why; `{}` stands for the item.
    pub why: &'static str,
    /// Who says so.
    pub source: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
}

/// When an item at a place is a risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskWhen {
    /// Whatever it is.
    Set,
    /// It is one of these.
    AnyOf(&'static [&'static str]),
    /// It is none of these.
    OtherThan(&'static [&'static str]),
    /// It begins with one of these.
    Begins(&'static [&'static str]),
    /// It holds this text.
    Holds(&'static str),
    /// It is a duration of more than these seconds.
    Longer(i64),
    /// It is more than the default of the flag.
    AboveDefault,
    /// It is less than the default of the flag.
    BelowDefault,
    /// It is a version that is not of the minor.
    OtherMinor,
    /// It switches on a gate that is alpha in the minor.
    AlphaGate,
    /// It is a registry that the spec does not name.
    UndeclaredRegistry,
}

impl Row for Risk {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
}

impl Risk {
    /// Whether an item is the risk by what it says alone; `false` where more than the item decides.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let is = |known: &&str| known.eq_ignore_ascii_case(text);
        match self.when {
            RiskWhen::AnyOf(known) => {
                known.iter().any(is) || text == "1" && known.contains(&"true") || text == "0" && known.contains(&"false")
            }
            RiskWhen::OtherThan(known) => !text.is_empty() && !known.iter().any(is),
            RiskWhen::Begins(known) => known.iter().any(|start| text.starts_with(start)),
            RiskWhen::Holds(part) => text.contains(part),
            RiskWhen::Set
            | RiskWhen::Longer(_)
            | RiskWhen::AboveDefault
            | RiskWhen::BelowDefault
            | RiskWhen::OtherMinor
            | RiskWhen::AlphaGate
            | RiskWhen::UndeclaredRegistry => false,
        }
    }

    /// Whether it can stand at a place.
    #[must_use]
    pub fn stands_at(&self, place: &str) -> bool {
        self.at.iter().any(|pattern| matches(pattern, place))
    }

    /// Whether a place is the one beside which it must stand.
    #[must_use]
    pub fn is_beside(&self, place: &str) -> bool {
        self.beside.is_none_or(|(pattern, _)| matches(pattern, place))
    }
}

fn matches(pattern: &str, place: &str) -> bool {
    let (mut pattern, mut place) = (pattern.split('/'), place.split('/'));
    loop {
        match (pattern.next(), place.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}

/// Every risk that a minor knows, sorted by name.
pub fn risks(minor: Minor) -> impl Iterator<Item = &'static Risk> {
    tables::RISKS.at(minor)
}
