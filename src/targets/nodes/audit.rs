//! Rules of the audit subsystem.

use crate::{base::Lines, plan::HostRule};

use super::{
    Pool,
    file::{HostFile, Kind, origin},
};

/// The watches.
const WATCHES: &str = "/etc/audit/rules.d/50-harden-k8s.rules";
/// The options, behind every other file: augenrules(8) reads the files in the order of `ls -v`, and the last `-b` and `-f` are those that count.
const OPTIONS: &str = "/etc/audit/rules.d/zz-harden-k8s.rules";

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    let mut options = Lines::default();
    let mut watches = Lines::default();
    for rule in pool.rules() {
        if let HostRule::AuditOption(option) = rule.rule {
            options.push(&format!("{option} {}", rule.held.value), &origin(rule));
        } else if let HostRule::AuditWatch(path) = rule.rule {
            let (permissions, key) = rule.held.value.split_once(' ').unwrap_or((&rule.held.value, "node"));
            watches.push(&format!("-w {path} -p {permissions} -k {key}"), &origin(rule));
        }
    }
    let watched = "What is recorded of changes of Kubernetes and runtime files. The script leaves out watches below a folder that is not there.";
    let options_of = "Options of the audit subsystem. Of several files the last by name counts, and audit.rules of the package has some as well.";
    [(WATCHES, watched, watches), (OPTIONS, options_of, options)]
        .into_iter()
        .filter(|(.., lines)| lines.count() > 0)
        .map(|(path, purpose, lines)| HostFile {
            kind: Kind::AuditRules,
            mode: "0640",
            validator: "audit".to_owned(),
            effect: "audit",
            ..HostFile::new(path, purpose, lines)
        })
        .collect()
}
