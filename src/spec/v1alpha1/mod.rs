//! `harden.dev/v1alpha1` as users write it: the types behind the JSON Schemas. Every doc comment is shown by editors.
//!
//! Nothing is required but names: a document may leave to a profile what a profile says. What must be there in the end is asked
//! of the merged spec, by the conversion to `Spec`.

mod api;
mod controls;
mod identity;
mod kinds;
mod list;
mod logging;
mod network;
mod platform;
mod policies;
mod pools;
mod vulnerabilities;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use api::{Api, EncryptionAtRest, Kms, LoadBalancer, Sources};
pub use controls::{ControlChoice, Scope, Waiver};
pub use identity::{ClaimMapping, Delivery, Duty, Group, Identity, Impersonated, Impersonation, Issuer};
pub use kinds::{Cluster, Metadata, Profile, Select, Waivers, Workspace, WorkspaceCheck, WorkspaceSpec};
pub use list::List;
pub use logging::{
    Audit, AzureMonitor, Collector, CollectorAgent, EventHub, HttpSink, Kafka, Logging, Loki, Relay, S3, Siem, Syslog,
};
pub use network::{Flow, FlowEnd, FlowPlace, Network, Peer, Port, PortAndProtocol, Tier};
pub use platform::{
    Aks, AksTerraform, AzureCni, Calico, Cilium, Cni, Eks, EksTerraform, Empty, Entra, Etcd, ExternalEtcd, Flannel, KubeProxy,
    Kubeadm, Owns, Platform, Runtime, ServingCertificates, Size, VersionedCni,
};
pub use policies::{Engines, Gatekeeper, HostPath, HostPort, Images, Namespace, Policies, Rollout, Workloads};
pub use pools::{Node, NodePool, OpenPort};
pub use vulnerabilities::{Deadlines, Patching, Scanning, Vulnerabilities};

/// What a cluster must be. Everything here can also come from a profile; maps merge deep, lists by name, the cluster wins.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterSpec {
    /// Profiles, built in or of the workspace. Of several the stricter value wins; values that cannot be compared are an error.
    #[schemars(example = ["restricted"])]
    pub profiles: Option<List<String>>,
    /// What runs the cluster and under it: exactly one of `kubeadm`, `eks` and `aks`, the CNI, the runtime, the nodes.
    pub platform: Option<Platform>,
    /// The API server: who reaches it, and what it keeps encrypted.
    pub api: Option<Api>,
    /// Who is let in, and who may do what.
    pub identity: Option<Identity>,
    /// Every namespace that this spec governs. System namespaces come from `addons` and the CNI.
    pub namespaces: Option<List<Namespace>>,
    /// Which images may run.
    pub images: Option<Images>,
    /// What workloads may use of their nodes.
    pub workloads: Option<Workloads>,
    /// Which engines judge workloads, and from when on.
    pub policies: Option<Policies>,
    /// Which traffic is allowed; everything else is not.
    pub network: Option<Network>,
    /// What is recorded, and where it goes.
    pub logging: Option<Logging>,
    /// How fast holes are closed, and where images are scanned.
    pub vulnerabilities: Option<Vulnerabilities>,
    /// Choices about single controls, by their id. `harden controls` lists every id.
    pub controls: Option<BTreeMap<String, ControlChoice>>,
    /// Accepted exceptions. A waiver becomes an exclusion in every engine, a suppression in `check` and a line in the report.
    pub waivers: Option<List<Waiver>>,
}
