//! Controls of the controller manager.

mod bind_address;
mod profiling;
mod root_ca;
mod rotate_kubelet_server_certificate;
mod service_account_credentials;
mod service_account_key;
mod terminated_pod_gc;
mod tls;

use crate::{
    controls::{Applies, self_managed},
    facts,
    plan::Outcome,
    resolve::Resolved,
};

pub(super) use bind_address::CONTROL as BIND_ADDRESS;
pub(super) use profiling::CONTROL as PROFILING;
pub(super) use root_ca::CONTROL as ROOT_CA;
pub(super) use rotate_kubelet_server_certificate::CONTROL as ROTATE_KUBELET_SERVER_CERTIFICATE;
pub(super) use service_account_credentials::CONTROL as SERVICE_ACCOUNT_CREDENTIALS;
pub(super) use service_account_key::CONTROL as SERVICE_ACCOUNT_KEY;
pub(super) use terminated_pod_gc::CONTROL as TERMINATED_POD_GC;
pub(super) use tls::CONTROL as TLS;

fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE)
}
