//! What the network plug-ins make of a network policy.

use super::id;
use crate::base::FactId;

/// What enforces network policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Enforcer {
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
    /// Weave Net.
    Weave,
    /// The Amazon VPC CNI with its policy agent.
    AwsVpcCni,
    /// Azure CNI powered by Cilium: Kubernetes' own policies alone.
    AzureCilium,
    /// Calico as AKS runs it: Kubernetes' own policies alone.
    AzureCalico,
    /// Azure Network Policy Manager.
    AzureNpm,
    /// An engine of AKS that the spec does not name, if there is one.
    AzureUnnamed,
    /// Something that the spec does not name.
    Unnamed,
    /// Nothing.
    Nobody,
}

/// Which policies an enforcer takes beside those of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnPolicies {
    /// None.
    None,
    /// Calico's, for the whole cluster.
    Calico,
    /// Cilium's, with entities and host names.
    Cilium,
}

/// Which address of a Service an enforcer sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceView {
    /// That of the pod or host behind it, with its port.
    Behind,
    /// That of the Service, as the client opened it.
    Address,
}

/// What an enforcer makes of a network policy.
#[derive(Debug, Clone, Copy)]
pub struct NetworkSemantics {
    /// What enforces.
    pub enforcer: Enforcer,
    /// Its name, as messages write it.
    pub name: &'static str,
    /// Whether a range of addresses matches pods in it.
    pub ranges_match_pods: bool,
    /// Whether a range of addresses matches nodes of the cluster in it.
    pub ranges_match_nodes: bool,
    /// Which address of a Service it sees.
    pub services: ServiceView,
    /// Which policies it takes beside those of Kubernetes.
    pub own: OwnPolicies,
    /// Whether it knows ranges of IPv6.
    pub ipv6: bool,
    /// Of how many ports it takes rules for one other end, at most.
    pub most_ports: Option<usize>,
    /// Whether it always reaches pods of another node from an address of the pod range (else the declared encapsulation decides).
    pub bridges: bool,
    /// What must be said where it enforces: a switch, an end of life.
    pub caveat: Option<FactId>,
    /// Where it was read.
    pub source: &'static str,
}

impl NetworkSemantics {
    const PLAIN: NetworkSemantics = NetworkSemantics {
        enforcer: Enforcer::Unnamed,
        name: "a network plug-in that the spec does not name",
        ranges_match_pods: true,
        ranges_match_nodes: true,
        services: ServiceView::Behind,
        own: OwnPolicies::None,
        ipv6: true,
        most_ports: None,
        bridges: false,
        caveat: Some(id::NETWORK_UNNAMED),
        source: "kubernetes.io, network policies; read 2026-11-26",
    };
}

/// Every enforcer.
const ROWS: &[NetworkSemantics] = &[
    NetworkSemantics {
        enforcer: Enforcer::Calico,
        name: "Calico",
        own: OwnPolicies::Calico,
        caveat: None,
        source: "docs.tigera.io 3.31-3.33; tigera/operator#4739 (tunnel addresses); projectcalico/calico#7242; read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::Cilium,
        name: "Cilium",
        ranges_match_pods: false,
        ranges_match_nodes: false,
        own: OwnPolicies::Cilium,
        caveat: None,
        source: "cilium 1.20 policy/layer3; cilium/cilium#20550, #16308 (without policyCIDRMatchMode: nodes); read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::Weave,
        name: "Weave Net",
        ipv6: false,
        bridges: true,
        caveat: Some(id::WEAVE_END_OF_LIFE),
        source: "weaveworks/weave (archived 2024-06); cncf/landscape#4023; read 2026-11-23",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::AwsVpcCni,
        name: "the Amazon VPC CNI",
        services: ServiceView::Address,
        most_ports: Some(24),
        caveat: Some(id::AWS_POLICY_SWITCH),
        source: "docs.aws.amazon.com, cni-network-policy; aws/aws-network-policy-agent#549, #72; read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::AzureCilium,
        name: "Azure CNI powered by Cilium",
        ranges_match_pods: false,
        ranges_match_nodes: false,
        caveat: Some(id::AZURE_POLICY_SWITCH),
        source: "learn.microsoft.com, azure-cni-powered-by-cilium (limitations); read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::AzureCalico,
        name: "Calico of AKS",
        caveat: Some(id::AZURE_POLICY_SWITCH),
        source: "learn.microsoft.com, use-network-policies; read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics {
        enforcer: Enforcer::AzureNpm,
        name: "Azure Network Policy Manager",
        ipv6: false,
        caveat: Some(id::AZURE_NPM_END),
        source: "learn.microsoft.com, use-network-policies; read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    // What holds under the engine that matches least, which is the one that Microsoft goes on with, holds under the others.
    NetworkSemantics {
        enforcer: Enforcer::AzureUnnamed,
        name: "Azure CNI without a declared engine",
        ranges_match_pods: false,
        ranges_match_nodes: false,
        caveat: Some(id::AKS_POLICY_ENGINE),
        source: "learn.microsoft.com, use-network-policies, azure-cni-powered-by-cilium (limitations); read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
    NetworkSemantics::PLAIN,
    NetworkSemantics {
        enforcer: Enforcer::Nobody,
        name: "nothing",
        caveat: None,
        source: "flannel README; learn.microsoft.com, use-network-policies (none); read 2026-11-26",
        ..NetworkSemantics::PLAIN
    },
];

/// From which version on the Amazon VPC CNI enforces network policies (docs.aws.amazon.com, cni-network-policy; read 2026-11-26).
const AWS_ENFORCES: (u16, u16) = (1, 14);

/// From which version on it takes a policy for a whole cluster: 1.21.1 (docs.aws.amazon.com, cni-network-policy; read 2026-11-26).
const AWS_CLUSTER_POLICY: (u16, u16, u16) = (1, 21, 1);

/// From which version on Calico programs iptables or nftables as the kube-proxy beside it does, without being told (projectcalico/calico pull
/// request 11629 and tigera/operator 4389, merged in January 2026 after 3.31).
const CALICO_FOLLOWS: (u16, u16) = (3, 32);

/// Whether this version of Calico follows the kube-proxy beside it.
#[must_use]
pub fn calico_follows(major: u16, minor: u16) -> bool {
    (major, minor) >= CALICO_FOLLOWS
}

/// Whether this version of the Amazon VPC CNI enforces network policies.
#[must_use]
pub fn aws_vpc_cni_enforces(major: u16, minor: u16) -> bool {
    (major, minor) >= AWS_ENFORCES
}

/// Whether this version of the Amazon VPC CNI takes policies for a whole cluster; without a patch, if any patch of it does.
#[must_use]
pub fn aws_vpc_cni_takes_cluster_policies(major: u16, minor: u16, patch: Option<u16>) -> bool {
    (major, minor, patch.unwrap_or(u16::MAX)) >= AWS_CLUSTER_POLICY
}

/// What an enforcer makes of a network policy.
#[must_use]
pub fn network_semantics(enforcer: Enforcer) -> &'static NetworkSemantics {
    static PLAIN: NetworkSemantics = NetworkSemantics::PLAIN;
    ROWS.iter().find(|row| row.enforcer == enforcer).unwrap_or(&PLAIN)
}
