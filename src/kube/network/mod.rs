//! Network policies in the forms that the API server takes: Kubernetes' own, Cilium's and Calico's, written and read back.

mod calico;
mod cilium;
mod kubernetes;
mod policy;
mod read;
mod write;

pub use policy::{Dialect, Entity, Labels, Namespaces, Peer, Pods, Policy, PolicyId, Port, Protocol, Rule};
pub use read::{Unread, read};
pub use write::spec;

/// The label that the API server puts on every namespace with its name.
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";
