//! What the webhook of Gatekeeper is to do while Gatekeeper does not answer, and what is known of it.

use crate::{
    base::{Cause, FactId, SpecPath},
    facts,
    plan::{Action, Ground, Held, Lowering, Outcome, WhenAway, webhook_key},
    resolve::Resolved,
};

use super::super::strokes;

/// Writes what the webhook is to do on the day of the build. Before the policies deny nothing is refused, by whom ever.
pub(super) fn write(cluster: &Resolved, out: &mut Lowering<'_>, action: &Held<Action>) {
    let place = SpecPath::new("/policies/failure");
    let asked = out.reason().cause;
    let closed = cluster.engines.fails_closed();
    let away = if closed && action.value == Action::Deny { WhenAway::Refuses } else { WhenAway::LetsPass };
    let mut held = out.because(Cause::Spec(place.clone())).held(away);
    if closed {
        held.reasons.extend(action.reasons.iter().cloned());
    }
    match &mut out.plan_mut().gatekeeper_away {
        Some(present) => present.reasons.extend(held.reasons),
        none => *none = Some(held),
    }
    let (outcome, ground, detail) = answer(cluster, closed, away);
    strokes::intents(cluster, out, &place, outcome, &ground, &detail);
    out.because(asked);
}

/// What becomes of the choice of the spec.
fn answer(cluster: &Resolved, closed: bool, away: WhenAway) -> (Outcome, Ground, String) {
    let waits = closed && away == WhenAway::LetsPass;
    let day = match cluster.rollout.deny {
        Some(day) if waits => format!(", from {day} on: before that a policy only warns, and must stop nothing"),
        None if waits => ", once the policies deny: before that a policy only warns, and must stop nothing".to_owned(),
        Some(_) | None => String::new(),
    };
    let (told, policy) = if closed { ("closed", WhenAway::Refuses) } else { ("open", WhenAway::LetsPass) };
    let field = format!(
        "`failure: {told}` is `failurePolicy: {}` of `gatekeeper-validating-webhook-configuration`, as \
         `helm/gatekeeper.values.yaml` sets it{day}",
        policy.failure_policy()
    );
    if !cluster.engines.has_our_values() {
        return (Outcome::Elsewhere, Ground::Fact(facts::id::GATEKEEPER_FAILURE), field);
    }
    if waits {
        return (Outcome::Weaker, Ground::Fact(facts::id::ROLLOUT_WAITS), field);
    }
    (Outcome::Enforced, Ground::Settings(vec![webhook_key("failure")]), String::new())
}

/// Why a policy may not hold while Gatekeeper is away.
pub(super) fn gap(cluster: &Resolved) -> Option<(FactId, String)> {
    if !cluster.engines.fails_closed() {
        return Some((facts::id::GATEKEEPER_FAILS_OPEN, String::new()));
    }
    let declared = cluster.engines.gatekeeper.is_some_and(|gatekeeper| gatekeeper.installed.is_some());
    let detail = "install it with `helm/gatekeeper.values.yaml`, and say `policies.engines.gatekeeper.installed: values`";
    // Where it is not declared at all, that is said already.
    (declared && !cluster.engines.has_our_values()).then(|| (facts::id::GATEKEEPER_FAILURE, detail.to_owned()))
}
