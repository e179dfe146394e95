//! The version of Gatekeeper against what emitted objects need of it.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, Reason, SpecPath},
    controls::diagnostics::{GatekeeperTooOld, GatekeeperUnknown},
    diag::Diagnostics,
    facts::{
        GATEKEEPER_MUTATION_OPERATIONS, GATEKEEPER_NEWEST, GATEKEEPER_SYNC_SET, GATEKEEPER_TEMPLATES, GatekeeperNeed,
        gatekeeper_is_unknown,
    },
    plan::{Locate, Plan},
    policy::Subject,
    resolve::Resolved,
};

/// Refuses a declared version that lacks what an emitted object needs; warns of one that nobody looked at.
pub(in crate::controls) fn judge(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    let Some(version) = cluster.engines.gatekeeper.and_then(|gatekeeper| gatekeeper.version) else { return };
    let place = |cause: &Cause| cluster.locate(cause);
    let at = place(&Cause::Spec(SpecPath::new("/policies/engines/gatekeeper/version")));
    let (number, written) = ((version.major, version.minor), version.to_string());
    for (need, reasons) in needs(plan).into_iter().filter(|(need, _)| !need.is_met(number)) {
        let asked = reasons.iter().find_map(|reason| place(&reason.cause));
        diags.push(GatekeeperTooOld { version: written.clone(), need, at: at.clone(), asked });
    }
    if gatekeeper_is_unknown(number) {
        diags.push(GatekeeperUnknown { version: written, newest: GATEKEEPER_NEWEST, at });
    }
}

/// What is needed, with who asks for it.
fn needs(plan: &Plan) -> Vec<(&'static GatekeeperNeed, BTreeSet<Reason>)> {
    let Some(engine) = plan.gatekeeper.as_ref() else { return Vec::new() };
    let mut found = vec![(&GATEKEEPER_TEMPLATES, engine.clone())];
    for policy in plan.policies.values() {
        if policy.policy.subject == Subject::EnteredPod {
            found.push((&GATEKEEPER_SYNC_SET, policy.reasons.clone()));
        }
        // Not before its day: but a tree that is to be refused later should be refused now.
        if policy.policy.name == "always-pull" {
            found.push((&GATEKEEPER_MUTATION_OPERATIONS, policy.reasons.clone()));
        }
    }
    found
}
