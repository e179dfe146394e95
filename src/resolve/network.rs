//! The network: what the declared plug-in sees, and tiers, peers and flows with every name looked up.

use std::net::IpAddr;

use crate::{
    base::{Cidr, FactId, Platform, SpecPath},
    diag::{Diagnostics, Place},
    facts::{self, Enforcer, cloud::EKS_POD_IDENTITY, network_semantics},
    kube::network::{Labels, Pods, Port, Protocol},
    plan::{DNS_PORTS, End, FlowPlan, KubeadmCluster, NetworkView, NodeSource, PoolRole},
    spec::{
        model::{self, FlowEnd, ServicePort, Spec},
        words::{self, AzurePolicyEngine, Datapath, Encapsulation, FlowWord},
    },
};

use super::{
    answer::role,
    diagnostics::{PluginEnded, ServicePortNamed},
    hosts::{self, PoolAnswers},
};

/// Who talks to whom, and over what.
#[derive(Debug, Clone, Default)]
pub struct NetworkAnswers {
    /// What the plug-in sees.
    pub view: NetworkView,
    /// The guarded pods, with their places.
    pub tiers: Vec<(SpecPath, Pods)>,
    /// The places of peers.
    pub peers: Vec<(SpecPath, Pods)>,
    /// The flows, with their places.
    pub flows: Vec<(SpecPath, FlowPlan)>,
}

const ROOT: &str = "/network";

pub(super) fn network(spec: &Spec, kubeadm: Option<&KubeadmCluster>) -> NetworkAnswers {
    let root = SpecPath::new(ROOT);
    let view = view(spec, kubeadm);
    let tier = |tier: &model::Tier| (root.child("tiers").child(&tier.name), Pods::of(&tier.namespace, &tier.selector));
    let peer =
        |(name, peer): (&String, &model::Peer)| (root.child("peers").child(name), Pods::of(&peer.namespace, &peer.selector));
    let flows = spec.network.flows.iter().map(|flow| (root.child("flows").child(&flow.name), self::flow(spec, &view, flow)));
    NetworkAnswers {
        tiers: spec.network.tiers.iter().map(tier).collect(),
        peers: spec.network.peers.iter().map(peer).collect(),
        flows: flows.collect(),
        view,
    }
}

/// Says that nobody repairs the declared plug-in any more.
pub(super) fn check_plugin(spec: &Spec, at: &dyn Fn(&str) -> Option<Place>, diags: &mut Diagnostics) {
    if matches!(spec.platform.cni, Some(model::Cni::Weave { .. })) {
        diags.push(PluginEnded { at: at("/platform/cni/weave").or_else(|| at("/platform/cni")) });
    }
}

/// The ports of Services that pods answer on other ones, as a rule: a Service maps them.
const OF_SERVICES: [u16; 2] = [80, 443];

/// Warns of flows that name the port of a Service: plug-ins judge the port of the pod behind it.
pub(super) fn check_ports(spec: &Spec, at: &dyn Fn(&str) -> Option<Place>, diags: &mut Diagnostics) {
    for flow in &spec.network.flows {
        let FlowEnd::Tier(name) = &flow.to else { continue };
        let Some(tier) = spec.network.tiers.iter().find(|tier| tier.name == *name && !tier.ports.is_empty()) else { continue };
        let is_odd = |port: &&ServicePort| OF_SERVICES.contains(&port.port.number()) && !tier.ports.contains(port);
        let Some(odd) = flow.ports.iter().flatten().find(is_odd) else { continue };
        let listens: Vec<String> = tier.ports.iter().map(|port| port.port.number().to_string()).collect();
        diags.push(ServicePortNamed {
            flow: flow.name.clone(),
            port: odd.port.number(),
            tier: name.clone(),
            listens: listens.join(", "),
            at: at(&format!("{ROOT}/flows/{}/ports", flow.name)),
            tier_at: at(&format!("{ROOT}/tiers/{name}/ports")),
        });
    }
}

fn view(spec: &Spec, kubeadm: Option<&KubeadmCluster>) -> NetworkView {
    let platform = &spec.platform;
    let (enforcer, tunnel) = enforcer(platform.cni.as_ref());
    let semantics = network_semantics(enforcer);
    let pods = kubeadm.map_or_else(|| platform.pods().unwrap_or(&[]).to_vec(), |cluster| cluster.pod_subnets.clone());
    let services = kubeadm.map_or_else(|| platform.services().unwrap_or(&[]).to_vec(), |cluster| cluster.service_subnets.clone());
    let pools: Vec<(PoolRole, PoolAnswers)> =
        platform.node_pools.iter().map(|pool| (role(pool.role), hosts::pool(pool))).collect();
    let servers = pools.iter().filter(|(role, _)| *role == PoolRole::ControlPlane).flat_map(|(_, pool)| pool.narrowest());
    let (api, api_port) = match (kubeadm, semantics.services) {
        (Some(cluster), _) => (servers.map(|(range, _)| *range).collect(), cluster.bind_port),
        (None, facts::ServiceView::Address) => (services.iter().filter_map(|range| range.nth(1)).map(Cidr::host).collect(), 443),
        (None, facts::ServiceView::Behind) => (Vec::new(), 443),
    };
    let family = |v4: bool| pods.iter().any(|range| range.address().is_ipv4() == v4);
    let (ipv4, ipv6) = if pods.is_empty() { (true, true) } else { (family(true), family(false)) };
    NetworkView {
        semantics,
        declared: SpecPath::new("/platform/cni").child(platform.cni.as_ref().map_or("none", model::Cni::name)),
        node_source: if tunnel || semantics.bridges { NodeSource::Tunnel } else { NodeSource::Node },
        nodes: pools.iter().flat_map(|(_, pool)| &pool.ranges).map(|(range, _)| *range).collect(),
        unplaced: pools
            .iter()
            .filter(|(_, pool)| pool.ranges.is_empty())
            .map(|(role, pool)| (*role, pool.path.clone()))
            .collect(),
        named_nodes: platform.node_pools.iter().flat_map(|pool| &pool.nodes).map(|node| node.address).collect(),
        balancers: balancers(spec),
        api,
        api_port,
        api_on_nodes: kubeadm.is_some(),
        node_local_dns: platform.dns_cache(),
        metadata: metadata(platform.kind(), ipv4, ipv6),
        agents: agents(platform.kind()),
        provider: provider(platform.kind()),
        auto_mode: matches!(&platform.provider, model::Provider::Eks(eks) if eks.nodes == Some(words::EksNodes::Auto)),
        no_cluster_policy: no_cluster_policy(platform.cni.as_ref(), enforcer),
        caveat: caveat(platform.kind(), enforcer, ipv4),
        platform: platform.kind(),
        ipv4,
        ipv6,
        pods,
        services,
    }
}

/// The addresses of the load balancer that no node has.
fn balancers(spec: &Spec) -> Vec<IpAddr> {
    let balancer = spec.api.sources.as_ref().and_then(|sources| sources.load_balancer.as_ref());
    let is_node =
        |address: &IpAddr| spec.platform.node_pools.iter().flat_map(|pool| &pool.nodes).any(|node| node.address == *address);
    balancer.iter().flat_map(|balancer| &balancer.addresses).copied().filter(|address| !is_node(address)).collect()
}

/// What enforces policies, and whether nodes reach pods through a tunnel. Calico and Cilium install with one unless they are told otherwise;
/// the interface of Calico's encryption has an address in the range of pods too.
fn enforcer(cni: Option<&model::Cni>) -> (Enforcer, bool) {
    match cni {
        Some(model::Cni::Calico(calico)) => {
            let plain = calico.encapsulation == Some(Encapsulation::None) && calico.encryption.is_none();
            (Enforcer::Calico, !plain)
        }
        Some(model::Cni::Cilium(cilium)) => (Enforcer::Cilium, cilium.datapath != Some(Datapath::Native)),
        Some(model::Cni::Weave { .. }) => (Enforcer::Weave, true),
        Some(model::Cni::Flannel(_)) => (Enforcer::Nobody, true),
        Some(model::Cni::AwsVpcCni { version }) => {
            let enforces = version.is_none_or(|version| facts::aws_vpc_cni_enforces(version.major, version.minor));
            (if enforces { Enforcer::AwsVpcCni } else { Enforcer::Nobody }, false)
        }
        Some(model::Cni::AzureCni { network_policy, .. }) => {
            let engine = match network_policy {
                Some(AzurePolicyEngine::Cilium) => Enforcer::AzureCilium,
                Some(AzurePolicyEngine::Calico) => Enforcer::AzureCalico,
                Some(AzurePolicyEngine::Azure) => Enforcer::AzureNpm,
                Some(AzurePolicyEngine::None) => Enforcer::Nobody,
                None => Enforcer::AzureUnnamed,
            };
            (engine, false)
        }
        Some(model::Cni::None) | None => (Enforcer::Unnamed, true),
    }
}

/// Why no policy for a whole cluster is written under a plug-in whose own kind harden does not write.
fn no_cluster_policy(cni: Option<&model::Cni>, enforcer: Enforcer) -> FactId {
    match (enforcer, cni) {
        (Enforcer::AwsVpcCni, Some(model::Cni::AwsVpcCni { version: Some(version) }))
            if !facts::aws_vpc_cni_takes_cluster_policies(version.major, version.minor, version.patch) =>
        {
            facts::id::NETWORK_ENGINE_AWS_OLD
        }
        (Enforcer::AwsVpcCni, _) => facts::id::NETWORK_ENGINE_AWS,
        (Enforcer::AzureCilium, _) => facts::id::NETWORK_ENGINE_AZURE_CILIUM,
        (Enforcer::AzureCalico, _) => facts::id::NETWORK_ENGINE_AZURE_CALICO,
        (Enforcer::AzureUnnamed, _) => facts::id::AKS_POLICY_ENGINE,
        (
            Enforcer::Calico | Enforcer::Cilium | Enforcer::Weave | Enforcer::AzureNpm | Enforcer::Unnamed | Enforcer::Nobody,
            _,
        ) => facts::id::NETWORK_ENGINES,
    }
}

/// The addresses of the metadata service; that of IPv6 is Amazon's alone.
fn metadata(platform: Platform, ipv4: bool, ipv6: bool) -> Vec<Cidr> {
    let ipv6 = ipv6 && platform == Platform::Eks;
    let all = [(IpAddr::from([169, 254, 169, 254]), ipv4), (IpAddr::from([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]), ipv6)];
    all.into_iter().filter(|(_, wanted)| *wanted).map(|(address, _)| Cidr::host(address)).collect()
}

/// The addresses of the agents of EKS Pod Identity, which run in the network of every node.
fn agents(platform: Platform) -> Vec<Cidr> {
    if platform == Platform::Eks { EKS_POD_IDENTITY.map(Cidr::host).to_vec() } else { Vec::new() }
}

/// Pods of an IPv6 cluster of EKS send IPv4 by a second interface; Calico and the Amazon VPC CNI hold the first one alone.
fn caveat(platform: Platform, enforcer: Enforcer, ipv4: bool) -> Option<FactId> {
    (platform == Platform::Eks && !ipv4 && enforcer != Enforcer::Cilium).then_some(facts::id::EKS_IPV4_EGRESS)
}

/// WireServer, which hands out what machines are set up with: an address of Microsoft's that looks public.
fn provider(platform: Platform) -> Vec<Cidr> {
    if platform == Platform::Aks { vec![Cidr::host(IpAddr::from([168, 63, 129, 16]))] } else { Vec::new() }
}

fn flow(spec: &Spec, view: &NetworkView, flow: &model::Flow) -> FlowPlan {
    let (from, from_name, _) = end(spec, view, &flow.from, &flow.to);
    let (to, to_name, own) = end(spec, view, &flow.to, &flow.from);
    let named = flow.ports.as_ref().map(|ports| ports.iter().map(port).collect());
    FlowPlan { name: flow.name.clone(), from, from_name, to, to_name, ports: named.unwrap_or(own) }
}

/// An end with its name and its own ports.
fn end(spec: &Spec, view: &NetworkView, end: &FlowEnd, other: &FlowEnd) -> (End, String, Vec<Port>) {
    match end {
        FlowEnd::Tier(name) => {
            let tier = spec.network.tiers.iter().find(|tier| tier.name == *name);
            let tier = tier.expect("internal error: the reader looks up every end");
            (End::Pods(Pods::of(&tier.namespace, &tier.selector)), name.clone(), tier.ports.iter().map(port).collect())
        }
        FlowEnd::Peer(name) => {
            let peer = spec.network.peers.get(name).expect("internal error: the reader looks up every end");
            (End::Pods(Pods::of(&peer.namespace, &peer.selector)), name.clone(), Vec::new())
        }
        FlowEnd::Word(word) => {
            let (end, ports) = match word {
                FlowWord::Dns => (End::Dns, DNS_PORTS.to_vec()),
                FlowWord::KubeApi => (End::KubeApi, vec![Port::tcp(view.api_port)]),
                FlowWord::Metadata => (End::Metadata, vec![Port::tcp(80)]),
                FlowWord::Nodes => (End::Nodes, Vec::new()),
                FlowWord::Internet => (End::Internet, Vec::new()),
                FlowWord::AnyInNamespace => (End::Pods(Pods::of(&namespace(spec, other), &Labels::new())), Vec::new()),
            };
            (end, word.name().to_owned(), ports)
        }
        FlowEnd::Range { cidr, port } => (End::Range(*cidr), cidr.to_string(), port.iter().map(self::port).collect()),
        FlowEnd::Host { fqdn, port } => (End::Host(fqdn.clone()), fqdn.clone(), vec![self::port(port)]),
    }
}

/// The namespace of the pods at an end; the reader made sure that there are some beside `any-in-namespace`.
fn namespace(spec: &Spec, end: &FlowEnd) -> String {
    let tier = |name: &str| spec.network.tiers.iter().find(|tier| tier.name == name).map(|tier| tier.namespace.clone());
    match end {
        FlowEnd::Tier(name) => tier(name),
        FlowEnd::Peer(name) => spec.network.peers.get(name).map(|peer| peer.namespace.clone()),
        FlowEnd::Word(_) | FlowEnd::Range { .. } | FlowEnd::Host { .. } => None,
    }
    .unwrap_or_default()
}

fn port(port: &ServicePort) -> Port {
    let protocol = match port.protocol {
        words::Protocol::Tcp => Protocol::Tcp,
        words::Protocol::Udp => Protocol::Udp,
        words::Protocol::Sctp => Protocol::Sctp,
    };
    Port { number: port.port.number(), protocol }
}
