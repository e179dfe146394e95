//! Denies every connection to and from the pods of governed namespaces that no flow declares.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    kube::network::{Namespaces, Pods},
    plan::{Ground, Lowering, Outcome, Scope, namespace_path},
    resolve::Resolved,
};

use super::{governed, intent, isolation, verdict};

pub(in crate::controls) const CONTROL: Control = Control {
    id: isolation::DEFAULT_DENY,
    area: Area::Network,
    title: "deny every connection of governed namespaces that no flow declares",
    level: Level::Restricted,
    doc: include_str!("default_deny.md"),
    params: &[],
    applies: governed,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    for (isolated, key) in isolation::deny(cluster, out, isolation::DEFAULT_DENY) {
        if let Some(name) = namespace(&isolated.pods) {
            verdict(cluster, out, Scope::Namespace(name.to_owned()), vec![key.clone()], "");
            intent(cluster, out, &namespace_path(name), &[key]);
        }
    }
    for namespace in &cluster.namespaces {
        if let Some(component) = isolation::system(cluster, &namespace.name) {
            let scope = Scope::Namespace(namespace.name.clone());
            out.verdict(scope, Outcome::NotApplicable, facts::id::SYSTEM_NAMESPACE_OPEN, format!("it is that of {component}"));
        }
        if let Some(waiver) = isolation::waiver(cluster, &namespace.name) {
            let ground = Ground::Waiver(waiver.id.clone());
            out.verdict_on(Scope::Namespace(namespace.name.clone()), Outcome::Waived, ground, "its pods talk to everybody");
        }
    }
}

fn namespace(pods: &Pods) -> Option<&str> {
    match &pods.namespaces {
        Namespaces::One(name) => Some(name),
        Namespaces::AllBut(_) => None,
    }
}
