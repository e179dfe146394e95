//! What `harden check` found: for people, and the JSON of the interface.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use crate::{
    base::{shortened, visible},
    check::{Finding, Findings, Skipped},
    diag::Severity,
};

/// At most so many findings are shown to people, or one of each file; the rest is counted.
const MOST: usize = 200;

/// At most so many numbers of benchmarks, and characters of a message or help.
const NUMBERS: usize = 4;
const LONGEST: usize = 200;

/// The findings as text: one block each, what was waived and what cannot be told behind them, a line of numbers at the end.
#[must_use]
pub fn check_text(found: &Findings) -> String {
    let mut out = String::new();
    findings(&mut out, &found.findings);
    for finding in &found.notices {
        block(&mut out, finding, if finding.severity == Severity::Warning { "warning" } else { "notice" });
    }
    for finding in &found.unknown {
        block(&mut out, finding, "cannot tell");
    }
    for finding in &found.waived {
        let waiver = finding.waiver.as_deref().unwrap_or_default();
        let _ = writeln!(out, "{}: waived by {waiver} [{}]: {}", at(finding), control(finding), shown(&finding.message));
    }
    skipped(&mut out, &found.summary.skipped);
    let summary = &found.summary;
    for what in &summary.not_asked {
        let _ = writeln!(out, "not asked: {what}");
    }
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let _ = writeln!(
        out,
        "{} in {} ({}): {}, {} waived, {} cannot be told, {} not judged",
        count(summary.objects(), "object", "objects"),
        count(summary.files, "file", "files"),
        count(summary.documents(), "document", "documents"),
        count(found.findings.len(), "finding", "findings"),
        found.waived.len(),
        found.unknown.len(),
        summary.skipped.len(),
    );
    out
}

/// The findings; of too many the first of each file, so that a noisy one hides no other.
fn findings(out: &mut String, all: &[Finding]) {
    let file = |finding: &Finding| finding.place.source.name().to_owned();
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    all.iter().for_each(|finding| *left.entry(file(finding)).or_default() += 1);
    let share = if all.len() > MOST { (MOST / left.len()).max(1) } else { MOST };
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for finding in all {
        let of_file = told.entry(file(finding)).or_default();
        if *of_file < share {
            *of_file += 1;
            block(out, finding, finding.severity.name());
        }
    }
    left.retain(|file, count| {
        *count -= told.get(file).copied().unwrap_or_default();
        *count > 0
    });
    if !left.is_empty() {
        let named: Vec<String> = left.iter().take(EACH).map(|(file, count)| format!("{count} in {}", visible(file))).collect();
        let others = if left.len() > EACH { ", ..." } else { "" };
        let _ = writeln!(out, "... and {} more findings: {}{others}\n", left.values().sum::<usize>(), named.join(", "));
    }
}

/// At most so many files that are not judged for one reason have a line each.
const EACH: usize = 5;

/// What was not judged: a line each, and one for many files with the same reason.
fn skipped(out: &mut String, skipped: &[Skipped]) {
    let mut alike: BTreeMap<&str, Vec<&Skipped>> = BTreeMap::new();
    for one in skipped.iter().filter(|one| one.document.is_none()) {
        alike.entry(&one.reason).or_default().push(one);
    }
    for one in skipped {
        let files = alike.get(one.reason.as_str()).filter(|files| one.document.is_none() && files.len() > EACH);
        match files {
            Some(files) if *files[0] == *one => {
                let first: Vec<_> = files.iter().take(EACH).map(|one| visible(&one.file)).collect();
                let _ = writeln!(out, "{} files: not judged: {} ({}, ...)", files.len(), visible(&one.reason), first.join(", "));
            }
            Some(_) => {}
            None => {
                let document =
                    one.document.filter(|document| *document > 1).map_or_else(String::new, |n| format!(" (document {n})"));
                let line = one.line.map_or_else(String::new, |line| format!(":{line}"));
                let _ = writeln!(out, "{}{line}{document}: not judged: {}", visible(&one.file), visible(&one.reason));
            }
        }
    }
}

/// A text of manifests as people see it, in one line: what begins a line here is ours, since pipelines read commands from the beginning of lines.
fn shown(text: &str) -> String {
    shortened(&visible(text), LONGEST).into_owned()
}

fn at(finding: &Finding) -> String {
    let at = finding.place.position();
    format!("{}:{}:{}", finding.place.source.name(), at.line, at.column)
}

fn control(finding: &Finding) -> &str {
    finding.control.as_deref().unwrap_or("plan")
}

fn block(out: &mut String, finding: &Finding, how: &str) {
    let _ = writeln!(out, "{}: {how} [{}]: {}", at(finding), control(finding), shown(&finding.message));
    if let Some(object) = &finding.object {
        let namespace = object.namespace.as_deref().map_or_else(String::new, |namespace| format!("{namespace}/"));
        let name = object.shown_name().unwrap_or_else(|| "(no name)".to_owned());
        let container = finding.container.as_deref().map_or_else(String::new, |container| format!(", container {container}"));
        let within = format!("{} {namespace}{name}{container}: {}", object.kind, finding.path);
        let _ = writeln!(out, "    in {}", visible(&within));
    }
    let _ = writeln!(out, "    help: {}", shown(&finding.fix));
    if !finding.benchmarks.is_empty() {
        let numbers = finding.benchmarks.iter().take(NUMBERS).map(|id| format!("{} {}", id.benchmark, id.id));
        let more = finding.benchmarks.len().saturating_sub(NUMBERS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "    asked by: {}{more}", numbers.collect::<Vec<_>>().join(", "));
    }
}

/// The JSON of the interface.
#[must_use]
pub fn check_json(found: &Findings) -> Value {
    let list = |list: &[Finding]| list.iter().map(one).collect::<Vec<_>>();
    let summary = &found.summary;
    json!({
        "schemaVersion": 1,
        "findings": list(&found.findings),
        "waived": list(&found.waived),
        "notices": list(&found.notices),
        "unknown": list(&found.unknown),
        "summary": {
            "files": summary.files,
            "documents": summary.documents(),
            "objects": summary.objects(),
            "findings": found.findings.len(),
            "waived": found.waived.len(),
            "unknown": found.unknown.len(),
            "skipped": summary.skipped,
            "notAsked": summary.not_asked,
        },
    })
}

fn one(finding: &Finding) -> Value {
    let start = finding.place.position();
    let end = finding.place.source.position(finding.place.span.end);
    json!({
        "control": finding.control,
        "severity": finding.severity.name(),
        "message": finding.message,
        "file": finding.place.source.name(),
        "document": finding.document,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "object": finding.object,
        "container": finding.container,
        "path": finding.path,
        "benchmarks": finding.benchmarks,
        "fix": finding.fix,
        "waiver": finding.waiver,
    })
}
