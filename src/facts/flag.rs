//! Flags of the programs, by minor.

use super::{
    Lookup, Program,
    row::{ByMinor, Period, Row, Table, value_at},
    tables,
};
use crate::base::Minor;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// `true` or `false`; bare `--x` means true.
    Bool,
    /// Pairs of certificate and key files with optional names, repeatable.
    CertKeyPairs,
    /// Ranges of addresses, separated by commas.
    Cidrs,
    /// A Go duration (`1m30s`).
    Duration,
    /// A number with a fraction.
    Float,
    /// Accepted without any effect.
    Ignored,
    /// A whole number.
    Int,
    /// Whole numbers, separated by commas.
    Ints,
    /// An IP address.
    Ip,
    /// An IP address, with or without a port.
    IpPort,
    /// Texts, separated by commas; a repeated flag appends.
    List,
    /// `key=value` pairs, separated by commas.
    Map,
    /// The `pattern=N` list of `--vmodule`.
    ModuleSpec,
    /// Ports `A-B`.
    PortRange,
    /// A Kubernetes quantity (`64Mi`).
    Quantity,
    /// The reserved memory of NUMA nodes.
    ReservedMemory,
    /// A text.
    String,
    /// One text for each use of the flag; commas do not separate.
    Strings,
    /// Taints, separated by commas.
    Taints,
    /// `file:line`.
    TraceLocation,
    /// A whole number that is not negative.
    Uint,
    /// A form of its own (etcd's URL lists and choices).
    Value,
    /// `--version`: prints and ends.
    Version,
}

/// A flag as one minor knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// The name, without dashes.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// The default at this minor, as `--help` prints it; nothing where it was not recorded.
    pub default: Option<&'static str>,
    /// Whether this minor marks it deprecated.
    pub deprecated: bool,
    /// Whether `--help` of this minor leaves it out although it is accepted.
    pub hidden: bool,
}

/// A row of a table of flags.
#[derive(Debug)]
pub(super) struct FlagRow {
    pub(super) name: &'static str,
    pub(super) kind: ValueKind,
    /// The type of a hidden flag was not read.
    #[expect(dead_code, reason = "kept beside the type, for the comparison with real programs")]
    pub(super) guessed: bool,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    pub(super) defaults: ByMinor<&'static str>,
    pub(super) deprecated: Option<Period>,
    pub(super) hidden: Option<Period>,
    pub(super) instead: Option<&'static str>,
}

impl Row for FlagRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
    fn instead(&self) -> Option<&'static str> {
        self.instead
    }
}

impl FlagRow {
    fn at(&'static self, minor: Minor) -> Flag {
        let in_period = |period: Option<Period>| period.is_some_and(|period| period.holds(minor));
        Flag {
            name: self.name,
            kind: self.kind,
            default: value_at(self.defaults, minor),
            deprecated: in_period(self.deprecated),
            hidden: in_period(self.hidden),
        }
    }
}

/// What a minor's program knows of a flag, named without dashes. etcd has versions of its own: always "not covered" here.
#[must_use]
pub fn flag(program: Program, name: &str, minor: Minor) -> Lookup<Flag> {
    match table(program) {
        Some(table) => table.find(name, minor).map(|row| row.at(minor)),
        None => Lookup::NotCovered,
    }
}

/// Every flag that a minor's program accepts, sorted; none where the table does not cover the minor.
pub fn flags(program: Program, minor: Minor) -> impl Iterator<Item = Flag> {
    table(program).into_iter().flat_map(move |table| table.at(minor)).map(move |row| row.at(minor))
}

fn table(program: Program) -> Option<&'static Table<FlagRow>> {
    match program {
        Program::KubeApiserver => Some(&tables::KUBE_APISERVER),
        Program::KubeControllerManager => Some(&tables::KUBE_CONTROLLER_MANAGER),
        Program::KubeScheduler => Some(&tables::KUBE_SCHEDULER),
        Program::Kubelet => Some(&tables::KUBELET),
        Program::KubeProxy => Some(&tables::KUBE_PROXY),
        Program::Etcd => None,
    }
}
