//! `network`: tiers, peers and the flows between them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::List;
use crate::spec::words::Protocol;

/// Which traffic is allowed; everything else in the declared namespaces is not.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    /// Pods outside of the tiers that flows name, by the name that flows use.
    pub peers: Option<BTreeMap<String, Peer>>,
    /// Workloads that are guarded: pods of one kind in one namespace.
    pub tiers: Option<List<Tier>>,
    /// Who talks to whom.
    pub flows: Option<List<Flow>>,
}

/// Pods outside of the tiers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Peer {
    /// Their namespace.
    #[schemars(example = &"ingress-nginx")]
    pub namespace: Option<String>,
    /// Their labels; `{}` means every pod of the namespace.
    #[schemars(extend("examples" = [{"app": "prometheus"}]))]
    pub selector: Option<BTreeMap<String, String>>,
}

/// Pods of one kind in one namespace.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Tier {
    /// The name that flows use.
    #[schemars(example = &"frontend")]
    pub name: Option<String>,
    /// Their namespace, one of `namespaces`.
    #[schemars(example = &"shop")]
    pub namespace: Option<String>,
    /// Their labels; `{}` means every pod of the namespace.
    #[schemars(extend("examples" = [{"app": "web"}]))]
    pub selector: Option<BTreeMap<String, String>>,
    /// The ports that the pods listen on (of the container, not of the Service).
    #[schemars(extend("examples" = [[8080]]))]
    pub ports: Option<List<Port>>,
}

/// A port, or a port with its protocol.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Port {
    /// A TCP port.
    Tcp(#[schemars(range(min = 1, max = 65535))] u16),
    /// A port with its protocol.
    Full(PortAndProtocol),
}

/// A port with its protocol.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortAndProtocol {
    /// The port.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Its protocol; TCP where nothing is said.
    pub protocol: Option<Protocol>,
}

/// Who talks to whom.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Flow {
    /// The name of the flow.
    #[schemars(example = &"web-in")]
    pub name: Option<String>,
    /// Who opens the connection.
    pub from: Option<FlowEnd>,
    /// Who answers.
    pub to: Option<FlowEnd>,
    /// The ports, where they are fewer than the tier's, or where the answering end has none of its own.
    #[schemars(extend("examples" = [[8080]]))]
    pub ports: Option<List<Port>>,
    /// What it is for.
    #[schemars(example = &"managed database")]
    pub reason: Option<String>,
}

/// One end of a flow: a tier, a peer, one of `dns`, `kube-api`, `metadata`, `nodes`, `internet`, `any-in-namespace`, or an address
/// outside of the cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FlowEnd {
    /// The name of a tier or a peer, or one of `dns`, `kube-api`, `metadata`, `nodes`, `internet`, `any-in-namespace`.
    Named(String),
    /// Addresses outside of the cluster.
    Outside(FlowPlace),
}

/// Addresses outside of the cluster: `cidr` or `fqdn`, with the port that answers.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlowPlace {
    /// A range of addresses.
    #[schemars(example = &"198.51.100.7/32")]
    pub cidr: Option<String>,
    /// A host name; only a CNI that knows names can hold it.
    #[schemars(example = &"api.payment.example")]
    pub fqdn: Option<String>,
    /// The port that answers.
    #[schemars(range(min = 1, max = 65535), example = 5432)]
    pub port: Option<u16>,
    /// Its protocol; TCP where nothing is said.
    pub protocol: Option<Protocol>,
}
