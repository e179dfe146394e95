//! Feature gates, by minor.

use super::{
    Lookup, Program,
    row::{ByMinor, Period, Row, value_at},
    tables,
};
use crate::base::Minor;

/// How ripe a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// May change or go at any time.
    Alpha,
    /// Well tested; may change.
    Beta,
    /// Stable.
    Ga,
    /// On its way out.
    Deprecated,
}

/// A feature gate as one minor knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The name.
    pub name: &'static str,
    /// How ripe the feature is.
    pub stage: Stage,
    /// Whether it is on without being asked.
    pub default: bool,
    /// Whether the default is the only value that is accepted.
    pub locked: bool,
    /// What else is to be known, where something is.
    pub note: Option<&'static str>,
}

impl Gate {
    /// Whether a component starts with the gate set to this value.
    #[must_use]
    pub fn accepts(&self, value: bool) -> bool {
        !self.locked || value == self.default
    }
}

/// The state of a gate from one minor on.
#[derive(Debug, Clone, Copy)]
pub(super) struct GateState {
    pub(super) stage: Stage,
    pub(super) default: bool,
    pub(super) locked: bool,
}

/// A row of the table of gates.
#[derive(Debug)]
pub(super) struct GateRow {
    pub(super) name: &'static str,
    pub(super) until: Option<Minor>,
    /// At least one; the first is the first minor that knows the gate.
    pub(super) states: ByMinor<GateState>,
    pub(super) refused_by: ByMinor<&'static [Program]>,
    pub(super) note: Option<&'static str>,
    pub(super) instead: Option<&'static str>,
}

impl Row for GateRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.states[0].0, until: self.until }
    }
    fn instead(&self) -> Option<&'static str> {
        self.instead
    }
}

impl GateRow {
    pub(super) fn at(&'static self, minor: Minor) -> Gate {
        let GateState { stage, default, locked } = value_at(self.states, minor).unwrap_or(self.states[0].1);
        Gate { name: self.name, stage, default, locked, note: self.note }
    }
}

/// What a minor's components know of a feature gate. A gate that is gone stops a component whatever its value.
/// The five components know the same names but for two exceptions: ask `gate_of` where the component is known.
#[must_use]
pub fn gate(name: &str, minor: Minor) -> Lookup<Gate> {
    tables::GATES.find(name, minor).map(|row| row.at(minor))
}

/// The same for one program: a gate that others know and this one does not is `Unknown`; etcd has gates of its own.
#[must_use]
pub fn gate_of(program: Program, name: &str, minor: Minor) -> Lookup<Gate> {
    if program == Program::Etcd {
        return Lookup::NotCovered;
    }
    let refused = |row: &GateRow| value_at(row.refused_by, minor).is_some_and(|by| by.contains(&program));
    let found = tables::GATES.find(name, minor);
    if found.is_known_and(|row| refused(row)) {
        return Lookup::Unknown { nearest: None };
    }
    found.map(|row| row.at(minor))
}

/// Every gate that a minor's components know, sorted; none where the table does not cover the minor.
pub fn gates(minor: Minor) -> impl Iterator<Item = Gate> {
    tables::GATES.at(minor).map(move |row| row.at(minor))
}

/// The only value that a minor accepts for a gate; nothing where both are accepted or the gate does not exist.
#[must_use]
pub fn locked_gate(name: &str, minor: Minor) -> Option<bool> {
    gate(name, minor).known().filter(|gate| gate.locked).map(|gate| gate.default)
}
