//! `platform.nodePools`: the nodes, by pools of the same kind.

use schemars::JsonSchema;
use serde::Deserialize;

use super::List;
use crate::spec::words::{Access, HostProtocol, Os, Role};

/// Nodes of the same kind.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct NodePool {
    /// The name of the pool; a folder of the output.
    #[schemars(example = &"workers")]
    pub name: Option<String>,
    /// What the nodes do.
    pub role: Option<Role>,
    /// The operating system under them.
    pub os: Option<Os>,
    /// The ranges of their addresses. Firewalls of hosts and flows of nodes need them, unless all nodes are named.
    #[schemars(example = ["192.0.2.64/26"])]
    pub cidrs: Option<List<String>>,
    /// How people reach them.
    pub access: Option<Access>,
    /// The single nodes, where they are known. Static pods are written only for control-plane nodes that are named.
    pub nodes: Option<List<Node>>,
    /// Ports, and protocols without ports, that stay open on the host, beside what role, CNI and API list open.
    pub open: Option<List<OpenPort>>,
}

/// A node.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Node {
    /// Its name in the cluster.
    #[schemars(example = &"cp-1")]
    pub name: Option<String>,
    /// Its address.
    #[schemars(example = &"192.0.2.1")]
    pub address: Option<String>,
}

/// A port that stays open on the host, or a protocol that has no ports.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenPort {
    /// The port, of a protocol that has ports.
    #[schemars(range(min = 1, max = 65535), example = 179)]
    pub port: Option<u16>,
    /// The protocol; TCP where nothing is said.
    pub protocol: Option<HostProtocol>,
    /// The ranges it is open to.
    #[schemars(example = ["192.0.2.254/32"])]
    pub from: Option<List<String>>,
    /// What it is for.
    #[schemars(example = &"BGP")]
    pub reason: Option<String>,
}
