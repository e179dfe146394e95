//! What lets the whole world in: sources of the API server wherever they are named, ports of Kubernetes, and pools without bounds.

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    base::{Cidr, SpecPath, cover_the_internet},
    diag::{Diagnostics, Place},
    facts,
    plan::KubeadmCluster,
    spec::{
        model::{NodePool, Spec},
        words::{Access, Role},
    },
};

use super::{
    Waiver,
    diagnostics::{OpenToTheWorld, PortOpenToTheWorld, WidePool},
    hosts,
};

/// A list of the spec that lets ranges in, with its place.
struct Listed {
    ranges: Vec<Cidr>,
    at: SpecPath,
}

impl Listed {
    fn of(sources: Vec<(Cidr, SpecPath)>, at: SpecPath) -> Self {
        Listed { ranges: sources.into_iter().map(|(range, _)| range).collect(), at }
    }
}

/// The whole internet may reach the API server, and ports of Kubernetes and ssh on hosts, only through a waiver; gives the ids of
/// those that let it.
pub(super) fn check(
    spec: &Spec,
    kubeadm: Option<&KubeadmCluster>,
    waivers: &[Waiver],
    at: &dyn Fn(&str) -> Option<Place>,
    diags: &mut Diagnostics,
) -> BTreeSet<String> {
    let waiver = |control: &str, pool: Option<&str>| {
        let holds = |waiver: &&Waiver| {
            waiver.control == control && waiver.counts() && (waiver.pool.is_none() || waiver.pool.as_deref() == pool)
        };
        waivers.iter().find(holds).map(|waiver| waiver.id.clone())
    };
    let places = |lists: &[Listed]| lists.iter().filter_map(|list| at(list.at.as_str())).collect();
    let mut used = BTreeSet::new();
    let lists = together(api_server(spec, kubeadm));
    if !lists.is_empty() {
        match waiver("apiserver/api-sources", None) {
            Some(id) => _ = used.insert(id),
            None => diags.push(OpenToTheWorld { ranges: texts(&lists), at: places(&lists) }),
        }
    }
    for pool in spec.platform.node_pools.iter().filter(|_| kubeadm.is_some()) {
        for (ports, what) in guarded(pool) {
            let lists = together(opened(pool, &ports));
            if lists.is_empty() {
                continue;
            }
            match waiver("node/firewall", Some(&pool.name)) {
                Some(id) => _ = used.insert(id),
                None => {
                    diags.push(PortOpenToTheWorld { what, pool: pool.name.clone(), ranges: texts(&lists), at: places(&lists) })
                }
            }
        }
    }
    used
}

/// Every list that lets somebody reach the API server. On hosts of ours those are also `open` entries of the nodes that run it, and
/// the ranges of all nodes.
fn api_server(spec: &Spec, kubeadm: Option<&KubeadmCluster>) -> Vec<Listed> {
    let root = SpecPath::new("/api/sources");
    let sources = spec.api.sources.as_ref();
    let list =
        |field: &str, ranges: Option<&Vec<Cidr>>| Listed { ranges: ranges.cloned().unwrap_or_default(), at: root.child(field) };
    let mut lists = vec![
        list("admins", sources.and_then(|sources| sources.admins.as_ref())),
        list("egress", sources.and_then(|sources| sources.egress.as_ref())),
    ];
    let Some(kubeadm) = kubeadm else { return lists };
    for pool in &spec.platform.node_pools {
        let answers = hosts::pool(pool);
        if pool.role == Role::ControlPlane {
            lists.extend(opened(pool, &kubeadm.api_ports()));
        }
        lists.push(Listed::of(answers.ranges, answers.path.child("cidrs")));
    }
    lists
}

/// The ports of a host that nobody opens to the world, with what answers there.
fn guarded(pool: &NodePool) -> Vec<(Vec<u16>, &'static str)> {
    let mut ports = Vec::new();
    if pool.access.unwrap_or(Access::Ssh) == Access::Ssh {
        ports.push((vec![22], "ssh"));
    }
    match pool.role {
        Role::Worker => ports.push((vec![facts::KUBELET_PORT], "the kubelet")),
        Role::ControlPlane => {
            ports.push((vec![facts::KUBELET_PORT], "the kubelet"));
            ports.push((facts::ETCD_PORTS.to_vec(), "etcd"));
        }
        Role::Etcd => ports.push((facts::ETCD_PORTS.to_vec(), "etcd")),
    }
    ports
}

/// The sources of `open` entries of a pool for one of these ports.
fn opened(pool: &NodePool, ports: &[u16]) -> Vec<Listed> {
    hosts::pool(pool).opened(ports).map(|open| Listed::of(open.sources.clone(), open.path.child("from"))).collect()
}

/// The lists that together let in every address that the internet routes, without those that it does not take; none where they do
/// not.
fn together(mut lists: Vec<Listed>) -> Vec<Listed> {
    let cover = |lists: &[&Listed]| {
        let ranges: Vec<Cidr> = lists.iter().flat_map(|list| list.ranges.iter().copied()).collect();
        cover_the_internet(&ranges)
    };
    if !cover(&lists.iter().collect::<Vec<_>>()) {
        return Vec::new();
    }
    // What comes last goes first: `api.sources` is named before what stands beside it.
    for n in (0..lists.len()).rev() {
        let others: Vec<&Listed> = lists.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, list)| list).collect();
        if cover(&others) {
            lists.remove(n);
        }
    }
    lists
}

fn texts(lists: &[Listed]) -> String {
    lists.iter().flat_map(|list| &list.ranges).map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The shortest prefixes of ranges that can be meant for the nodes of a pool: a million addresses of IPv4, an allocation of a provider of
/// IPv6.
const WIDEST: (u8, u8) = (12, 32);

/// Warns of ranges of pools that hold more than anybody's nodes: whoever has an address in one is taken for a node.
pub(super) fn check_ranges(spec: &Spec, at: &dyn Fn(&str) -> Option<Place>, diags: &mut Diagnostics) {
    for pool in &spec.platform.node_pools {
        for (range, place) in hosts::pool(pool).ranges {
            let widest = match range.address() {
                IpAddr::V4(_) => WIDEST.0,
                IpAddr::V6(_) => WIDEST.1,
            };
            if range.prefix() < widest {
                diags.push(WidePool { pool: pool.name.clone(), range, at: at(place.as_str()) });
            }
        }
    }
}
