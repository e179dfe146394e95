//! Hands the logs of the control plane to the SIEM, or to what passes them on.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{Destination, cloud_key, destination_key},
    },
    resolve::{Resolved, SiemAnswer},
};

use super::{answers, eks, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "cloud/log-forwarding",
    area: Area::Logging,
    title: "hand the logs of the control plane to the SIEM",
    level: Level::Baseline,
    doc: include_str!("log_forwarding.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match super::managed(cluster) {
        Applies::Yes if answers(cluster).is_none_or(|answers| answers.siem.is_none()) => {
            Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED)
        }
        known @ (Applies::Yes | Applies::No(..)) => known,
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(siem) = answers(cluster).and_then(|answers| answers.siem.as_ref()) else { return };
    if eks(cluster).is_some() { lower_eks(cluster, siem, out) } else { lower_aks(cluster, siem, out) }
}

fn place(name: &str) -> SpecPath {
    SpecPath::new("/logging/siem").child(name)
}

fn lower_eks(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    let Some(forward) = &siem.forward else { return no_way(cluster, siem, out, facts::id::EKS_NO_DIRECT_SIEM) };
    let asked = out.reason().cause;
    let held = out.because(Cause::Spec(place("relay"))).held(forward.clone());
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.forward = Some(held);
    }
    out.because(asked);
    strokes::intents_by(cluster, out, &place("relay"), &[cloud_key("log-group/forward")]);
    passed_on(cluster, siem, out);
}

fn lower_aks(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    let (named, destination) = match (&siem.azure, &siem.hub) {
        (Some(direct), _) => (place(siem.sink), direct),
        (None, Some(relay)) => (place("relay"), relay),
        (None, None) => return no_way(cluster, siem, out, facts::id::AKS_NO_DIRECT_SIEM),
    };
    let asked = out.reason().cause;
    let held = out.because(Cause::Spec(named.clone())).held(destination.clone());
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.destinations.push(held);
    }
    out.because(asked);
    strokes::intents_by(cluster, out, &named, &[destination_key(destination)]);
    if siem.azure.is_some() {
        let named = match destination {
            Destination::EventHub { rule: None, .. } => "the caller of the module gives the id of the rule",
            Destination::EventHub { .. } | Destination::Workspace(_) => "",
        };
        strokes::enforced(out, named);
        // Azure sends by itself: a relay beside it is not asked.
        let ground = Ground::Fact(facts::id::NOT_APPLICABLE_PLATFORM);
        strokes::intents(cluster, out, &place("relay"), Outcome::NotApplicable, &ground, "Azure sends to the receiver by itself");
        return;
    }
    passed_on(cluster, siem, out);
}

/// The receiver gets what the relay passes on, which is not made here.
fn passed_on(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    strokes::enforced(out, "up to the relay");
    let fact = facts::id::CLOUD_RELAY;
    out.verdict(Scope::Cluster, Outcome::Elsewhere, fact, "");
    strokes::intents(cluster, out, &place(siem.sink), Outcome::Elsewhere, &Ground::Fact(fact), "");
}

fn no_way(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>, fact: crate::base::FactId) {
    let detail = format!("`siem.{}` gets nothing from the control plane; name a `relay`", siem.sink);
    out.verdict(Scope::Cluster, Outcome::Impossible, fact, detail.clone());
    strokes::intents(cluster, out, &place(siem.sink), Outcome::Impossible, &Ground::Fact(fact), &detail);
}
