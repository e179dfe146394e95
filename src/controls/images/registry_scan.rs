//! Asks that the registry scans what it holds.

use crate::{
    base::{Area, Level, Platform, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::strokes;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "images/registry-scan",
    area: Area::Vulnerabilities,
    title: "have the registry scan what it holds",
    level: Level::Baseline,
    doc: include_str!("registry_scan.md"),
    params: &[],
    applies: |cluster| match cluster.vulnerabilities.registry {
        None | Some(false) => Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED),
        Some(true) => Applies::Yes,
    },
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let fact = match cluster.platform {
        Platform::Kubeadm => facts::id::REGISTRY_SCANS,
        Platform::Eks => facts::id::ECR_SCANS,
        Platform::Aks => facts::id::DEFENDER_SCANS,
    };
    out.verdict(Scope::Cluster, Outcome::Elsewhere, fact, "");
    let place = SpecPath::new("/vulnerabilities/scanning/registry");
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &Ground::Fact(fact), "");
}
