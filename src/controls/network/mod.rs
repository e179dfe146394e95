//! Controls of the network: what is denied unless a flow says so, and the flows as policies that the declared plug-in holds to.

mod compile;
mod default_deny;
mod dns;
mod flows;
mod global_deny;
mod isolation;

use crate::{
    base::{FactId, SpecPath},
    controls::Applies,
    facts::{self, Enforcer},
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
    let nothing = cluster.namespaces.is_empty() && !isolation::holds_agent(cluster);
    if nothing { Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED) } else { Applies::Yes }
}

/// Adds a policy with the reason at hand, and gives its key.
fn add(out: &mut Lowering<'_>, policy: Policy) -> SettingKey {
    let key = policy_key(&policy.id());
    let held = out.held(policy);
    out.plan_mut().network.add(held);
    key
}

/// What becomes of policies in a scope: enforced, or weaker where they are enforced only under a condition.
fn verdict(cluster: &Resolved, out: &mut Lowering<'_>, scope: Scope, keys: Vec<SettingKey>, detail: &str) {
    match caveats(cluster).split_first() {
        None => out.verdict_on(scope, Outcome::Enforced, Ground::Settings(keys), detail),
        Some((fact, more)) => out.verdict(scope, Outcome::Weaker, *fact, said(cluster, detail, more)),
    }
}

/// The same for an intent of the spec.
fn intent(cluster: &Resolved, out: &mut Lowering<'_>, at: &SpecPath, keys: &[SettingKey]) {
    match caveats(cluster).split_first() {
        None => strokes::intents_by(cluster, out, at, keys),
        Some((fact, more)) => strokes::intents(cluster, out, at, Outcome::Weaker, &Ground::Fact(*fact), &said(cluster, "", more)),
    }
}

/// Under which conditions policies are enforced, and on which pods.
fn caveats(cluster: &Resolved) -> Vec<FactId> {
    let view = &cluster.network.view;
    let aws = view.semantics.enforcer == Enforcer::AwsVpcCni;
    let switch = if aws && view.auto_mode { Some(facts::id::EKS_AUTO_SWITCH) } else { view.semantics.caveat };
    view.caveat.into_iter().chain(switch).chain(aws.then_some(facts::id::AWS_STANDALONE_PODS)).collect()
}

fn said(cluster: &Resolved, detail: &str, more: &[FactId]) -> String {
    let more = more.iter().map(|fact| facts::sentence(*fact, cluster.minor()).to_owned());
    Some(detail.to_owned()).into_iter().filter(|text| !text.is_empty()).chain(more).collect::<Vec<_>>().join("; ")
}
