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
            let (ground, detail) = (Ground::Fact(facts::id::SYSTEM_NAMESPACE_OPEN), format!("it is that of {component}"));
            open(out, &namespace.name, Outcome::NotApplicable, &ground, &detail);
        }
        if let Some(waiver) = isolation::waiver(cluster, &namespace.name) {
            open(out, &namespace.name, Outcome::Waived, &Ground::Waiver(waiver.id.clone()), "its pods talk to everybody");
        }
    }
}

/// Says of a namespace, and of the place that declares it, that it is not closed.
fn open(out: &mut Lowering<'_>, name: &str, outcome: Outcome, ground: &Ground, detail: &str) {
    out.verdict_on(Scope::Namespace(name.to_owned()), outcome, ground.clone(), detail);
    out.intent(namespace_path(name), outcome, ground.clone(), detail);
}

fn namespace(pods: &Pods) -> Option<&str> {
    match &pods.namespaces {
        Namespaces::One(name) => Some(name),
        Namespaces::AllBut(_) => None,
    }
}
