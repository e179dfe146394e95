//! Whether a feature can be used at a minor, told from its gate; and what to do instead of things that are gone.

use super::{EtcdVersion, Lookup, Program, etcd_flag, flag, gate, plugin, row::Row, support::NEWEST, tables};
use crate::base::Minor;

/// Whether a feature can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Its gate does not exist yet, or the feature was withdrawn.
    Absent,
    /// It must be switched on by its gate.
    NeedsGate,
    /// It is on, and its gate could switch it off.
    On,
    /// It is on, and cannot be switched off; from some minor on, naming the gate stops the component.
    Always,
    /// Nothing is known: no such gate, or the minor is not covered.
    Unknown,
}

/// Whether the feature behind a gate can be used at a minor, and what that takes.
#[must_use]
pub fn feature(gate_name: &str, minor: Minor) -> Feature {
    match gate(gate_name, minor) {
        Lookup::Known(gate) if gate.locked => {
            if gate.default {
                Feature::Always
            } else {
                Feature::Absent
            }
        }
        Lookup::Known(gate) => {
            if gate.default {
                Feature::On
            } else {
                Feature::NeedsGate
            }
        }
        Lookup::Removed { .. } => {
            let last = tables::GATES.row(gate_name).and_then(|row| row.life().until);
            let on = last.is_some_and(|until| gate(gate_name, Minor(until.0 - 1)).is_known_and(|gate| gate.default));
            if on { Feature::Always } else { Feature::Absent }
        }
        Lookup::NotYet { .. } => Feature::Absent,
        Lookup::Unknown { .. } | Lookup::NotCovered => Feature::Unknown,
    }
}

/// A thing that a user may still name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing<'a> {
    /// A flag of a program, without dashes.
    Flag(Program, &'a str),
    /// A feature gate of the components.
    Gate(&'a str),
    /// An admission plugin.
    Plugin(&'a str),
}

/// What to do instead of a thing that is gone in the newest minor, whichever minor took it away; nothing for what is there or unknown.
#[must_use]
pub fn replacement(thing: Thing<'_>) -> Option<&'static str> {
    match thing {
        Thing::Flag(Program::Etcd, name) => etcd_flag(name, EtcdVersion { minor: tables::ETCD.newest.0, patch: 0 }).replacement(),
        Thing::Flag(program, name) => flag(program, name, NEWEST).replacement(),
        Thing::Gate(name) => gate(name, NEWEST).replacement(),
        Thing::Plugin(name) => plugin(name, NEWEST).replacement(),
    }
}
