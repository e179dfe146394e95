//! `Spec`: what a cluster's spec says, in the words of the rest of the program. What was not said stays `None`: `resolve` answers.

mod access;
mod controls;
mod logging;
mod network;
mod nodes;
mod platform;
mod policies;
pub(super) mod values;
mod vulnerabilities;

use std::collections::BTreeMap;

pub use access::{
    Api, ClaimMapping, Delivery, Duty, EncryptionAtRest, EncryptionProvider, Group, Identity, Impersonation, Issuer,
    LoadBalancer, Sources,
};
pub use controls::{ControlChoice, Scope, Waiver};
pub use logging::{Audit, AzureMonitor, Collector, EventHub, HttpSink, Kafka, Logging, Loki, Relay, S3, Siem, Sink, Syslog};
pub use network::{Flow, FlowEnd, Network, Peer, Tier};
pub use nodes::{Node, NodePool, OpenPort, Opened};
pub use platform::{
    Aks, AksOwns, Calico, Cilium, Cni, Eks, Entra, Etcd, ExternalEtcd, Flannel, KubeProxy, Kubeadm, NodePortAddress, Owns,
    PlatformSpec, Provider, Runtime, ServingCertificates, Size,
};
pub use policies::{Engines, Gatekeeper, HostPath, Images, Namespace, Policies, Rollout, Workloads};
pub use values::{Days, HostPort, Port, PortRange, ProgramVersion, ServicePort, Window};
pub use vulnerabilities::{Deadlines, Patching, Scanning, Vulnerabilities};

/// The spec of one cluster, profiles merged in.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Names of profiles.
    pub profiles: Vec<String>,
    /// What runs the cluster and under it.
    pub platform: PlatformSpec,
    /// The API server.
    pub api: Api,
    /// Who is let in, and who may do what.
    pub identity: Identity,
    /// The governed namespaces.
    pub namespaces: Vec<Namespace>,
    /// Which images may run.
    pub images: Images,
    /// What workloads may use of their nodes.
    pub workloads: Workloads,
    /// The engines that judge workloads.
    pub policies: Policies,
    /// Tiers, peers and flows.
    pub network: Network,
    /// What is recorded, and where it goes.
    pub logging: Logging,
    /// Patching and scanning.
    pub vulnerabilities: Vulnerabilities,
    /// Choices about controls, by id.
    pub controls: BTreeMap<String, ControlChoice>,
    /// Accepted exceptions.
    pub waivers: Vec<Waiver>,
}
