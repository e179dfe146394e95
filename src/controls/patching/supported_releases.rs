//! Asks that everything declared still gets security fixes.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control, strokes},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "patching/supported-releases",
    area: Area::Vulnerabilities,
    title: "run releases that still get security fixes",
    level: Level::Baseline,
    doc: include_str!("supported_releases.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

/// What the spec says of patching and gives to nobody.
fn left_open(cluster: &Resolved, out: &mut Lowering<'_>) {
    let answers = &cluster.vulnerabilities;
    let place = SpecPath::new("/vulnerabilities");
    let mut say = |field: &str, outcome, fact| {
        strokes::intents(cluster, out, &place.child("patching").child(field), outcome, &Ground::Fact(fact), "")
    };
    if answers.reboot.is_none() {
        say("window", Outcome::Weaker, facts::id::NOBODY_REBOOTS);
    }
    if answers.pipeline.is_none() && answers.cluster.is_none() {
        say("deadlines", Outcome::Weaker, facts::id::NOTHING_SCANS);
    }
    if answers.registry == Some(false) {
        let place = place.child("scanning").child("registry");
        strokes::intents(cluster, out, &place, Outcome::NotApplicable, &Ground::Fact(facts::id::NOT_DECLARED), "");
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let answers = &cluster.vulnerabilities;
    let (over, live): (Vec<_>, Vec<_>) = answers.supported.iter().partition(|one| one.lifecycle.end() < cluster.as_of);
    for one in over {
        out.because(Cause::Spec(one.path.clone()));
        let detail = format!("{} until {}", one.lifecycle.says, one.lifecycle.end());
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SUPPORT_ENDED, detail);
    }
    out.because(asked);
    if !live.is_empty() {
        let detail: Vec<String> =
            live.iter().map(|one| format!("{} until {}", one.lifecycle.says, one.lifecycle.end())).collect();
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::SUPPORTED, detail.join("; "));
    }
    left_open(cluster, out);
    if !answers.unknown.is_empty() {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SUPPORT_UNKNOWN, answers.unknown.join(", "));
    }
}
