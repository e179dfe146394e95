//! Rules of the audit subsystem.

use crate::{base::Lines, plan::HostRule};

use super::{
    Pool,
    file::{HostFile, Kind, origin},
};

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
    if watches.count() == 0 {
        return Vec::new();
    }
    options.extend(watches);
    let purpose = "What is recorded of changes of Kubernetes and runtime files. The script leaves out watches below a folder that is not there.";
    let file = HostFile::new("/etc/audit/rules.d/50-harden-k8s.rules", purpose, options);
    vec![HostFile { kind: Kind::AuditRules, mode: "0640", validator: "audit".to_owned(), effect: "audit", ..file }]
}
