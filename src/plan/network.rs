//! The network: who may talk to whom, what the plug-in sees of it, and the policies that say so.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use crate::{
    base::{Cidr, FactId, Platform, SpecPath, not_internet},
    facts::{Enforcer, NetworkSemantics, OwnPolicies, ServiceView, network_semantics},
    kube::network::{Labels, Pods, Policy, PolicyId, Port, Protocol, spec},
};

use super::{Held, Plan, PoolRole, SettingKey, Topic};

/// The namespace of the cluster's DNS.
pub const DNS_NAMESPACE: &str = "kube-system";

/// The label of the pods that answer DNS: CoreDNS keeps that of kube-dns.
const DNS_LABEL: (&str, &str) = ("k8s-app", "kube-dns");

/// The label of the pods of NodeLocal DNSCache.
const DNS_CACHE_LABEL: (&str, &str) = ("k8s-app", "node-local-dns");

/// The address of NodeLocal DNSCache on every node.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";

/// The port of DNS, in both protocols.
pub const DNS_PORTS: [Port; 2] = [Port { number: 53, protocol: Protocol::Udp }, Port { number: 53, protocol: Protocol::Tcp }];

/// Addresses of metadata services, each with the range of which nobody means another address.
const METADATA: [(&str, &str); 2] = [("169.254.0.0/16", "169.254.169.254/32"), ("fd00:ec2::/64", "fd00:ec2::254/128")];

/// From which address a process of a node reaches pods of another node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeSource {
    /// That of the node.
    Node,
    /// That of the node's end of a tunnel, which lies in the range of pods.
    Tunnel,
}

/// What the network plug-in of the cluster sees.
#[derive(Debug, Clone)]
pub struct NetworkView {
    /// What it makes of policies.
    pub semantics: &'static NetworkSemantics,
    /// Where the spec declares it.
    pub declared: SpecPath,
    /// From which address nodes reach pods.
    pub node_source: NodeSource,
    /// Ranges of pods, where known.
    pub pods: Vec<Cidr>,
    /// Ranges of Services, where known.
    pub services: Vec<Cidr>,
    /// Ranges of nodes.
    pub nodes: Vec<Cidr>,
    /// The pools of which the spec gives no address, with what they are for.
    pub unplaced: Vec<(PoolRole, SpecPath)>,
    /// Addresses of nodes that the spec names.
    pub named_nodes: Vec<IpAddr>,
    /// Addresses of the load balancer of the API server: no nodes, wherever they lie.
    pub balancers: Vec<IpAddr>,
    /// Addresses under which pods see the API server, where known.
    pub api: Vec<Cidr>,
    /// The port under which they see it.
    pub api_port: u16,
    /// Whether the API server runs on nodes of the cluster.
    pub api_on_nodes: bool,
    /// Where the spec declares a DNS cache on every node.
    pub node_local_dns: Option<SpecPath>,
    /// Addresses of the provider's metadata service.
    pub metadata: Vec<Cidr>,
    /// Addresses under which an agent of the provider answers pods on their own node (EKS Pod Identity).
    pub agents: Vec<Cidr>,
    /// Public addresses that the provider answers on the machine itself: no internet.
    pub provider: Vec<Cidr>,
    /// Whether the provider answers DNS on each node, under the address of its Service alone (EKS Auto Mode).
    pub auto_mode: bool,
    /// Why no policy for a whole cluster is written, where the plug-in's kind of one is none that harden writes.
    pub no_cluster_policy: FactId,
    /// What must be said of the platform, beside what the plug-in's semantics say.
    pub caveat: Option<FactId>,
    /// Whose platform it is.
    pub platform: Platform,
    /// Whether pods have addresses of IPv4.
    pub ipv4: bool,
    /// Whether pods have addresses of IPv6.
    pub ipv6: bool,
}

impl Default for NetworkView {
    fn default() -> Self {
        NetworkView {
            semantics: network_semantics(Enforcer::Unnamed),
            declared: SpecPath::new("/platform/cni"),
            node_source: NodeSource::Node,
            pods: Vec::new(),
            services: Vec::new(),
            nodes: Vec::new(),
            unplaced: Vec::new(),
            named_nodes: Vec::new(),
            balancers: Vec::new(),
            api: Vec::new(),
            api_port: 443,
            api_on_nodes: false,
            node_local_dns: None,
            metadata: Vec::new(),
            agents: Vec::new(),
            provider: Vec::new(),
            auto_mode: false,
            no_cluster_policy: crate::facts::id::NETWORK_ENGINES,
            caveat: None,
            platform: Platform::Kubeadm,
            ipv4: true,
            ipv6: false,
        }
    }
}

impl NetworkView {
    /// The pods that answer DNS.
    #[must_use]
    pub fn dns(&self) -> Pods {
        labelled(DNS_LABEL)
    }

    /// The pods of the DNS cache, which answer where a plug-in redirects questions to them.
    #[must_use]
    pub fn dns_cache(&self) -> Pods {
        labelled(DNS_CACHE_LABEL)
    }

    /// The addresses under which a node answers DNS: that of its cache, and where it is known that of the Service it stands in for.
    #[must_use]
    pub fn node_dns(&self) -> Vec<Cidr> {
        if self.node_local_dns.is_none() && !self.auto_mode {
            return Vec::new();
        }
        let service = self.services.iter().filter_map(|range| range.nth(10)).map(Cidr::host);
        let cache = self.node_local_dns.as_ref().filter(|_| self.ipv4).and_then(|_| NODE_LOCAL_DNS.parse().ok());
        cache.into_iter().chain(service).collect()
    }

    /// Every address under which the node of a pod itself answers it: DNS, and agents of the provider.
    pub fn own_node(&self) -> impl Iterator<Item = Cidr> {
        self.node_dns().into_iter().chain(self.agents.iter().copied())
    }

    /// Whether a range means an agent of the provider that the plug-in takes for the node of the pod, so that no range matches it
    /// (Cilium: cilium/cilium issue 34387, read 2026-11-27).
    #[must_use]
    pub fn is_agent_on_node(&self, range: &Cidr) -> bool {
        self.semantics.own == OwnPolicies::Cilium && self.agents.contains(range)
    }

    /// Whether an address is public: in no private, shared, local or reserved range, and none of the cluster's.
    #[must_use]
    pub fn is_public(&self, address: IpAddr) -> bool {
        !not_internet().iter().chain(self.cluster()).chain(&self.provider).any(|range| range.contains(address))
    }

    /// Whether the spec gives the addresses under which pods see the API server.
    #[must_use]
    pub fn knows_api(&self) -> bool {
        !self.api.is_empty()
    }

    /// Whether `kube-api` can be an end of flows: else the provider's address has to be written out.
    #[must_use]
    pub fn names_api(&self) -> bool {
        let seen_behind = self.semantics.services == ServiceView::Behind && self.semantics.own != OwnPolicies::Cilium;
        self.knows_api() || self.api_on_nodes || !seen_behind
    }

    /// Whether pods have addresses of the family of a range. Those of IPv6 clusters of EKS send IPv4 by a second interface.
    #[must_use]
    pub fn has_family_of(&self, range: &Cidr) -> bool {
        match range.address() {
            IpAddr::V4(_) => self.ipv4 || self.platform == Platform::Eks,
            // IPv4 in another form is refused for itself.
            IpAddr::V6(address) => self.ipv6 || address.to_ipv4_mapped().is_some(),
        }
    }

    /// The ranges of nodes, pods and Services.
    pub fn cluster(&self) -> impl Iterator<Item = &Cidr> {
        self.nodes.iter().chain(&self.pods).chain(&self.services)
    }

    /// Ranges that pods may have addresses in: their own, else those of nodes, as the plug-ins of clouds give them.
    #[must_use]
    pub fn pod_homes(&self) -> &[Cidr] {
        if self.pods.is_empty() { &self.nodes } else { &self.pods }
    }

    /// Whether a range lies in one of nodes: it means them too, then. One address of the load balancer means that alone.
    #[must_use]
    pub fn is_among_nodes(&self, range: &Cidr) -> bool {
        let balancer = self.balancers.iter().any(|address| *range == Cidr::host(*address));
        !balancer && self.nodes.iter().any(|nodes| nodes.covers(range))
    }

    /// Whether a range in one of nodes means pods too: where they may have addresses in it, and the plug-in matches those.
    #[must_use]
    pub fn is_among_pods(&self, range: &Cidr) -> bool {
        self.semantics.ranges_match_pods && self.is_among_nodes(range) && self.pod_homes().iter().any(|home| home.covers(range))
    }

    /// What lies inside a range and is not meant by it: ranges of the cluster, and the services of the provider on the machine, unless the
    /// range is one for them.
    #[must_use]
    pub fn left_out_of(&self, range: &Cidr) -> Vec<Cidr> {
        let own = self.cluster().filter(|own| range.covers(own) && range != *own).copied();
        let metadata = METADATA.iter().filter_map(|(home, address)| Some((home.parse().ok()?, address.parse().ok()?)));
        let metadata = metadata.filter(|(home, address): &(Cidr, Cidr)| range.covers(address) && !home.covers(range));
        let provider = self.provider.iter().filter(|own| range.covers(own) && range != *own).copied();
        least(own.chain(metadata.map(|(_, address)| address)).chain(provider))
    }

    /// What `internet` means: everything in the families of the pods, without what is not public.
    #[must_use]
    pub fn internet(&self) -> Vec<(Cidr, Vec<Cidr>)> {
        let whole = [("0.0.0.0/0", self.ipv4), ("::/0", self.ipv6 && self.semantics.ipv6)];
        let whole = whole.into_iter().filter(|(_, wanted)| *wanted).filter_map(|(text, _)| text.parse::<Cidr>().ok());
        let without = |range: Cidr| {
            let all: Vec<Cidr> =
                not_internet().into_iter().chain(self.cluster().copied()).chain(self.provider.iter().copied()).collect();
            (range, least(all.into_iter().filter(|other| range.covers(other))))
        };
        whole.map(without).collect()
    }
}

fn labelled((key, value): (&str, &str)) -> Pods {
    Pods::of(DNS_NAMESPACE, &Labels::from([(key.to_owned(), value.to_owned())]))
}

/// Ranges without those that lie in another one, sorted.
fn least(ranges: impl Iterator<Item = Cidr>) -> Vec<Cidr> {
    let all: BTreeSet<Cidr> = ranges.collect();
    all.iter().filter(|range| !all.iter().any(|other| other != *range && other.covers(range))).copied().collect()
}

/// One end of a declared flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Pods.
    Pods(Pods),
    /// What answers DNS.
    Dns,
    /// The API server.
    KubeApi,
    /// The nodes.
    Nodes,
    /// The provider's metadata service.
    Metadata,
    /// Public addresses.
    Internet,
    /// Addresses outside of the cluster, and what has one where the range lies in one of nodes.
    Range(Cidr),
    /// A host by name.
    Host(String),
}

/// A flow: who opens, who answers, on which ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowPlan {
    /// Its name.
    pub name: String,
    /// Who opens the connection.
    pub from: End,
    /// The name of that end.
    pub from_name: String,
    /// Who answers.
    pub to: End,
    /// The name of that end.
    pub to_name: String,
    /// On which ports; without any, on every port.
    pub ports: Vec<Port>,
}

/// A flow that the network plug-in cannot hold to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// What is wrong.
    pub why: String,
    /// The way out.
    pub way_out: String,
    /// The place of the end.
    pub at: SpecPath,
}

/// The network of a cluster.
#[derive(Debug, Clone, Default)]
pub struct NetworkPlan {
    /// What the plug-in sees.
    pub view: NetworkView,
    /// The pods that may talk to nobody but along a flow.
    pub isolated: Vec<Held<Pods>>,
    /// The flows that hold.
    pub flows: Vec<Held<FlowPlan>>,
    /// The flows that cannot be held to.
    pub unmatched: Vec<Held<Unmatched>>,
    /// The policies.
    pub policies: BTreeMap<PolicyId, Held<Policy>>,
}

impl NetworkPlan {
    /// Whether every one of these pods is isolated.
    #[must_use]
    pub fn isolates(&self, pods: &Pods) -> bool {
        self.isolated.iter().any(|held| held.value.cover(pods))
    }

    /// Whether a pod is isolated.
    #[must_use]
    pub fn isolates_pod(&self, namespace: &str, labels: &Labels) -> bool {
        self.isolated.iter().any(|held| held.value.contain(namespace, labels))
    }

    /// Adds a policy; reasons of an equal one meet.
    pub fn add(&mut self, policy: Held<Policy>) {
        match self.policies.get_mut(&policy.value.id()) {
            Some(present) => present.reasons.extend(policy.reasons),
            None => {
                self.policies.insert(policy.value.id(), policy);
            }
        }
    }
}

/// The key of a policy.
#[must_use]
pub fn policy_key(id: &PolicyId) -> SettingKey {
    SettingKey::Part(Topic::Network, id.to_string())
}

/// What stands in a policy, as one line.
#[must_use]
pub fn policy_text(policy: &Policy) -> String {
    spec(policy).to_json().to_string()
}

/// Adds the policies to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (id, held) in &plan.network.policies {
        out.insert(policy_key(id), held.as_ref().map(policy_text));
    }
}
