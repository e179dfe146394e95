//! Look-ups: minor to benchmark, control to numbers, number to controls.

use std::fmt;

use super::{Benchmark, Item, KubeadmFile, tables};
use crate::base::Minor;

/// What a control of ours answers to.
#[derive(Debug)]
pub struct Mapping {
    /// The id of the control.
    pub control: &'static str,
    /// The benchmark topics that it answers to.
    pub answers: &'static [Answer],
    /// The section of the NSA and CISA guide that asks for it.
    pub nsa: Option<&'static str>,
}

/// A topic that a control answers to.
#[derive(Debug)]
pub struct Answer {
    /// The key of the topic.
    pub topic: &'static str,
    /// When it does; `None` stands for always.
    pub when: Option<Condition>,
}

/// What must be set, so that a control answers to a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Names of settings: the first that is set counts; one with `*` stands for all that match.
    pub settings: &'static [&'static str],
    /// What each value must be.
    pub wanted: Wanted,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// One of these.
    AnyOf(&'static [&'static str]),
    /// A number, at least this one.
    AtLeast(i64),
}

impl Condition {
    /// Whether it holds; `values` gives every value under a name of a setting. Where none is set, nothing contradicts it.
    fn holds(&self, values: &dyn Fn(&str) -> Vec<String>) -> bool {
        let found = self.settings.iter().map(|name| values(name)).find(|found| !found.is_empty()).unwrap_or_default();
        found.iter().all(|value| match self.wanted {
            Wanted::AnyOf(wanted) => wanted.contains(&value.as_str()),
            Wanted::AtLeast(least) => value.parse().is_ok_and(|number: i64| number >= least),
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setting = self.settings.first().copied().unwrap_or_default();
        match self.wanted {
            Wanted::AnyOf(wanted) => write!(f, "`{setting}` is {}", wanted.join(" or ")),
            Wanted::AtLeast(least) => write!(f, "`{setting}` is at least {least}"),
        }
    }
}

/// The benchmark for a minor.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    /// The benchmark.
    pub benchmark: &'static Benchmark,
    /// Whether it is made for the minor; else it is the newest one, which kube-bench falls back to.
    pub mapped: bool,
}

/// The number of an item in a benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct BenchmarkId {
    /// The benchmark (`cis-1.12`).
    pub benchmark: &'static str,
    /// The number in it (`1.2.15`).
    pub id: &'static str,
}

/// Every benchmark, sorted by name.
#[must_use]
pub fn benchmarks() -> &'static [Benchmark] {
    &tables::BENCHMARKS
}

/// The benchmark of a name.
#[must_use]
pub fn benchmark(name: &str) -> Option<&'static Benchmark> {
    tables::BENCHMARKS.iter().find(|benchmark| benchmark.name == name)
}

/// The benchmark that kube-bench uses for a minor: its own, else that of the nearest older minor.
#[must_use]
pub fn for_minor(minor: Minor) -> Option<Chosen> {
    let newest = |benchmark: &Benchmark| benchmark.minors.iter().copied().filter(|covered| *covered <= minor).max();
    let benchmark = tables::BENCHMARKS.iter().filter(|b| newest(b).is_some()).max_by_key(|b| newest(b))?;
    Some(Chosen { benchmark, mapped: benchmark.minors.contains(&minor) })
}

/// The numbers that a control answers to in the benchmark of a minor while these settings are in force, in the benchmark's order; `values`
/// gives every value under a name of a setting.
#[must_use]
pub fn ids_with(control: &str, minor: Minor, values: &dyn Fn(&str) -> Vec<String>) -> Vec<BenchmarkId> {
    let Some(chosen) = for_minor(minor) else { return Vec::new() };
    let holds = |(_, when): &(BenchmarkId, Option<Condition>)| when.is_none_or(|condition| condition.holds(values));
    answers_in(control, chosen.benchmark).into_iter().filter(holds).map(|(id, _)| id).collect()
}

/// The numbers that a control can answer to in the benchmark of a minor, each with what must be set.
#[must_use]
pub fn conditional_ids(control: &str, minor: Minor) -> Vec<(BenchmarkId, Option<Condition>)> {
    for_minor(minor).map(|chosen| answers_in(control, chosen.benchmark)).unwrap_or_default()
}

/// The numbers that a control can answer to in the benchmark of a minor, in the benchmark's order.
#[must_use]
pub fn ids(control: &str, minor: Minor) -> Vec<BenchmarkId> {
    for_minor(minor).map(|chosen| ids_in(control, chosen.benchmark)).unwrap_or_default()
}

/// The numbers that a control can answer to in a benchmark, in its order.
#[must_use]
pub fn ids_in(control: &str, benchmark: &'static Benchmark) -> Vec<BenchmarkId> {
    answers_in(control, benchmark).into_iter().map(|(id, _)| id).collect()
}

fn answers_in(control: &str, benchmark: &'static Benchmark) -> Vec<(BenchmarkId, Option<Condition>)> {
    let answers = mapping(control).map_or(&[][..], |mapping| mapping.answers);
    let of = |item: &Item| {
        let answer = answers.iter().find(|answer| answer.topic == item.topic.key)?;
        Some((BenchmarkId { benchmark: benchmark.name, id: item.id }, answer.when))
    };
    benchmark.items.iter().filter_map(of).collect()
}

/// The controls that answer to a topic, sorted.
pub fn controls_of(topic: &str) -> impl Iterator<Item = &'static str> {
    tables::CONTROLS
        .iter()
        .filter(move |mapping| mapping.answers.iter().any(|answer| answer.topic == topic))
        .map(|mapping| mapping.control)
}

/// The section of the NSA and CISA guide (version 1.2) that asks for what the control does.
#[must_use]
pub fn nsa(control: &str) -> Option<&'static str> {
    mapping(control)?.nsa
}

/// Controls that the CIS benchmark asks for at level 2 only ("profile applicability" of cis-1.12: unique CA of etcd, event rate, audit
/// of key concerns, policies in every namespace); what else it asks for is level 1.
const LEVEL_2: &[&str] = &["apiserver/audit-policy", "etcd/unique-ca", "kubelet/event-record-qps", "network/default-deny"];

/// Whether a benchmark, as profiles name it, asks for what a control does: `cis`, `cis-level-1`, `cis-level-2` or `nsa`.
#[must_use]
pub fn asks(name: &str, control: &str, minor: Minor) -> bool {
    let level_2 = LEVEL_2.contains(&control);
    match name {
        "cis" => !ids(control, minor).is_empty(),
        "cis-level-1" => !level_2 && !ids(control, minor).is_empty(),
        "cis-level-2" => level_2 && !ids(control, minor).is_empty(),
        "nsa" => nsa(control).is_some(),
        _ => false,
    }
}

/// The benchmarks that profiles can name.
pub const SELECTABLE: &[&str] = &["cis", "cis-level-1", "cis-level-2", "nsa"];

/// Every control that the map knows, sorted.
pub fn mapped_controls() -> impl Iterator<Item = &'static str> {
    tables::CONTROLS.iter().map(|mapping| mapping.control)
}

/// The files that kubeadm writes and the benchmarks look at, sorted by path.
#[must_use]
pub fn kubeadm_files() -> &'static [KubeadmFile] {
    &tables::KUBEADM_FILES
}

fn mapping(control: &str) -> Option<&'static Mapping> {
    let index = tables::CONTROLS.binary_search_by(|mapping| mapping.control.cmp(control)).ok()?;
    Some(&tables::CONTROLS[index])
}
