//! Namespaces of the system that a policy spares, because what is published to run there would be refused.

use crate::{
    base::{Cause, FactId, SpecPath},
    facts::{self, Component, Listens, PodLevel, When, Workload},
    plan::AGENT_NAMESPACE,
    resolve::Resolved,
};

pub(super) const KUBE_SYSTEM: &str = "kube-system";
const GATEKEEPER: &str = "gatekeeper-system";

/// A namespace that a policy spares.
pub(super) struct Spared {
    pub(super) namespace: &'static str,
    /// What declares it.
    pub(super) cause: Cause,
    /// Why.
    pub(super) fact: FactId,
    /// What runs there.
    pub(super) says: &'static str,
}

/// The namespaces that a policy spares.
pub(super) fn namespaces(cluster: &Resolved, policy: &str) -> Vec<Spared> {
    // Nobody is spared who enters a pod of the system: those are the pods that matter.
    if policy == "escalated-entry" {
        return Vec::new();
    }
    let always = |namespace, fact, says| Spared { namespace, cause: Cause::Shape(fact), fact, says };
    let mut found = vec![always(KUBE_SYSTEM, kube_system(policy), "the control plane")];
    if cluster.engines.gatekeeper.is_some() {
        found.push(always(GATEKEEPER, facts::id::ENGINE_NAMESPACE_SPARED, "the policy engine"));
    }
    if policy == "host-filesystem" && cluster.logs.agent.runs() {
        let cause = Cause::Spec(SpecPath::new("/logging/collector"));
        let fact = facts::id::AGENT_NAMESPACE_SPARED;
        found.push(Spared { namespace: AGENT_NAMESPACE, cause, fact, says: "the agent for logs" });
    }
    for (component, cause) in cluster.components() {
        for namespace in component.namespaces().into_iter().filter(|name| fails(component, name, policy)) {
            let fact = facts::id::SYSTEM_NAMESPACE_SPARED;
            found.push(Spared { namespace, cause: cause.clone(), fact, says: component.says });
        }
        // Gatekeeper starts on a network that works: that must not wait for Gatekeeper.
        if component.when.contains(&When::Cni) && cluster.engines.fails_closed() {
            let fact = facts::id::NETWORK_BEFORE_ENGINE;
            let namespaces = component.namespaces().into_iter();
            found.extend(namespaces.map(|namespace| Spared { namespace, cause: cause.clone(), fact, says: component.says }));
        }
    }
    found
}

/// Why a policy spares kube-system.
fn kube_system(policy: &str) -> FactId {
    match policy {
        "allowed-images" => facts::id::KUBE_SYSTEM_IMAGES,
        "allowed-ports" => facts::id::KUBE_SYSTEM_PORTS,
        "always-pull" => facts::id::KUBE_SYSTEM_PULLS,
        "privilege-escalation" => facts::id::KUBE_SYSTEM_ESCALATION,
        "service-account-token" => facts::id::KUBE_SYSTEM_TOKENS,
        _ => facts::id::KUBE_SYSTEM_PRIVILEGED,
    }
}

/// Whether a pod that a component publishes into a namespace breaks a policy.
pub(super) fn fails(component: &Component, namespace: &str, policy: &str) -> bool {
    let fails = |workload: &Workload| match policy {
        "privilege-escalation" => workload.passes != PodLevel::Restricted,
        "privileged" => workload.privileged || workload.host_network || workload.host_pid || workload.host_ipc,
        "host-filesystem" => !workload.host_paths.is_empty(),
        "allowed-ports" => workload.host_network || workload.ports.iter().any(|port| port.on != Listens::Pod),
        // Their images come from where they are published, and a registry that is away must not stop them.
        "allowed-images" | "always-pull" => true,
        // Without an account of their own those that talk to the API server hold the token of the default one.
        "service-account-token" => workload.token && workload.account.is_none_or(|account| account == "default"),
        _ => false,
    };
    component.workloads.iter().any(|workload| workload.namespace == namespace && fails(workload))
}
