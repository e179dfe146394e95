//! One verdict for each item of a benchmark.

use crate::facts::benchmarks::{Benchmark, Item, Look, Test};

use super::{
    Evidence,
    evidence::Seen,
    files,
    text::{config_value, describe, flag_value, holds, subset},
};

/// What comes out of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What was seen is what is expected.
    Pass,
    /// It is not.
    Fail {
        /// What was seen.
        observed: String,
        /// What is expected.
        expected: String,
    },
    /// The item is a question to people.
    Manual,
    /// The evidence does not reach.
    NotEvaluated {
        /// Why.
        why: String,
    },
}

/// An item and its outcome.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The item.
    pub item: &'static Item,
    /// The outcome.
    pub outcome: Outcome,
}

impl Verdict {
    /// The word that kube-bench prints; none where only the running system can tell.
    #[must_use]
    pub fn printed(&self) -> Option<&'static str> {
        match &self.outcome {
            Outcome::Pass => Some("PASS"),
            Outcome::Fail { .. } if self.item.scored => Some("FAIL"),
            Outcome::Fail { .. } | Outcome::Manual => Some("WARN"),
            Outcome::NotEvaluated { .. } => None,
        }
    }
}

/// Evaluates every item of a benchmark, in its order.
#[must_use]
pub fn evaluate(benchmark: &'static Benchmark, evidence: &Evidence) -> Vec<Verdict> {
    let seen = Seen::new(evidence);
    benchmark.items.iter().map(|item| Verdict { item, outcome: outcome(benchmark, item, &seen) }).collect()
}

/// The verdicts for another node on which the same programs run with the same arguments and files of configuration; `evidence` has its
/// own files. What does not look at modes and owners stays as it was.
#[must_use]
pub fn evaluate_files(benchmark: &'static Benchmark, evidence: &Evidence, other: &[Verdict]) -> Vec<Verdict> {
    let seen = Seen::new(evidence);
    let verdict = |verdict: &Verdict| match verdict.item.look {
        Look::Mode { .. } | Look::Owner { .. } => {
            Verdict { item: verdict.item, outcome: outcome(benchmark, verdict.item, &seen) }
        }
        Look::Command { .. } | Look::Provider { .. } | Look::Unseen { .. } | Look::People => verdict.clone(),
    };
    other.iter().map(verdict).collect()
}

fn outcome(benchmark: &Benchmark, item: &Item, seen: &Seen<'_>) -> Outcome {
    if benchmark.evaluated {
        judge(item.look, seen)
    } else {
        Outcome::NotEvaluated { why: format!("the tests of {} are not known here", benchmark.name) }
    }
}

fn judge(look: &Look, seen: &Seen<'_>) -> Outcome {
    match *look {
        Look::Command { of, any, tests } => command(seen, of, any, tests),
        Look::Mode { files, at_most } => files::judge(seen, files, &format!("no looser than {at_most:o}"), |mode, _| {
            if mode & at_most == mode { Ok(()) } else { Err(format!("mode {mode:o}")) }
        }),
        Look::Owner { files, owner } => files::judge(seen, files, &format!("owned by {owner}"), |_, found| {
            if found == owner { Ok(()) } else { Err(format!("owned by {found}")) }
        }),
        Look::Provider { allowed } => provider(seen, allowed),
        Look::Unseen { why } => Outcome::NotEvaluated { why: why.to_owned() },
        Look::People => Outcome::Manual,
    }
}

fn command(seen: &Seen<'_>, of: &str, any: bool, tests: &'static [Test]) -> Outcome {
    let Some(list) = seen.process_list(of) else {
        return Outcome::NotEvaluated { why: format!("the command line of {of} is not at hand") };
    };
    let mut results = Vec::new();
    let mut shown = Vec::new();
    for test in tests {
        let found = match value(seen.evidence, of, list, test) {
            Ok(found) => found,
            Err(why) => return Outcome::NotEvaluated { why },
        };
        results.push(holds(test.expect, found.as_deref()));
        let one = found.map_or_else(|| format!("`{}` is not set", test.flag), |value| format!("`{}` is `{value}`", test.flag));
        if !shown.contains(&one) {
            shown.push(one);
        }
    }
    let pass = if any { results.contains(&true) } else { !results.contains(&false) };
    if pass {
        return Outcome::Pass;
    }
    let expected: Vec<String> = tests.iter().map(describe).collect();
    Outcome::Fail { observed: shown.join(", "), expected: expected.join(if any { ", or " } else { ", and " }) }
}

/// The flag on the command line, else the path in the configuration file. For kube-proxy the tool opens a kubeconfig in place of the
/// configuration, so only flags count there.
fn value(evidence: &Evidence, of: &str, list: &str, test: &Test) -> Result<Option<String>, String> {
    let flag = flag_value(list, test);
    match test.path {
        Some(path) if flag.is_none() && of == "kubelet" => {
            let config = evidence.kubelet_config.as_ref().ok_or("the kubelet's configuration file is not at hand")?;
            Ok(config_value(config, path))
        }
        Some(_) | None => Ok(flag),
    }
}

/// The tool takes the first word of the line behind the last `providers:`.
fn provider(seen: &Seen<'_>, allowed: &[&str]) -> Outcome {
    let expected = format!("the first provider is one of {}", allowed.join(", "));
    let Some(text) = &seen.evidence.encryption_config else {
        let list = seen.process_list("kube-apiserver");
        return match list.is_some_and(|list| !list.contains("--encryption-provider-config")) {
            true => Outcome::Fail { observed: "there is no encryption configuration".to_owned(), expected },
            false => Outcome::NotEvaluated { why: "the encryption configuration is not at hand".to_owned() },
        };
    };
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.contains("providers:")).and_then(|at| lines.get(at + 1).or(lines.get(at)));
    let first = last.and_then(|line| line.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())).unwrap_or("");
    if subset(first, allowed) {
        Outcome::Pass
    } else {
        Outcome::Fail { observed: format!("the first provider is `{first}`"), expected }
    }
}
