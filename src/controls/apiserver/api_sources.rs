//! Plans which sources may reach the API server.

use crate::{
    base::{Area, Cause, Cidr, Level, Platform, SpecPath},
    controls::{Applies, Control, cloud},
    facts,
    plan::{Ground, Held, Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::strokes;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/api-sources",
    area: Area::ApiAccess,
    title: "let only declared sources reach the API server",
    level: Level::Baseline,
    doc: include_str!("api_sources.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => cloud::instead(cluster, "cloud/api-access", facts::id::EKS_API_SOURCES),
        Platform::Aks => cloud::instead(cluster, "cloud/api-access", facts::id::AKS_API_SOURCES),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/api/sources");
    let sources = &cluster.sources;
    let admins = ranges(out, &place.child("admins"), &sources.admins);
    let load_balancer = ranges(out, &place.child("loadBalancer").child("addresses"), &sources.load_balancer);
    let egress = ranges(out, &place.child("egress"), &sources.egress);
    let access = &mut out.plan_mut().access;
    access.admins.extend(admins);
    access.load_balancer.extend(load_balancer);
    access.egress.extend(egress);
    access.preserves_client_ip = sources.preserves_client_ip;
    let fact = facts::id::APISERVER_SOURCES;
    let detail = detail(cluster);
    out.verdict(Scope::Cluster, Outcome::Weaker, fact, detail.clone());
    strokes::intents(cluster, out, &place, Outcome::Weaker, &Ground::Fact(fact), &detail);
}

/// The ranges of one list, each with its own place as the cause.
fn ranges(out: &mut Lowering<'_>, place: &SpecPath, ranges: &[Cidr]) -> Vec<Held<Cidr>> {
    let asked = out.reason().cause;
    let held = ranges.iter().enumerate().map(|(n, range)| out.because(Cause::Spec(place.index(n))).held(*range)).collect();
    out.because(asked);
    held
}

fn detail(cluster: &Resolved) -> String {
    let planned = "the sources are planned for the firewall of the nodes, which is not written yet";
    match cluster.sources.preserves_client_ip {
        Some(false) => {
            format!("{planned}; behind a load balancer that hides the client's address it must keep others away itself")
        }
        Some(true) | None => planned.to_owned(),
    }
}
