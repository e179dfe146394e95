//! Lists of what workloads may use of their nodes that leave nothing of a policy, or give a node away.

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::{HostFolderOfTheNode, WaiverNeeded},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    policy::{AllowedPath, PortSpan},
    resolve::Resolved,
};

use super::super::strokes;

/// Judges the folders that pods may mount, which stand at a place of the spec.
pub(super) fn paths(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, place: &SpecPath) {
    for (n, AllowedPath { path, read_only }) in cluster.engines.host_paths.iter().enumerate() {
        let at = place.index(n);
        if path.split('/').all(|segment| matches!(segment, "" | ".")) {
            everything(cluster, out, id, &at, &format!("the allowed folder `{path}`"));
        } else if let Some(why) = facts::gives_the_node_away(path, *read_only) {
            let at = out.place(&Cause::Spec(at));
            let eased = !read_only && facts::gives_the_node_away(path, true).is_none();
            out.diagnostics().push(HostFolderOfTheNode { path: path.clone(), read_only: *read_only, eased, why, at });
        }
    }
}

/// Judges the ports that pods may take.
pub(super) fn ports(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, place: &SpecPath) {
    let mut spans: Vec<PortSpan> = cluster.engines.host_ports.clone();
    spans.sort();
    let mut next = 1;
    for span in spans {
        if u32::from(span.first) <= next {
            next = next.max(u32::from(span.last) + 1);
        }
    }
    if next > u32::from(u16::MAX) {
        everything(cluster, out, id, place, "the allowed range of every port");
    }
}

/// What leaves nothing of a policy needs a waiver for it.
fn everything(cluster: &Resolved, out: &mut Lowering<'_>, id: &str, place: &SpecPath, what: &str) {
    let Some(waiver) = cluster.waivers_for(id).find(|waiver| waiver.narrow.is_none()) else {
        let at = out.place(&Cause::Spec(place.clone()));
        return out.diagnostics().push(WaiverNeeded { control: id.to_owned(), what: what.to_owned(), at });
    };
    let ground = Ground::Waiver(waiver.id.clone());
    strokes::intents(cluster, out, place, Outcome::Waived, &ground, "");
    out.verdict_on(Scope::Cluster, Outcome::Waived, ground, "everything is allowed");
}
