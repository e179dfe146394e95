//! Scans the images that run.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{Ground, Lowering, Outcome, Scope, patching_key},
    resolve::Resolved,
};

use super::{judged_by, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "images/cluster-scan",
    area: Area::Vulnerabilities,
    title: "scan the images that run",
    level: Level::Baseline,
    doc: include_str!("cluster_scan.md"),
    params: &[],
    applies: |cluster| match cluster.vulnerabilities.cluster {
        None => Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED),
        Some(_) => Applies::Yes,
    },
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(scanner) = cluster.vulnerabilities.cluster else { return };
    judged_by(cluster, out);
    let place = SpecPath::new("/vulnerabilities/scanning/cluster");
    let key = patching_key("cluster");
    let held = out.because(Cause::Spec(place.clone())).held(scanner.name().to_owned());
    out.plan_mut().patching.cluster = Some(held);
    let (outcome, ground) = if cluster.addons.iter().any(|addon| addon.name == scanner.name()) {
        (Outcome::Enforced, Ground::Settings(vec![key]))
    } else {
        (Outcome::Weaker, Ground::Fact(facts::id::OPERATOR_NEEDED))
    };
    strokes::intents(cluster, out, &place, outcome, &ground, "");
    out.verdict_on(Scope::Cluster, outcome, ground, "");
}
