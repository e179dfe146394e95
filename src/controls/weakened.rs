//! What is weakened in the whole cluster, and the waiver that allows it.

use crate::{
    base::{Cause, SpecPath},
    diag::{Diagnostics, Place},
    plan::Locate,
    resolve::Resolved,
    yaml::Node,
};

use super::{
    Control, control,
    diagnostics::{WaiverNeeded, WaiverTooNarrow},
};

/// Reports a weakening that no waiver allows: none is there, or the one that is named does not hold in the whole cluster.
pub(super) fn lacks_waiver(
    cluster: &Resolved,
    control: &Control,
    named: Option<&str>,
    (what, at): (String, Option<Place>),
    diags: &mut Diagnostics,
) {
    let waiver = cluster.waivers_for(control.id).find(|waiver| Some(waiver.id.as_str()) == named);
    match waiver.and_then(|waiver| Some((waiver, waiver.narrow.clone()?))) {
        Some((waiver, narrow)) => {
            let place = |path: SpecPath| cluster.locate(&Cause::Spec(path));
            let scope = place(waiver.path.child("scope")).or_else(|| place(waiver.path.clone()));
            let by_itself = waiver.holds_by_itself();
            let (waiver, control) = (waiver.id.clone(), control.id.to_owned());
            diags.push(WaiverTooNarrow { waiver, control, what, narrow, by_itself, at, scope });
        }
        None if leads_nowhere(cluster, named) => {}
        None => diags.push(WaiverNeeded { control: control.id.to_owned(), what, at }),
    }
}

/// The waiver that counts for a whole control: the one named, else any; a narrower scope does not reach. That one has expired is told by
/// itself.
pub(super) fn waiver_of(cluster: &Resolved, control: &str, named: Option<&str>) -> Option<String> {
    cluster
        .waivers
        .iter()
        .filter(|waiver| waiver.control == control)
        .find(|waiver| match named {
            Some(id) => waiver.id == id && waiver.narrow.is_none(),
            None => waiver.narrow.is_none(),
        })
        .map(|waiver| waiver.id.clone())
}

/// Whether the waiver that is named does not exist, or is for a control that does not: that is told by itself.
fn leads_nowhere(cluster: &Resolved, named: Option<&str>) -> bool {
    let waivers = || cluster.tree.get("waivers").and_then(Node::as_seq).unwrap_or(&[]).iter();
    let text = |waiver: &Node, field: &str| waiver.get(field).and_then(Node::as_str).map(str::to_owned);
    let is_it = |waiver: &Node, id: &str| {
        text(waiver, "id").as_deref() == Some(id) && text(waiver, "control").is_some_and(|of| control(&of).is_some())
    };
    named.is_some_and(|id| !waivers().any(|waiver| is_it(waiver, id)))
}
