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
    diagnostics::{EndpointSide, NoPublicSource, NobodyComesIn, NodesLockedOut, SourceFamily, TooManySources},
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
    if let Some(waiver) = cluster.open_by("apiserver/api-sources") {
        let ground = Ground::Waiver(waiver.id.clone());
        for field in ["admins", "egress"] {
            strokes::intents(cluster, out, &SpecPath::new(RANGES).child(field), Outcome::Waived, &ground, strokes::OPEN);
        }
        out.verdict_on(Scope::Cluster, Outcome::Waived, ground, strokes::OPEN);
    }
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
        if ranges(cluster, out, "public_access_cidrs", EKS_MOST_RANGES) == 0 && eks.private {
            closed_to_all(out, &place);
        } else if !eks.private {
            need_public(cluster, out, &place, "`endpoint: private`");
        }
        answer(cluster, out, "public_access_cidrs", eks.private);
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
    need_public(cluster, out, &place, "`access: private`");
    ranges(cluster, out, "authorized_ip_ranges", AKS_MOST_RANGES);
    adopted_intents(cluster, out, &place, &["authorized_ip_ranges"]);
    answer(cluster, out, "authorized_ip_ranges", false);
    out.because(asked);
    adopted(out, &["authorized_ip_ranges", "run_command_enabled"], "the API server answers the declared ranges alone");
}

/// People come to a private endpoint from private ranges alone.
fn need_private(cluster: &Resolved, out: &mut Lowering<'_>, access: &SpecPath, other: &'static str) {
    let admins = &cluster.sources.admins;
    if !admins.is_empty() && !admins.iter().any(Cidr::is_private) {
        nobody_comes_in(out, EndpointSide::Private, access, other);
    }
}

/// Nobody comes to a public address from private ranges.
fn need_public(cluster: &Resolved, out: &mut Lowering<'_>, access: &SpecPath, other: &'static str) {
    let admins = &cluster.sources.admins;
    if !admins.is_empty() && admins.iter().all(Cidr::is_private) {
        nobody_comes_in(out, EndpointSide::Public, access, other);
    }
}

fn nobody_comes_in(out: &mut Lowering<'_>, side: EndpointSide, access: &SpecPath, other: &'static str) {
    let sources = out.place(&Cause::Spec(SpecPath::new(RANGES).child("admins")));
    let at = out.place(&Cause::Spec(access.clone()));
    out.diagnostics().push(NobodyComesIn { side, other, at, sources });
}

/// A list without a range is none for EKS, which lets everybody in then.
fn closed_to_all(out: &mut Lowering<'_>, access: &SpecPath) {
    let sources = out.place(&Cause::Spec(SpecPath::new(RANGES)));
    let at = out.place(&Cause::Spec(access.clone()));
    out.diagnostics().push(NoPublicSource { at, sources });
}

/// Nodes that come to the public address need their own way out among the ranges, and that is never a private address.
fn need_egress(cluster: &Resolved, out: &mut Lowering<'_>, access: &SpecPath, what: &'static str, other: &'static str) {
    if cluster.sources.egress.iter().all(Cidr::is_private) {
        let sources = out.place(&Cause::Spec(SpecPath::new(RANGES)));
        let at = out.place(&Cause::Spec(access.clone()));
        let private = !cluster.sources.egress.is_empty();
        out.diagnostics().push(NodesLockedOut { what, private, other, at, sources });
    }
}

/// azurerm takes ranges of IPv4 alone; EKS takes those of IPv6 where the cluster is one of IPv6.
fn takes_ipv6(cluster: &Resolved) -> bool {
    let view = &cluster.network.view;
    cluster.platform == Platform::Eks && view.pods.iter().chain(&view.services).any(|range| range.address().is_ipv6())
}

/// The declared ranges from which somebody comes to a public address, each once and with its own cause; how many there are.
fn ranges(cluster: &Resolved, out: &mut Lowering<'_>, name: &'static str, most: usize) -> usize {
    let asked = out.reason().cause;
    let mut list: Vec<Held<Cidr>> = Vec::new();
    for (field, ranges) in [("admins", &cluster.sources.admins), ("egress", &cluster.sources.egress)] {
        let place = SpecPath::new(RANGES).child(field);
        for (n, range) in ranges.iter().enumerate().filter(|(_, range)| !range.is_private()) {
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
    let count = list.len();
    out.because(Cause::Spec(SpecPath::new(RANGES)));
    set(out, name, CloudValue::Texts(list.into_iter().map(|held| held.map(|range| range.to_string())).collect()));
    out.because(asked);
    count
}

/// What becomes of the declared ranges: the public ones are in the list, and private ones use the private endpoint where there is one.
fn answer(cluster: &Resolved, out: &mut Lowering<'_>, name: &'static str, private: bool) {
    for (field, ranges) in [("admins", &cluster.sources.admins), ("egress", &cluster.sources.egress)] {
        let place = SpecPath::new(RANGES).child(field);
        let left_out: Vec<String> = ranges.iter().filter(|range| range.is_private()).map(|range| format!("`{range}`")).collect();
        if left_out.len() < ranges.len() {
            adopted_intents(cluster, out, &place, &[name]);
        }
        if left_out.is_empty() {
            continue;
        }
        let (outcome, fact) = if private {
            (Outcome::Elsewhere, facts::id::EKS_PRIVATE_SOURCES)
        } else {
            (Outcome::Impossible, facts::id::CLOUD_PRIVATE_RANGE)
        };
        let detail = format!("{} {} not in `{name}`", left_out.join(", "), if left_out.len() == 1 { "is" } else { "are" });
        strokes::intents(cluster, out, &place, outcome, &Ground::Fact(fact), &detail);
    }
}

fn elsewhere(cluster: &Resolved, out: &mut Lowering<'_>, fact: crate::base::FactId) {
    for field in ["admins", "egress"] {
        let place = SpecPath::new(RANGES).child(field);
        strokes::intents(cluster, out, &place, Outcome::Elsewhere, &Ground::Fact(fact), "");
    }
}
