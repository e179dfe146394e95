//! `REPORT.md`: what holds where and why, for the engineer who applies the tree. Ordered by the ten areas.

mod cells;
mod logs;
mod reasons;

pub use cells::code;

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    base::{Artifact, Date, Minor},
    facts,
    plan::{Ground, Outcome, OwnerField, Plan, SettingKey, Settings, Verdict},
    resolve::{Waiver, WaiverState},
};

use super::{FilesOfControls, Outlook, text_artifact};
use cells::{cell, prose};
use reasons::Reasons;

/// A list of steps under a title.
pub struct StepList {
    /// What they are for.
    pub title: &'static str,
    /// Markdown sentences, in order.
    pub steps: Vec<String>,
}

/// What the report tells beside the plan.
pub struct Extras<'a> {
    /// Every setting of the plan.
    pub settings: &'a Settings,
    /// The day of the build.
    pub as_of: Date,
    /// Every waiver with its state.
    pub waivers: &'a [Waiver],
    /// What kube-bench will say on a control-plane node, and why.
    pub benchmark: &'a Outlook,
    /// The benchmark used, and whether it is mapped to this minor.
    pub benchmark_name: (&'a str, bool),
    /// The files with lines of each control.
    pub files: &'a FilesOfControls<'a>,
    /// Steps that a person must take, in order.
    pub steps: &'a [StepList],
}

/// Makes the file.
#[must_use]
pub fn report(plan: &Plan, artifacts: &[Artifact], extras: &Extras<'_>) -> Artifact {
    let mut text = String::with_capacity(64 * 1024);
    head(&mut text, plan, extras);
    let reasons = Reasons::of(plan, extras.files, extras.settings);
    reasons.not_held(&mut text);
    steps(&mut text, extras);
    reasons.areas(&mut text);
    logs::logs(&mut text, plan);
    reasons.intents(&mut text);
    owner(&mut text, plan);
    waivers(&mut text, plan, extras);
    benchmark(&mut text, extras);
    files(&mut text, artifacts);
    text_artifact("REPORT.md", text)
}

/// Of more settings behind one verdict only these many are shown.
const MOST_SETTINGS: usize = 12;

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn head(out: &mut String, plan: &Plan, extras: &Extras<'_>) {
    let _ = writeln!(out, "# Hardening report of cluster {}\n", code(&plan.cluster.name));
    let _ =
        writeln!(out, "Platform {}, Kubernetes {}, built for {}.\n", plan.cluster.platform, plan.cluster.version, extras.as_of);
    line(out, "Each control and each intent of the spec counts once, by its worst verdict:\n");
    line(out, "| outcome | controls | intents of the spec |");
    line(out, "|---|---:|---:|");
    for outcome in Outcome::ALL {
        let controls = plan.verdicts.iter().filter(|v| v.outcome() == outcome).count();
        let intents = plan.intents.iter().filter(|v| v.outcome() == outcome).count();
        let _ = writeln!(out, "| {outcome} | {controls} | {intents} |");
    }
    let controls = plan.verdicts.iter().filter(|v| unwritten(&v.verdicts)).count();
    let intents = plan.intents.iter().filter(|v| unwritten(&v.verdicts)).count();
    if controls + intents > 0 {
        let _ = writeln!(
            out,
            "\nOf what is impossible {controls} controls and {intents} intents are what this version of harden does not write: nothing else forbids them."
        );
    }
    line(out, "");
    line(out, "`harden explain FILE:LINE` tells why a line of this tree is there.");
}

/// Whether something is impossible because this version of harden does not write it, and for no other reason.
fn unwritten(verdicts: &[Verdict]) -> bool {
    let mut impossible = verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Impossible).peekable();
    impossible.peek().is_some() && impossible.all(Verdict::is_unwritten)
}

fn steps(out: &mut String, extras: &Extras<'_>) {
    if extras.steps.is_empty() {
        return;
    }
    line(out, "\n## How to apply");
    for list in extras.steps {
        let _ = writeln!(out, "\n### {}\n", list.title);
        for (n, step) in list.steps.iter().enumerate() {
            let _ = writeln!(out, "{}. {step}", n + 1);
        }
    }
}

/// The reason of a verdict in plain words, for the terminal.
#[must_use]
pub fn reason_text(verdict: &Verdict, settings: &Settings, minor: Minor) -> String {
    let ground = match &verdict.ground {
        Ground::Fact(fact) => facts::sentence(*fact, minor).to_owned(),
        Ground::Waiver(id) => format!("waiver {id}"),
        Ground::Settings(keys) => {
            let shown = keys.iter().take(MOST_SETTINGS);
            let texts: Vec<String> = shown
                .map(|key| settings.get(key).map_or_else(|| key.to_string(), |held| format!("{key}={}", held.value)))
                .collect();
            texts.join(", ") + &others(keys)
        }
    };
    if verdict.detail.is_empty() { ground } else { format!("{ground} ({})", verdict.detail) }
}

/// How many settings stand behind a verdict and are not shown.
fn others(keys: &[SettingKey]) -> String {
    match keys.len().saturating_sub(MOST_SETTINGS) {
        0 => String::new(),
        more => format!(" and {more} more, all in coverage.json"),
    }
}

fn owner(out: &mut String, plan: &Plan) {
    if plan.owner.is_empty() {
        return;
    }
    line(out, "\n## Your own kubeadm configuration\n");
    line(out, "| field | fate | value | why |");
    line(out, "|---|---|---|---|");
    for note in &plan.owner {
        let fate = match note.fate {
            OwnerField::Carried => "carried",
            OwnerField::Overridden => "overridden",
            OwnerField::Refused => "refused",
        };
        let why = note.why.as_deref().unwrap_or("");
        let _ = writeln!(out, "| {} | {fate} | {} | {} |", code(&note.field), code(&note.value), cell(why));
    }
}

fn waivers(out: &mut String, plan: &Plan, extras: &Extras<'_>) {
    if extras.waivers.is_empty() {
        return;
    }
    line(out, "\n## Waivers\n");
    line(
        out,
        "Each counts to the end of the day under `expires`. Nothing in the cluster ends by itself on that day: a build for a later day \
         stops until the waiver is renewed, reprieved or taken out, and what a tree spares stays spared until a new tree is applied.\n",
    );
    line(out, "| id | control | scope | owner | reason | expires | state |");
    line(out, "|---|---|---|---|---|---|---|");
    for waiver in extras.waivers {
        let what = [("namespace", &waiver.namespace), ("pool", &waiver.pool), ("workload", &waiver.workload)];
        let what = what.into_iter().chain([("vulnerability", &waiver.vulnerability)]);
        let parts: Vec<String> = what.filter_map(|(what, of)| Some(format!("{what} {}", of.as_ref()?))).collect();
        let scope = if parts.is_empty() { "cluster".to_owned() } else { parts.join(", ") };
        let state = match waiver.state {
            WaiverState::Active => effect(plan, waiver).to_owned(),
            WaiverState::Graced(until) => format!("expired, reprieve until {until}: {}", effect(plan, waiver)),
            WaiverState::Expired => "expired".to_owned(),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {state} |",
            prose(&waiver.id),
            code(&waiver.control),
            prose(&scope),
            prose(&waiver.owner),
            prose(&waiver.reason),
            waiver.expires
        );
    }
}

/// What a waiver that counts comes to.
fn effect(plan: &Plan, waiver: &Waiver) -> &'static str {
    let Some(intent) = plan.intents.iter().find(|intent| intent.path == waiver.path) else { return "active" };
    let rests_on = |fact| intent.verdicts.iter().any(|verdict| verdict.ground == Ground::Fact(fact));
    match intent.outcome() {
        Outcome::NotApplicable => "without effect",
        Outcome::Weaker if rests_on(facts::id::WAIVER_NOT_AT_ADMISSION) => "in `harden check` alone",
        Outcome::Weaker if rests_on(facts::id::POD_SECURITY_REFUSES_TOO) => {
            "active, and Pod Security refuses the pods all the same"
        }
        Outcome::Enforced | Outcome::Provider | Outcome::Elsewhere | Outcome::Waived | Outcome::Weaker | Outcome::Impossible => {
            "active"
        }
    }
}

fn benchmark(out: &mut String, extras: &Extras<'_>) {
    if *extras.benchmark == Outlook::default() {
        return;
    }
    let (name, exact) = extras.benchmark_name;
    let _ = writeln!(out, "\n## What kube-bench will report ({name})\n");
    if !exact {
        let _ = writeln!(
            out,
            "No published benchmark is mapped to this minor; {name} is used, as kube-bench does with its newest file.\n"
        );
    }
    line(out, "Every FAIL and every missed WARN that its tests give on control-plane nodes with these artifacts, and why:\n");
    line(out, "| id | result | on | topic | seen | why |");
    line(out, "|---|---|---|---|---|---|");
    for finding in &extras.benchmark.findings {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            finding.id,
            finding.printed,
            finding.on,
            cell(finding.topic),
            cell(&finding.observed),
            cell(&finding.why)
        );
    }
    if !extras.benchmark.untold.is_empty() {
        let group = |(why, ids): &(String, Vec<&str>)| format!("{} ({why})", ids.join(", "));
        let groups: Vec<String> = extras.benchmark.untold.iter().map(group).collect();
        let _ = writeln!(out, "\nNot told here, whatever kube-bench prints for it: {}.", groups.join("; "));
    }
}

/// How many files and lines each folder of the tree has; `manifest.json` lists every file.
fn files(out: &mut String, artifacts: &[Artifact]) {
    let mut folders: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for artifact in artifacts {
        let (folder, _) = artifact.path.as_str().split_once('/').unwrap_or_default();
        let (files, lines) = folders.entry(folder).or_default();
        *files += 1;
        *lines += artifact.lines.count();
    }
    line(out, "\n## Files\n");
    line(
        out,
        "`manifest.json` lists every file with its mode and its hash; git keeps no modes but the executable bit, so set them where you install.\n",
    );
    line(out, "| folder | files | lines |");
    line(out, "|---|---:|---:|");
    for (folder, (files, lines)) in folders {
        let _ = writeln!(out, "| `{folder}/` | {files} | {lines} |");
    }
}
