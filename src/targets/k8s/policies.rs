//! Admission policies for Gatekeeper: templates first, then constraints with what they need beside them.

use crate::{
    plan::{Plan, template_key},
    targets::{gatekeeper, origins},
    yaml::Out,
};

use super::{ObjectFile, Stage};

/// How the files begin.
const HEAD: &str = "For Gatekeeper.";

/// What Gatekeeper changes.
const MUTATION: &str = "always-pull-mutation";

/// What Gatekeeper keeps a copy of.
const SYNC: &str = "sync";

pub(super) const TEMPLATES: Stage = Stage {
    name: "policy-templates",
    purpose: |_| "Constraint templates. Gatekeeper makes a kind of each: wait until it has, before the constraints are applied.",
    files: templates,
};

pub(super) const CONSTRAINTS: Stage = Stage { name: "policies", purpose, files: constraints };

/// What Gatekeeper is told beside the constraints.
fn purpose(files: &[ObjectFile]) -> &'static str {
    let has = |file: &str| files.iter().any(|one| one.name.strip_suffix(".yaml") == Some(file));
    match (has(SYNC), has(MUTATION)) {
        (false, false) => "Constraints of the templates in k8s/policy-templates.",
        (true, false) => "Constraints of the templates in k8s/policy-templates, and what Gatekeeper must know for them.",
        (false, true) => "Constraints of the templates in k8s/policy-templates, and what Gatekeeper must change for them.",
        (true, true) => {
            "Constraints of the templates in k8s/policy-templates, and what Gatekeeper must know and change for them."
        }
    }
}

fn templates(plan: &Plan) -> Vec<ObjectFile> {
    if plan.gatekeeper.is_none() {
        return Vec::new();
    }
    let file = |policy: &crate::plan::PolicyPlan| {
        let origin = origins::of_reasons(Some(&template_key(policy.policy.name)), policy.reasons.clone());
        one(
            policy.policy.name,
            &format!("Refuses {}.", policy.policy.title),
            vec![gatekeeper::template(policy.policy).with(&origin)],
        )
    };
    plan.policies.values().map(file).collect()
}

fn constraints(plan: &Plan) -> Vec<ObjectFile> {
    if plan.gatekeeper.is_none() {
        return Vec::new();
    }
    let mut files: Vec<ObjectFile> = Vec::new();
    for policy in plan.policies.values() {
        let file = |(name, document): (String, Out)| one(&name, "", vec![document]);
        files.extend(gatekeeper::constraints(policy).into_iter().map(file));
    }
    let assigns = gatekeeper::assigns(plan);
    if !assigns.is_empty() {
        let purpose = "Has every new container and image volume pull its image at every start. Needs the mutation webhook of Gatekeeper with the \
             condition of helm/gatekeeper.values.yaml, and operations in applyTo: without either, pods that are there already could not be \
             changed any more.";
        files.push(one(MUTATION, purpose, assigns));
    }
    if let Some(sync) = gatekeeper::sync_set(plan) {
        let purpose = "Gatekeeper keeps a copy of every pod, to judge requests that enter one. It needs CONNECT in its webhook as well \
             (`enableConnectOperations: true` in the values of its chart).";
        files.push(one(SYNC, purpose, vec![sync]));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn one(name: &str, purpose: &str, documents: Vec<Out>) -> ObjectFile {
    let purpose = if purpose.is_empty() { HEAD.to_owned() } else { format!("{HEAD} {purpose}") };
    ObjectFile { name: format!("{name}.yaml"), purpose: vec![purpose], documents }
}
