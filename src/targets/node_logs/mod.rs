//! What the nodes of a pool are told about logs: a drop-in of the journal and one of rsyslog, as they lie on the node.

mod quote;
mod rsyslog;

use std::sync::Arc;

use crate::{
    base::{Artifact, ControlId, Lines, Mode, Origin, OutPath},
    plan::{NodePlan, Plan, has_rsyslog, journal_key},
};

use super::{Mark, Target, head, origins};

/// The drop-ins, one folder for each pool of a known operating system.
pub(super) const TARGET: Target = Target {
    name: "node-logs",
    wanted: |plan| plan.cluster.kubeadm.is_some(),
    emit,
    marks: &[
        Mark { path: "nodes/*/files/etc/rsyslog.d/60-harden.conf", says: "Ships the logs of a node of pool" },
        Mark { path: "nodes/*/files/etc/systemd/journald.conf.d/60-harden.conf", says: "The journal of a node of pool" },
    ],
};

fn emit(plan: &Plan) -> Vec<Artifact> {
    let known = plan.pools.values().filter(|pool| has_rsyslog(&pool.os));
    known.flat_map(|pool| journal(plan, pool).into_iter().chain(rsyslog::emit(plan, pool))).collect()
}

fn journal(plan: &Plan, pool: &NodePlan) -> Option<Artifact> {
    let settings = &plan.logs.journal;
    let controls = settings.values().flat_map(|held| &held.reasons).filter_map(|reason| reason.control);
    let form = origins::form("journal-drop-in");
    let purpose = format!("The journal of a node of pool {}: systemctl restart systemd-journald", pool.name);
    let mut lines = comment(&[purpose], controls, &form);
    lines.push("[Journal]", &form);
    for (key, held) in settings {
        lines.push(&format!("{key}={}", held.value), &origins::setting(&journal_key(key), held));
    }
    (!settings.is_empty()).then(|| file(pool, "systemd/journald.conf.d/60-harden.conf", lines))?
}

fn comment(purpose: &[String], controls: impl Iterator<Item = ControlId>, form: &Arc<Origin>) -> Lines {
    let mut lines = Lines::default();
    for line in head::with_controls(purpose, &controls.collect()) {
        lines.push(&format!("# {line}"), form);
    }
    lines
}

/// A file below `/etc` of the nodes of a pool.
fn file(pool: &NodePlan, path: &str, lines: Lines) -> Option<Artifact> {
    let path = OutPath::new(&format!("nodes/{}/files/etc/{path}", pool.name)).ok()?;
    Some(Artifact { path, mode: Mode::Plain, lines })
}
