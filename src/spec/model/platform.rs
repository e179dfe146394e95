//! What runs the cluster and under it.

use std::collections::BTreeMap;

use super::{HostPort, NodePool, ProgramVersion};
use crate::{
    base::{Cidr, KubeVersion, Minor, Platform, SpecPath},
    facts::{self, Component},
    spec::words::{
        AksAccess, AksTier, AzurePolicyEngine, Datapath, EksNodes, Encapsulation, Encryption, Endpoint, FlannelBackend, Owner,
        ProxyMode,
    },
};

/// What runs the cluster and under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformSpec {
    /// Who runs the control plane.
    pub provider: Provider,
    /// Ranges of pods on EKS and AKS.
    pub pod_cidrs: Option<Vec<Cidr>>,
    /// Ranges of Services on EKS and AKS.
    pub service_cidrs: Option<Vec<Cidr>>,
    /// The network plug-in.
    pub cni: Option<Cni>,
    /// The container runtime.
    pub runtime: Option<Runtime>,
    /// Whether NodeLocal DNSCache runs.
    pub node_local_dns: Option<bool>,
    /// How large the cluster is.
    pub size: Size,
    /// The pools of nodes.
    pub node_pools: Vec<NodePool>,
    /// Registries and their mirrors.
    pub mirrors: BTreeMap<String, String>,
    /// Known system components.
    pub addons: Vec<String>,
}

impl PlatformSpec {
    /// The kind of platform.
    #[must_use]
    pub fn kind(&self) -> Platform {
        match self.provider {
            Provider::Kubeadm(_) => Platform::Kubeadm,
            Provider::Eks(_) => Platform::Eks,
            Provider::Aks(_) => Platform::Aks,
        }
    }

    /// The version of Kubernetes: with its patch on kubeadm, without on EKS and AKS.
    #[must_use]
    pub fn version(&self) -> KubeVersion {
        match &self.provider {
            Provider::Kubeadm(kubeadm) => kubeadm.kubernetes_version,
            Provider::Eks(eks) => KubeVersion { minor: eks.kubernetes_version, patch: None },
            Provider::Aks(aks) => KubeVersion { minor: aks.kubernetes_version, patch: None },
        }
    }

    /// The ranges of pods, whichever field says them.
    #[must_use]
    pub fn pods(&self) -> Option<&[Cidr]> {
        match &self.provider {
            Provider::Kubeadm(kubeadm) => kubeadm.pod_subnets.as_deref(),
            Provider::Eks(_) | Provider::Aks(_) => self.pod_cidrs.as_deref(),
        }
    }

    /// The ranges of Services, whichever field says them.
    #[must_use]
    pub fn services(&self) -> Option<&[Cidr]> {
        match &self.provider {
            Provider::Kubeadm(kubeadm) => kubeadm.service_subnets.as_deref(),
            Provider::Eks(_) | Provider::Aks(_) => self.service_cidrs.as_deref(),
        }
    }

    /// Where a DNS cache on every node is declared, if one is: by its own field, or as an addon.
    #[must_use]
    pub fn dns_cache(&self) -> Option<SpecPath> {
        let platform = SpecPath::new("/platform");
        let is_cache = |name: &&String| facts::component(name).is_some_and(Component::is_dns_cache);
        let addon = || Some(platform.child("addons").child(self.addons.iter().find(is_cache)?));
        if self.node_local_dns == Some(true) { Some(platform.child("nodeLocalDns")) } else { addon() }
    }
}

/// Who runs the control plane, with what only that platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a spec holds one")]
pub enum Provider {
    /// You, with kubeadm.
    Kubeadm(Kubeadm),
    /// Amazon EKS.
    Eks(Eks),
    /// Azure AKS.
    Aks(Aks),
}

/// A control plane made by kubeadm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kubeadm {
    /// The exact version; the patch is always there.
    pub kubernetes_version: KubeVersion,
    /// The file with the owner's live configuration, relative to the spec.
    pub config: Option<String>,
    /// What every node reaches the API server under.
    pub control_plane_endpoint: Option<HostPort>,
    /// Ranges of pods.
    pub pod_subnets: Option<Vec<Cidr>>,
    /// Ranges of Services.
    pub service_subnets: Option<Vec<Cidr>>,
    /// The DNS domain of the cluster.
    pub dns_domain: Option<String>,
    /// Where etcd runs.
    pub etcd: Option<Etcd>,
    /// How Services are programmed.
    pub kube_proxy: KubeProxy,
    /// The serving certificates of kubelets.
    pub serving_certificates: Option<ServingCertificates>,
}

/// Where etcd runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Etcd {
    /// On the control-plane nodes.
    Stacked,
    /// Apart.
    External(ExternalEtcd),
}

/// An etcd that kubeadm does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEtcd {
    /// Client addresses, `https://` each.
    pub endpoints: Vec<String>,
    /// The CA file.
    pub ca_file: String,
    /// The client certificate file.
    pub cert_file: String,
    /// The client key file.
    pub key_file: String,
}

/// How Services are programmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KubeProxy {
    /// The mode, `none` without kube-proxy.
    pub mode: Option<ProxyMode>,
    /// Addresses that NodePorts answer on.
    pub node_port_addresses: Option<Vec<NodePortAddress>>,
}

/// An address that NodePorts answer on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodePortAddress {
    /// The node's primary addresses.
    Primary,
    /// Addresses of a range.
    Range(Cidr),
}

/// The serving certificates of kubelets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServingCertificates {
    /// Self-signed.
    None,
    /// Signed by the cluster's CA, approved by the named program.
    Approver(String),
}

/// Amazon EKS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eks {
    /// The minor version.
    pub kubernetes_version: Minor,
    /// The region.
    pub region: Option<String>,
    /// How the API endpoint is reached.
    pub endpoint: Option<Endpoint>,
    /// Who runs the nodes.
    pub nodes: Option<EksNodes>,
    /// Who owns what may exist already.
    pub owns: Owns,
    /// The constraint on the provider `hashicorp/aws`.
    pub terraform: Option<String>,
}

/// Who owns what may exist already on EKS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Owns {
    /// The log group of the control plane.
    pub log_group: Option<Owner>,
    /// The KMS key of secrets.
    pub kms_key: Option<Owner>,
    /// The VPC CNI add-on; in Auto Mode, which has none, the ConfigMap `amazon-vpc-cni` of kube-system.
    pub vpc_cni: Option<Owner>,
    /// The access entries of people.
    pub access_entries: Option<Owner>,
    /// The subscription filter of the log group.
    pub subscription_filter: Option<Owner>,
}

/// Azure AKS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aks {
    /// The minor version.
    pub kubernetes_version: Minor,
    /// The location.
    pub location: Option<String>,
    /// How the API server is reached.
    pub access: Option<AksAccess>,
    /// The price tier.
    pub tier: Option<AksTier>,
    /// Microsoft Entra ID.
    pub entra: Option<Entra>,
    /// Who owns what may exist already.
    pub owns: AksOwns,
    /// The constraint on the provider `hashicorp/azurerm`.
    pub terraform: Option<String>,
}

/// Who owns what may exist already on AKS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AksOwns {
    /// The diagnostic setting of the cluster.
    pub diagnostic_setting: Option<Owner>,
}

/// Microsoft Entra ID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entra {
    /// Object ids of the groups that administer the cluster.
    pub admin_groups: Vec<String>,
}

/// The network plug-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cni {
    /// Calico.
    Calico(Calico),
    /// Cilium.
    Cilium(Cilium),
    /// Flannel.
    Flannel(Flannel),
    /// Weave Net.
    Weave {
        /// Its version.
        version: Option<ProgramVersion>,
    },
    /// The Amazon VPC CNI.
    AwsVpcCni {
        /// Its version.
        version: Option<ProgramVersion>,
    },
    /// Azure CNI.
    AzureCni {
        /// Which engine enforces network policies.
        network_policy: Option<AzurePolicyEngine>,
        /// Whether pods have addresses of an overlay.
        overlay: Option<bool>,
    },
    /// None that is known.
    None,
}

impl Cni {
    /// The name, as the spec writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Cni::Calico(_) => "calico",
            Cni::Cilium(_) => "cilium",
            Cni::Flannel(_) => "flannel",
            Cni::Weave { .. } => "weave",
            Cni::AwsVpcCni { .. } => "aws-vpc-cni",
            Cni::AzureCni { .. } => "azure-cni",
            Cni::None => "none",
        }
    }
}

/// Calico.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calico {
    /// Its version.
    pub version: Option<ProgramVersion>,
    /// How packets are carried.
    pub encapsulation: Option<Encapsulation>,
    /// How they are encrypted.
    pub encryption: Option<Encryption>,
}

/// Cilium.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cilium {
    /// Its version.
    pub version: Option<ProgramVersion>,
    /// How packets are carried.
    pub datapath: Option<Datapath>,
    /// Whether its host firewall is on.
    pub host_firewall: Option<bool>,
    /// How packets are encrypted.
    pub encryption: Option<Encryption>,
}

/// Flannel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flannel {
    /// Its version.
    pub version: Option<ProgramVersion>,
    /// How packets are carried.
    pub backend: Option<FlannelBackend>,
}

/// The container runtime with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// containerd.
    Containerd(ProgramVersion),
    /// CRI-O.
    Crio(ProgramVersion),
    /// Docker Engine behind cri-dockerd.
    Docker {
        /// The version of Docker Engine.
        docker: ProgramVersion,
        /// The version of cri-dockerd.
        cri_dockerd: ProgramVersion,
    },
}

impl Runtime {
    /// The name, as the spec writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Runtime::Containerd(_) => "containerd",
            Runtime::Crio(_) => "crio",
            Runtime::Docker { .. } => "docker",
        }
    }
}

/// How large the cluster is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// How many nodes.
    pub nodes: Option<u32>,
    /// How many pods.
    pub pods: Option<u32>,
}
