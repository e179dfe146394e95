//! The fact tables against the real programs: every difference is printed, and only those that are listed with a reason may be there.
//! For a minor that the tables do not cover yet, the rows of the newest one are compared: what is printed are the rows to change.

mod etcd;
mod fields;
mod flags;
mod gates;
mod help;
mod kubeadm;
mod limits;
mod objects;
mod plugins;

use harden::{
    base::Minor,
    facts::{self, Program},
};

use crate::programs::{self, Built};

/// Differences that are right as they are: the program with its minor, what is compared, the name, and why.
type Known = &'static [(&'static str, &'static str, &'static str, &'static str)];

/// Those of the Kubernetes programs.
const KNOWN: Known = &[
    ("kube-apiserver 1.37", "gate", "DRAFractionalCapacityRange", COMPATIBILITY),
    ("kube-controller-manager 1.37", "gate", "DRAFractionalCapacityRange", COMPATIBILITY),
    ("kube-scheduler 1.37", "gate", "DRAFractionalCapacityRange", COMPATIBILITY),
    ("kubelet 1.36", "flag", "seccomp-default", QUOTED),
    ("kubelet 1.37", "flag", "seccomp-default", QUOTED),
    ("kubelet 1.37", "gate", "DRAFractionalCapacityRange", COMPATIBILITY),
    ("kube-proxy 1.37", "gate", "DRAFractionalCapacityRange", COMPATIBILITY),
];

const QUOTED: &str = "a switch whose text quotes a word, which the help then takes for the word of the value";
const COMPATIBILITY: &str =
    "the help prints the default for a minimum compatibility of 1.37; without the flag it is 1.36, and the gate off";

/// What differs between a program and the tables.
struct Differences {
    /// The program with its minor.
    program: String,
    known: Known,
    used: Vec<&'static str>,
    found: Vec<String>,
}

impl Differences {
    fn of(program: String, known: Known) -> Self {
        Differences { program, known, used: Vec::new(), found: Vec::new() }
    }

    /// Notes that a name differs; `what` says what the program does and what the tables say.
    fn note(&mut self, subject: &str, name: &str, what: impl Into<String>) {
        let listed =
            |(program, of, known, _): &&(&str, &str, &str, &str)| *program == self.program && *of == subject && *known == name;
        match self.known.iter().find(listed) {
            Some((_, _, known, _)) => self.used.push(known),
            None => self.found.push(format!("{subject} {name}: {}", what.into())),
        }
    }

    /// Fails with every difference, also when one that is listed as known is not there any more.
    fn none(mut self) {
        for (program, subject, name, _) in self.known {
            if *program == self.program && !self.used.contains(name) {
                self.found.push(format!("{subject} {name}: listed as a known difference, but there is none"));
            }
        }
        assert!(self.found.is_empty(), "{}: {} differences\n{}", self.program, self.found.len(), self.found.join("\n"));
    }
}

/// The minor of a set's programs as the tables can be asked: the newest one stands for those that are not covered yet.
fn asked(minor: u16) -> Minor {
    Minor(minor.min(facts::NEWEST.0))
}

/// A program of a minor, after a look at what it says of its own version.
fn built(minor: u16, program: Program) -> Option<Built> {
    let found = programs::find(&format!("k1{minor}"), program.name())?;
    let version = found.says(&["--version"]);
    assert!(version.contains(&format!("v1.{minor}.")), "{program} of k1{minor} says it is {version}");
    Some(found)
}

/// The minor of an extra set, built on demand, that is to be compared too (`HARDEN_FACTS_MINOR=38` for programs in `k138`).
fn extra() -> Option<u16> {
    #[expect(clippy::disallowed_methods, reason = "the switch of this comparison")]
    std::env::var("HARDEN_FACTS_MINOR").ok()?.parse().ok()
}

/// Compares one Kubernetes program of every set.
fn compare(program: Program) {
    for minor in [Some(36), Some(37), extra()].into_iter().flatten() {
        let Some(built) = built(minor, program) else { continue };
        let mut differences = Differences::of(format!("{program} 1.{minor}"), KNOWN);
        let help = help::read(&built);
        flags::compare(&built, program, asked(minor), &help, &mut differences);
        gates::compare(&built, program, asked(minor), &help, &mut differences);
        if program == Program::KubeApiserver {
            plugins::compare(&built, asked(minor), &help, &mut differences);
            plugins::compare_ciphers(&help, &mut differences);
        }
        differences.none();
    }
}

#[test]
fn kube_apiserver() {
    compare(Program::KubeApiserver);
}

#[test]
fn kube_controller_manager() {
    compare(Program::KubeControllerManager);
}

#[test]
fn kube_scheduler() {
    compare(Program::KubeScheduler);
}

#[test]
fn kubelet() {
    compare(Program::Kubelet);
}

#[test]
fn kube_proxy() {
    compare(Program::KubeProxy);
}
