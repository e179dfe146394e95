//! The audit policy: what the log records, each rule under what it is for.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, Cause, Mode, Origin, Reason},
    kube::audit::{self, ExplainedRule},
    plan::{Held, Plan, SettingKey, Topic, host_paths},
    targets::origins,
};

use super::{artifact, path_of};

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let rules = plan.audit_rules.as_ref()?;
    let path = path_of(plan, "audit-policy-file", host_paths::AUDIT_POLICY);
    let document = audit::document(&rules.value, |rule| origin(rules, rule));
    let purpose = [
        "What the API server writes into its audit log. The first rule that matches a request decides.",
        "Read at start only: restart kube-apiserver on each control-plane node after a change.",
    ];
    artifact(&path, Mode::Plain, &purpose, document, "audit-document")
}

/// A rule is there for the goals that it serves; one that serves none, for what asked for a policy at all.
fn origin(rules: &Held<Vec<ExplainedRule>>, rule: &ExplainedRule) -> Arc<Origin> {
    let names: BTreeSet<&str> = rule.goals.iter().map(|goal| goal.name()).collect();
    let goal = |reason: &Reason| match &reason.cause {
        Cause::Spec(path) => path.as_str().rsplit_once("/goals/").map(|(_, name)| names.contains(name)),
        Cause::Profile { .. } | Cause::Owner(_) | Cause::Shape(_) | Cause::Derived(_) => None,
    };
    let pick = |wanted: Option<bool>| -> BTreeSet<Reason> {
        rules.reasons.iter().filter(|reason| goal(reason) == wanted).cloned().collect()
    };
    let own = if names.is_empty() { pick(None) } else { pick(Some(true)) };
    let reasons = if own.is_empty() { rules.reasons.clone() } else { own };
    origins::of_reasons(Some(&SettingKey::Part(Topic::AuditPolicy, "rules".to_owned())), reasons)
}
