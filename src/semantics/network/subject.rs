//! An end of a connection, and its side.

use std::{fmt, net::IpAddr};

use crate::kube::network::Labels;

/// A side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It opens.
    Opens,
    /// It answers.
    Answers,
}

/// An end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A pod with a network of its own.
    Pod {
        /// Its namespace.
        namespace: String,
        /// Its labels.
        labels: Labels,
    },
    /// A node that the pod at the other end does not run on, or a pod in its network.
    Node(IpAddr),
    /// The node that the pod at the other end runs on; as the end that opens it is no case: it always may.
    OwnNode(IpAddr),
    /// The API server, under the address that pods see.
    ApiServer(IpAddr),
    /// Any other address.
    Address(IpAddr),
    /// A host by name.
    Host(String),
}

impl Subject {
    /// A pod.
    #[must_use]
    pub fn pod(namespace: &str, labels: &Labels) -> Self {
        Subject::Pod { namespace: namespace.to_owned(), labels: labels.clone() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Pod { namespace, labels } => {
                let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(f, "pod {namespace}")?;
                if labels.is_empty() { Ok(()) } else { write!(f, " {}", labels.join(",")) }
            }
            Subject::Node(address) => write!(f, "node {address}"),
            Subject::OwnNode(address) => write!(f, "own node {address}"),
            Subject::ApiServer(address) => write!(f, "api-server {address}"),
            Subject::Address(address) => write!(f, "address {address}"),
            Subject::Host(name) => write!(f, "host {name}"),
        }
    }
}
