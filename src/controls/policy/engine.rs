//! Writes a policy into the plan, and says what the declared engine makes of it on the day of the build.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, FactId, Reason, SpecPath},
    facts::{self, Feature},
    plan::{Action, Engine, Ground, Held, Lowering, Outcome, PolicyPlan, Scope, SettingKey, WhenAway, webhook_key},
    policy::{ALWAYS_PULL, ParamValue, Policy},
    resolve::Resolved,
};

use super::{
    super::{admission::not_disabled, strokes},
    levels,
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
    let mut action = action(cluster, out);
    // What is set from the day on needs nobody to act before: a warning would be in vain.
    if asked.policy.sets_what_it_judges() && action.value == Action::Warn {
        action.value = Action::DryRun;
    }
    out.because(cause);
    let engine = engine(cluster, out, asked.policy);
    let mut plan = PolicyPlan { policy: asked.policy, engine, params, exempt, action, reasons };
    waived::workloads(cluster, out, id, &mut plan);
    for plugin in plan.plugins() {
        not_disabled(out, plugin);
    }
    verdict(cluster, out, &plan, asked);
    levels::judge(cluster, out, id, &plan, asked);
    out.plan_mut().policies.insert(asked.policy.name, plan);
}

/// Whether the API server can be told a policy itself. One policy is written for it; the rest is for Gatekeeper.
pub(in crate::controls) fn is_in_tree(cluster: &Resolved, policy: &Policy) -> bool {
    let engines = &cluster.engines;
    engines.gatekeeper.is_none()
        && engines.admission_policy
        && policy.name == ALWAYS_PULL.name
        && matches!(facts::feature("MutatingAdmissionPolicy", cluster.minor()), Feature::On | Feature::Always)
}

/// What enforces a policy here.
fn engine(cluster: &Resolved, out: &mut Lowering<'_>, policy: &Policy) -> Engine {
    if cluster.engines.gatekeeper.is_some() {
        return Engine::Gatekeeper;
    }
    if !is_in_tree(cluster, policy) {
        return Engine::Nothing;
    }
    let cause = out.reason().cause;
    let errors = if cluster.engines.fails_open == Some(true) { WhenAway::LetsPass } else { WhenAway::Refuses };
    let held = out.because(Cause::Spec(SpecPath::new("/policies/failure"))).held(errors);
    out.because(cause);
    Engine::InTree(held)
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
    let verdicts = match plan.engine {
        Engine::Gatekeeper => by_gatekeeper(cluster, plan, asked),
        Engine::InTree(_) => with_gaps(plan.keys(), waits(cluster, plan).into_iter().chain(but(plan, asked)), asked.unseen),
        Engine::Nothing => vec![without_engine(cluster)],
    };
    if let Engine::InTree(_) = plan.engine {
        let ground = Ground::Fact(facts::id::IN_TREE_POLICIES);
        strokes::intents(cluster, out, &engines.child("admissionPolicy"), Outcome::Weaker, &ground, "");
        let ground = Ground::Settings(plan.keys());
        strokes::intents(cluster, out, &SpecPath::new("/policies/failure"), Outcome::Enforced, &ground, "");
    }
    if let Engine::Gatekeeper = plan.engine {
        let reason = out.because(Cause::Spec(engines.child("gatekeeper"))).reason();
        out.plan_mut().gatekeeper.get_or_insert_default().insert(Reason { control: None, cause: reason.cause });
        out.plan_mut().gatekeeper_installed = cluster.engines.has_our_values();
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

/// A gap between what is asked and what holds.
type Gap = (FactId, String);

/// What the control says of its engine. What is said of a mutation is true once there is one.
fn but(plan: &PolicyPlan, asked: &Asked) -> Option<Gap> {
    let waits = plan.policy.sets_what_it_judges() && !plan.mutates();
    asked.but.filter(|_| !waits).map(|(fact, detail)| (fact, detail.to_owned()))
}

/// That the day from which on a policy denies has not come.
fn waits(cluster: &Resolved, plan: &PolicyPlan) -> Option<Gap> {
    (plan.action.value != Action::Deny).then(|| (facts::id::ROLLOUT_WAITS, until(cluster, plan.action.value)))
}

/// What Gatekeeper makes of a policy.
fn by_gatekeeper(cluster: &Resolved, plan: &PolicyPlan, asked: &Asked) -> Vec<(Outcome, Ground, String)> {
    let mut gaps: Vec<Gap> = Vec::new();
    if cluster.engines.gatekeeper.is_some_and(|gatekeeper| gatekeeper.installed.is_none()) {
        let detail = "say `policies.engines.gatekeeper.installed: values` once it runs with `helm/gatekeeper.values.yaml`";
        gaps.push((facts::id::GATEKEEPER_NOT_DECLARED, detail.to_owned()));
    }
    gaps.extend(waits(cluster, plan));
    gaps.extend(webhook::gap(cluster));
    gaps.extend(but(plan, asked));
    let keys = plan.keys().into_iter().chain([webhook_key("failure")]).collect();
    with_gaps(keys, gaps, asked.unseen)
}

/// Everything that keeps a policy from holding; where nothing does, that it holds by its settings.
fn with_gaps(keys: Vec<SettingKey>, gaps: impl IntoIterator<Item = Gap>, unseen: &str) -> Vec<(Outcome, Ground, String)> {
    let with_unseen = |detail: String| match (detail.as_str(), unseen) {
        ("", unseen) => unseen.to_owned(),
        (_, "") => detail,
        (_, unseen) => format!("{detail}; {unseen}"),
    };
    // What is not looked at is said once.
    let weaker = |(number, (fact, detail)): (usize, Gap)| {
        (Outcome::Weaker, Ground::Fact(fact), if number == 0 { with_unseen(detail) } else { detail })
    };
    let verdicts: Vec<_> = gaps.into_iter().enumerate().map(weaker).collect();
    if verdicts.is_empty() { vec![(Outcome::Enforced, Ground::Settings(keys), unseen.to_owned())] } else { verdicts }
}

/// What is left where no declared engine takes the policy.
pub(in crate::controls) fn without_engine(cluster: &Resolved) -> (Outcome, Ground, String) {
    if cluster.engines.admission_policy || cluster.engines.azure_policy {
        let detail = "this policy is written for Gatekeeper alone in this version".to_owned();
        return (Outcome::Impossible, Ground::Fact(facts::id::NOT_BUILT_YET), detail);
    }
    let detail = "declare `policies.engines.gatekeeper`; `harden check` judges manifests by the policy all the same".to_owned();
    (Outcome::Impossible, Ground::Fact(facts::id::NO_POLICY_ENGINE), detail)
}
