//! Controls of logs: where they are written, who ships them, where they go.

mod journal;
mod shipping;
mod siem_tls;
mod sources;

use crate::{
    base::Platform,
    controls::Applies,
    facts,
    plan::{Lowering, Outcome, Scope, has_rsyslog},
    resolve::{LogSink, Resolved},
};

use super::{apiserver::audit_volume, strokes};

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

/// Says of each pool what becomes of files for it: brought there by hand, or none where the operating system is not known.
fn pools(out: &mut Lowering<'_>, detail: &str) {
    let pools: Vec<(String, String)> = out.plan().pools.values().map(|pool| (pool.name.clone(), pool.os.clone())).collect();
    for (name, os) in pools {
        if has_rsyslog(&os) {
            out.verdict(Scope::Pool(name), Outcome::Weaker, facts::id::LOG_FILES_BY_HAND, detail);
        } else {
            out.verdict(Scope::Pool(name), Outcome::Impossible, facts::id::LOG_SHIP_OS, format!("its nodes run {os}"));
        }
    }
}
