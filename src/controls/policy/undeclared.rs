//! Namespaces of components that the spec does not declare: policies do not spare what it does not speak of.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::ComponentNotDeclared,
    diag::Diagnostics,
    facts::{self, When},
    kube::rbac::Subject,
    plan::{Locate, Plan, PolicyPlan},
    resolve::Resolved,
};

use super::spared;

/// Where an engine is declared, warns of governed namespaces, and those of delivery, in which a known component is published that no addon
/// declares and a policy of the plan would refuse.
pub(in crate::controls) fn warn(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    if plan.gatekeeper.is_none() {
        return;
    }
    let declared: BTreeSet<&str> = cluster.components().iter().map(|(component, _)| component.name).collect();
    for (namespace, path) in spoken_of(cluster) {
        for component in facts::components().filter(|one| one.when.contains(&When::Addon) && !declared.contains(one.name)) {
            let refuses = |planned: &&PolicyPlan| {
                spared::fails(component, &namespace, planned.policy.name) && !planned.exempt.contains_key(&namespace)
            };
            let policies: Vec<&str> = plan.policies.values().filter(refuses).map(|planned| planned.policy.name).collect();
            if !policies.is_empty() {
                diags.push(ComponentNotDeclared {
                    namespace: namespace.clone(),
                    component: component.name,
                    says: component.says,
                    policies: policies.join("`, `"),
                    at: cluster.locate(&Cause::Spec(path.clone())),
                });
            }
        }
    }
}

/// The namespaces that the spec speaks of, each with its place.
fn spoken_of(cluster: &Resolved) -> BTreeMap<String, SpecPath> {
    let root = SpecPath::new("/namespaces");
    let delivery = cluster.identity.delivery.iter().filter_map(|delivery| match &delivery.subject {
        Subject::ServiceAccount { namespace, .. } => Some((namespace.clone(), delivery.path.clone())),
        Subject::User(_) | Subject::Group(_) => None,
    });
    let governed = cluster.namespaces.iter().map(|namespace| (namespace.name.clone(), root.child(&namespace.name)));
    delivery.chain(governed).collect()
}
