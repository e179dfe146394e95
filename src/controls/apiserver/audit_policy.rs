//! Records what the logging goals ask for: the audit policy, its flag and its mount.

use std::collections::BTreeSet;

use crate::{
    base::{Area, Cause, Level, Reason},
    controls::{Applies, Control, by_platform},
    facts,
    kube::audit::{Goal, GroupWildcard, policy},
    plan::{Held, Lowering, Outcome, SettingKey, Topic, host_paths},
    resolve::Resolved,
};

use super::strokes;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/audit-policy",
    area: Area::Logging,
    title: "record who did what, in the detail that the logging goals ask for",
    level: Level::Baseline,
    doc: include_str!("audit_policy.md"),
    params: &[],
    applies,
    lower,
};

/// What is answered where the spec asks for nothing: every goal but the one that records the body of every change.
const DEFAULT_GOALS: [Goal; 7] = [
    Goal::SecretsAccess,
    Goal::Exec,
    Goal::RbacChanges,
    Goal::Impersonation,
    Goal::PolicyChanges,
    Goal::AuthenticationFailures,
    Goal::NodeChanges,
];

fn applies(cluster: &Resolved) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_AUDIT_POLICY), (Outcome::Impossible, facts::id::AKS_AUDIT_POLICY))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let goals: BTreeSet<Goal> = if cluster.audit.goals.is_empty() {
        DEFAULT_GOALS.into_iter().collect()
    } else {
        cluster.audit.goals.iter().map(|(goal, _)| *goal).collect()
    };
    let wildcard =
        if facts::holds(facts::id::AUDIT_GROUP_STAR, cluster.version) { GroupWildcard::Taken } else { GroupWildcard::Refused };
    let rules = held(cluster, out, policy(&goals, wildcard));
    out.plan_mut().audit_rules = Some(rules);
    strokes::file_flag(out, "audit-policy-file", "audit-policy", host_paths::AUDIT_POLICY);
    answer(cluster, out);
    let names: Vec<&str> = goals.iter().map(|goal| goal.name()).collect();
    let asked = if cluster.audit.goals.is_empty() { "the spec asks for no goals; taken: " } else { "goals: " };
    strokes::enforced(out, format!("{asked}{}", names.join(", ")));
}

/// The rules for the reason of the control and of every goal.
fn held<T>(cluster: &Resolved, out: &Lowering<'_>, rules: T) -> Held<T> {
    let mut held = out.held(rules);
    let control = out.reason().control;
    held.reasons.extend(cluster.audit.goals.iter().map(|(_, cause)| Reason { control, cause: cause.clone() }));
    held
}

fn answer(cluster: &Resolved, out: &mut Lowering<'_>) {
    let keys = [SettingKey::Part(Topic::AuditPolicy, "rules".to_owned()), strokes::flag_key("audit-policy-file")];
    for (_, cause) in &cluster.audit.goals {
        if let Cause::Spec(place) = cause {
            strokes::intents_by(cluster, out, place, &keys);
        }
    }
}
