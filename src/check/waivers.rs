//! Waivers on the day: which covers a finding, and which has ended.

use crate::{
    diag::{Severity, Source, Span},
    resolve::Waiver,
};

use super::{Against, Finding, Findings};

/// Names the waiver of a finding; whether it covers it.
pub(super) fn cover(finding: &mut Finding, against: &Against<'_>) -> bool {
    let meant = |waiver: &&Waiver| reaches(waiver, finding);
    let counts = |waiver: &Waiver| waiver.expires >= against.as_of;
    let mut reaching: Vec<&Waiver> = against.waivers.iter().filter(meant).collect();
    reaching.sort_by_key(|waiver| !counts(waiver));
    let Some(waiver) = reaching.first() else { return false };
    finding.waiver = Some(waiver.id.clone());
    if !counts(waiver) {
        finding.message.push_str(&format!("; waiver `{}` expired on {}", waiver.id, waiver.expires));
    }
    counts(waiver)
}

/// Whether a waiver is for what the finding is about, whatever the day. One that is limited to a workload covers the object of its kind and
/// name, and no pod that says it belongs to it: anybody can write that. One that is limited to a pool or a vulnerability covers no file:
/// which it is for, no file says.
fn reaches(waiver: &Waiver, finding: &Finding) -> bool {
    let named = || {
        finding.object.as_ref().and_then(|object| match object.kind.as_str() {
            "Namespace" => object.name.as_deref(),
            _ => object.namespace.as_deref(),
        })
    };
    let namespace = finding.namespace.as_deref().or_else(named);
    let is_named = |(kind, name): (&str, &str)| {
        finding.object.as_ref().is_some_and(|object| object.kind == kind && object.name.as_deref() == Some(name))
    };
    let in_namespace = waiver.namespace.as_deref().is_none_or(|named| namespace == Some(named));
    let in_scope = match waiver.whole_workload() {
        Some(workload) => in_namespace && is_named(workload),
        None => waiver.narrow.is_none() || (in_namespace && waiver.whole_namespace().is_some()),
    };
    finding.control.as_deref() == Some(waiver.control.as_str()) && in_scope
}

/// Says of every waiver that has ended that it covers nothing any more.
pub(super) fn lapsed(against: &Against<'_>, found: &mut Findings) {
    for waiver in against.waivers.iter().filter(|waiver| waiver.expires < against.as_of) {
        let place = against.waiver_places.get(&waiver.id);
        found.notices.push(Finding {
            control: Some(waiver.control.clone()),
            severity: Severity::Warning,
            message: format!("waiver `{}` expired on {} and covers nothing any more", waiver.id, waiver.expires),
            place: place.cloned().unwrap_or_else(|| Source::new(against.name, "").place(Span::default())),
            document: 1,
            object: None,
            namespace: None,
            container: None,
            path: waiver.path.to_string(),
            benchmarks: Vec::new(),
            fix: "remove it and what it waives, or let its owner set a new end".to_owned(),
            waiver: Some(waiver.id.clone()),
        });
    }
}
