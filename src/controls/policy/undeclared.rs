//! System components of which the catalogue is not told: addons that it does not know, and namespaces of components that no addon
//! declares. Nothing is spared for what the spec does not say.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, SpecPath},
    controls::{
        admission::level_to_come,
        diagnostics::{ComponentNotDeclared, UnknownAddon},
    },
    diag::Diagnostics,
    facts::{self, Component, When},
    kube::{
        network::{Labels, Namespaces},
        rbac::Subject,
    },
    plan::{End, Engine, Locate, Plan, PolicyPlan},
    resolve::Resolved,
};

use super::spared;

/// Warns of addons that the catalogue does not know, and of namespaces of the spec in which a known component is published that
/// no addon declares and something of the plan would break.
pub(in crate::controls) fn warn(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    for addon in cluster.addons.iter().filter(|addon| facts::addon(&addon.name).is_none()) {
        let at = cluster.locate(&Cause::Spec(addon.path.clone()));
        diags.push(UnknownAddon { name: addon.name.clone(), at });
    }
    let declared: BTreeSet<&str> = cluster.components().iter().map(|(component, _)| component.name).collect();
    // What runs in kube-system is spared whether it is declared or not.
    for (namespace, path) in spoken_of(cluster).into_iter().filter(|(name, _)| name != spared::KUBE_SYSTEM) {
        for component in facts::components().filter(|one| one.when.contains(&When::Addon) && !declared.contains(one.name)) {
            let broken = broken(cluster, plan, component, &namespace);
            if !broken.is_empty() {
                diags.push(ComponentNotDeclared {
                    namespace: namespace.clone(),
                    component: component.name,
                    says: component.says,
                    broken: broken.join(", and "),
                    at: cluster.locate(&Cause::Spec(path.clone())),
                });
            }
        }
    }
}

/// What would become of the pods that an undeclared component is published to run in a namespace.
fn broken(cluster: &Resolved, plan: &Plan, component: &Component, namespace: &str) -> Vec<String> {
    if !component.namespaces().contains(&namespace) {
        return Vec::new();
    }
    let mut refusing: Vec<String> = Vec::new();
    let refuses = |planned: &&PolicyPlan| {
        planned.engine != Engine::Nothing
            && spared::fails(component, namespace, planned.policy.name)
            && !planned.exempt.contains_key(namespace)
    };
    let policies: Vec<String> =
        plan.policies.values().filter(refuses).map(|planned| format!("`{}`", planned.policy.name)).collect();
    if !policies.is_empty() {
        refusing.push(format!("policies {}", policies.join(", ")));
    }
    let level = level_to_come(cluster, Some(namespace));
    if component.passes(namespace) < level {
        refusing.push(format!("level `{}` of Pod Security", level.name()));
    }
    let mut broken = Vec::new();
    if !refusing.is_empty() {
        broken.push(format!("{} would refuse its pods", refusing.join(" and ")));
    }
    if plan.network.isolates_pod(namespace, &Labels::new()) && !has_flows(cluster, namespace) {
        broken.push("default deny would cut its pods off".to_owned());
    }
    broken
}

/// Whether the spec declares a connection of a namespace: then it says what runs there.
fn has_flows(cluster: &Resolved, namespace: &str) -> bool {
    let is_there = |end: &End| match end {
        End::Pods(pods) => pods.namespaces == Namespaces::One(namespace.to_owned()),
        End::Dns | End::KubeApi | End::Nodes | End::Metadata | End::Internet | End::Range(_) | End::Host(_) => false,
    };
    cluster.network.flows.iter().any(|(_, flow)| is_there(&flow.from) || is_there(&flow.to))
}

/// The namespaces that the spec speaks of, each with its place.
fn spoken_of(cluster: &Resolved) -> BTreeMap<String, SpecPath> {
    let root = SpecPath::new("/namespaces");
    let delivery = cluster.identity.delivery.iter().filter_map(|delivery| match &delivery.subject {
        Subject::ServiceAccount { namespace, .. } => Some((namespace.clone(), delivery.path.clone())),
        Subject::User(_) | Subject::Group(_) => None,
    });
    let peers = cluster.network.peers.iter().filter_map(|(path, pods)| match &pods.namespaces {
        Namespaces::One(name) => Some((name.clone(), path.clone())),
        Namespaces::AllBut(_) => None,
    });
    let governed = cluster.namespaces.iter().map(|namespace| (namespace.name.clone(), root.child(&namespace.name)));
    peers.chain(delivery).chain(governed).collect()
}
