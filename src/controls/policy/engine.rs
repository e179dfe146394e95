//! Writes a policy into the plan, and says what the declared engine makes of it on the day of the build.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, FactId, Reason, SpecPath},
    facts,
    plan::{Action, Ground, Held, Lowering, Outcome, PolicyPlan, Scope, webhook_key},
    policy::{ParamValue, Policy},
    resolve::Resolved,
};

use super::{
    super::strokes,
    spared::{self, Spared},
    waived, webhook,
};

/// What a control asks of a policy.
pub(in crate::controls) struct Asked {
    /// The policy.
    pub(in crate::controls) policy: &'static Policy,
    /// Its parameters, each with what made it so.
    pub(in crate::controls) params: Vec<(&'static str, ParamValue, Cause)>,
    /// Places of the spec that it answers.
    pub(in crate::controls) places: Vec<SpecPath>,
    /// What keeps it from holding although its engine enforces it.
    pub(in crate::controls) but: Option<(FactId, &'static str)>,
    /// What it does not look at, and so lets through.
    pub(in crate::controls) unseen: &'static str,
}

/// Writes the policy of a control, with its verdicts.
pub(in crate::controls) fn write(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, asked: &Asked) {
    let cause = out.reason().cause;
    let reasons = BTreeSet::from([out.reason()]);
    let exempt = exempt(cluster, out, id, asked.policy);
    out.because(cause.clone());
    let mut params = BTreeMap::new();
    for (name, value, because) in asked.params.clone() {
        params.insert(name, out.because(because).held(value));
    }
    let action = action(cluster, out);
    out.because(cause);
    let mut plan = PolicyPlan { policy: asked.policy, params, exempt, action, reasons };
    waived::workloads(cluster, out, id, &mut plan);
    verdict(cluster, out, &plan, asked);
    out.plan_mut().policies.insert(asked.policy.name, plan);
}

/// The namespaces that the policy spares: those of the system that need it, and those that are waived.
fn exempt(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, policy: &Policy) -> BTreeMap<String, BTreeSet<Reason>> {
    let mut exempt: BTreeMap<String, BTreeSet<Reason>> = BTreeMap::new();
    for Spared { namespace, cause, fact, says } in spared::namespaces(cluster, policy.name) {
        if !exempt.contains_key(namespace) {
            let scope = Scope::Namespace(namespace.to_owned());
            out.because(cause.clone());
            out.verdict(scope, Outcome::NotApplicable, fact, format!("{says} runs there"));
        }
        let reason = out.because(cause).reason();
        exempt.entry(namespace.to_owned()).or_default().insert(reason);
    }
    for waiver in cluster.waivers_for(id) {
        if let Some(namespace) = waiver.whole_namespace() {
            out.because(Cause::Spec(waiver.path.clone()));
            let ground = Ground::Waiver(waiver.id.clone());
            out.verdict_on(Scope::Namespace(namespace.to_owned()), Outcome::Waived, ground, "");
            let reason = out.reason();
            exempt.entry(namespace.to_owned()).or_default().insert(reason);
        }
    }
    exempt
}

fn rollout(field: &str) -> SpecPath {
    SpecPath::new("/policies/rollout").child(field)
}

/// What happens on the day of the build. Who gives a day to warn from and none to deny from has not decided to deny yet.
fn action(cluster: &Resolved, out: &mut Lowering<'_>) -> Held<Action> {
    let (today, warn, deny) = (cluster.as_of, cluster.rollout.warn, cluster.rollout.deny);
    let (action, field) = match (warn, deny) {
        (Some(warn), _) if today < warn => (Action::DryRun, Some("warn")),
        (_, Some(deny)) if today < deny => (Action::Warn, Some("deny")),
        (Some(_), None) => (Action::Warn, Some("warn")),
        (_, Some(_)) => (Action::Deny, Some("deny")),
        (None, None) => (Action::Deny, None),
    };
    if let Some(field) = field {
        out.because(Cause::Spec(rollout(field)));
    }
    out.held(action)
}

/// What holds until the policy denies.
fn until(cluster: &Resolved, action: Action) -> String {
    let done = match action {
        Action::DryRun => "recorded",
        Action::Warn | Action::Deny => "warned about",
    };
    match cluster.rollout.deny {
        Some(day) => format!("until {day} violations are {done} alone"),
        None => format!("violations are {done} alone: the spec gives no day from which on policies deny"),
    }
}

fn verdict(cluster: &Resolved, out: &mut Lowering<'_>, plan: &PolicyPlan, asked: &Asked) {
    let engines = SpecPath::new("/policies/engines");
    let verdicts = verdicts(cluster, plan, asked);
    if cluster.engines.gatekeeper.is_some() {
        let reason = out.because(Cause::Spec(engines.child("gatekeeper"))).reason();
        out.plan_mut().gatekeeper.get_or_insert_default().insert(Reason { control: None, cause: reason.cause });
        let ground = Ground::Fact(facts::id::GATEKEEPER_CONSTRAINTS);
        strokes::intents(cluster, out, &engines.child("gatekeeper"), Outcome::Enforced, &ground, "");
        webhook::write(cluster, out, &plan.action);
    }
    for (outcome, ground, detail) in verdicts {
        for place in &asked.places {
            strokes::intents(cluster, out, place, outcome, &ground, &detail);
        }
        out.verdict_on(Scope::Cluster, outcome, ground, detail);
    }
}

/// Everything that keeps a policy from holding; where nothing does, that it holds.
fn verdicts(cluster: &Resolved, plan: &PolicyPlan, asked: &Asked) -> Vec<(Outcome, Ground, String)> {
    let Some(gatekeeper) = cluster.engines.gatekeeper else { return vec![without_gatekeeper(cluster)] };
    let mut gaps: Vec<(FactId, String)> = Vec::new();
    if gatekeeper.installed.is_none() {
        let detail = "say `policies.engines.gatekeeper.installed: values` once it runs with `helm/gatekeeper.values.yaml`";
        gaps.push((facts::id::GATEKEEPER_NOT_DECLARED, detail.to_owned()));
    }
    if plan.action.value != Action::Deny {
        gaps.push((facts::id::ROLLOUT_WAITS, until(cluster, plan.action.value)));
    }
    gaps.extend(webhook::gap(cluster));
    gaps.extend(asked.but.map(|(fact, detail)| (fact, detail.to_owned())));
    if gaps.is_empty() {
        let keys = plan.keys().into_iter().chain([webhook_key("failure")]).collect();
        return vec![(Outcome::Enforced, Ground::Settings(keys), asked.unseen.to_owned())];
    }
    let with_unseen = |detail: String| match (detail.as_str(), asked.unseen) {
        ("", unseen) => unseen.to_owned(),
        (_, "") => detail,
        (_, unseen) => format!("{detail}; {unseen}"),
    };
    // What is not looked at is said once.
    let said = |(number, (fact, detail)): (usize, (FactId, String))| {
        (Outcome::Weaker, Ground::Fact(fact), if number == 0 { with_unseen(detail) } else { detail })
    };
    gaps.into_iter().enumerate().map(said).collect()
}

/// What is left where Gatekeeper is not declared.
pub(in crate::controls) fn without_gatekeeper(cluster: &Resolved) -> (Outcome, Ground, String) {
    if cluster.engines.admission_policy || cluster.engines.azure_policy {
        let detail = "policies are written for Gatekeeper alone in this version".to_owned();
        return (Outcome::Impossible, Ground::Fact(facts::id::NOT_BUILT_YET), detail);
    }
    let detail = "declare `policies.engines.gatekeeper`; `harden check` judges manifests by the policy all the same".to_owned();
    (Outcome::Impossible, Ground::Fact(facts::id::NO_POLICY_ENGINE), detail)
}
