//! Controls of the scheduler.

mod bind_address;
mod profiling;
mod tls;

use crate::{
    controls::{Applies, self_managed},
    facts,
    plan::Outcome,
    resolve::Resolved,
};

pub(super) use bind_address::CONTROL as BIND_ADDRESS;
pub(super) use profiling::CONTROL as PROFILING;
pub(super) use tls::CONTROL as TLS;

fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE)
}
