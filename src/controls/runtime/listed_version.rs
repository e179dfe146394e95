//! Compares the runtime with the versions that its makers test with Kubernetes.

use crate::{
    base::{Area, Cause, Level, Minor, SpecPath},
    controls::{Applies, Control, diagnostics::RuntimeUnlisted},
    facts,
    plan::{Locate, Lowering, Outcome, Scope},
    resolve::Resolved,
    spec::model::Runtime,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/listed-version",
    area: Area::Node,
    title: "run a runtime that its makers test with this Kubernetes",
    level: Level::Baseline,
    doc: include_str!("listed_version.md"),
    params: &[],
    applies,
    lower,
};

/// The makers' list is the same wherever the runtime runs.
fn applies(_: &Resolved) -> Applies {
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let minor = cluster.minor();
    let (outcome, detail) = match (&cluster.hosts.runtime, facts::containerd_versions(minor)) {
        (Some(Runtime::Containerd(version)), Some(listed)) => {
            let text = listed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let found = listed.iter().any(|row| row.holds(version.major, version.minor, version.patch));
            let detail = format!("containerd {version}; listed with Kubernetes {minor}: {text}");
            (judged(cluster, out, found, &text), detail)
        }
        (Some(Runtime::Crio(version)), _) => {
            let goes = facts::program_skew("CRI-O").expect("internal error: the table of skews has a row for CRI-O");
            let found = version.major == 1 && goes.holds(Minor(version.minor), minor);
            let text = goes.range(minor);
            let detail = format!("CRI-O {version}; with Kubernetes {minor} goes {text}");
            (judged(cluster, out, found, &text), detail)
        }
        (Some(Runtime::Docker { docker, cri_dockerd }), _) => {
            (Outcome::Weaker, format!("Docker {docker} with cri-dockerd {cri_dockerd}: no list is published"))
        }
        (Some(Runtime::Containerd(_)) | None, _) => (Outcome::Weaker, "no list covers it".to_owned()),
    };
    out.verdict(Scope::Cluster, outcome, facts::id::RUNTIME_PAIRING, detail);
}

/// The outcome of a pairing; one that is not listed is a warning with what is.
fn judged(cluster: &Resolved, out: &mut Lowering<'_>, found: bool, listed: &str) -> Outcome {
    if found {
        return Outcome::Elsewhere;
    }
    let (maker, field, version) = match &cluster.hosts.runtime {
        Some(Runtime::Crio(version)) => ("CRI-O", "crio", version),
        Some(Runtime::Containerd(version)) => ("containerd", "containerd", version),
        Some(Runtime::Docker { .. }) | None => return Outcome::Weaker,
    };
    let at = cluster.locate(&Cause::Spec(SpecPath::new("/platform/runtime").child(field)));
    let runtime = format!("{maker} {version}");
    out.diagnostics().push(RuntimeUnlisted { runtime, minor: cluster.minor(), listed: listed.to_owned(), at });
    Outcome::Weaker
}
