//! Asks that everything declared still gets security fixes.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control, diagnostics::VersionSkew, strokes},
    facts::{self, EtcdVersion},
    plan::{Ground, Locate, Lowering, Outcome, Scope},
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

/// Which versions go with the API server, for whoever upgrades; and an etcd of the owner's that does not.
fn skews(cluster: &Resolved, out: &mut Lowering<'_>) {
    let minor = cluster.minor();
    let etcd = cluster.kubeadm.as_ref().and(facts::etcd_range(cluster.version));
    let programs = facts::SKEWS.iter().map(|row| format!("{} {}", row.program, row.range(minor)));
    let detail: Vec<String> = programs.chain(etcd.map(|range| format!("etcd {range}"))).collect();
    out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::VERSION_SKEW, detail.join("; "));
    let (Some(range), Some((etcd, place))) = (etcd, owners_etcd(cluster)) else { return };
    if !range.holds(etcd) {
        let at = cluster.locate(&Cause::Owner(place.clone().into()));
        out.diagnostics().push(VersionSkew { program: format!("etcd {etcd}"), minor, listed: range.to_string(), at });
        out.because(Cause::Owner(place.into()));
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::VERSION_SKEW, format!("etcd {etcd}; {range} goes with it"));
    }
}

/// The etcd that the owner's configuration pins, with its place.
fn owners_etcd(cluster: &Resolved) -> Option<(EtcdVersion, String)> {
    const KIND: &str = "ClusterConfiguration";
    const FIELD: &str = "/etcd/local/imageTag";
    let kubeadm = cluster.kubeadm.as_ref()?;
    let tag = kubeadm.owner_text(KIND, FIELD)?;
    let place = kubeadm.owner_documents.get(KIND)?.place(KIND, FIELD);
    Some((tag.trim_start_matches('v').parse().ok()?, place))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let answers = &cluster.vulnerabilities;
    let (over, live): (Vec<_>, Vec<_>) = answers.supported.iter().partition(|one| one.lifecycle.ended(cluster.as_of));
    for one in over {
        out.because(Cause::Spec(one.path.clone()));
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SUPPORT_ENDED, one.lifecycle.sentence());
    }
    out.because(asked);
    if !live.is_empty() {
        let detail: Vec<String> = live.iter().map(|one| one.lifecycle.sentence()).collect();
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::SUPPORTED, detail.join("; "));
    }
    skews(cluster, out);
    left_open(cluster, out);
    if !answers.unknown.is_empty() {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SUPPORT_UNKNOWN, answers.unknown.join(", "));
    }
}
