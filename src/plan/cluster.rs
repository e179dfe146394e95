//! The cluster that a plan is for: names, versions, addresses, pools.

use std::collections::BTreeMap;

use crate::{
    base::{Cidr, KubeVersion, Minor, Platform, SpecPath},
    facts::{self, EtcdVersion},
    plan::Held,
};

/// The cluster that is hardened.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// `metadata.name`.
    pub name: String,
    /// Who runs the control plane.
    pub platform: Platform,
    /// The version the artifacts are for.
    pub version: KubeVersion,
    /// What a self-managed control plane needs to know; `None` on the clouds.
    pub kubeadm: Option<KubeadmCluster>,
}

impl Cluster {
    /// The minor the artifacts are for.
    #[must_use]
    pub fn minor(&self) -> Minor {
        self.version.minor
    }

    /// The tag of the etcd image that kubeadm deploys here: the owner's, or that of the version.
    #[must_use]
    pub fn etcd_tag(&self) -> Option<&str> {
        let owner = self.kubeadm.as_ref().and_then(|kubeadm| kubeadm.owner_text("ClusterConfiguration", "/etcd/local/imageTag"));
        owner.or_else(|| facts::etcd_image(self.version).map(|image| image.tag))
    }

    /// Whether that tag is a guess: nobody says it, and this very release of kubeadm was not read.
    #[must_use]
    pub fn etcd_tag_is_guess(&self) -> bool {
        let image = facts::etcd_image(self.version);
        image.is_some_and(|image| !image.exact && self.etcd_tag() == Some(image.tag))
    }

    /// The version of the etcd that kubeadm deploys here; nothing where it is not known.
    #[must_use]
    pub fn etcd_version(&self) -> Option<EtcdVersion> {
        self.etcd_tag()?.trim_start_matches('v').parse().ok()
    }
}

/// The answers that kubeadm's documents are made from.
#[derive(Debug, Clone)]
pub struct KubeadmCluster {
    /// `host:port` of the shared endpoint.
    pub endpoint: String,
    /// The port the API servers listen on.
    pub bind_port: u16,
    /// The port of the shared endpoint, where it is another one and control-plane nodes may answer it themselves.
    pub front_port: Option<u16>,
    /// Pod ranges.
    pub pod_subnets: Vec<Cidr>,
    /// Service ranges.
    pub service_subnets: Vec<Cidr>,
    /// The cluster's DNS domain.
    pub dns_domain: String,
    /// The folder of keys and certificates.
    pub certificates_dir: String,
    /// The name the controller manager gives the cluster.
    pub cluster_name: String,
    /// The registry of the control plane's images.
    pub image_repository: String,
    /// The CRI socket of the nodes.
    pub cri_socket: String,
    /// External etcd; `None` when it is stacked.
    pub external_etcd: Option<ExternalEtcd>,
    /// The named control-plane nodes, in the order of the spec.
    pub nodes: Vec<NodeAddress>,
    /// Whether kube-proxy runs; else kubeadm is told not to deploy it.
    pub kube_proxy: bool,
    /// The owner's own documents by kind, as they are written under ours: without what became settings, secrets and refused fields.
    pub owner_documents: BTreeMap<String, OwnerDocument>,
}

impl KubeadmCluster {
    /// The ports of control-plane nodes under which the API server answers.
    #[must_use]
    pub fn api_ports(&self) -> Vec<u16> {
        [self.bind_port].into_iter().chain(self.front_port).collect()
    }

    /// A text that the owner's documents hold, by kind and pointer.
    #[must_use]
    pub fn owner_text(&self, kind: &str, pointer: &str) -> Option<&str> {
        self.owner_value(kind, pointer)?.as_str()
    }

    /// A value that the owner's documents hold, by kind and pointer.
    #[must_use]
    pub fn owner_value(&self, kind: &str, pointer: &str) -> Option<&serde_json::Value> {
        let mut segments = pointer.split('/').skip(1);
        let first = self.owner_documents.get(kind)?.tree.get(segments.next()?)?;
        segments.try_fold(first, |value, segment| value.get(segment))
    }
}

/// One document of the owner's configuration, in the form of the API version that is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnerDocument {
    /// The name of the file.
    pub file: String,
    /// What is carried.
    pub tree: serde_json::Map<String, serde_json::Value>,
    /// Fields that stood elsewhere in the file: pointer in the tree to the pointer in the file.
    pub moved: BTreeMap<String, String>,
}

impl OwnerDocument {
    /// The place in the owner's file behind a pointer into the tree of a kind: `kubeadm.yaml#/ClusterConfiguration/apiServer/certSANs`.
    #[must_use]
    pub fn place(&self, kind: &str, pointer: &str) -> String {
        let moved = |(to, from): (&String, &String)| {
            let rest = pointer.strip_prefix(to.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
            Some(format!("{}#{from}{rest}", self.file))
        };
        self.moved.iter().find_map(moved).unwrap_or_else(|| format!("{}#/{kind}{pointer}", self.file))
    }
}

/// An etcd that kubeadm does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEtcd {
    /// `https://host:port` of each member.
    pub endpoints: Vec<String>,
    /// CA of the servers.
    pub ca_file: String,
    /// Client certificate.
    pub cert_file: String,
    /// Client key.
    pub key_file: String,
}

/// A named node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeAddress {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: std::net::IpAddr,
    /// The pool it belongs to.
    pub pool: String,
}

/// What a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PoolRole {
    /// Runs the control plane.
    ControlPlane,
    /// Runs workloads.
    Worker,
    /// Runs etcd alone.
    Etcd,
}

/// What must hold on the nodes of a pool.
#[derive(Debug, Clone)]
pub struct NodePlan {
    /// The name of the pool.
    pub name: String,
    /// What it is for.
    pub role: PoolRole,
    /// The operating system, as the spec writes it.
    pub os: String,
    /// Where its nodes are.
    pub cidrs: Vec<Cidr>,
    /// Modes and owners of files, and other rules for the node, by name (`/etc/kubernetes/admin.conf`).
    pub file_rules: BTreeMap<String, Held<String>>,
}

impl NodePlan {
    /// The pool as the spec describes it, without the rules that controls have written so far.
    #[must_use]
    pub fn described(&self) -> NodePlan {
        NodePlan {
            name: self.name.clone(),
            role: self.role,
            os: self.os.clone(),
            cidrs: self.cidrs.clone(),
            file_rules: BTreeMap::new(),
        }
    }
}

/// Who may reach the API server.
#[derive(Debug, Clone, Default)]
pub struct AccessPlan {
    /// The ranges of administrators.
    pub admins: Vec<Held<Cidr>>,
    /// The addresses of the load balancer.
    pub load_balancer: Vec<Held<Cidr>>,
    /// Whether the load balancer keeps the client's address; `None` without one.
    pub preserves_client_ip: Option<bool>,
    /// NAT addresses of runners, hubs, the cluster itself.
    pub egress: Vec<Held<Cidr>>,
}

/// What became of a field of the owner's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnerField {
    /// It keeps its value.
    Carried,
    /// A setting of the plan replaces it.
    Overridden,
    /// It cannot be kept, and nothing replaces it.
    Refused,
}

/// One line of the list of the owner's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerNote {
    /// `ClusterConfiguration/apiServer/certSANs`.
    pub field: String,
    /// What became of it.
    pub fate: OwnerField,
    /// Its value, shortened for reading.
    pub value: String,
    /// Why, where it was not carried.
    pub why: Option<String>,
    /// Where the configuration is named in the spec.
    pub named_at: SpecPath,
}
