//! What `harden check` found as SARIF 2.1.0 (OASIS), the form that code scanners of forges take.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    check::{Finding, Findings},
    diag::Severity,
};

/// A rule as scanners show it.
pub struct Rule<'a> {
    /// One sentence.
    pub title: &'a str,
    /// More, in Markdown.
    pub text: &'a str,
}

/// The log of one run; `rule` knows controls and codes by their id.
#[must_use]
pub fn sarif<'a>(found: &Findings, version: &str, rule: impl Fn(&str) -> Option<Rule<'a>>) -> Value {
    let lists = [
        (&found.findings, "fail", true),
        (&found.waived, "fail", false),
        (&found.notices, "informational", true),
        (&found.unknown, "open", true),
    ];
    let all = || lists.iter().flat_map(|(list, kind, counts)| list.iter().map(move |finding| (finding, *kind, *counts)));
    let mut ids: BTreeMap<&str, usize> = all().map(|(finding, ..)| (id(finding), 0)).collect();
    for (n, index) in ids.values_mut().enumerate() {
        *index = n;
    }
    let rules: Vec<Value> = ids.keys().map(|id| described(id, rule(id))).collect();
    let results: Vec<Value> = all().map(|(finding, kind, counts)| result(finding, kind, counts, &ids)).collect();
    let notifications: Vec<Value> = found
        .summary
        .skipped
        .iter()
        .map(|skipped| {
            let region = skipped.line.map(|line| json!({ "startLine": line }));
            let mut physical = json!({ "artifactLocation": { "uri": uri(&skipped.file) } });
            if let Some(region) = region {
                physical["region"] = region;
            }
            json!({
                "level": "note",
                "message": { "text": format!("not judged: {}", skipped.reason) },
                "locations": [{ "physicalLocation": physical }],
            })
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "harden", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "results": results,
        }],
    })
}

/// The id of what only the plan asks for, without a control.
const PLAN: &str = "plan";

fn id(finding: &Finding) -> &str {
    finding.control.as_deref().unwrap_or(PLAN)
}

fn described(id: &str, rule: Option<Rule<'_>>) -> Value {
    match rule {
        Some(rule) => {
            json!({ "id": id, "shortDescription": { "text": rule.title }, "help": { "text": rule.text, "markdown": rule.text } })
        }
        None => json!({ "id": id, "shortDescription": { "text": "a setting that the installer writes otherwise" } }),
    }
}

fn result(finding: &Finding, kind: &str, counts: bool, ids: &BTreeMap<&str, usize>) -> Value {
    let start = finding.place.position();
    let end = finding.place.source.position(finding.place.span.end);
    let level = match (kind, finding.severity) {
        ("fail", Severity::Error) => "error",
        ("fail", Severity::Warning) => "warning",
        ("fail", Severity::Notice) => "note",
        // The standard wants no level beside any other kind.
        (_, _) => "none",
    };
    let mut result = json!({
        "ruleId": id(finding),
        "ruleIndex": ids.get(id(finding)),
        "kind": kind,
        "level": level,
        "message": { "text": format!("{}; {}", finding.message, finding.fix) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(finding.place.source.name()) },
                "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
            },
            "logicalLocations": logical(finding),
        }],
    });
    if !counts {
        let why = finding.waiver.as_deref().unwrap_or_default();
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": format!("waiver {why}") }]);
    }
    result
}

fn logical(finding: &Finding) -> Value {
    match &finding.object {
        Some(object) => {
            let name = object.shown_name();
            let parts = [Some(object.kind.as_str()), object.namespace.as_deref(), name.as_deref(), finding.container.as_deref()];
            let name: Vec<&str> = parts.into_iter().flatten().collect();
            json!([{ "fullyQualifiedName": name.join("/") }])
        }
        None => json!([]),
    }
}

/// A path as a reference: what has a meaning in one is written out.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
