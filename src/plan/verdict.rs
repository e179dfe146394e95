//! Verdicts: what became of a control or an intent, per scope, each on a ground.

use std::fmt;

use crate::{
    base::{Area, Cause, ControlId, FactId, SpecPath},
    facts,
};

use super::SettingKey;

/// What became of something that was asked for; ordered from best to worst for the one word shown for a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Does not arise here.
    NotApplicable,
    /// The emitted artifacts make it hold.
    Enforced,
    /// The provider makes it hold.
    Provider,
    /// Something that is not emitted by this control makes it hold.
    Elsewhere,
    /// Not applied, through a waiver.
    Waived,
    /// Holds only in part, or needs something that is not there yet.
    Weaker,
    /// Cannot be made to hold here.
    Impossible,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 7] = [
        Outcome::Enforced,
        Outcome::Elsewhere,
        Outcome::Weaker,
        Outcome::Provider,
        Outcome::Impossible,
        Outcome::Waived,
        Outcome::NotApplicable,
    ];

    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::NotApplicable => "not-applicable",
            Outcome::Enforced => "enforced",
            Outcome::Provider => "provider",
            Outcome::Elsewhere => "elsewhere",
            Outcome::Waived => "waived",
            Outcome::Weaker => "weaker",
            Outcome::Impossible => "impossible",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a verdict holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The whole cluster.
    Cluster,
    /// One node pool.
    Pool(String),
    /// One namespace.
    Namespace(String),
    /// One workload, as KIND/NAME, and the namespace it is in; in every namespace where none is said.
    Workload(String, Option<String>),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Cluster => f.write_str("cluster"),
            Scope::Pool(name) => write!(f, "pool {name}"),
            Scope::Namespace(name) => write!(f, "namespace {name}"),
            Scope::Workload(workload, Some(namespace)) => write!(f, "workload {workload} of namespace {namespace}"),
            Scope::Workload(workload, None) => write!(f, "workload {workload} of every namespace"),
        }
    }
}

/// What a verdict rests on. Free text alone is no ground.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// A fact, whose sentence reports print.
    Fact(FactId),
    /// A waiver by its id.
    Waiver(String),
    /// Settings that make it hold.
    Settings(Vec<SettingKey>),
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// Where it holds.
    pub scope: Scope,
    /// What became of it.
    pub outcome: Outcome,
    /// What it rests on.
    pub ground: Ground,
    /// What the reader should know beyond the ground; may be empty.
    pub detail: String,
    /// What made somebody ask.
    pub cause: Cause,
}

impl Verdict {
    /// Whether it is impossible for no other reason than that this version of harden does not write it.
    #[must_use]
    pub fn is_unwritten(&self) -> bool {
        self.outcome == Outcome::Impossible && matches!(self.ground, Ground::Fact(fact) if facts::is_unwritten(fact))
    }
}

/// The verdicts of a control.
#[derive(Debug, Clone)]
pub struct ControlVerdict {
    /// The control.
    pub id: ControlId,
    /// Its area.
    pub area: Area,
    /// What it asks for.
    pub title: &'static str,
    /// At least one verdict, sorted by scope.
    pub verdicts: Vec<Verdict>,
}

impl ControlVerdict {
    /// The one word for the control: its worst verdict.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        worst(&self.verdicts)
    }

    /// What became of it in the cluster as a whole: verdicts of single pools, namespaces and workloads count only where there is no
    /// other, and a waiver for one of them only where there is nothing else.
    #[must_use]
    pub fn of_cluster(&self) -> Outcome {
        let of =
            |whole: bool| self.verdicts.iter().filter(move |one| (one.scope == Scope::Cluster) == whole).map(|one| one.outcome);
        let in_parts = || of(false).filter(|outcome| *outcome != Outcome::Waived).max();
        of(true).max().or_else(in_parts).unwrap_or_else(|| self.outcome())
    }
}

/// The verdicts of one thing that the spec asks for.
#[derive(Debug, Clone)]
pub struct IntentVerdict {
    /// Where the spec asks for it.
    pub path: SpecPath,
    /// At least one verdict, sorted by scope.
    pub verdicts: Vec<Verdict>,
}

impl IntentVerdict {
    /// The one word for the intent: its worst verdict.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        worst(&self.verdicts)
    }
}

fn worst(verdicts: &[Verdict]) -> Outcome {
    verdicts.iter().map(|v| v.outcome).max().unwrap_or(Outcome::NotApplicable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_cluster(verdicts: &[(Scope, Outcome)]) -> Outcome {
        let verdict = |(scope, outcome): &(Scope, Outcome)| Verdict {
            scope: scope.clone(),
            outcome: *outcome,
            ground: Ground::Settings(Vec::new()),
            detail: String::new(),
            cause: Cause::Spec(SpecPath::new("/")),
        };
        let verdicts = verdicts.iter().map(verdict).collect();
        ControlVerdict { id: ControlId("a/b"), area: Area::ApiAccess, title: "", verdicts }.of_cluster()
    }

    #[test]
    fn a_waiver_for_a_part_is_none_for_the_cluster() {
        let pool = |name: &str| Scope::Pool(name.to_owned());
        assert_eq!(of_cluster(&[(Scope::Cluster, Outcome::Enforced), (pool("a"), Outcome::Waived)]), Outcome::Enforced);
        assert_eq!(of_cluster(&[(Scope::Cluster, Outcome::Enforced), (pool("a"), Outcome::Weaker)]), Outcome::Enforced);
        assert_eq!(of_cluster(&[(pool("a"), Outcome::Waived), (pool("b"), Outcome::Enforced)]), Outcome::Enforced);
        assert_eq!(of_cluster(&[(pool("a"), Outcome::Waived)]), Outcome::Waived);
        assert_eq!(of_cluster(&[(Scope::Cluster, Outcome::Waived), (pool("a"), Outcome::Enforced)]), Outcome::Waived);
    }
}
