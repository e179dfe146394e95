//! What the flows of a plan say of a connection. It knows no policy.

use std::net::IpAddr;

use crate::{
    base::Cidr,
    facts::OwnPolicies,
    kube::network::Port,
    plan::{End, FlowPlan, NetworkPlan, NetworkView},
};

use super::{Side, Subject, evaluate::names};

/// The ports, of these, on which a flow declares a connection to the pods that are held at a side of it.
#[must_use]
pub fn declared(plan: &NetworkPlan, held: Side, from: &Subject, to: &Subject, ports: &[Port]) -> Vec<Port> {
    let view = &plan.view;
    // Pods with an address in a range come along with it at the other end; what is held is held by its labels.
    let declares = |flow: &&FlowPlan| match held {
        Side::Opens => is(view, &flow.from, from) && (is(view, &flow.to, to) || comes_along(view, &flow.to, to)),
        Side::Answers => (is(view, &flow.from, from) || comes_along(view, &flow.from, from)) && is(view, &flow.to, to),
    };
    let flows: Vec<&FlowPlan> = plan.flows.iter().map(|held| &held.value).filter(declares).collect();
    let open = |port: &&Port| flows.iter().any(|flow| flow.ports.is_empty() || flow.ports.contains(port));
    ports.iter().filter(open).copied().collect()
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
                let cache = view.node_local_dns.is_some() && view.dns_cache().contain(namespace, labels);
                view.dns().contain(namespace, labels) || (cache && view.semantics.own == OwnPolicies::Cilium)
            }
            Subject::Address(address) => {
                let host = view.node_local_dns.is_some() && view.semantics.own == OwnPolicies::Cilium;
                view.node_dns().iter().any(|range| range.contains(*address)) || host && is_own_node(view, *address)
            }
            Subject::OwnNode(_) => view.node_local_dns.is_some() && view.semantics.own == OwnPolicies::Cilium,
            Subject::Node(_) | Subject::ApiServer(_) | Subject::Host(_) => false,
        },
        End::KubeApi => matches!(subject, Subject::ApiServer(_)),
        End::Nodes => match subject {
            Subject::Node(_) | Subject::OwnNode(_) => true,
            Subject::ApiServer(_) => view.api_on_nodes,
            // To Cilium an address that the node of the pod itself answers is that node.
            Subject::Address(address) => view.semantics.own == OwnPolicies::Cilium && is_own_node(view, *address),
            Subject::Pod { .. } | Subject::Host(_) => false,
        },
        End::Metadata => address.is_some_and(|address| view.metadata.iter().any(|range| range.contains(address))),
        End::Internet => address.is_some_and(|address| {
            let family = if address.is_ipv4() { view.ipv4 } else { view.ipv6 && view.semantics.ipv6 };
            family && view.is_public(address)
        }),
        // To Cilium the agent is the node of the pod, and whatever else answers there on the port comes along.
        End::Range(range) if view.is_agent_on_node(range) => match subject {
            Subject::Address(address) => is_own_node(view, *address),
            Subject::OwnNode(_) => true,
            Subject::Pod { .. } | Subject::Node(_) | Subject::ApiServer(_) | Subject::Host(_) => false,
        },
        End::Range(range) => is_in(view, range, subject),
        End::Host(name) => matches!(subject, Subject::Host(host) if names(name, host)),
    }
}

/// Whether the node of a pod answers it under an address.
fn is_own_node(view: &NetworkView, address: IpAddr) -> bool {
    view.own_node().any(|own| own.contains(address))
}

/// Whether a range means a subject by its address. Nodes are meant by one that lies in theirs.
fn is_in(view: &NetworkView, range: &Cidr, subject: &Subject) -> bool {
    let address = match subject {
        // Where ranges match no nodes, what a node answers on its own is no address of a range either.
        Subject::Address(address) => {
            let own = is_own_node(view, *address);
            (!own || view.semantics.ranges_match_nodes).then_some(*address)
        }
        Subject::Node(address) | Subject::OwnNode(address) => view.is_among_nodes(range).then_some(*address),
        Subject::ApiServer(address) => (view.api_on_nodes && view.is_among_nodes(range)).then_some(*address),
        Subject::Pod { .. } | Subject::Host(_) => None,
    };
    let left_out = |address| view.left_out_of(range).iter().any(|own| own.contains(address));
    address.is_some_and(|address| range.contains(address) && !left_out(address))
}

/// Whether a pod may have an address in the range of an end, which nobody can tell from what is meant.
fn comes_along(view: &NetworkView, end: &End, subject: &Subject) -> bool {
    matches!((end, subject), (End::Range(range), Subject::Pod { .. }) if view.is_among_pods(range))
}
