//! Compares the runtime with the versions that its makers test with Kubernetes.

use crate::{
    base::{Area, Cause, Level, SpecPath},
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
            if !found {
                let at = cluster.locate(&Cause::Spec(SpecPath::new("/platform/runtime/containerd")));
                out.diagnostics().push(RuntimeUnlisted { runtime: version.to_string(), minor, listed: text.clone(), at });
            }
            let outcome = if found { Outcome::Elsewhere } else { Outcome::Weaker };
            (outcome, format!("containerd {version}; listed with Kubernetes {minor}: {text}"))
        }
        (Some(Runtime::Crio(version)), _) => {
            let same = version.major == 1 && version.minor == minor.0;
            (
                if same { Outcome::Elsewhere } else { Outcome::Weaker },
                format!("CRI-O {version} goes with Kubernetes 1.{}", version.minor),
            )
        }
        (Some(Runtime::Docker { docker, cri_dockerd }), _) => {
            (Outcome::Weaker, format!("Docker {docker} with cri-dockerd {cri_dockerd}: no list is published"))
        }
        (Some(Runtime::Containerd(_)) | None, _) => (Outcome::Weaker, "no list covers it".to_owned()),
    };
    out.verdict(Scope::Cluster, outcome, facts::id::RUNTIME_PAIRING, detail);
}
