//! Tiers, peers and the flows between them.

use std::collections::BTreeMap;

use super::ServicePort;
use crate::{base::Cidr, spec::words::FlowWord};

/// Which traffic is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Pods outside of the tiers, by name.
    pub peers: BTreeMap<String, Peer>,
    /// The guarded workloads.
    pub tiers: Vec<Tier>,
    /// Who talks to whom.
    pub flows: Vec<Flow>,
}

/// Pods outside of the tiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Their namespace.
    pub namespace: String,
    /// Their labels; empty means every pod of the namespace.
    pub selector: BTreeMap<String, String>,
}

/// Pods of one kind in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The name.
    pub name: String,
    /// Their namespace, a declared one.
    pub namespace: String,
    /// Their labels; empty means every pod of the namespace.
    pub selector: BTreeMap<String, String>,
    /// The ports that they listen on.
    pub ports: Vec<ServicePort>,
}

/// Who talks to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The name.
    pub name: String,
    /// Who opens the connection.
    pub from: FlowEnd,
    /// Who answers.
    pub to: FlowEnd,
    /// The ports, where the flow narrows or names them.
    pub ports: Option<Vec<ServicePort>>,
    /// What it is for.
    pub reason: Option<String>,
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowEnd {
    /// A tier.
    Tier(String),
    /// A peer.
    Peer(String),
    /// A word of the language.
    Word(FlowWord),
    /// Addresses outside of the cluster.
    Range {
        /// The addresses.
        cidr: Cidr,
        /// The port; always there at the answering end, never at the other.
        port: Option<ServicePort>,
    },
    /// A host outside of the cluster; only at the answering end.
    Host {
        /// Its DNS name.
        fqdn: String,
        /// The port.
        port: ServicePort,
    },
}
