//! Hands the logs of the control plane to the SIEM, or to what passes them on.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{
        Ground, Lowering, Outcome, Scope, SettingKey,
        cloud::{Destination, Owner, cloud_key, destination_key, owner_place},
    },
    resolve::{Resolved, SiemAnswer},
};

use super::{
    answers,
    control_plane_logs::{LOOK_AT_SETTING, setting_owner},
    eks, owner_of, strokes,
};

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

/// The control that has the provider hand out what is passed on.
const LOGS: &str = "cloud/control-plane-logs";

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
    match eks(cluster) {
        Some(answers) => lower_eks(cluster, siem, answers.filter, out),
        None => lower_aks(cluster, siem, out),
    }
}

fn place(name: &str) -> SpecPath {
    SpecPath::new("/logging/siem").child(name)
}

fn lower_eks(cluster: &Resolved, siem: &SiemAnswer, owner: Owner, out: &mut Lowering<'_>) {
    let Some(forward) = &siem.forward else { return no_way(cluster, siem, out, facts::id::EKS_NO_DIRECT_SIEM) };
    let asked = out.reason().cause;
    let held = out.because(Cause::Spec(place("relay"))).held(forward.clone());
    out.because(asked);
    let owner_at = owner_place(cluster.platform, "subscriptionFilter");
    let held_owner = owner_of(cluster, out, &owner_at, owner);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.forward = Some(held);
        cloud.filter_owner = Some(held_owner);
    }
    let comes = cluster.selects(LOGS);
    if comes {
        handed_on(cluster, out, owner, &place("relay"), cloud_key("log-group/forward"));
    } else {
        let ground = Ground::Fact(facts::id::EKS_NO_LOGS_ASKED);
        strokes::intents(cluster, out, &place("relay"), Outcome::Weaker, &ground, "");
    }
    handed_on(cluster, out, owner, &owner_at, cloud_key("subscription-filter/owner"));
    if !comes {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::EKS_NO_LOGS_ASKED, "");
    } else if owner == Owner::Harden {
        strokes::enforced(out, "up to the relay");
    } else {
        let how = "the owner of the subscription filter sends everything to `subscription_filter` of `terraform/settings`; look: `aws logs \
                   describe-subscription-filters --log-group-name /aws/eks/NAME/cluster`; no data source shows it";
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::CLOUD_EXISTING, how);
    }
    passed_on(cluster, siem, out);
}

fn lower_aks(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    let (named, destination) = match (&siem.azure, &siem.hub) {
        (Some(direct), _) => (place(siem.sink), direct),
        (None, Some(relay)) => (place("relay"), relay),
        (None, None) => return no_way(cluster, siem, out, facts::id::AKS_NO_DIRECT_SIEM),
    };
    if !cluster.selects(LOGS) {
        return no_setting(cluster, siem, out);
    }
    let asked = out.reason().cause;
    let held = out.because(Cause::Spec(named.clone())).held(destination.clone());
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.destinations.push(held);
    }
    out.because(asked);
    let owner = setting_owner(cluster);
    handed_on(cluster, out, owner, &named, destination_key(destination));
    if owner != Owner::Harden {
        let how = format!(
            "the owner of the diagnostic setting sends to the receiver in `diagnostic_setting` of `terraform/settings`; {LOOK_AT_SETTING}"
        );
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::CLOUD_EXISTING, how);
    } else if siem.azure.is_none() {
        strokes::enforced(out, "up to the relay");
    } else {
        let named = match destination {
            Destination::EventHub { rule: None, .. } => "the caller of the module gives the id of the rule",
            Destination::EventHub { .. } | Destination::Workspace(_) => "",
        };
        strokes::enforced(out, named);
    }
    if siem.azure.is_some() {
        // Azure sends by itself: a relay beside it is not asked.
        let ground = Ground::Fact(facts::id::NOT_APPLICABLE_PLATFORM);
        strokes::intents(cluster, out, &place("relay"), Outcome::NotApplicable, &ground, "Azure sends to the receiver by itself");
        return;
    }
    passed_on(cluster, siem, out);
}

/// What hands the logs on is made here, or it is another owner's.
fn handed_on(cluster: &Resolved, out: &mut Lowering<'_>, owner: Owner, place: &SpecPath, key: SettingKey) {
    if owner == Owner::Harden {
        return strokes::intents_by(cluster, out, place, &[key]);
    }
    strokes::intents(cluster, out, place, Outcome::Elsewhere, &Ground::Fact(facts::id::CLOUD_EXISTING), "");
}

/// The receiver gets what the relay passes on, which is not made here.
fn passed_on(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    let fact = facts::id::CLOUD_RELAY;
    out.verdict(Scope::Cluster, Outcome::Elsewhere, fact, "");
    strokes::intents(cluster, out, &place(siem.sink), Outcome::Elsewhere, &Ground::Fact(fact), "");
}

/// A diagnostic setting is made of categories, and another control chooses them.
fn no_setting(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>) {
    let fact = facts::id::AKS_NO_CATEGORIES;
    out.verdict(Scope::Cluster, Outcome::Impossible, fact, "");
    let relay = (siem.azure.is_none()).then_some("relay");
    for name in [siem.sink].into_iter().chain(relay) {
        strokes::intents(cluster, out, &place(name), Outcome::Impossible, &Ground::Fact(fact), "");
    }
}

fn no_way(cluster: &Resolved, siem: &SiemAnswer, out: &mut Lowering<'_>, fact: crate::base::FactId) {
    let detail = format!("`siem.{}` gets nothing from the control plane; name a `relay`", siem.sink);
    out.verdict(Scope::Cluster, Outcome::Impossible, fact, detail.clone());
    strokes::intents(cluster, out, &place(siem.sink), Outcome::Impossible, &Ground::Fact(fact), &detail);
}
