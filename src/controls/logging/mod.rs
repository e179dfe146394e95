//! Controls of logs: where they are written, who ships them, where they go.

mod collector;
mod journal;
mod shippers;
mod shipping;
mod siem_tls;
mod sources;

use crate::{
    base::Platform,
    controls::Applies,
    facts,
    plan::Outcome,
    resolve::{LogSink, Resolved},
};

use super::{apiserver::audit_volume, node::pools, strokes};

pub(super) use collector::CONTROL as COLLECTOR;
pub(super) use journal::CONTROL as JOURNAL;
pub(super) use shipping::CONTROL as SHIPPING;
pub(super) use siem_tls::CONTROL as SIEM_TLS;
pub(super) use sources::CONTROL as SOURCES;

/// The nodes of a managed cluster are not configured here.
fn own_nodes(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => Applies::No(Outcome::Impossible, facts::id::EKS_NODE_LOGS),
        Platform::Aks => Applies::No(Outcome::Impossible, facts::id::AKS_NODE_LOGS),
    }
}

/// Nodes ship by themselves to a syslog receiver alone.
fn ships(cluster: &Resolved) -> Applies {
    match (own_nodes(cluster), &cluster.logs.siem) {
        (Applies::Yes, Some(LogSink::Other(_))) => Applies::No(Outcome::Impossible, facts::id::SIEM_NOT_BUILT),
        (Applies::Yes, None) => Applies::No(Outcome::Weaker, facts::id::SIEM_NOT_DECLARED),
        (known, Some(_) | None) => known,
    }
}
