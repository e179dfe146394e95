//! Plans which sources may reach the API server.

use crate::{
    base::{Area, Cause, Cidr, Level, Platform, SpecPath},
    controls::{Applies, Control, cloud},
    facts,
    plan::{Ground, Held, KubeadmCluster, Lowering, NodePlan, Outcome, PoolRole, Scope, SettingKey},
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
        Platform::Eks => cloud::instead(cluster, "cloud/api-access", facts::id::EKS_API_SOURCES, facts::id::CLOUD_NOT_SELECTED),
        Platform::Aks => cloud::instead(cluster, "cloud/api-access", facts::id::AKS_API_SOURCES, facts::id::CLOUD_NOT_SELECTED),
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
    let held = held_by_hosts(cluster, out).map(|mut keys| {
        keys.extend(members(cluster, out));
        (keys, opened(cluster, out))
    });
    let mut beside = (Vec::new(), Vec::new());
    let (outcome, ground, detail) = match (cluster.open_by(CONTROL.id), held) {
        (Some(waiver), _) => (Outcome::Waived, Ground::Waiver(waiver.id.clone()), strokes::OPEN.to_owned()),
        (None, Some((keys, opened))) => {
            beside = opened;
            (Outcome::Enforced, Ground::Settings(keys), "by the firewall of the control-plane nodes".to_owned())
        }
        (None, None) => (Outcome::Weaker, Ground::Fact(facts::id::APISERVER_SOURCES), detail(cluster)),
    };
    strokes::intents(cluster, out, &place, outcome, &ground, &detail);
    // What `open` lets in beside the list is no matter of the list.
    let (more, lines) = beside;
    let whole = match ground {
        Ground::Settings(keys) => Ground::Settings(keys.into_iter().chain(more).collect()),
        other @ (Ground::Fact(_) | Ground::Waiver(_)) => other,
    };
    let all = [detail].into_iter().chain(lines).collect::<Vec<_>>().join("; ");
    out.verdict_on(Scope::Cluster, outcome, whole, all);
}

/// The ranges of one list, each with its own place as the cause.
fn ranges(out: &mut Lowering<'_>, place: &SpecPath, ranges: &[Cidr]) -> Vec<Held<Cidr>> {
    let asked = out.reason().cause;
    let held = ranges.iter().enumerate().map(|(n, range)| out.because(Cause::Spec(place.index(n))).held(*range)).collect();
    out.because(asked);
    held
}

/// The settings of the sources, where the firewall of every control-plane node refuses everybody else and sees who comes.
fn held_by_hosts(cluster: &Resolved, out: &Lowering<'_>) -> Option<Vec<SettingKey>> {
    let mut control_plane = control_plane(cluster).peekable();
    let scripted = control_plane.peek().is_some() && control_plane.all(|pool| has_firewall(cluster, pool));
    (enforces(cluster) && scripted && sees_clients(cluster)).then(|| out.plan().access_settings().into_keys().collect())
}

/// The sources as groups of the firewalls of control-plane nodes.
fn members(cluster: &Resolved, out: &mut Lowering<'_>) -> Vec<SettingKey> {
    let place = SpecPath::new("/api/sources");
    let sources = &cluster.sources;
    let groups = [
        ("admins", &sources.admins, place.child("admins")),
        ("egress", &sources.egress, place.child("egress")),
        ("load-balancer", &sources.load_balancer, place.child("loadBalancer").child("addresses")),
    ];
    let asked = out.reason().cause;
    let mut keys = Vec::new();
    for pool in cluster.pools.iter().filter(|pool| pool.role == PoolRole::ControlPlane) {
        for (group, ranges, place) in &groups {
            for (n, range) in ranges.iter().enumerate() {
                let rule = format!("firewall/group/{group}/{range}");
                keys.push(out.because(Cause::Spec(place.index(n))).host_rule(&pool.name, &rule, "member"));
            }
        }
    }
    out.because(asked);
    keys
}

/// What `open` of control-plane pools lets to the ports of the API server beside `api.sources`: the settings, and a line for each
/// pool.
fn opened(cluster: &Resolved, out: &mut Lowering<'_>) -> (Vec<SettingKey>, Vec<String>) {
    let ports = cluster.kubeadm.as_ref().map(KubeadmCluster::api_ports).unwrap_or_default();
    let asked = out.reason().cause;
    let (mut keys, mut lines) = (Vec::new(), Vec::new());
    for pool in control_plane(cluster) {
        let mut ranges = Vec::new();
        for open in cluster.hosts.pools.get(&pool.name).into_iter().flat_map(|answers| answers.opened(&ports)) {
            for (range, place) in &open.sources {
                let rule = format!("firewall/group/{}/{range}", open.group);
                keys.push(out.because(Cause::Spec(place.clone())).host_rule(&pool.name, &rule, "member"));
                ranges.push(format!("`{range}`"));
            }
        }
        if !ranges.is_empty() {
            lines.push(format!("`open` of pool `{}` lets in {} as well", pool.name, ranges.join(", ")));
        }
    }
    out.because(asked);
    (keys, lines)
}

/// Whether the nodes see who comes: nobody stands before them, or it keeps the address of the client.
fn sees_clients(cluster: &Resolved) -> bool {
    cluster.sources.load_balancer.is_empty() || cluster.sources.preserves_client_ip == Some(true)
}

/// What keeps the hosts from holding the sources, as [`held_by_hosts`] tells it.
fn detail(cluster: &Resolved) -> String {
    let mut lacks: Vec<String> = Vec::new();
    if !enforces(cluster) {
        lacks.push(
            "no firewall of the control-plane nodes refuses others: select `node/firewall` with `mode: enforce`".to_owned(),
        );
    }
    let unscripted = control_plane(cluster).filter(|pool| !has_firewall(cluster, pool)).map(|pool| format!("`{}`", pool.name));
    let unscripted: Vec<String> = unscripted.collect();
    if !unscripted.is_empty() {
        lacks.push(format!("no firewall is written for the nodes of pool {}", unscripted.join(", ")));
    }
    if !sees_clients(cluster) {
        let why = match cluster.sources.preserves_client_ip {
            None => "the spec does not say whether the load balancer keeps the client's address: write `preservesClientIp`",
            Some(_) => "the load balancer hides the client's address, so it must keep others away itself",
        };
        lacks.push(why.to_owned());
    }
    lacks.join("; ")
}

fn enforces(cluster: &Resolved) -> bool {
    cluster.selects("node/firewall") && cluster.text("node/firewall", "mode").0 == "enforce"
}

/// Whether a firewall is written for the nodes of a pool: their system has a script, and no waiver takes them out.
fn has_firewall(cluster: &Resolved, pool: &NodePlan) -> bool {
    pool.host_os().is_some() && cluster.waiver_of_pool("node/firewall", &pool.name).is_none()
}

fn control_plane(cluster: &Resolved) -> impl Iterator<Item = &NodePlan> {
    cluster.pools.iter().filter(|pool| pool.role == PoolRole::ControlPlane)
}
