//! Controls of the API server, and what several of them share.

mod anonymous_access;
mod api_sources;
mod audit_log;
mod audit_policy;
pub(super) mod audit_volume;
mod authentication_file;
mod authorization_mode;
mod bind_address;
mod client_ca;
mod encryption_at_rest;
mod etcd_tls;
mod front_proxy_ca;
mod insecure_port;
mod kubelet_ca;
mod kubelet_client;
mod no_token_file;
mod profiling;
mod request_timeout;
mod service_account_extend_token;
mod service_account_keys;
mod service_account_lookup;
mod structured_authentication;
mod tls_ciphers;
mod tls_minimum;
mod tls_serving;

use crate::{
    controls::{Applies, self_managed},
    facts,
    plan::{Lowering, Outcome, Program},
    resolve::Resolved,
};

use super::{files, strokes};

pub(super) use anonymous_access::CONTROL as ANONYMOUS_ACCESS;
pub(super) use api_sources::CONTROL as API_SOURCES;
pub(super) use audit_log::CONTROL as AUDIT_LOG;
pub(super) use audit_policy::CONTROL as AUDIT_POLICY;
pub(super) use authorization_mode::CONTROL as AUTHORIZATION_MODE;
pub(super) use bind_address::CONTROL as BIND_ADDRESS;
pub(super) use client_ca::CONTROL as CLIENT_CA;
pub(super) use encryption_at_rest::{CONTROL as ENCRYPTION_AT_REST, refuse_dropped as refuse_dropped_encryption};
pub(super) use etcd_tls::CONTROL as ETCD_TLS;
pub(super) use front_proxy_ca::CONTROL as FRONT_PROXY_CA;
pub(super) use insecure_port::CONTROL as INSECURE_PORT;
pub(super) use kubelet_ca::CONTROL as KUBELET_CA;
pub(super) use kubelet_client::CONTROL as KUBELET_CLIENT;
pub(super) use no_token_file::CONTROL as NO_TOKEN_FILE;
pub(super) use profiling::CONTROL as PROFILING;
pub(super) use request_timeout::CONTROL as REQUEST_TIMEOUT;
pub(super) use service_account_extend_token::CONTROL as SERVICE_ACCOUNT_EXTEND_TOKEN;
pub(super) use service_account_keys::CONTROL as SERVICE_ACCOUNT_KEYS;
pub(super) use service_account_lookup::CONTROL as SERVICE_ACCOUNT_LOOKUP;
pub(super) use structured_authentication::CONTROL as STRUCTURED_AUTHENTICATION;
pub(super) use tls_ciphers::CONTROL as TLS_CIPHERS;
pub(super) use tls_minimum::CONTROL as TLS_MINIMUM;
pub(super) use tls_serving::CONTROL as TLS_SERVING;

/// Most flags of the API server are the provider's where the provider runs it.
fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE)
}

/// Asks that flags of the API server name files in the folder of keys and certificates, where nobody has named others.
fn pki_files(cluster: &Resolved, out: &mut Lowering<'_>, names: &[(&str, &str)]) {
    files::keep_in_pki(cluster, out, Program::KubeApiserver, names);
}
