//! Controls of images: where they are scanned, and how fast holes must be closed.

mod cluster_scan;
mod pipeline_scan;
mod registry_scan;

use crate::{
    base::{Cause, SpecPath},
    facts,
    plan::{AcceptedVulnerability, Ground, Lowering, Outcome},
    resolve::Resolved,
};

pub(super) use cluster_scan::CONTROL as CLUSTER_SCAN;
pub(super) use pipeline_scan::CONTROL as PIPELINE_SCAN;
pub(super) use registry_scan::CONTROL as REGISTRY_SCAN;

use super::strokes;

/// Writes the deadlines and the accepted holes, which every scan judges by.
fn judged_by(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let place = SpecPath::new("/vulnerabilities/patching/deadlines");
    for (severity, days) in &cluster.vulnerabilities.deadlines {
        let field = place.child(&severity.to_lowercase());
        let held = out.because(Cause::Spec(field.clone())).held(*days);
        let deadlines = &mut out.plan_mut().patching.deadlines;
        match deadlines.get_mut(*severity) {
            Some(present) => present.reasons.extend(held.reasons),
            None => {
                deadlines.insert((*severity).to_owned(), held);
            }
        }
        let ground = Ground::Fact(facts::id::DEADLINES_WHERE_SCANNED);
        strokes::intents(cluster, out, &field, Outcome::Weaker, &ground, "");
    }
    for hole in &cluster.vulnerabilities.accepted {
        let accepted = AcceptedVulnerability { id: hole.id.clone(), statement: hole.statement.clone(), until: hole.until };
        let held = out.because(Cause::Spec(hole.path.clone())).held(accepted);
        let all = &mut out.plan_mut().patching.accepted;
        match all.iter_mut().find(|present| present.value == held.value) {
            Some(present) => present.reasons.extend(held.reasons),
            None => all.push(held),
        }
    }
    out.because(asked);
}
