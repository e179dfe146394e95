//! What the flows of a plan say of a connection. It knows no policy.

use crate::{
    facts::OwnPolicies,
    kube::network::Port,
    plan::{End, FlowPlan, Held, NetworkPlan, NetworkView},
};

use super::{Subject, evaluate::names};

/// The ports, of these, on which a flow declares a connection.
#[must_use]
pub fn declared(plan: &NetworkPlan, from: &Subject, to: &Subject, ports: &[Port]) -> Vec<Port> {
    let flows: Vec<&FlowPlan> = flows(plan, from, to).map(|held| &held.value).collect();
    let open = |port: &&Port| flows.iter().any(|flow| flow.ports.is_empty() || flow.ports.contains(port));
    ports.iter().filter(open).copied().collect()
}

/// The flows between two ends.
pub(super) fn flows<'a>(
    plan: &'a NetworkPlan,
    from: &'a Subject,
    to: &'a Subject,
) -> impl Iterator<Item = &'a Held<FlowPlan>> + 'a {
    plan.flows.iter().filter(|held| is(&plan.view, &held.value.from, from) && is(&plan.view, &held.value.to, to))
}

pub(super) fn is_isolated(plan: &NetworkPlan, subject: &Subject) -> bool {
    matches!(subject, Subject::Pod { namespace, labels } if plan.isolates_pod(namespace, labels))
}

/// Whether an end of a flow means a subject.
fn is(view: &NetworkView, end: &End, subject: &Subject) -> bool {
    let address = if let Subject::Address(address) = subject { Some(*address) } else { None };
    match end {
        End::Pods(pods) => matches!(subject, Subject::Pod { namespace, labels } if pods.contain(namespace, labels)),
        End::Dns => match subject {
            Subject::Pod { namespace, labels } => {
                let cache = view.node_local_dns && view.dns_cache().contain(namespace, labels);
                view.dns().contain(namespace, labels) || (cache && view.semantics.own == OwnPolicies::Cilium)
            }
            Subject::Address(address) => view.node_dns().iter().any(|range| range.contains(*address)),
            Subject::OwnNode(_) => view.node_local_dns && view.semantics.own == OwnPolicies::Cilium,
            Subject::Node(_) | Subject::ApiServer(_) | Subject::Host(_) => false,
        },
        End::KubeApi => matches!(subject, Subject::ApiServer(_)),
        End::Nodes => match subject {
            Subject::Node(_) | Subject::OwnNode(_) => true,
            Subject::ApiServer(_) => view.api_on_nodes,
            // To Cilium an address that the node of the pod itself answers is that node.
            Subject::Address(address) => {
                view.semantics.own == OwnPolicies::Cilium && view.node_dns().iter().any(|range| range.contains(*address))
            }
            Subject::Pod { .. } | Subject::Host(_) => false,
        },
        End::Metadata => address.is_some_and(|address| view.metadata.iter().any(|range| range.contains(address))),
        End::Internet => address.is_some_and(|address| {
            let family = if address.is_ipv4() { view.ipv4 } else { view.ipv6 && view.semantics.ipv6 };
            family && view.is_public(address)
        }),
        End::Range(range) => address.is_some_and(|address| {
            let own = view.left_out_of(range).iter().any(|own| own.contains(address));
            range.contains(address) && !own
        }),
        End::Host(name) => matches!(subject, Subject::Host(host) if names(name, host)),
    }
}
