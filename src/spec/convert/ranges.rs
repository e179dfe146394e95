//! Ranges and addresses of a spec beside each other: apart, of the families that are needed, each in its pool.

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    base::{Cidr, SpecPath},
    diag::Place,
    spec::{
        Ranges,
        diagnostics::{AddressOutsidePool, DuplicateAddress, DuplicateName, OverlappingPools, UnusableAddress},
        v1alpha1::{self as v1, ClusterSpec, List},
        words::Role,
    },
};

use super::{
    Reader,
    references::{entry, path},
};

/// Reports ranges and addresses that no cluster runs with.
pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    if let Some(platform) = &spec.platform {
        subnets(r, platform);
        apart(r, platform);
        usable(r, platform);
        addresses(r, platform);
    }
    load_balancer(r, spec);
}

/// The ranges of a list that can be read, with their places.
fn ranges(r: &Reader<'_>, at: &SpecPath, list: Option<&List<String>>) -> Vec<(Cidr, Place)> {
    let entries = list.into_iter().flat_map(List::entries);
    entries.filter_map(|(index, text)| Some((text.parse().ok()?, r.value_place(&at.index(index))))).collect()
}

/// Whether every range of a list could be read: what no range of it holds may be in another.
fn all_read(r: &Reader<'_>, at: &SpecPath, list: Option<&List<String>>) -> bool {
    list.into_iter().flat_map(List::iter).all(|text| text.parse::<Cidr>().is_ok()) && !r.doubts().touch(at)
}

fn pods(r: &Reader<'_>, platform: &v1::Platform) -> Ranges {
    let list = match &platform.kubeadm {
        Some(kubeadm) => ranges(r, &path("/platform/kubeadm/podSubnets"), kubeadm.pod_subnets.as_ref()),
        None => ranges(r, &path("/platform/podCidrs"), platform.pod_cidrs.as_ref()),
    };
    Ranges { of: "pods".to_owned(), list }
}

fn services(r: &Reader<'_>, platform: &v1::Platform) -> Ranges {
    let list = match &platform.kubeadm {
        Some(kubeadm) => ranges(r, &path("/platform/kubeadm/serviceSubnets"), kubeadm.service_subnets.as_ref()),
        None => ranges(r, &path("/platform/serviceCidrs"), platform.service_cidrs.as_ref()),
    };
    Ranges { of: "Services".to_owned(), list }
}

/// The ranges of each pool, by its name.
fn pools(r: &Reader<'_>, platform: &v1::Platform) -> Vec<(String, Ranges)> {
    let pools = platform.node_pools.iter().flat_map(List::entries).map(|(index, pool)| {
        let name = pool.name.clone().unwrap_or_default();
        let at = entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("cidrs");
        let list = ranges(r, &at, pool.cidrs.as_ref());
        (name.clone(), Ranges { of: format!("nodes of pool `{name}`"), list })
    });
    pools.collect()
}

/// kubeadm takes one range, or one of each family, and the same families for pods and Services.
fn subnets(r: &mut Reader<'_>, platform: &v1::Platform) {
    let Some(kubeadm) = &platform.kubeadm else { return };
    let (pods, services) = (pods(r, platform), services(r, platform));
    let mut found = pods.two_of_a_family();
    found.extend(services.two_of_a_family());
    let at = path("/platform/kubeadm");
    let whole = all_read(r, &at.child("podSubnets"), kubeadm.pod_subnets.as_ref())
        && all_read(r, &at.child("serviceSubnets"), kubeadm.service_subnets.as_ref());
    if whole {
        found.extend(pods.families_beyond(&services));
        found.extend(services.families_beyond(&pods));
    }
    found.into_iter().for_each(|problem| r.push(problem));
}

/// Ranges of pods, Services and nodes share no address; in a cloud, pods may live in the nodes' ranges.
fn apart(r: &mut Reader<'_>, platform: &v1::Platform) {
    let (pods, services) = (pods(r, platform), services(r, platform));
    let mut found = services.overlaps(&pods.list, "the range of pods");
    for of in [Some(&pods).filter(|_| platform.kubeadm.is_some()), Some(&services)].into_iter().flatten() {
        for (name, pool) in pools(r, platform) {
            found.extend(of.overlaps(&pool.list, &format!("the range of pool `{name}`")));
        }
    }
    found.into_iter().for_each(|problem| r.push(problem));
}

/// Ranges of addresses that no pod, Service or node can have; and pools that share addresses, whose nodes are of neither.
fn usable(r: &mut Reader<'_>, platform: &v1::Platform) {
    let pools = pools(r, platform);
    for (index, (name, pool)) in pools.iter().enumerate().filter(|_| platform.kubeadm.is_some()) {
        for (range, place) in &pool.list {
            let mut before = pools[..index].iter().filter(|(other, _)| other != name);
            let shared =
                before.find_map(|(other, known)| Some((other, known.list.iter().find(|(known, _)| known.overlaps(range))?)));
            if let Some((other, (_, first))) = shared {
                let pools = (other.clone(), name.clone());
                r.push(OverlappingPools { pools, first: first.clone(), second: place.clone() });
            }
        }
    }
    let all = [pods(r, platform), services(r, platform)].into_iter().chain(pools.into_iter().map(|(_, pool)| pool));
    all.flat_map(|ranges| ranges.unusable()).for_each(|problem| r.push(problem));
}

fn addresses(r: &mut Reader<'_>, platform: &v1::Platform) {
    let mut seen: BTreeMap<IpAddr, Place> = BTreeMap::new();
    node_names(r, platform);
    let (pods, services) = (pods(r, platform), services(r, platform));
    let of_kubeadm = platform.kubeadm.is_some();
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        let pool_at = entry(&path("/platform/nodePools"), index, pool.name.as_deref());
        let cidrs = ranges(r, &pool_at.child("cidrs"), pool.cidrs.as_ref());
        let all_cidrs = all_read(r, &pool_at.child("cidrs"), pool.cidrs.as_ref());
        for (index, node) in pool.nodes.iter().flat_map(List::entries) {
            let Some(address) = node.address.as_ref().and_then(|text| text.parse::<IpAddr>().ok()) else { continue };
            let at = pool_at.child("nodes").index(index).child("address");
            let place = r.value_place(&at);
            if unusable(r, address, &place) {
                continue;
            }
            let inside = services.holds(address, &place).or_else(|| pods.holds(address, &place).filter(|_| of_kubeadm));
            let serves = of_kubeadm && pool.role == Some(Role::ControlPlane);
            if let Some(problem) = inside.or_else(|| services.are_of_another_family(address, &place).filter(|_| serves)) {
                r.push(problem);
            } else if all_cidrs && !cidrs.is_empty() && !cidrs.iter().any(|(range, _)| range.contains(address)) {
                let ranges = r.field_place(&pool_at.child("cidrs"));
                let pool = pool.name.clone().unwrap_or_default();
                r.push(AddressOutsidePool { address: address.to_string(), pool, place: place.clone(), ranges });
            }
            if let Some(first) = seen.get(&address) {
                r.push(DuplicateAddress { address: address.to_string(), first: first.clone(), second: place });
            } else {
                seen.insert(address, place);
            }
        }
    }
}

/// Names of nodes hold for the whole cluster, not for their pool alone.
fn node_names(r: &mut Reader<'_>, platform: &v1::Platform) {
    let mut seen: BTreeMap<String, (usize, Place)> = BTreeMap::new();
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        let at = entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("nodes");
        for (number, node) in pool.nodes.iter().flat_map(List::entries) {
            let Some(name) = node.name.clone() else { continue };
            let place = r.value_place(&at.index(number).child("name"));
            match seen.get(&name) {
                // Reported where the list of the pool is read.
                Some((own, _)) if *own == index => {}
                Some((_, first)) => r.push(DuplicateName { name, what: "a node", first: first.clone(), second: place }),
                None => {
                    seen.insert(name, (index, place));
                }
            }
        }
    }
}

fn load_balancer(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let at = path("/api/sources/loadBalancer/addresses");
    let balancer = spec.api.iter().flat_map(|api| &api.sources).flat_map(|sources| &sources.load_balancer);
    for (index, text) in balancer.flat_map(|balancer| &balancer.addresses).flat_map(List::entries) {
        if let Ok(address) = text.parse() {
            let place = r.value_place(&at.index(index));
            unusable(r, address, &place);
        }
    }
}

/// Reports an address under which no other machine reaches one.
fn unusable(r: &mut Reader<'_>, address: IpAddr, place: &Place) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    let mapped = matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    let reasons = [
        (address.is_loopback(), "it is a loopback address"),
        (address.is_unspecified(), "it means no address at all"),
        (address.is_multicast(), "it is a multicast address"),
        (link_local, "it is a link-local or broadcast address"),
        (mapped, "it is an IPv4 address written as IPv6"),
    ];
    let Some((_, why)) = reasons.into_iter().find(|(holds, _)| *holds) else { return false };
    r.push(UnusableAddress { address: address.to_string(), why: why.to_owned(), place: place.clone(), other: None });
    true
}
