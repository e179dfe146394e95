//! What the spec puts off or lets off, written into the plan as it stands: it is no control's, and holds whatever becomes of
//! them.

use crate::{
    base::{Cause, Reason, SpecPath},
    plan::{Decisions, Held, Step, WaiverPlan},
    resolve::Resolved,
};

/// The decisions of the spec on the day of the build.
pub(super) fn of(cluster: &Resolved) -> Decisions {
    let mut decisions = Decisions::default();
    let (warn, deny) = (cluster.rollout.warn, cluster.rollout.deny);
    for (step, day) in [(Step::Warn, warn), (Step::Deny, deny)] {
        decisions.come.extend(day.filter(|day| *day <= cluster.as_of).map(|day| (step, day)));
    }
    if let Some(day) = warn.filter(|day| cluster.as_of < *day) {
        decisions.steps.insert(Step::Warn, held(Some(day), &rollout(Step::Warn)));
    }
    match (warn, deny) {
        (_, Some(day)) if cluster.as_of < day => {
            decisions.steps.insert(Step::Deny, held(Some(day), &rollout(Step::Deny)));
        }
        // Who gives a day to warn from and none to deny from has not decided to deny.
        (Some(_), None) => {
            decisions.steps.insert(Step::Deny, held(None, &rollout(Step::Warn)));
        }
        (Some(_) | None, Some(_)) | (None, None) => {}
    }
    if cluster.engines.gatekeeper.is_some() && !cluster.engines.fails_closed() {
        decisions.fails_open = Some(held((), &SpecPath::new("/policies/failure")));
    }
    for waiver in cluster.waivers.iter().filter(|waiver| waiver.counts()) {
        let plan = WaiverPlan { control: waiver.control.clone(), narrow: waiver.narrow.clone(), until: waiver.last_day() };
        decisions.waivers.insert(waiver.id.clone(), held(plan, &waiver.path));
    }
    decisions
}

fn rollout(step: Step) -> SpecPath {
    SpecPath::new("/policies/rollout").child(step.name())
}

fn held<T>(value: T, path: &SpecPath) -> Held<T> {
    Held::new(value, Reason { control: None, cause: Cause::Spec(path.clone()) })
}
