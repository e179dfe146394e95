//! Controls of the container runtime: its configuration by exact version.

mod cgroup_driver;
mod crio_defaults;
mod docker_daemon;
mod file_modes;
mod listed_version;
mod nri;
mod registry_hosts;
mod sandbox_image;
mod security_profiles;
mod streaming;
mod unprivileged_ports;

use crate::{
    base::FactId,
    controls::{Applies, by_platform, node::pools},
    facts,
    plan::{Lowering, Outcome},
    resolve::Resolved,
};

pub(super) use cgroup_driver::CONTROL as CGROUP_DRIVER;
pub(super) use crio_defaults::CONTROL as CRIO_DEFAULTS;
pub(super) use docker_daemon::CONTROL as DOCKER_DAEMON;
pub(super) use file_modes::CONTROL as FILE_MODES;
pub(super) use listed_version::CONTROL as LISTED_VERSION;
pub(super) use nri::CONTROL as NRI;
pub(super) use registry_hosts::CONTROL as REGISTRY_HOSTS;
pub(super) use sandbox_image::CONTROL as SANDBOX_IMAGE;
pub(super) use security_profiles::CONTROL as SECURITY_PROFILES;
pub(super) use streaming::CONTROL as STREAMING;
pub(super) use unprivileged_ports::CONTROL as UNPRIVILEGED_PORTS;

fn applies(cluster: &Resolved) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_NODES), (Outcome::Impossible, facts::id::AKS_NODES))
}

/// The same for what one runtime alone has: where another is declared, there is nothing to do on any platform.
fn applies_with(runtime: &str, fact: FactId, cluster: &Resolved) -> Applies {
    match applies(cluster) {
        Applies::No(..) if cluster.runtime.name != runtime => Applies::No(Outcome::NotApplicable, fact),
        known @ (Applies::Yes | Applies::No(..)) => known,
    }
}

/// Writes rules that one runtime alone has; where another is declared, that is said on the fact.
fn rules_of(runtime: &str, fact: FactId, cluster: &Resolved, out: &mut Lowering<'_>, rules: &[(&str, &str)]) {
    if cluster.runtime.name == runtime {
        pools::rules_of_members(out, rules);
    } else {
        pools::not_here(out, fact, &cluster.runtime.name);
    }
}

/// Writes rules of containerd.
fn containerd_rules(cluster: &Resolved, out: &mut Lowering<'_>, rules: &[(&str, &str)]) {
    rules_of("containerd", facts::id::CONTAINERD_ONLY, cluster, out, rules);
}
