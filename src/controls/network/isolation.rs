//! Isolation: the pods that may talk to nobody but along a flow, by the controls that are selected.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, SpecPath},
    facts::{self, Enforcer, OwnPolicies},
    kube::network::{Dialect, Labels, Namespaces, Pods, Policy},
    plan::{AGENT_NAMESPACE, DNS_NAMESPACE, Lowering, SettingKey, namespace_path},
    resolve::{Resolved, Waiver},
};

use super::add;

pub(super) const DEFAULT_DENY: &str = "network/default-deny";
pub(super) const FLOWS: &str = "network/flows";
pub(super) const GLOBAL_DENY: &str = "network/global-deny";

/// Pods that are isolated together.
#[derive(Debug, Clone)]
pub(super) struct Isolated {
    /// Which pods.
    pub(super) pods: Pods,
    /// What tells their policies from others of the namespace: nothing, or `-` and the name of a tier.
    pub(super) suffix: String,
    /// The form of the policy that isolates them.
    pub(super) dialect: Dialect,
    /// The control that asks for it.
    pub(super) control: &'static str,
    /// The place of the spec that names them.
    pub(super) place: SpecPath,
}

/// Everything that is isolated, each where no wider entry before it covers it.
pub(super) fn isolation(cluster: &Resolved) -> Vec<Isolated> {
    let mut found = Vec::new();
    if cluster.selects(DEFAULT_DENY) {
        let denied = |name: &str| waiver(cluster, name).is_none() && system(cluster, name).is_none();
        for namespace in cluster.namespaces.iter().filter(|namespace| denied(&namespace.name)) {
            found.push(Isolated {
                pods: Pods::of(&namespace.name, &Labels::new()),
                suffix: String::new(),
                dialect: Dialect::Kubernetes,
                control: DEFAULT_DENY,
                place: namespace_path(&namespace.name),
            });
        }
    }
    if cluster.selects(DEFAULT_DENY) && holds_agent(cluster) {
        found.push(Isolated {
            pods: Pods::of(AGENT_NAMESPACE, &Labels::new()),
            suffix: String::new(),
            dialect: Dialect::Kubernetes,
            control: DEFAULT_DENY,
            place: SpecPath::new("/logging/collector"),
        });
    }
    if cluster.selects(FLOWS) {
        for (place, pods) in &cluster.network.tiers {
            let name = place.to_string().rsplit('/').next().unwrap_or_default().to_owned();
            if !found.iter().any(|other: &Isolated| other.pods.cover(pods)) {
                found.push(Isolated {
                    pods: pods.clone(),
                    suffix: format!("-{name}"),
                    dialect: Dialect::Kubernetes,
                    control: FLOWS,
                    place: place.clone(),
                });
            }
        }
    }
    if cluster.selects(GLOBAL_DENY)
        && let Some(dialect) = cluster_wide(cluster)
    {
        let spared = spared(cluster).into_iter().map(|(name, _)| name).collect();
        found.push(Isolated {
            pods: Pods { namespaces: Namespaces::AllBut(spared), labels: Labels::new() },
            suffix: String::new(),
            dialect,
            control: GLOBAL_DENY,
            place: cluster.network.view.declared.clone(),
        });
    }
    found
}

/// Whether there is an agent for logs that policies can hold. Where nothing enforces them its own control says so: its namespace is none of
/// the spec, so that an error about it could not be answered there.
pub(super) fn holds_agent(cluster: &Resolved) -> bool {
    cluster.logs.agent.runs() && cluster.network.view.semantics.enforcer != Enforcer::Nobody
}

/// The system component whose namespace it is, in words.
pub(super) fn system(cluster: &Resolved, namespace: &str) -> Option<&'static str> {
    if namespace == DNS_NAMESPACE {
        return Some("Kubernetes itself");
    }
    let components = cluster.components();
    components.iter().find(|(component, _)| component.namespaces().contains(&namespace)).map(|(component, _)| component.says)
}

/// The form of a policy for the whole cluster, where the plug-in has one.
pub(super) fn cluster_wide(cluster: &Resolved) -> Option<Dialect> {
    match cluster.network.view.semantics.own {
        OwnPolicies::None => None,
        OwnPolicies::Calico => Some(Dialect::CalicoGlobal),
        OwnPolicies::Cilium => Some(Dialect::CiliumClusterwide),
    }
}

/// The waiver that leaves a namespace open.
pub(super) fn waiver<'a>(cluster: &'a Resolved, namespace: &str) -> Option<&'a Waiver> {
    cluster.waivers_for(DEFAULT_DENY).find(|waiver| waiver.whole_namespace() == Some(namespace))
}

/// Namespaces that a policy for the whole cluster leaves alone, each with the reason. Sorted, each once.
pub(super) fn spared(cluster: &Resolved) -> Vec<(String, Cause)> {
    let mut found: Vec<(String, Cause)> = Vec::new();
    let mut spare = |name: &str, cause: Cause| {
        let governed = cluster.namespaces.iter().any(|namespace| namespace.name == name) && system(cluster, name).is_none();
        if !governed && !found.iter().any(|(other, _)| other == name) {
            found.push((name.to_owned(), cause));
        }
    };
    for name in ["kube-system", "kube-public", "kube-node-lease"] {
        spare(name, Cause::Shape(facts::id::KUBE_SYSTEM_PRIVILEGED));
    }
    for (component, cause) in cluster.components() {
        for name in component.namespaces() {
            spare(name, cause.clone());
        }
    }
    for (place, pods) in &cluster.network.peers {
        if let Namespaces::One(name) = &pods.namespaces {
            spare(name, Cause::Spec(place.clone()));
        }
    }
    let waived = cluster.namespaces.iter().filter_map(|namespace| Some((&namespace.name, waiver(cluster, &namespace.name)?)));
    found.extend(waived.map(|(name, waiver)| (name.clone(), Cause::Spec(waiver.path.clone()))));
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Writes the policies that isolate what a control asks for; each with its key.
pub(super) fn deny(cluster: &Resolved, out: &mut Lowering<'_>, control: &str) -> Vec<(Isolated, SettingKey)> {
    out.plan_mut().network.view = cluster.network.view.clone();
    let asked = out.reason().cause;
    let mut keys = Vec::new();
    for isolated in isolation(cluster).into_iter().filter(|isolated| isolated.control == control) {
        let held = out.because(Cause::Spec(isolated.place.clone())).held(isolated.pods.clone());
        out.plan_mut().network.isolated.push(held);
        let policy = Policy {
            dialect: isolated.dialect,
            name: format!("default-deny{}", isolated.suffix),
            subject: isolated.pods.clone(),
            ingress: Some(Vec::new()),
            egress: Some(Vec::new()),
        };
        keys.push((isolated, add(out, policy)));
    }
    out.because(asked);
    keys
}

/// The pods that are in both; `None` where there are none.
pub(super) fn meet(a: &Pods, b: &Pods) -> Option<Pods> {
    let namespaces = match (&a.namespaces, &b.namespaces) {
        (one @ Namespaces::One(name), other) | (other, one @ Namespaces::One(name)) => {
            other.contain(name).then(|| one.clone())?
        }
        (Namespaces::AllBut(own), Namespaces::AllBut(theirs)) => {
            Namespaces::AllBut(own.union(theirs).cloned().collect::<BTreeSet<_>>())
        }
    };
    let clash = a.labels.iter().any(|(key, value)| b.labels.get(key).is_some_and(|other| other != value));
    let labels = a.labels.iter().chain(&b.labels).map(|(key, value)| (key.clone(), value.clone())).collect();
    (!clash).then_some(Pods { namespaces, labels })
}
