//! Controls of the network: what is denied unless a flow says so, and the flows as policies that the declared plug-in holds to.

mod compile;
mod default_deny;
mod dns;
mod flows;
mod global_deny;
mod isolation;

use crate::{
    base::SpecPath,
    controls::Applies,
    facts,
    kube::network::Policy,
    plan::{Ground, Lowering, Outcome, Scope, SettingKey, policy_key},
    resolve::Resolved,
};

use super::strokes;

pub(super) use default_deny::CONTROL as DEFAULT_DENY;
pub(super) use dns::CONTROL as DNS;
pub(super) use flows::CONTROL as FLOWS;
pub(super) use global_deny::CONTROL as GLOBAL_DENY;

/// Where the spec governs nothing, there is nothing to deny.
fn governed(cluster: &Resolved) -> Applies {
    let nothing = cluster.namespaces.is_empty() && !cluster.logs.agent.runs();
    if nothing { Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED) } else { Applies::Yes }
}

/// Adds a policy with the reason at hand, and gives its key.
fn add(out: &mut Lowering<'_>, policy: Policy) -> SettingKey {
    let key = policy_key(&policy.id());
    let held = out.held(policy);
    out.plan_mut().network.add(held);
    key
}

/// What becomes of policies in a scope: enforced, or weaker where the plug-in enforces only under a condition.
fn verdict(cluster: &Resolved, out: &mut Lowering<'_>, scope: Scope, keys: Vec<SettingKey>, detail: &str) {
    match cluster.network.view.semantics.caveat {
        None => out.verdict_on(scope, Outcome::Enforced, Ground::Settings(keys), detail),
        Some(fact) => out.verdict(scope, Outcome::Weaker, fact, detail),
    }
}

/// The same for an intent of the spec.
fn intent(cluster: &Resolved, out: &mut Lowering<'_>, at: &SpecPath, keys: &[SettingKey]) {
    match cluster.network.view.semantics.caveat {
        None => strokes::intents_by(cluster, out, at, keys),
        Some(fact) => strokes::intents(cluster, out, at, Outcome::Weaker, &Ground::Fact(fact), ""),
    }
}
