//! In-tree policies: what the API server enforces itself, in CEL, without a webhook that may be away.

mod cel;
mod observe;

use std::collections::BTreeSet;

use crate::{
    base::{Origin, Reason},
    plan::{Engine, InTree, Plan, PolicyPlan, SettingKey, WhenAway, in_tree_actions, in_tree_binding_key, in_tree_rules_key},
    yaml::Out,
};

use super::origins;

pub(super) use observe::{binding as observe_binding, rules as observe_rules};

/// The group and version of policies and bindings.
pub(super) const API: &str = "admissionregistration.k8s.io/v1";

/// The label of every namespace that names it.
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";

/// The policies with their bindings, in the order in which they take effect; a policy without a binding does nothing.
pub(super) fn objects(plan: &Plan) -> Vec<Out> {
    let mut objects = Vec::new();
    for policy in plan.policies.values() {
        let Engine::InTree(errors) = &policy.engine else { continue };
        for one in InTree::of(policy) {
            let key = in_tree_rules_key(one.kind(), one.name());
            let mut rules = rules(one, errors.value);
            if let Some(failure) = rules.get_mut("spec").and_then(|spec| spec.get_mut("failurePolicy")) {
                failure.origin = Some(of(&key, &errors.reasons));
            }
            objects.push(rules.with(&of(&key, &policy.reasons)));
            objects.push(binding(one, policy));
        }
    }
    objects
}

/// A policy: what it looks at, and what it sets or refuses.
fn rules(one: InTree, errors: WhenAway) -> Out {
    let matched = Out::map([("resourceRules", Out::list(resources(one)))]);
    let mut spec = Out::map([("failurePolicy", Out::str(errors.failure_policy())), ("matchConstraints", matched)]);
    let variables = |rows: &[(&str, String)]| {
        Out::list(rows.iter().map(|(name, text)| Out::map([("name", *name), ("expression", text.as_str())])))
    };
    let sets = |expression: &str| {
        let apply = Out::map([("expression", expression)]);
        Out::list([Out::map([("patchType", Out::str("ApplyConfiguration")), ("applyConfiguration", apply)])])
    };
    match one {
        InTree::SetsPods => {
            // What a webhook adds after it is set as well.
            spec.set("reinvocationPolicy", "IfNeeded");
            spec.set("mutations", sets(cel::SETS_PODS));
        }
        InTree::SetsEphemeral => {
            spec.set("reinvocationPolicy", "IfNeeded");
            spec.set("variables", variables(&[("there", cel::THERE.to_owned())]));
            spec.set("mutations", sets(cel::SETS_EPHEMERAL));
        }
        InTree::Judges => {
            spec.set("variables", variables(&[("refused", cel::refused())]));
            let validation = [("expression", cel::NONE_IS_REFUSED), ("messageExpression", cel::MESSAGE), ("reason", "Forbidden")];
            let validation = Out::map(validation);
            spec.set("validations", Out::list([validation]));
        }
    }
    Out::map([
        ("apiVersion", Out::str(API)),
        ("kind", Out::str(one.kind())),
        ("metadata", Out::map([("name", one.name())])),
        ("spec", spec),
    ])
}

/// The requests that a policy is about. Ephemeral containers come by a request of their own; everything else of a pod is there when it is
/// created, but its image may be changed later.
fn resources(one: InTree) -> Vec<Out> {
    let rule = |operations: &[&'static str], resource: &'static str| {
        Out::map([
            ("apiGroups", Out::list([""])),
            ("apiVersions", Out::list(["v1"])),
            ("operations", Out::list(operations.iter().copied())),
            ("resources", Out::list([resource])),
        ])
    };
    let ephemeral = || rule(&["UPDATE"], "pods/ephemeralcontainers");
    match one {
        InTree::SetsPods => vec![rule(&["CREATE"], "pods")],
        InTree::SetsEphemeral => vec![ephemeral()],
        InTree::Judges => vec![rule(&["CREATE", "UPDATE"], "pods"), ephemeral()],
    }
}

/// What puts a policy into force, and where it does not hold.
fn binding(one: InTree, policy: &PolicyPlan) -> Out {
    let key = in_tree_binding_key(one.kind(), one.name());
    let line = |reasons: &BTreeSet<Reason>| of(&key, reasons);
    let mut spec = Out::map([("policyName", Out::str(one.name()))]);
    if one == InTree::Judges {
        let actions = Out::list(in_tree_actions(policy.action.value).iter().copied());
        spec.set("validationActions", actions.with(&line(&policy.action.reasons)));
    }
    if !policy.exempt.is_empty() {
        let names = Out::list(policy.exempt.iter().map(|(name, reasons)| Out::str(name.as_str()).with(&line(reasons))));
        let outside = Out::map([("key", Out::str(NAMESPACE_LABEL)), ("operator", Out::str("NotIn")), ("values", names)]);
        let selector = Out::map([("matchExpressions", Out::list([outside]))]);
        spec.set("matchResources", Out::map([("namespaceSelector", selector)]));
    }
    Out::map([
        ("apiVersion", Out::str(API)),
        ("kind", Out::str(format!("{}Binding", one.kind()))),
        ("metadata", Out::map([("name", one.name())])),
        ("spec", spec),
    ])
    .with(&line(&policy.reasons))
}

fn of(key: &SettingKey, reasons: &BTreeSet<Reason>) -> std::sync::Arc<Origin> {
    origins::of_reasons(Some(key), reasons.clone())
}
