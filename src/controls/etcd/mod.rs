//! Controls of etcd, where kubeadm runs it.

mod auto_tls;
mod client_tls;
mod data_dir;
mod peer_tls;
mod tls_minimum;
mod unique_ca;

use crate::{controls::Applies, facts, plan::Outcome, resolve::Resolved};

pub(super) use auto_tls::CONTROL as AUTO_TLS;
pub(super) use client_tls::CONTROL as CLIENT_TLS;
pub(super) use data_dir::CONTROL as DATA_DIR;
pub(super) use peer_tls::CONTROL as PEER_TLS;
pub(super) use tls_minimum::CONTROL as TLS_MINIMUM;
pub(super) use unique_ca::CONTROL as UNIQUE_CA;

fn applies(cluster: &Resolved) -> Applies {
    match &cluster.kubeadm {
        None => Applies::No(Outcome::Provider, facts::id::PROVIDER_RUNS_ETCD),
        Some(kubeadm) if kubeadm.external_etcd.is_some() => Applies::No(Outcome::Elsewhere, facts::id::ETCD_EXTERNAL),
        Some(_) => Applies::Yes,
    }
}
