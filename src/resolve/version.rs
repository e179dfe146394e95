//! The declared version of Kubernetes: whether a table knows it, and whether a cluster of the last build can come to it.

use crate::{
    base::KubeVersion,
    diag::{Diagnostics, Place},
    facts::{self, Misstep, Support},
    spec::Spec,
};

use super::{
    Purpose, Surroundings,
    diagnostics::{MinorSkipped, UnsupportedVersion, VersionBack},
};

/// Whether files can be made, or judged, for the declared version, and whether a cluster comes to it from the last build.
pub(super) fn check(spec: &Spec, around: &Surroundings<'_>, at: &dyn Fn(&str) -> Option<Place>, diags: &mut Diagnostics) {
    let version = spec.platform.version();
    let place = at(&format!("/platform/{}/kubernetesVersion", spec.platform.kind()));
    let purpose = around.purpose;
    if let Some(last) = around.last.version {
        from_last(last, version, place.as_ref(), diags);
    }
    let newest = facts::NEWEST;
    let (cannot, done, oldest, name) = match purpose {
        Purpose::Build => ("build", "artifacts are built", facts::OLDEST_BUILD, "build"),
        Purpose::Judge => ("judge files", "files are judged", facts::OLDEST, "judge"),
    };
    let (why, help) = match (facts::support(version.minor), purpose) {
        (Support::Build, _) | (Support::CheckOnly, Purpose::Judge) => return,
        (Support::CheckOnly, Purpose::Build) => (
            format!("{done} for {oldest} to {newest}; upstream ended the support of {} long ago", version.minor),
            format!("upgrade the cluster to {oldest} or later; until then `harden check --spec` judges its files as they are"),
        ),
        (Support::TooOld, _) => (
            format!("no table reaches back to it; {done} for {oldest} to {newest}"),
            format!("upgrade the cluster to {oldest} or later"),
        ),
        (Support::TooNew, _) => (
            format!("no table knows its flags yet; {done} for {oldest} to {newest}"),
            format!("take a newer harden, or add rows for it (docs/facts.md says how); until then {name} for {newest}"),
        ),
    };
    diags.push(UnsupportedVersion { cannot, version: version.to_string(), why, help, at: place });
}

/// Clusters go up, one minor at a time.
fn from_last(last: KubeVersion, wanted: KubeVersion, at: Option<&Place>, diags: &mut Diagnostics) {
    match facts::misstep(last, wanted) {
        Some(Misstep::Skips(next)) => diags.push(MinorSkipped { last, wanted, next, at: at.cloned() }),
        Some(Misstep::Back) => diags.push(VersionBack { last, wanted, at: at.cloned() }),
        None => {}
    }
}
