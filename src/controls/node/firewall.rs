//! Lets only what is declared or needed reach the ports of a host.

use crate::{
    base::{Area, Cause, FactId, Level, cover_the_internet},
    controls::{Control, Param, ParamKind, Stricter, diagnostics::PoolWithoutAddresses, strokes},
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    resolve::Resolved,
    spec::words::Access,
};

use super::{firewall_rules::Rules, pools};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/firewall",
    area: Area::Network,
    title: "let only declared and needed traffic reach the ports of a host",
    level: Level::Restricted,
    doc: include_str!("firewall.md"),
    params: &[Param {
        name: "mode",
        kind: ParamKind::Choice(&["count", "enforce"]),
        stricter: Stricter::Later,
        about: "whether what is not declared is refused, or counted and let in",
    }],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (mode, cause) = cluster.text(CONTROL.id, "mode");
    pools::on_each(out, |out, pool, _| {
        let asked = out.reason().cause;
        let mut keys = vec![out.because(cause.clone()).host_rule(&pool.name, "firewall/mode", &mode)];
        out.because(asked.clone());
        keys.push(out.host_rule(&pool.name, "program/nft", "nftables"));
        keys.push(out.host_rule(&pool.name, "unit/nftables.service", "masked"));
        let keys = Rules { cluster, out, pool, keys }.write();
        out.because(asked);
        keys
    });
    if pools::hardened(out).iter().all(|(pool, _)| out.spares(&pool.name)) {
        return;
    }
    nodes_have_addresses(cluster, out);
    let of_ssh = open_by_ssh(cluster);
    if !of_ssh.is_empty() {
        let detail = format!("on pool {}: `access: none`, or narrower sources", of_ssh.join(", "));
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::FIREWALL_SSH_WORLD, detail);
    }
    let waived = cluster.open_by(CONTROL.id);
    if let Some(waiver) = waived {
        out.verdict_on(Scope::Cluster, Outcome::Waived, Ground::Waiver(waiver.id.clone()), strokes::OPEN);
    }
    let detail = yours_to_open(cluster, out);
    if mode == "count" {
        let to_do = "set parameter `mode` to `enforce`";
        let detail = [to_do].into_iter().chain(detail).collect::<Vec<_>>().join("; ");
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::FIREWALL_COUNTS, detail);
    } else if !detail.is_empty() && of_ssh.is_empty() && waived.is_none() {
        strokes::enforced(out, detail.join("; "));
    }
}

/// Nodes let each other in by their addresses: a pool of which the spec gives none would be shut out by all others.
fn nodes_have_addresses(cluster: &Resolved, out: &mut Lowering<'_>) {
    let control = out.place(&out.reason().cause);
    for answers in cluster.hosts.pools.values().filter(|answers| answers.ranges.is_empty()) {
        let pool = answers.path.segments().last().unwrap_or_default();
        let at = out.place(&Cause::Spec(answers.path.clone()));
        out.diagnostics().push(PoolWithoutAddresses { pool, at, control: control.clone() });
    }
}

/// The pools whose nodes people reach by ssh from every address, since that may administer the cluster (through a waiver).
fn open_by_ssh(cluster: &Resolved) -> Vec<String> {
    let open = cover_the_internet(&cluster.sources.admins);
    let by_ssh = cluster.hosts.pools.values().filter(|answers| open && answers.access == Access::Ssh);
    by_ssh.map(|answers| format!("`{}`", answers.path.segments().last().unwrap_or_default())).collect()
}

/// Whether pods have addresses of a family of which the spec gives none of the nodes.
fn has_pods_of_a_family_without_nodes(cluster: &Resolved) -> bool {
    let of_nodes = |ipv6: bool| {
        let mut ranges = cluster.hosts.pools.values().flat_map(|answers| &answers.ranges);
        ranges.any(|(range, _)| range.address().is_ipv6() == ipv6)
    };
    cluster.hosts.pods.iter().any(|(range, _)| !of_nodes(range.address().is_ipv6()))
}

/// What is open on nodes only where the owner says it, since nobody else knows.
fn yours_to_open(cluster: &Resolved, out: &Lowering<'_>) -> Vec<&'static str> {
    let said = |fact: FactId| facts::sentence(fact, cluster.minor());
    let unknown = (!facts::knows_cni_ports(&cluster.cni.name)).then(|| said(facts::id::FIREWALL_UNKNOWN_PLUGIN));
    let ipvs = (out.plan().proxy_mode() == "ipvs").then(|| said(facts::id::FIREWALL_IPVS));
    let lacks = has_pods_of_a_family_without_nodes(cluster).then(|| said(facts::id::FIREWALL_ONE_FAMILY));
    unknown.into_iter().chain(ipvs).chain(lacks).collect()
}
