//! A network policy, whatever its form: which pods it isolates, and who may still talk to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::base::Cidr;

/// Labels of pods: every one of them must be there.
pub type Labels = BTreeMap<String, String>;

/// The form of a policy object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `NetworkPolicy` of Kubernetes.
    Kubernetes,
    /// `CiliumNetworkPolicy`, in one namespace.
    Cilium,
    /// `CiliumClusterwideNetworkPolicy`.
    CiliumClusterwide,
    /// `GlobalNetworkPolicy` of Calico.
    CalicoGlobal,
}

impl Dialect {
    /// Every form.
    pub const ALL: [Dialect; 4] = [Dialect::Kubernetes, Dialect::Cilium, Dialect::CiliumClusterwide, Dialect::CalicoGlobal];

    /// The group and version of its objects.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Dialect::Kubernetes => "networking.k8s.io/v1",
            Dialect::Cilium | Dialect::CiliumClusterwide => "cilium.io/v2",
            // What Calico's API server serves, and its own CRDs from 3.32 on; crd.projectcalico.org/v1 is how it stores them, unchecked.
            Dialect::CalicoGlobal => "projectcalico.org/v3",
        }
    }

    /// The kind of its objects.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Dialect::Kubernetes => "NetworkPolicy",
            Dialect::Cilium => "CiliumNetworkPolicy",
            Dialect::CiliumClusterwide => "CiliumClusterwideNetworkPolicy",
            Dialect::CalicoGlobal => "GlobalNetworkPolicy",
        }
    }

    /// The form of an object.
    #[must_use]
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        Dialect::ALL.into_iter().find(|dialect| dialect.api_version() == api_version && dialect.kind() == kind)
    }

    /// Whether its objects live in a namespace.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        match self {
            Dialect::Kubernetes | Dialect::Cilium => true,
            Dialect::CiliumClusterwide | Dialect::CalicoGlobal => false,
        }
    }
}

/// What tells one policy object from every other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId {
    /// Its namespace; none for those of the whole cluster.
    pub namespace: Option<String>,
    /// Its form.
    pub dialect: Dialect,
    /// Its name.
    pub name: String,
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.namespace.as_deref().unwrap_or("cluster"), self.dialect.kind(), self.name)
    }
}

/// A policy: once it selects a pod, the pod is isolated in the directions that the policy speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its form.
    pub dialect: Dialect,
    /// Its name.
    pub name: String,
    /// The pods that it isolates.
    pub subject: Pods,
    /// Who may open connections to them; none leaves that direction alone.
    pub ingress: Option<Vec<Rule>>,
    /// To whom they may open connections; none leaves that direction alone.
    pub egress: Option<Vec<Rule>>,
}

impl Policy {
    /// What tells it from every other.
    #[must_use]
    pub fn id(&self) -> PolicyId {
        let namespace = match &self.subject.namespaces {
            Namespaces::One(name) if self.dialect.is_namespaced() => Some(name.clone()),
            Namespaces::One(_) | Namespaces::AllBut(_) => None,
        };
        PolicyId { namespace, dialect: self.dialect, name: self.name.clone() }
    }
}

/// Pods by namespace and labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pods {
    /// Their namespaces.
    pub namespaces: Namespaces,
    /// Their labels; without any, every pod.
    pub labels: Labels,
}

impl Pods {
    /// Pods of one namespace.
    #[must_use]
    pub fn of(namespace: &str, labels: &Labels) -> Self {
        Pods { namespaces: Namespaces::One(namespace.to_owned()), labels: labels.clone() }
    }

    /// Whether a pod of a namespace with these labels is one of them.
    #[must_use]
    pub fn contain(&self, namespace: &str, labels: &Labels) -> bool {
        self.namespaces.contain(namespace) && self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
    }

    /// Whether every pod of others is one of these.
    #[must_use]
    pub fn cover(&self, others: &Pods) -> bool {
        let namespaces = match (&self.namespaces, &others.namespaces) {
            (own, Namespaces::One(name)) => own.contain(name),
            (Namespaces::AllBut(own), Namespaces::AllBut(theirs)) => own.is_subset(theirs),
            (Namespaces::One(_), Namespaces::AllBut(_)) => false,
        };
        namespaces && self.labels.iter().all(|(key, value)| others.labels.get(key) == Some(value))
    }
}

/// Namespaces of pods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespaces {
    /// This one.
    One(String),
    /// All but these.
    AllBut(BTreeSet<String>),
}

impl Namespaces {
    /// Whether a namespace is one of them.
    #[must_use]
    pub fn contain(&self, namespace: &str) -> bool {
        match self {
            Namespaces::One(name) => name == namespace,
            Namespaces::AllBut(spared) => !spared.contains(namespace),
        }
    }
}

/// Who may talk, on which ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The other ends; a connection needs one of them.
    pub peers: Vec<Peer>,
    /// The ports; without any, every port.
    pub ports: Vec<Port>,
    /// Whether the plug-in is to read the DNS answers that pass, which is how it learns the addresses of names.
    pub reads_dns: bool,
}

impl Rule {
    /// A rule for peers on ports.
    #[must_use]
    pub fn new(peers: Vec<Peer>, ports: &[Port]) -> Self {
        Rule { peers, ports: ports.to_vec(), reads_dns: false }
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Pods.
    Pods(Pods),
    /// Addresses.
    Block {
        /// The range.
        cidr: Cidr,
        /// Ranges in it that are not meant.
        except: Vec<Cidr>,
    },
    /// What Cilium knows without an address.
    Entity(Entity),
    /// Hosts by name: `api.example.com`, `*.example.com`.
    Name(String),
    /// Addresses of these ranges that belong to no pod: nodes, under their own or their tunnel's address (Calico).
    NotPods(Vec<Cidr>),
}

/// What Cilium knows without an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// The node that the pod runs on.
    Host,
    /// The API server.
    KubeApiserver,
    /// Every other node.
    RemoteNode,
}

impl Entity {
    /// Every entity.
    pub const ALL: [Entity; 3] = [Entity::Host, Entity::KubeApiserver, Entity::RemoteNode];

    /// The name, as Cilium writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Entity::Host => "host",
            Entity::KubeApiserver => "kube-apiserver",
            Entity::RemoteNode => "remote-node",
        }
    }
}

/// A port with its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// Its protocol.
    pub protocol: Protocol,
}

impl Port {
    /// A TCP port.
    #[must_use]
    pub fn tcp(number: u16) -> Self {
        Port { number, protocol: Protocol::Tcp }
    }

    /// A UDP port.
    #[must_use]
    pub fn udp(number: u16) -> Self {
        Port { number, protocol: Protocol::Udp }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.protocol.name())
    }
}

/// A protocol with ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

    /// The name, as objects write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
        }
    }

    /// The protocol of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Protocol::ALL.into_iter().find(|protocol| protocol.name() == name)
    }
}
