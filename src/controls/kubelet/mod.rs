//! Controls of the kubelet. On kubeadm one document holds for the kubelets of every pool.

mod anonymous;
mod authorization;
mod client_ca;
mod event_record_qps;
mod hostname_override;
mod image_credential_verification;
mod iptables_chains;
mod pod_pids_limit;
mod protect_kernel_defaults;
mod read_only_port;
mod rotate_certificates;
mod seccomp_default;
mod server_certificate;
mod streaming_idle;
mod tls;

use crate::{
    base::FactId,
    controls::{Applies, by_platform},
    facts,
    plan::Outcome,
    resolve::Resolved,
};

pub(super) use anonymous::CONTROL as ANONYMOUS;
pub(super) use authorization::CONTROL as AUTHORIZATION;
pub(super) use client_ca::CONTROL as CLIENT_CA;
pub(super) use event_record_qps::CONTROL as EVENT_RECORD_QPS;
pub(super) use hostname_override::CONTROL as HOSTNAME_OVERRIDE;
pub(super) use image_credential_verification::CONTROL as IMAGE_CREDENTIAL_VERIFICATION;
pub(super) use iptables_chains::CONTROL as IPTABLES_CHAINS;
pub(super) use pod_pids_limit::CONTROL as POD_PIDS_LIMIT;
pub(super) use protect_kernel_defaults::CONTROL as PROTECT_KERNEL_DEFAULTS;
pub(super) use read_only_port::CONTROL as READ_ONLY_PORT;
pub(super) use rotate_certificates::CONTROL as ROTATE_CERTIFICATES;
pub(super) use seccomp_default::CONTROL as SECCOMP_DEFAULT;
pub(super) use server_certificate::CONTROL as SERVER_CERTIFICATE;
pub(super) use streaming_idle::CONTROL as STREAMING_IDLE;
pub(super) use tls::CONTROL as TLS;

fn applies(cluster: &Resolved) -> Applies {
    managed(cluster, facts::id::AKS_KUBELET)
}

/// The same for what AKS's own node images hold already.
fn applies_but_on_aks(cluster: &Resolved) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_KUBELET), (Outcome::Provider, facts::id::AKS_NODE_IMAGE))
}

/// No kubelet setting is written for managed nodes yet; why, differs on AKS.
fn managed(cluster: &Resolved, aks: FactId) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_KUBELET), (Outcome::Impossible, aks))
}
