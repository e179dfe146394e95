//! The pools of nodes.

use std::net::IpAddr;

use super::Port;
use crate::{
    base::Cidr,
    spec::words::{Access, Os, Protocol, Role},
};

/// Nodes of the same kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePool {
    /// The name.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// The operating system.
    pub os: Os,
    /// The ranges of their addresses.
    pub cidrs: Vec<Cidr>,
    /// How people reach them.
    pub access: Option<Access>,
    /// The single nodes, where known.
    pub nodes: Vec<Node>,
    /// Ports that stay open on the host.
    pub open: Vec<OpenPort>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The name in the cluster.
    pub name: String,
    /// The address.
    pub address: IpAddr,
}

/// A port that stays open on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPort {
    /// The port.
    pub port: Port,
    /// The protocol; TCP where nothing is said.
    pub protocol: Protocol,
    /// The ranges it is open to; never empty.
    pub from: Vec<Cidr>,
    /// What it is for.
    pub reason: String,
}
