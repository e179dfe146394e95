//! Constraints with the parameters of the cluster, what Gatekeeper must know of it, and what it changes.

use crate::{
    plan::{Judges, Plan, PolicyPlan, Pulls, constraint_key, mutation_key, sync_key},
    policy::Subject,
    targets::origins,
    yaml::Out,
};

use super::{kind, out};

/// The constraints of a policy with the names of their files: over pods, and over what makes pods.
pub(in crate::targets) fn constraints(plan: &PolicyPlan) -> Vec<(String, Out)> {
    let judged = |judges: &Judges| (plan.constraint_name(*judges), constraint(plan, *judges));
    plan.constraints().iter().map(judged).collect()
}

fn constraint(plan: &PolicyPlan, judges: Judges) -> Out {
    let name = plan.constraint_name(judges);
    let key = constraint_key(&name);
    let origin = origins::of_reasons(Some(&key), plan.reasons.clone());
    let kinds = plan
        .kinds(judges)
        .into_iter()
        .map(|(group, kinds)| Out::map([("apiGroups", Out::list([group])), ("kinds", Out::list(kinds))]));
    let mut matched = Out::map([("kinds", Out::list(kinds))]);
    if !plan.exempt.is_empty() {
        let namespace = |(name, reasons): (&String, &std::collections::BTreeSet<crate::base::Reason>)| {
            Out::str(name.as_str()).with(&origins::of_reasons(Some(&key), reasons.clone()))
        };
        matched.set("excludedNamespaces", Out::list(plan.exempt.iter().map(namespace)));
    }
    let action = plan.action_of(judges);
    let mut spec = Out::map([
        ("enforcementAction", Out::str(action.name()).with(&origins::of_reasons(Some(&key), plan.action.reasons.clone()))),
        ("match", matched),
    ]);
    if !plan.params.is_empty() {
        let param = |(name, held): (&&'static str, &crate::plan::Held<crate::policy::ParamValue>)| {
            (*name, out(&held.value.to_json()).with(&origins::of_reasons(Some(&key), held.reasons.clone())))
        };
        spec.set("parameters", Out::map(plan.params.iter().map(param)));
    }
    Out::map([
        ("apiVersion", Out::str("constraints.gatekeeper.sh/v1beta1")),
        ("kind", Out::str(kind(plan.policy))),
        ("metadata", Out::map([("name", name.as_str())])),
        ("spec", spec),
    ])
    .with(&origin)
}

/// What Gatekeeper must hold of the cluster, where a policy looks something up.
pub(in crate::targets) fn sync_set(plan: &Plan) -> Option<Out> {
    let looks_up = plan.policies.values().find(|policy| policy.policy.subject == Subject::EnteredPod)?;
    let pods = Out::map([("group", ""), ("version", "v1"), ("kind", "Pod")]);
    let out = Out::map([
        ("apiVersion", Out::str("syncset.gatekeeper.sh/v1alpha1")),
        ("kind", Out::str("SyncSet")),
        ("metadata", Out::map([("name", "harden")])),
        ("spec", Out::map([("gvks", Out::list([pods]))])),
    ]);
    Some(out.with(&origins::of_reasons(Some(&sync_key()), looks_up.reasons.clone())))
}

/// One mutation for each list of what pulls images.
pub(in crate::targets) fn assigns(plan: &Plan) -> Vec<Out> {
    let Some(policy) = plan.sets_pull_policy() else { return Vec::new() };
    Pulls::ALL.into_iter().map(|of| assign(policy, of)).collect()
}

fn assign(policy: &PolicyPlan, of: Pulls) -> Out {
    let key = mutation_key(of);
    let apply_to = Out::map(
        [("groups", ""), ("kinds", "Pod"), ("versions", "v1"), ("operations", of.operation())]
            .map(|(key, one)| (key, Out::list([one]))),
    );
    let kinds = Out::map([("apiGroups", Out::list([""])), ("kinds", Out::list(["Pod"]))]);
    let mut matched = Out::map([("scope", Out::str("Namespaced")), ("kinds", Out::list([kinds]))]);
    if !policy.exempt.is_empty() {
        matched.set("excludedNamespaces", Out::list(policy.exempt.keys()));
    }
    let mut parameters = Out::map([("assign", Out::map([("value", "Always")]))]);
    if let Some(path) = of.only_in() {
        parameters.set("pathTests", Out::list([Out::map([("subPath", path), ("condition", "MustExist")])]));
    }
    let spec = Out::map([
        ("applyTo", Out::list([apply_to])),
        ("match", matched),
        ("location", Out::str(of.location())),
        ("parameters", parameters),
    ]);
    Out::map([
        ("apiVersion", Out::str("mutations.gatekeeper.sh/v1")),
        ("kind", Out::str("Assign")),
        ("metadata", Out::map([("name", format!("always-pull-{}", of.list().to_lowercase()))])),
        ("spec", spec),
    ])
    .with(&origins::of_reasons(Some(&key), policy.reasons.clone()))
}
