//! Controls of admission: which plugins the API server runs, and how they are set.

mod always_pull_images;
mod configuration;
mod deny_escalating_exec;
mod deny_service_external_ips;
mod event_rate_limit;
mod namespace_lifecycle;
mod node_restriction;
mod pod_security;
mod pod_security_labels;
mod service_account;
mod system_namespaces;

use crate::{
    controls::{Applies, by_platform, self_managed},
    facts,
    plan::{FlagValue, Ground, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::strokes;

pub(super) use always_pull_images::CONTROL as ALWAYS_PULL_IMAGES;
pub(super) use deny_escalating_exec::CONTROL as DENY_ESCALATING_EXEC;
pub(super) use deny_service_external_ips::CONTROL as DENY_SERVICE_EXTERNAL_IPS;
pub(super) use event_rate_limit::CONTROL as EVENT_RATE_LIMIT;
pub(super) use namespace_lifecycle::CONTROL as NAMESPACE_LIFECYCLE;
pub(super) use node_restriction::CONTROL as NODE_RESTRICTION;
pub(super) use pod_security::{CONTROL as POD_SECURITY, level_to_come};
pub(super) use service_account::CONTROL as SERVICE_ACCOUNT;

/// Plugins that the providers run too.
fn provided(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Provider, facts::id::PROVIDER_RUNS_CONTROL_PLANE)
}

/// Plugins that the providers do not run and do not let anybody add.
fn not_provided(cluster: &Resolved) -> Applies {
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_PLUGINS), (Outcome::Impossible, facts::id::AKS_PLUGINS))
}

/// Asks for a plugin. Where the owner's list switches it off, the two places are reported as a contradiction.
fn enable(out: &mut Lowering<'_>, plugin: &str) {
    out.plugin(plugin);
}

/// Asks for a plugin that is on unless it is switched off; where this minor does not enable it by itself, by name.
fn keep_default(cluster: &Resolved, out: &mut Lowering<'_>, plugin: &str) {
    if !facts::plugin(plugin, cluster.minor()).is_known_and(|found| found.default_on) {
        return enable(out, plugin);
    }
    let detail = if not_disabled(out, plugin) { "taken out of the owner's `--disable-admission-plugins`" } else { "" };
    out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Fact(facts::id::DEFAULT_PLUGIN), detail);
}

/// Takes a plugin out of the list of those that are switched off; whether it stood there.
pub(super) fn not_disabled(out: &mut Lowering<'_>, plugin: &str) -> bool {
    const FLAG: &str = "disable-admission-plugins";
    let Some(flag) = out.plan().component(Program::KubeApiserver).flags.get(FLAG) else { return false };
    let names = flag.held.value.to_string();
    let (taken, left): (Vec<&str>, Vec<&str>) =
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).partition(|name| *name == plugin);
    if taken.is_empty() {
        return false;
    }
    let left = left.join(",");
    if left.is_empty() {
        strokes::take_back(out, Program::KubeApiserver, FLAG, "the plugins in it must stay on");
        return true;
    }
    let reason = out.reason();
    if let Some(component) = out.plan_mut().components.get_mut(&Program::KubeApiserver)
        && let Some(flag) = component.flags.get_mut(FLAG)
    {
        flag.held.value = FlagValue::Text(left);
        flag.held.reasons.insert(reason);
    }
    true
}
