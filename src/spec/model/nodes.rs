//! The pools of nodes.

use std::net::IpAddr;

use super::Port;
use crate::{
    base::Cidr,
    spec::words::{Access, HostProtocol, Os, Role},
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
    /// Ports, and protocols without ports, that stay open on the host.
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

/// What is open: a port, or all of a protocol that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// A port of a transport protocol.
    Port(HostProtocol, Port),
    /// A protocol of IP, by its number.
    Ip(u8),
}

/// A port that stays open on the host, or a protocol that has no ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPort {
    /// What is open.
    pub what: Opened,
    /// The ranges it is open to; never empty.
    pub from: Vec<Cidr>,
    /// What it is for.
    pub reason: String,
}
