//! Lets only the declared sources reach the API server of a managed cluster, and never locks its own nodes out.

use crate::{
    base::{Area, Cause, Cidr, Level, Platform, SpecPath},
    controls::Control,
    facts::{
        self,
        cloud::{AKS_MOST_RANGES, EKS_MOST_RANGES},
    },
    plan::{Ground, Held, Lowering, Outcome, Scope, cloud::CloudValue},
    resolve::{AksAnswers, EksAnswers, Resolved},
};

use super::{
    adopted, adopted_intents, aks,
    diagnostics::{NobodyComesIn, NodesLockedOut, SourceFamily, TooManySources},
    eks, managed, set, strokes,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "cloud/api-access",
    area: Area::ApiAccess,
    title: "let only declared sources reach the API server that the provider runs",
    level: Level::Baseline,
    doc: include_str!("api_access.md"),
    params: &[],
    applies: managed,
    lower,
};

const RANGES: &str = "/api/sources";

/// Where the API server of EKS answers.
const ENDPOINTS: [&str; 2] = ["endpoint_private_access", "endpoint_public_access"];

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if let Some(answers) = eks(cluster) {
        lower_eks(cluster, answers, out);
    }
    if let Some(answers) = aks(cluster) {
        lower_aks(cluster, answers, out);
    }
    let ground = Ground::Fact(facts::id::CLOUD_LOAD_BALANCER);
    let place = SpecPath::new(RANGES).child("loadBalancer");
    strokes::intents(cluster, out, &place, Outcome::NotApplicable, &ground, "");
}

fn lower_eks(cluster: &Resolved, eks: &EksAnswers, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let place = SpecPath::new("/platform/eks/endpoint");
    out.because(Cause::Spec(place.clone()));
    set(out, "endpoint_private_access", CloudValue::Bool(eks.private));
    set(out, "endpoint_public_access", CloudValue::Bool(eks.public));
    adopted_intents(cluster, out, &place, &ENDPOINTS);
    if eks.public {
        if !eks.private {
            need_egress(
                cluster,
                out,
                &place,
                "`endpoint: public`",
                "write `endpoint: both`, so that nodes take the private endpoint",
            );
        }
        ranges(cluster, out, "public_access_cidrs", EKS_MOST_RANGES);
        answer(cluster, out, "public_access_cidrs");
    }
    out.because(asked);
    if eks.public {
        let names = [ENDPOINTS[0], ENDPOINTS[1], "public_access_cidrs"];
        adopted(out, &names, "the public endpoint answers the declared ranges alone");
    } else {
        adopted(out, &ENDPOINTS, "the public endpoint is off");
    }
    if eks.private {
        let fact = facts::id::EKS_PRIVATE_SOURCES;
        out.verdict(
            Scope::Cluster,
            Outcome::Elsewhere,
            fact,
            if eks.public {
                "let the private ranges that nodes, runners and peered networks come from in on port 443 of the cluster's security group: \
                 `api.sources` is the list of the public endpoint"
            } else {
                "let the private ranges of `api.sources` in on port 443 of the cluster's security group"
            },
        );
        if !eks.public {
            need_private(cluster, out, &place, "`endpoint: both`");
            elsewhere(cluster, out, fact);
        }
    }
}

fn lower_aks(cluster: &Resolved, aks: &AksAnswers, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    set(out, "run_command_enabled", CloudValue::Bool(false));
    let place = SpecPath::new("/platform/aks/access");
    out.because(Cause::Spec(place.clone()));
    if aks.private {
        set(out, "private_cluster_enabled", CloudValue::Bool(true));
        set(out, "private_cluster_public_fqdn_enabled", CloudValue::Bool(false));
        let names = ["private_cluster_enabled", "private_cluster_public_fqdn_enabled"];
        adopted_intents(cluster, out, &place, &names);
        need_private(cluster, out, &place, "`access: authorized-ranges`");
        elsewhere(cluster, out, facts::id::AKS_PRIVATE_SOURCES);
        out.because(asked);
        adopted(out, &[names[0], names[1], "run_command_enabled"], "the API server has no public address");
        let detail = "peer or tunnel the networks of the declared ranges into it, and no others";
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::AKS_PRIVATE_SOURCES, detail);
        return;
    }
    need_egress(cluster, out, &place, "`access: authorized-ranges`", "write `access: private`");
    ranges(cluster, out, "authorized_ip_ranges", AKS_MOST_RANGES);
    adopted_intents(cluster, out, &place, &["authorized_ip_ranges"]);
    answer(cluster, out, "authorized_ip_ranges");
    out.because(asked);
    adopted(out, &["authorized_ip_ranges", "run_command_enabled"], "the API server answers the declared ranges alone");
}

/// People come to a private endpoint from private ranges alone.
fn need_private(cluster: &Resolved, out: &mut Lowering<'_>, access: &SpecPath, other: &'static str) {
    let admins = &cluster.sources.admins;
    if !admins.is_empty() && !admins.iter().any(Cidr::is_private) {
        let sources = out.place(&Cause::Spec(SpecPath::new(RANGES).child("admins")));
        let at = out.place(&Cause::Spec(access.clone()));
        out.diagnostics().push(NobodyComesIn { other, at, sources });
    }
}

/// Nodes that come to the public address need their own way out among the ranges.
fn need_egress(cluster: &Resolved, out: &mut Lowering<'_>, access: &SpecPath, what: &'static str, other: &'static str) {
    if cluster.sources.egress.is_empty() {
        let sources = out.place(&Cause::Spec(SpecPath::new(RANGES)));
        let at = out.place(&Cause::Spec(access.clone()));
        out.diagnostics().push(NodesLockedOut { what, other, at, sources });
    }
}

/// azurerm takes ranges of IPv4 alone; EKS takes those of IPv6 where the cluster is one of IPv6.
fn takes_ipv6(cluster: &Resolved) -> bool {
    let view = &cluster.network.view;
    cluster.platform == Platform::Eks && view.pods.iter().chain(&view.services).any(|range| range.address().is_ipv6())
}

/// The declared ranges, each once and with its own cause.
fn ranges(cluster: &Resolved, out: &mut Lowering<'_>, name: &'static str, most: usize) {
    let asked = out.reason().cause;
    let mut list: Vec<Held<Cidr>> = Vec::new();
    for (field, ranges) in [("admins", &cluster.sources.admins), ("egress", &cluster.sources.egress)] {
        let place = SpecPath::new(RANGES).child(field);
        for (n, range) in ranges.iter().enumerate() {
            let held = out.because(Cause::Spec(place.index(n))).held(*range);
            if range.address().is_ipv6() && !takes_ipv6(cluster) {
                let at = out.place(&Cause::Spec(place.index(n)));
                out.diagnostics().push(SourceFamily { range: *range, platform: cluster.platform, at });
            }
            match list.iter_mut().find(|present| present.value == *range) {
                Some(present) => present.reasons.extend(held.reasons),
                None => list.push(held),
            }
        }
    }
    if list.len() > most {
        let at = out.place(&Cause::Spec(SpecPath::new(RANGES)));
        out.diagnostics().push(TooManySources { platform: cluster.platform.name(), count: list.len(), most, at });
    }
    out.because(Cause::Spec(SpecPath::new(RANGES)));
    set(out, name, CloudValue::Texts(list.into_iter().map(|held| held.map(|range| range.to_string())).collect()));
    out.because(asked);
}

fn answer(cluster: &Resolved, out: &mut Lowering<'_>, name: &'static str) {
    for field in ["admins", "egress"] {
        adopted_intents(cluster, out, &SpecPath::new(RANGES).child(field), &[name]);
    }
}

fn elsewhere(cluster: &Resolved, out: &mut Lowering<'_>, fact: crate::base::FactId) {
    for field in ["admins", "egress"] {
        let place = SpecPath::new(RANGES).child(field);
        strokes::intents(cluster, out, &place, Outcome::Elsewhere, &Ground::Fact(fact), "");
    }
}
