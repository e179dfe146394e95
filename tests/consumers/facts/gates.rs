//! Feature gates: names, stages, defaults and locks.

use std::collections::{BTreeMap, BTreeSet};

use harden::{
    base::Minor,
    facts::{self, Gate, Program, Stage},
};

use super::{Differences, help::Shown};
use crate::programs::Built;

pub(super) fn compare(
    built: &Built,
    program: Program,
    minor: Minor,
    help: &BTreeMap<String, Shown>,
    differences: &mut Differences,
) {
    let gates: Vec<Gate> = facts::gates(minor).filter(|gate| facts::gate_of(program, gate.name, minor).is_known()).collect();
    let listed = listed(&help["feature-gates"].text);
    for (name, (stage, default)) in &listed {
        match gates.iter().find(|gate| gate.name == name) {
            None => differences.note("gate", name, "the program lists it, the table does not have it"),
            Some(gate) if (gate.stage, gate.default) == (*stage, *default) => {}
            Some(gate) => differences.note("gate", name, format!("program {stage:?} {default}, table {gate:?}")),
        }
    }
    // The help lists alpha and beta only.
    for gate in gates.iter().filter(|gate| matches!(gate.stage, Stage::Alpha | Stage::Beta) && !listed.contains_key(gate.name)) {
        differences.note("gate", gate.name, "the table has it as alpha or beta, the help does not list it");
    }
    let start = Start { built, program };
    // Without this, a program that never came to its gates would agree with everything.
    assert_eq!(refused(&start.with("HardenNoSuchGate=true")), ["HardenNoSuchGate"]);
    start.accepts_all(&gates, differences);
    if program == Program::KubeApiserver {
        start.refuses_others(&gates, minor, differences);
        start.locks(&gates, differences);
    }
}

/// `Name=true|false (ALPHA - default=false)`, in the API server with `kube:` in front.
fn listed(text: &str) -> BTreeMap<String, (Stage, bool)> {
    let mut gates = BTreeMap::new();
    for (head, tail) in text.split("=true|false (").zip(text.split("=true|false (").skip(1)) {
        let name = head.rsplit(' ').next().unwrap_or_default();
        let stage = if tail.starts_with("ALPHA") { Stage::Alpha } else { Stage::Beta };
        let default = tail.split(')').next().is_some_and(|inner| inner.ends_with("default=true"));
        gates.insert(name.trim_start_matches("kube:").to_owned(), (stage, default));
    }
    assert!(gates.len() > 50, "the help lists only {} gates", gates.len());
    gates
}

/// A program that is started with gates, and with something that ends it right after it has looked at them.
struct Start<'a> {
    built: &'a Built,
    program: Program,
}

impl Start<'_> {
    fn with(&self, gates: &str) -> String {
        let end: &[&str] = match self.program {
            Program::KubeApiserver => &[],
            Program::KubeControllerManager => &["--kubeconfig=/nonexistent/harden"],
            Program::KubeScheduler | Program::Kubelet => &["--config=/nonexistent/harden"],
            Program::KubeProxy => &["--oom-score-adj=5000"],
            Program::Etcd => unreachable!("etcd has gates of its own"),
        };
        let mut arguments = vec![format!("--feature-gates={gates}")];
        arguments.extend(end.iter().map(|argument| (*argument).to_owned()));
        self.built.says(&arguments)
    }

    /// Every gate of the table, at its default, in one start.
    fn accepts_all(&self, gates: &[Gate], differences: &mut Differences) {
        let all: Vec<String> = gates.iter().map(|gate| format!("{}={}", gate.name, gate.default)).collect();
        let said = self.with(&all.join(","));
        for name in refused(&said) {
            differences.note("gate", &name, "the table has it, the program refuses it at its default");
        }
    }

    /// Every gate that the table has only at other minors, one by one: the program names only the first that it refuses. The
    /// others know the same names, and their help was compared.
    fn refuses_others(&self, gates: &[Gate], minor: Minor, differences: &mut Differences) {
        let known: BTreeSet<&str> = gates.iter().map(|gate| gate.name).collect();
        let all = (facts::OLDEST.0..=facts::NEWEST.0).flat_map(|minor| facts::gates(Minor(minor))).map(|gate| gate.name);
        for name in all.collect::<BTreeSet<_>>().into_iter().filter(|name| !known.contains(name)) {
            assert!(!facts::gate(name, minor).is_known());
            if !self.with(&format!("{name}=true")).contains(&format!("unrecognized feature gate: {name}")) {
                differences.note("gate", name, "the program knows it, the table says that it does not");
            }
        }
    }

    /// Locked gates refuse the other value, one by one; all others take it, in one start.
    fn locks(&self, gates: &[Gate], differences: &mut Differences) {
        for gate in gates.iter().filter(|gate| gate.locked) {
            let said = self.with(&format!("{}={}", gate.name, !gate.default));
            if !said.contains(&format!("{} to {}, feature is locked", gate.name, !gate.default)) {
                differences.note("gate", gate.name, "the table says locked, the program takes the other value");
            }
        }
        let open = gates.iter().filter(|gate| !gate.locked).map(|gate| format!("{}={}", gate.name, !gate.default));
        let said = self.with(&open.collect::<Vec<_>>().join(","));
        for name in refused(&said) {
            differences.note("gate", &name, "the table says open, the program refuses the other value");
        }
    }
}

/// The gates that a message complains about.
fn refused(said: &str) -> Vec<String> {
    let after = |mark: &'static str| {
        let word = |rest: &str| rest.split([' ', ',', '"', ']', '\n']).next().unwrap_or_default().to_owned();
        said.split(mark).skip(1).map(word).collect::<Vec<_>>()
    };
    [after("unrecognized feature gate: "), after("cannot set feature gate ")].concat()
}
