//! Answers about the hosts under the nodes: what reaches them, what carries the pods' packets, which runtime they have.

use std::collections::BTreeMap;

use crate::{
    base::{Cidr, Platform, SpecPath},
    spec::{
        model::{self, ProgramVersion, Spec},
        words::{self, Access},
    },
};

/// Everything that controls ask about hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAnswers {
    /// The ranges of pods, each with its place.
    pub pods: Vec<(Cidr, SpecPath)>,
    /// How the network plug-in carries and encrypts packets between nodes: `vxlan`, `ipip`, `geneve`, `wireguard`, `ipsec`.
    pub ways: Vec<&'static str>,
    /// The word of the spec on how it carries them, where it has one.
    pub carried: Option<&'static str>,
    /// The word of the spec on how it encrypts them.
    pub encrypted: Option<&'static str>,
    /// The runtime with its version; nothing where the spec names none.
    pub runtime: Option<model::Runtime>,
    /// The pools by name.
    pub pools: BTreeMap<String, PoolAnswers>,
}

/// Answers about the hosts of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolAnswers {
    /// Where the spec declares it.
    pub path: SpecPath,
    /// How people reach it; ssh unless the spec says otherwise.
    pub access: Access,
    /// The ranges of its nodes, and the addresses of named ones that lie in none, each with its place; empty where the spec says
    /// neither.
    pub ranges: Vec<(Cidr, SpecPath)>,
    /// The addresses of its nodes, each with its place; empty where the spec names none.
    pub nodes: Vec<(Cidr, SpecPath)>,
    /// The ports that stay open.
    pub open: Vec<Opening>,
}

/// A port that stays open on the hosts of a pool, or a protocol that has no ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What is open.
    pub what: model::Opened,
    /// What it is for.
    pub reason: String,
    /// Where the spec says it.
    pub path: SpecPath,
    /// The name that the firewall has for those it is open to.
    pub group: String,
    /// The ranges it is open to, each with its place.
    pub sources: Vec<(Cidr, SpecPath)>,
}

impl PoolAnswers {
    /// Its nodes alone where they are named, else its ranges.
    #[must_use]
    pub fn narrowest(&self) -> &[(Cidr, SpecPath)] {
        if self.nodes.is_empty() { &self.ranges } else { &self.nodes }
    }

    /// The entries of `open` for one of these ports of TCP.
    pub fn opened(&self, ports: &[u16]) -> impl Iterator<Item = &Opening> {
        let is_one = |what| matches!(what, model::Opened::Port(words::HostProtocol::Tcp, port) if ports.contains(&port.number()));
        self.open.iter().filter(move |open| is_one(open.what))
    }
}

impl HostAnswers {
    /// Whether pods have IPv6 addresses.
    #[must_use]
    pub fn ipv6(&self) -> bool {
        self.pods.iter().any(|(range, _)| range.address().is_ipv6())
    }

    /// The version of containerd, where it is the runtime.
    #[must_use]
    pub fn containerd(&self) -> Option<ProgramVersion> {
        match self.runtime {
            Some(model::Runtime::Containerd(version)) => Some(version),
            Some(model::Runtime::Crio(_) | model::Runtime::Docker { .. }) | None => None,
        }
    }
}

/// The answers of a spec; `pods` are the ranges that count, wherever they were said.
pub(super) fn answers(spec: &Spec, pods: &[Cidr]) -> HostAnswers {
    let place = match spec.platform.kind() {
        Platform::Kubeadm => SpecPath::new("/platform/kubeadm/podSubnets"),
        Platform::Eks | Platform::Aks => SpecPath::new("/platform/podCidrs"),
    };
    HostAnswers {
        pods: pods.iter().enumerate().map(|(n, range)| (*range, place.index(n))).collect(),
        ways: spec.platform.cni.as_ref().map_or_else(Vec::new, ways),
        carried: spec.platform.cni.as_ref().and_then(carried),
        encrypted: spec.platform.cni.as_ref().and_then(encrypted),
        runtime: spec.platform.runtime,
        pools: spec.platform.node_pools.iter().map(|pool| (pool.name.clone(), self::pool(pool))).collect(),
    }
}

/// The answers about the hosts of one pool.
pub(super) fn pool(pool: &model::NodePool) -> PoolAnswers {
    let path = SpecPath::new("/platform/nodePools").child(&pool.name);
    let (open, named, cidrs) = (path.child("open"), path.child("nodes"), path.child("cidrs"));
    let nodes: Vec<(Cidr, SpecPath)> =
        pool.nodes.iter().map(|node| (Cidr::host(node.address), named.child(&node.name).child("address"))).collect();
    let beside = nodes.iter().filter(|(node, _)| !pool.cidrs.iter().any(|range| range.covers(node)));
    PoolAnswers {
        ranges: pool.cidrs.iter().enumerate().map(|(n, range)| (*range, cidrs.index(n))).chain(beside.cloned()).collect(),
        nodes,
        access: pool.access.unwrap_or(Access::Ssh),
        open: pool.open.iter().enumerate().map(|(n, port)| opening(n, port, open.index(n))).collect(),
        path,
    }
}

fn opening(n: usize, port: &model::OpenPort, path: SpecPath) -> Opening {
    let from = path.child("from");
    Opening {
        what: port.what,
        reason: port.reason.clone(),
        group: format!("open-{}", n + 1),
        sources: port.from.iter().enumerate().map(|(n, range)| (*range, from.index(n))).collect(),
        path,
    }
}

/// What carries packets; every way of the plug-in where the spec does not say, since all are open to nodes alone.
fn ways(cni: &model::Cni) -> Vec<&'static str> {
    let mut ways = match cni {
        model::Cni::Calico(calico) => match calico.encapsulation {
            Some(words::Encapsulation::Vxlan | words::Encapsulation::VxlanCrossSubnet) => vec!["vxlan"],
            Some(words::Encapsulation::Ipip | words::Encapsulation::IpipCrossSubnet) => vec!["ipip"],
            Some(words::Encapsulation::None) => Vec::new(),
            None => vec!["ipip", "vxlan"],
        },
        model::Cni::Cilium(cilium) => match cilium.datapath {
            Some(words::Datapath::Vxlan) => vec!["vxlan"],
            Some(words::Datapath::Geneve) => vec!["geneve"],
            Some(words::Datapath::Native) => Vec::new(),
            None => vec!["vxlan", "geneve"],
        },
        model::Cni::Flannel(flannel) => match flannel.backend {
            Some(words::FlannelBackend::Vxlan) | None => vec!["vxlan"],
            Some(words::FlannelBackend::Wireguard) => vec!["wireguard"],
            Some(words::FlannelBackend::HostGw) => Vec::new(),
        },
        model::Cni::Weave { .. } | model::Cni::AwsVpcCni { .. } | model::Cni::AzureCni { .. } | model::Cni::None => Vec::new(),
    };
    ways.extend(encrypted(cni));
    ways
}

/// The word on encryption between nodes.
fn encrypted(cni: &model::Cni) -> Option<&'static str> {
    let encryption = match cni {
        model::Cni::Calico(calico) => calico.encryption,
        model::Cni::Cilium(cilium) => cilium.encryption,
        model::Cni::Flannel(_)
        | model::Cni::Weave { .. }
        | model::Cni::AwsVpcCni { .. }
        | model::Cni::AzureCni { .. }
        | model::Cni::None => None,
    };
    encryption.map(words::Encryption::name)
}

/// The word on what carries packets between nodes.
fn carried(cni: &model::Cni) -> Option<&'static str> {
    match cni {
        model::Cni::Calico(calico) => calico.encapsulation.map(words::Encapsulation::name),
        model::Cni::Cilium(cilium) => cilium.datapath.map(words::Datapath::name),
        model::Cni::Flannel(flannel) => flannel.backend.map(words::FlannelBackend::name),
        model::Cni::Weave { .. } | model::Cni::AwsVpcCni { .. } | model::Cni::AzureCni { .. } | model::Cni::None => None,
    }
}
