//! The evaluator: policies as they were read, and what the plug-in matches. It knows no flow.

use std::net::IpAddr;

use crate::{
    base::Cidr,
    facts::OwnPolicies,
    kube::network::{Dialect, Entity, Peer, Policy, Port, Rule},
    plan::{DNS_PORTS, NetworkView, NodeSource},
};

use super::{Side, Subject};

/// Policies in force.
#[derive(Debug)]
pub struct World<'a> {
    view: &'a NetworkView,
    policies: Vec<Policy>,
}

impl<'a> World<'a> {
    /// Policies under a plug-in; it ignores those in forms that are not its own.
    #[must_use]
    pub fn new(view: &'a NetworkView, policies: Vec<Policy>) -> Self {
        let taken = |policy: &Policy| match policy.dialect {
            Dialect::Kubernetes => true,
            Dialect::Cilium | Dialect::CiliumClusterwide => view.semantics.own == OwnPolicies::Cilium,
            Dialect::CalicoGlobal => view.semantics.own == OwnPolicies::Calico,
        };
        World { view, policies: policies.into_iter().filter(taken).collect() }
    }

    /// Whether a connection passes both ends.
    #[must_use]
    pub fn allows(&self, from: &Subject, to: &Subject, port: Port) -> bool {
        self.ports(from, to, &[port]).contains(&port)
    }

    /// The ports, of these, on which connections pass both ends.
    #[must_use]
    pub fn ports(&self, from: &Subject, to: &Subject, ports: &[Port]) -> Vec<Port> {
        let left = self.leaving(from, to, ports);
        self.entering(from, to, left.as_deref().unwrap_or(ports)).or(left).unwrap_or_else(|| ports.to_vec())
    }

    /// The ports, of these, on which connections leave the opening end; `None` where nothing holds it.
    #[must_use]
    pub fn leaving(&self, from: &Subject, to: &Subject, ports: &[Port]) -> Option<Vec<Port>> {
        Some(self.out_to(&self.rules_out(from)?, to, ports))
    }

    /// The ports, of these, on which connections enter the answering end; `None` where nothing holds it.
    #[must_use]
    pub fn entering(&self, from: &Subject, to: &Subject, ports: &[Port]) -> Option<Vec<Port>> {
        Some(self.in_from(&self.rules_in(to)?, from, ports))
    }

    /// The rules on what a pod opens; `None` where nothing holds it.
    pub(super) fn rules_out(&self, from: &Subject) -> Option<Vec<&Rule>> {
        self.rules(from, |policy| policy.egress.as_ref())
    }

    /// The rules on what comes to a pod; `None` where nothing holds it.
    pub(super) fn rules_in(&self, to: &Subject) -> Option<Vec<&Rule>> {
        self.rules(to, |policy| policy.ingress.as_ref())
    }

    /// The ports, of these, that rules on the opening end leave open.
    pub(super) fn out_to(&self, rules: &[&Rule], to: &Subject, ports: &[Port]) -> Vec<Port> {
        open(&self.matching(rules, to, Side::Answers), ports)
    }

    /// The ports, of these, that rules on the answering end leave open.
    pub(super) fn in_from(&self, rules: &[&Rule], from: &Subject, ports: &[Port]) -> Vec<Port> {
        open(&self.matching(rules, from, Side::Opens), ports)
    }

    /// The rules that hold a pod in a direction; `None` where nothing does.
    fn rules(&self, subject: &Subject, direction: impl Fn(&Policy) -> Option<&Vec<Rule>>) -> Option<Vec<&Rule>> {
        let Subject::Pod { namespace, labels } = subject else { return None };
        let mut found: Option<Vec<&Rule>> = None;
        for policy in self.policies.iter().filter(|policy| policy.subject.contain(namespace, labels)) {
            if let Some(rules) = direction(policy) {
                found.get_or_insert_default().extend(rules);
            }
        }
        found
    }

    fn matching<'r>(&self, rules: &[&'r Rule], other: &Subject, side: Side) -> Vec<&'r Rule> {
        // A name has addresses only where the pod's questions to DNS and their answers are read, whoever answers them.
        let cache = [Peer::Pods(self.view.dns_cache()), Peer::Entity(Entity::Host)];
        let mut answer = vec![Peer::Pods(self.view.dns())];
        answer.extend(cache.into_iter().filter(|_| self.view.node_local_dns.is_some()));
        let reads =
            |port: &Port, peer: &Peer, rule: &&&Rule| rule.reads_dns && rule.ports.contains(port) && rule.peers.contains(peer);
        let read = |port: &Port| answer.iter().all(|peer| rules.iter().any(|rule| reads(port, peer, &rule)));
        let knows_names = DNS_PORTS.iter().all(read);
        let is = |peer: &Peer| self.is(peer, other, side) && (knows_names || !matches!(peer, Peer::Name(_)));
        rules.iter().filter(|rule| rule.peers.iter().any(is)).copied().collect()
    }

    fn is(&self, peer: &Peer, subject: &Subject, side: Side) -> bool {
        match peer {
            Peer::Pods(pods) => matches!(subject, Subject::Pod { namespace, labels } if pods.contain(namespace, labels)),
            Peer::Block { cidr, except } if matches!(subject, Subject::Pod { .. }) => self.may_hold_a_pod(cidr, except),
            Peer::Block { cidr, except } => {
                let inside = |address: &IpAddr| cidr.contains(*address) && !except.iter().any(|range| range.contains(*address));
                self.addresses(subject, side).iter().any(inside)
            }
            Peer::Entity(entity) => self.is_entity(*entity, subject, side),
            Peer::Name(name) => matches!(subject, Subject::Host(host) if names(name, host)),
            Peer::NotPods(ranges) => {
                let pod = matches!(subject, Subject::Pod { .. });
                !pod && self.addresses(subject, side).iter().any(|address| ranges.iter().any(|range| range.contains(*address)))
            }
        }
    }

    /// The addresses under which ranges of a policy see an end that is no pod; none where they do not match such an end at all.
    fn addresses(&self, subject: &Subject, side: Side) -> Vec<IpAddr> {
        let semantics = self.view.semantics;
        let of_nodes = |address: IpAddr| match (side, self.view.node_source) {
            _ if !semantics.ranges_match_nodes => Vec::new(),
            // The end of a tunnel; which address of the range it has is not known.
            (Side::Opens, NodeSource::Tunnel) => self.view.pods.iter().filter_map(|range| range.nth(1)).collect(),
            (Side::Opens | Side::Answers, _) => vec![address],
        };
        match subject {
            Subject::Pod { .. } | Subject::Host(_) => Vec::new(),
            Subject::Node(address) | Subject::OwnNode(address) => of_nodes(*address),
            Subject::ApiServer(address) if self.view.api_on_nodes => of_nodes(*address),
            Subject::ApiServer(address) => vec![*address],
            Subject::Address(address) if self.is_own_node(*address) && !semantics.ranges_match_nodes => Vec::new(),
            Subject::Address(address) => vec![*address],
        }
    }

    /// Whether a pod may have an address that a block lets through: which one of its ranges it has nobody knows.
    fn may_hold_a_pod(&self, cidr: &Cidr, except: &[Cidr]) -> bool {
        let open = |home: &Cidr| {
            let common = if cidr.covers(home) { home } else { cidr };
            cidr.overlaps(home) && !except.iter().any(|range| range.covers(common))
        };
        self.view.semantics.ranges_match_pods && self.view.pod_homes().iter().any(open)
    }

    /// Whether the node of the pod itself answers under an address.
    fn is_own_node(&self, address: IpAddr) -> bool {
        self.view.own_node().any(|range| range.contains(address))
    }

    fn is_entity(&self, entity: Entity, subject: &Subject, side: Side) -> bool {
        // The end of a tunnel of another node bears the label of nodes, and never that of the API server.
        let tunnel = side == Side::Opens && self.view.api_on_nodes && self.view.node_source == NodeSource::Tunnel;
        match (entity, subject) {
            (Entity::KubeApiserver, Subject::ApiServer(_)) if tunnel => false,
            (Entity::Host, Subject::Address(address)) => self.is_own_node(*address),
            (Entity::Host, Subject::OwnNode(_)) => true,
            (Entity::KubeApiserver, Subject::ApiServer(_)) | (Entity::RemoteNode, Subject::Node(_)) => true,
            (Entity::RemoteNode, Subject::ApiServer(_)) => self.view.api_on_nodes,
            (Entity::Host | Entity::KubeApiserver | Entity::RemoteNode, _) => false,
        }
    }
}

/// The ports that rules open.
fn open(rules: &[&Rule], ports: &[Port]) -> Vec<Port> {
    ports.iter().filter(|port| rules.iter().any(|rule| rule.ports.is_empty() || rule.ports.contains(port))).copied().collect()
}

/// Whether a name, in which `*` stands for one label, means a host.
pub(super) fn names(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        None => name == host,
        Some(rest) => host.split_once('.').is_some_and(|(_, parent)| parent == rest),
    }
}
