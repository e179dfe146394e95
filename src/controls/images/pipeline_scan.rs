//! Scans images after they are built and before they are pushed.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::{judged_by, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "images/pipeline-scan",
    area: Area::Vulnerabilities,
    title: "scan images after they are built and before they are pushed",
    level: Level::Baseline,
    doc: include_str!("pipeline_scan.md"),
    params: &[],
    applies: |cluster| match cluster.vulnerabilities.pipeline {
        None => Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED),
        Some(_) => Applies::Yes,
    },
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(pipeline) = cluster.vulnerabilities.pipeline else { return };
    judged_by(cluster, out);
    let place = SpecPath::new("/vulnerabilities/scanning/pipeline");
    let held = out.because(Cause::Spec(place.clone())).held(pipeline.name().to_owned());
    out.plan_mut().patching.pipeline = Some(held);
    let (fact, detail) = if cluster.vulnerabilities.deadlines.is_empty() {
        (facts::id::NO_DEADLINES, "")
    } else {
        (facts::id::PIPELINE_CALLS, "needs `ci/` in the pipeline of every image")
    };
    let ground = Ground::Fact(fact);
    strokes::intents(cluster, out, &place, Outcome::Weaker, &ground, detail);
    out.verdict_on(Scope::Cluster, Outcome::Weaker, ground, detail);
}
