//! `platform`: who runs the control plane, the CNI, the runtime.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{List, NodePool};
use crate::{
    facts,
    spec::words::{
        AksAccess, AksTier, AzurePolicyEngine, Datapath, EksNodes, Encapsulation, Encryption, Endpoint, FlannelBackend, Owner,
        ProxyMode,
    },
};

/// An alternative without settings: `{}`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// What runs the cluster and under it. Exactly one of `kubeadm`, `eks` and `aks`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Platform {
    /// A control plane of your own, made by kubeadm.
    pub kubeadm: Option<Kubeadm>,
    /// Amazon EKS.
    pub eks: Option<Eks>,
    /// Azure AKS.
    pub aks: Option<Aks>,
    /// The ranges that pods get their addresses from, on EKS and AKS. (kubeadm: `podSubnets`.)
    #[schemars(example = ["10.0.64.0/18"])]
    pub pod_cidrs: Option<List<String>>,
    /// The ranges of Services, on EKS and AKS. (kubeadm: `serviceSubnets`.)
    #[schemars(example = ["172.20.0.0/16"])]
    pub service_cidrs: Option<List<String>>,
    /// The network plug-in: exactly one. It decides what a network policy means.
    pub cni: Option<Cni>,
    /// The container runtime with its version: exactly one of `containerd`, `crio` and `docker`.
    pub runtime: Option<Runtime>,
    /// Whether NodeLocal DNSCache runs on the nodes.
    pub node_local_dns: Option<bool>,
    /// How large the cluster is: numbers such as event rates are derived from it.
    pub size: Option<Size>,
    /// The nodes, by pools of the same kind.
    pub node_pools: Option<List<NodePool>>,
    /// Mirrors of image registries: the registry and what stands in for it.
    #[schemars(extend("examples" = [{"docker.io": "mirror.shop.example/hub"}]))]
    pub mirrors: Option<BTreeMap<String, String>>,
    /// Known system components that run in the cluster; what they need is known and spared. Any other name is taken with a
    /// warning.
    #[schemars(example = ["coredns", "metrics-server"], extend("items" = addon()))]
    pub addons: Option<List<String>>,
}

/// A word of `addons`: editors offer those of the catalogue.
fn addon() -> serde_json::Value {
    serde_json::json!({ "type": "string", "examples": facts::addons() })
}

/// A control plane of your own, made by kubeadm.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Kubeadm {
    /// The exact version of Kubernetes, with its patch, in quotes: `"1.36.3"`.
    #[schemars(example = &"1.36.3", extend("format" = "version"))]
    pub kubernetes_version: Option<String>,
    /// A file with your live Cluster, Kubelet and KubeProxy configuration. Fields that are not owned here keep their value.
    #[schemars(example = &"live/kubeadm.yaml")]
    pub config: Option<String>,
    /// The name or address and the port that every node reaches the API server under.
    #[schemars(example = &"api.shop.example:6443")]
    pub control_plane_endpoint: Option<String>,
    /// The ranges that pods get their addresses from.
    #[schemars(example = ["10.244.0.0/16"])]
    pub pod_subnets: Option<List<String>>,
    /// The ranges of Services.
    #[schemars(example = ["10.96.0.0/12"])]
    pub service_subnets: Option<List<String>>,
    /// The DNS domain of the cluster.
    #[schemars(example = &"cluster.local")]
    pub dns_domain: Option<String>,
    /// Where etcd runs: on the control-plane nodes (`stacked`) or apart (`external`).
    pub etcd: Option<Etcd>,
    /// How Services are programmed.
    pub kube_proxy: Option<KubeProxy>,
    /// Whether kubelets serve with certificates of the cluster's CA, and who approves them.
    pub serving_certificates: Option<ServingCertificates>,
}

/// Where etcd runs: exactly one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Etcd {
    /// On the control-plane nodes, run by kubeadm.
    pub stacked: Option<Empty>,
    /// On machines of its own, run by you.
    pub external: Option<ExternalEtcd>,
}

/// An etcd that kubeadm does not run.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalEtcd {
    /// The client addresses: `https://` only.
    #[schemars(example = ["https://192.0.2.33:2379"])]
    pub endpoints: Option<List<String>>,
    /// The CA of etcd, a file on the control-plane nodes.
    #[schemars(example = &"/etc/kubernetes/pki/etcd/ca.crt")]
    pub ca_file: Option<String>,
    /// The client certificate of the API server, a file on the control-plane nodes.
    #[schemars(example = &"/etc/kubernetes/pki/apiserver-etcd-client.crt")]
    pub cert_file: Option<String>,
    /// Its key, a file on the control-plane nodes.
    #[schemars(example = &"/etc/kubernetes/pki/apiserver-etcd-client.key")]
    pub key_file: Option<String>,
}

/// How Services are programmed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubeProxy {
    /// The mode of kube-proxy, or `none` where the CNI does its work.
    pub mode: Option<ProxyMode>,
    /// The addresses of a node that NodePorts answer on: `primary`, or ranges.
    #[schemars(example = ["primary"])]
    pub node_port_addresses: Option<List<String>>,
}

/// The serving certificates of kubelets: exactly one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct ServingCertificates {
    /// Each kubelet signs its own: nobody can verify them.
    pub none: Option<Empty>,
    /// The cluster's CA signs them; the name of the program that approves the requests.
    #[schemars(example = &"kubelet-csr-approver")]
    pub approver: Option<String>,
}

/// Amazon EKS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Eks {
    /// The minor version of Kubernetes, in quotes: `"1.36"`.
    #[schemars(example = &"1.36", extend("format" = "version"))]
    pub kubernetes_version: Option<String>,
    /// The region.
    #[schemars(example = &"eu-west-1")]
    pub region: Option<String>,
    /// How the API endpoint is reached.
    pub endpoint: Option<Endpoint>,
    /// Who runs the nodes.
    pub nodes: Option<EksNodes>,
    /// Who owns what may exist already; `existing` where nothing is said.
    pub owns: Option<Owns>,
    /// The version of the provider that the emitted Terraform must fit.
    pub terraform: Option<EksTerraform>,
}

/// Who owns what may exist already on EKS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Owns {
    /// The CloudWatch log group of the control plane.
    pub log_group: Option<Owner>,
    /// The KMS key of secrets.
    pub kms_key: Option<Owner>,
    /// The VPC CNI add-on; in Auto Mode, which has none, the ConfigMap `amazon-vpc-cni` of kube-system.
    pub vpc_cni: Option<Owner>,
    /// The access entries of people. With `harden` those that are there already are taken over by the lines of `terraform/ADOPT.md`.
    pub access_entries: Option<Owner>,
    /// The subscription filter that hands the log group to `logging.siem.relay`; CloudWatch takes two for a log group.
    pub subscription_filter: Option<Owner>,
}

/// A constraint on the provider's version, as Terraform writes it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EksTerraform {
    /// The provider `hashicorp/aws`.
    #[schemars(example = &">= 5.99, < 7")]
    pub aws: Option<String>,
}

/// A constraint on the provider's version, as Terraform writes it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AksTerraform {
    /// The provider `hashicorp/azurerm`.
    #[schemars(example = &">= 4.81, < 6")]
    pub azurerm: Option<String>,
}

/// Azure AKS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Aks {
    /// The minor version of Kubernetes, in quotes: `"1.36"`.
    #[schemars(example = &"1.36", extend("format" = "version"))]
    pub kubernetes_version: Option<String>,
    /// The location.
    #[schemars(example = &"westeurope")]
    pub location: Option<String>,
    /// How the API server is reached.
    pub access: Option<AksAccess>,
    /// The price tier.
    pub tier: Option<AksTier>,
    /// Microsoft Entra ID as the identity provider.
    pub entra: Option<Entra>,
    /// Who owns what may exist already; `existing` where nothing is said.
    pub owns: Option<AksOwns>,
    /// The version of the provider that the emitted Terraform must fit.
    pub terraform: Option<AksTerraform>,
}

/// Who owns what may exist already on AKS.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AksOwns {
    /// The diagnostic setting of the cluster; Azure takes no second one that sends the same category to the same receiver.
    pub diagnostic_setting: Option<Owner>,
}

/// Microsoft Entra ID as the identity provider.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entra {
    /// The object ids of the groups whose members administer the cluster.
    #[schemars(example = ["00000000-0000-0000-0000-000000000000"])]
    pub admin_groups: Option<List<String>>,
}

/// The network plug-in: exactly one.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct Cni {
    /// Calico.
    pub calico: Option<Calico>,
    /// Cilium.
    pub cilium: Option<Cilium>,
    /// Flannel; it enforces no network policy.
    pub flannel: Option<Flannel>,
    /// Weave Net; archived upstream.
    pub weave: Option<VersionedCni>,
    /// The Amazon VPC CNI.
    pub aws_vpc_cni: Option<VersionedCni>,
    /// Azure CNI.
    pub azure_cni: Option<AzureCni>,
    /// None, or one that is not known here.
    pub none: Option<Empty>,
}

/// Calico.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calico {
    /// Its version, in quotes.
    #[schemars(example = &"3.31", extend("format" = "version"))]
    pub version: Option<String>,
    /// How packets are carried between nodes.
    pub encapsulation: Option<Encapsulation>,
    /// How they are encrypted.
    pub encryption: Option<Encryption>,
}

/// Cilium.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cilium {
    /// Its version, in quotes.
    #[schemars(example = &"1.19", extend("format" = "version"))]
    pub version: Option<String>,
    /// How packets are carried between nodes.
    pub datapath: Option<Datapath>,
    /// Whether its host firewall is on.
    pub host_firewall: Option<bool>,
    /// How packets are encrypted.
    pub encryption: Option<Encryption>,
}

/// Flannel.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Flannel {
    /// Its version, in quotes.
    #[schemars(example = &"0.27", extend("format" = "version"))]
    pub version: Option<String>,
    /// How packets are carried between nodes.
    pub backend: Option<FlannelBackend>,
}

/// A network plug-in of which only the version is asked.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionedCni {
    /// Its version, in quotes.
    #[schemars(extend("format" = "version"))]
    pub version: Option<String>,
}

/// Azure CNI.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureCni {
    /// Which engine enforces network policies.
    pub network_policy: Option<AzurePolicyEngine>,
    /// Whether pods have addresses of an overlay instead of the virtual network.
    pub overlay: Option<bool>,
}

/// The container runtime: exactly one of `containerd`, `crio` and `docker`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Runtime {
    /// The version of containerd, in quotes.
    #[schemars(example = &"2.3", extend("format" = "version"))]
    pub containerd: Option<String>,
    /// The version of CRI-O, in quotes.
    #[schemars(example = &"1.36", extend("format" = "version"))]
    pub crio: Option<String>,
    /// The version of Docker Engine, in quotes; it needs `criDockerd`.
    #[schemars(example = &"28.5", extend("format" = "version"))]
    pub docker: Option<String>,
    /// The version of cri-dockerd beside Docker, in quotes.
    #[schemars(example = &"0.4", extend("format" = "version"))]
    pub cri_dockerd: Option<String>,
}

/// How large the cluster is.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Size {
    /// How many nodes.
    #[schemars(range(min = 1, max = 5000), example = 30)]
    pub nodes: Option<u32>,
    /// How many pods.
    #[schemars(range(min = 1, max = 150_000), example = 900)]
    pub pods: Option<u32>,
}
