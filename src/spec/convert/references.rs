//! What parts of a spec say about each other: names that must exist, ranges that must be apart, fields that need others.

use std::{collections::BTreeMap, net::IpAddr};

use super::Reader;
use crate::{
    base::{Cidr, SpecPath},
    diag::Place,
    facts,
    spec::{
        diagnostics::{
            AddressOutsidePool, DoesNotBelong, DuplicateAddress, DuplicateName, OverlappingPools, OverlappingRanges,
            SubnetFamilies, UndeclaredNamespace, UnknownGroup, UnknownPool, UnknownWaiver, UnusableAddress, UnusableRange,
            never_routed,
        },
        model::values::is_label,
        v1alpha1::{self as v1, ClusterSpec, List},
        words::{EksNodes, Role},
    },
};

pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    groups(r, spec);
    waivers(r, spec);
    tiers(r, spec);
    rights(r, spec);
    if let Some(platform) = &spec.platform {
        subnets(r, platform);
        apart(r, platform);
        usable(r, platform);
        addresses(r, platform);
        belongs(r, platform);
    }
    load_balancer(r, spec);
    engines(r, spec);
}

/// The path of an entry of a list: by its name, else by its index.
fn entry(at: &SpecPath, index: usize, name: Option<&str>) -> SpecPath {
    name.map_or_else(|| at.index(index), |name| at.child(name))
}

fn path(text: &str) -> SpecPath {
    SpecPath::new(text)
}

fn groups(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let Some(identity) = &spec.identity else { return };
    if r.doubts().hide_names(&path("/identity/groups")) {
        return;
    }
    let known: Vec<String> = identity.groups.iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut named: Vec<(SpecPath, String)> = Vec::new();
    for (index, duty) in identity.duties.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/duties"), index, duty.name.as_deref());
        named.extend(duty.group.clone().map(|group| (at.child("group"), group)));
    }
    for (index, grant) in identity.impersonation.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/impersonation"), index, grant.name.as_deref());
        named.extend(grant.by.clone().map(|group| (at.child("by"), group)));
        let groups = grant.acts_as.iter().flat_map(|taken| &taken.groups).flat_map(List::entries);
        named.extend(groups.map(|(index, group)| (at.child("as").child("groups").index(index), group.clone())));
    }
    for (at, group) in named {
        if !known.contains(&group) {
            let place = r.value_place(&at);
            r.push(UnknownGroup { group, known: known.clone(), place });
        }
    }
}

fn waivers(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known: Vec<String> = spec.waivers.iter().flat_map(List::iter).filter_map(|waiver| waiver.id.clone()).collect();
    let mut named: Vec<(SpecPath, String)> = Vec::new();
    for (index, namespace) in spec.namespaces.iter().flat_map(List::entries) {
        let at = entry(&path("/namespaces"), index, namespace.name.as_deref());
        named.extend(namespace.waiver.clone().map(|id| (at.child("waiver"), id)));
    }
    for (control, choice) in spec.controls.iter().flatten() {
        named.extend(choice.waiver.clone().map(|id| (path("/controls").child(control).child("waiver"), id)));
    }
    let certain = !r.doubts().hide_names(&path("/waivers"));
    for (at, waiver) in named {
        if certain && !known.contains(&waiver) {
            let place = r.value_place(&at);
            r.push(UnknownWaiver { waiver, known: known.clone(), place });
        }
    }
    scopes(r, spec);
}

fn scopes(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let pools = spec.platform.iter().flat_map(|platform| &platform.node_pools).flat_map(List::iter);
    if r.doubts().hide_names(&path("/platform/nodePools")) {
        return;
    }
    let known: Vec<String> = pools.filter_map(|pool| pool.name.clone()).collect();
    for (index, waiver) in spec.waivers.iter().flat_map(List::entries) {
        let Some(pool) = waiver.scope.as_ref().and_then(|scope| scope.pool.clone()) else { continue };
        if !known.contains(&pool) {
            let place = r.value_place(&entry(&path("/waivers"), index, waiver.id.as_deref()).child("scope").child("pool"));
            r.push(UnknownPool { pool, known: known.clone(), place });
        }
    }
}

fn tiers(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known = declared(spec);
    if !are_certain(r, &known) {
        return;
    }
    for (index, tier) in spec.network.iter().flat_map(|network| &network.tiers).flat_map(List::entries) {
        let Some(namespace) = tier.namespace.clone().filter(|name| is_label(name) && !known.contains(name)) else {
            continue;
        };
        let place = r.value_place(&entry(&path("/network/tiers"), index, tier.name.as_deref()).child("namespace"));
        let what = format!("tier `{}` lies in", tier.name.as_deref().unwrap_or_default());
        r.push(UndeclaredNamespace { namespace, what, known: known.clone(), place });
    }
}

/// Whether these are the namespaces, none of them misspelt.
fn are_certain(r: &Reader<'_>, known: &[String]) -> bool {
    !r.doubts().hide_names(&path("/namespaces")) && known.iter().all(|name| is_label(name))
}

/// The namespaces that the spec declares.
fn declared(spec: &ClusterSpec) -> Vec<String> {
    spec.namespaces.iter().flat_map(List::iter).filter_map(|namespace| namespace.name.clone()).collect()
}

/// The namespaces of duties and impersonations: declared, or of the system.
fn rights(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known = declared(spec);
    let certain = are_certain(r, &known);
    let Some(identity) = spec.identity.as_ref().filter(|_| certain) else { return };
    let mut named: Vec<(SpecPath, String, String)> = Vec::new();
    let mut add = |at: SpecPath, what: String, list: Option<&List<String>>| {
        for (index, name) in list.into_iter().flat_map(List::entries) {
            named.push((at.child("namespaces").index(index), what.clone(), name.clone()));
        }
    };
    for (index, duty) in identity.duties.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/duties"), index, duty.name.as_deref());
        add(at, format!("duty `{}` is for", duty.name.as_deref().unwrap_or_default()), duty.namespaces.as_ref());
    }
    for (index, grant) in identity.impersonation.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/impersonation"), index, grant.name.as_deref());
        add(at, format!("impersonation `{}` is for", grant.name.as_deref().unwrap_or_default()), grant.namespaces.as_ref());
    }
    for (at, what, namespace) in
        named.into_iter().filter(|(_, _, name)| is_label(name) && !known.contains(name) && !facts::is_system_namespace(name))
    {
        let place = r.value_place(&at);
        r.push(UndeclaredNamespace { namespace, what, known: known.clone(), place });
    }
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

fn pods(r: &Reader<'_>, platform: &v1::Platform) -> Vec<(Cidr, Place)> {
    match &platform.kubeadm {
        Some(kubeadm) => ranges(r, &path("/platform/kubeadm/podSubnets"), kubeadm.pod_subnets.as_ref()),
        None => ranges(r, &path("/platform/podCidrs"), platform.pod_cidrs.as_ref()),
    }
}

fn services(r: &Reader<'_>, platform: &v1::Platform) -> Vec<(Cidr, Place)> {
    match &platform.kubeadm {
        Some(kubeadm) => ranges(r, &path("/platform/kubeadm/serviceSubnets"), kubeadm.service_subnets.as_ref()),
        None => ranges(r, &path("/platform/serviceCidrs"), platform.service_cidrs.as_ref()),
    }
}

/// kubeadm takes one range, or one of each family, and the same families for pods and Services.
fn subnets(r: &mut Reader<'_>, platform: &v1::Platform) {
    if platform.kubeadm.is_none() {
        return;
    }
    let (pods, services) = (pods(r, platform), services(r, platform));
    for (what, list) in [("pods", &pods), ("Services", &services)] {
        for (index, (range, place)) in list.iter().enumerate() {
            if let Some((_, first)) =
                list[..index].iter().find(|(before, _)| before.address().is_ipv4() == range.address().is_ipv4())
            {
                let what = format!("{what} have two ranges of one family");
                r.push(SubnetFamilies { what, place: place.clone(), other: Some(first.clone()) });
            }
        }
    }
    let kubeadm = platform.kubeadm.as_ref();
    let at = path("/platform/kubeadm");
    let whole = all_read(r, &at.child("podSubnets"), kubeadm.and_then(|kubeadm| kubeadm.pod_subnets.as_ref()))
        && all_read(r, &at.child("serviceSubnets"), kubeadm.and_then(|kubeadm| kubeadm.service_subnets.as_ref()));
    if !whole {
        return;
    }
    for v4 in [true, false] {
        let of = |list: &[(Cidr, Place)]| {
            list.iter().find(|(range, _)| range.address().is_ipv4() == v4).map(|(_, place)| place.clone())
        };
        let family = if v4 { "IPv4" } else { "IPv6" };
        match (of(&pods), of(&services)) {
            (Some(place), None) if !services.is_empty() => {
                let what = format!("pods have a range of {family} and Services have none");
                r.push(SubnetFamilies { what, place, other: services.first().map(|(_, place)| place.clone()) });
            }
            (None, Some(place)) if !pods.is_empty() => {
                let what = format!("Services have a range of {family} and pods have none");
                r.push(SubnetFamilies { what, place, other: pods.first().map(|(_, place)| place.clone()) });
            }
            (Some(_) | None, _) => {}
        }
    }
}

/// Ranges of pods, Services and nodes share no address; in a cloud, pods may live in the nodes' ranges.
fn apart(r: &mut Reader<'_>, platform: &v1::Platform) {
    let (pods, services) = (pods(r, platform), services(r, platform));
    let mut nodes = Vec::new();
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        let name = pool.name.clone().unwrap_or_default();
        let at = entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("cidrs");
        nodes.extend(ranges(r, &at, pool.cidrs.as_ref()).into_iter().map(|(range, place)| (range, place, name.clone())));
    }
    let mut pairs = Vec::new();
    for (range, place) in &services {
        pairs.extend(
            pods.iter().map(|(pod, at)| ((*pod, "the range of pods".to_owned(), at), (*range, "the range of Services", place))),
        );
    }
    let own: &[(Cidr, Place)] = if platform.kubeadm.is_some() { &pods } else { &[] };
    for (list, what) in [(own, "the range of pods"), (&services[..], "the range of Services")] {
        for (range, place) in list {
            pairs.extend(
                nodes.iter().map(|(node, at, pool)| ((*node, format!("the range of pool `{pool}`"), at), (*range, what, place))),
            );
        }
    }
    for ((first, first_what, first_at), (second, second_what, second_at)) in pairs {
        if first.overlaps(&second) {
            r.push(OverlappingRanges {
                first: (first_what, first_at.clone()),
                second: (second_what.to_owned(), second_at.clone()),
            });
        }
    }
}

/// Ranges of addresses that no pod, Service or node can have; and pools that share addresses, whose nodes are of neither.
fn usable(r: &mut Reader<'_>, platform: &v1::Platform) {
    let mut found = Vec::new();
    found.extend(pods(r, platform).into_iter().map(|(range, place)| ("pods".to_owned(), range, place)));
    found.extend(services(r, platform).into_iter().map(|(range, place)| ("Services".to_owned(), range, place)));
    let mut of_nodes: Vec<(String, Cidr, Place)> = Vec::new();
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        let name = pool.name.clone().unwrap_or_default();
        let at = entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("cidrs");
        for (range, place) in ranges(r, &at, pool.cidrs.as_ref()) {
            let other = of_nodes.iter().find(|(other, known, _)| *other != name && known.overlaps(&range));
            if let Some((other, _, first)) = other.filter(|_| platform.kubeadm.is_some()) {
                let pools = (other.clone(), name.clone());
                r.push(OverlappingPools { pools, first: first.clone(), second: place.clone() });
            }
            of_nodes.push((name.clone(), range, place));
        }
    }
    found.extend(of_nodes.into_iter().map(|(name, range, place)| (format!("nodes of pool `{name}`"), range, place)));
    for (whose, range, place) in found {
        if let Some(why) = never_routed(&range) {
            r.push(UnusableRange { whose, range, why, place });
        }
    }
}

fn addresses(r: &mut Reader<'_>, platform: &v1::Platform) {
    let mut seen: BTreeMap<IpAddr, Place> = BTreeMap::new();
    node_names(r, platform);
    let (pods, services) = (pods(r, platform), services(r, platform));
    let first_service = services.first().filter(|_| platform.kubeadm.is_some()).cloned();
    let inside: Vec<(Cidr, Place, &str)> = services
        .into_iter()
        .map(|(c, p)| (c, p, "Services"))
        .chain(pods.into_iter().filter(|_| platform.kubeadm.is_some()).map(|(c, p)| (c, p, "pods")))
        .collect();
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
            if let Some((range, other, what)) = inside.iter().find(|(range, _, _)| range.contains(address)) {
                let why = format!("it lies in the range of {what}, {range}");
                r.push(UnusableAddress { address: address.to_string(), why, place: place.clone(), other: Some(other.clone()) });
            } else if let Some((range, other)) = first_service
                .as_ref()
                .filter(|(range, _)| pool.role == Some(Role::ControlPlane) && range.address().is_ipv4() != address.is_ipv4())
            {
                let why = format!(
                    "its API server would advertise it, and does not start where the first range of Services, {range}, is of the other family"
                );
                r.push(UnusableAddress { address: address.to_string(), why, place: place.clone(), other: Some(other.clone()) });
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

/// Fields of one platform beside another.
fn belongs(r: &mut Reader<'_>, platform: &v1::Platform) {
    let at = path("/platform");
    let provider = ["kubeadm", "eks", "aks"].into_iter().find(|name| r.has(&at.child(name)));
    let Some(provider) = provider else { return };
    let beside = r.field_place(&at.child(provider));
    let mut foreign = |field: &SpecPath, what: &str, why: String, help: &str| {
        let place = r.field_place(field);
        r.push(DoesNotBelong { what: what.to_owned(), why, help: help.to_owned(), place, beside: Some(beside.clone()) });
    };
    if provider == "kubeadm" {
        for (field, own, given) in [
            ("podCidrs", "podSubnets", platform.pod_cidrs.is_some()),
            ("serviceCidrs", "serviceSubnets", platform.service_cidrs.is_some()),
        ] {
            if given {
                foreign(&at.child(field), field, format!("`kubeadm` has `{own}`"), "move the ranges there");
            }
        }
    } else {
        for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
            if let Some(role @ (Role::ControlPlane | Role::Etcd)) = pool.role {
                let at = entry(&at.child("nodePools"), index, pool.name.as_deref()).child("role");
                foreign(&at, role.name(), "the provider runs the control plane".to_owned(), "remove the pool");
            }
        }
    }
    for (cni, home) in [("aws-vpc-cni", "eks"), ("azure-cni", "aks")] {
        let given =
            platform.cni.as_ref().is_some_and(|c| if home == "eks" { c.aws_vpc_cni.is_some() } else { c.azure_cni.is_some() });
        if given && provider != home {
            foreign(
                &at.child("cni").child(cni),
                cni,
                format!("it runs on `{home}` alone"),
                "declare the CNI that the cluster runs",
            );
        }
    }
    auto_mode(r, platform);
}

/// EKS Auto Mode runs the Amazon VPC CNI by itself, and supports no other plug-in, neither for networks nor for policies.
fn auto_mode(r: &mut Reader<'_>, platform: &v1::Platform) {
    let auto = platform.eks.as_ref().is_some_and(|eks| eks.nodes == Some(EksNodes::Auto));
    let cni = path("/platform/cni");
    let other = ["calico", "cilium", "flannel", "weave", "none"].into_iter().find(|name| r.has(&cni.child(name)));
    let Some(name) = other.filter(|_| auto) else { return };
    let (place, beside) = (r.field_place(&cni.child(name)), r.field_place(&path("/platform/eks/nodes")));
    r.push(DoesNotBelong {
        what: name.to_owned(),
        why: "EKS Auto Mode runs the Amazon VPC CNI and supports no other plug-in".to_owned(),
        help: "write `cni: { aws-vpc-cni: {} }`, or `nodes: managed` or `self-managed` for a cluster whose nodes are not those of Auto Mode"
            .to_owned(),
        place,
        beside: Some(beside),
    });
}

/// Azure Policy brings its own Gatekeeper and runs on AKS alone.
fn engines(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let Some(engines) = spec.policies.as_ref().and_then(|policies| policies.engines.as_ref()) else { return };
    if engines.azure_policy.is_none() {
        return;
    }
    let at = path("/policies/engines");
    let place = r.field_place(&at.child("azurePolicy"));
    let other = ["kubeadm", "eks"].into_iter().find(|name| r.has(&path("/platform").child(name)));
    let (why, beside) = match (other, engines.gatekeeper.is_some()) {
        (Some(platform), _) => ("it runs on `aks` alone", r.field_place(&path("/platform").child(platform))),
        (None, true) => {
            ("the add-on brings its own Gatekeeper, and two are not supported", r.field_place(&at.child("gatekeeper")))
        }
        (None, false) => return,
    };
    let what = "azurePolicy".to_owned();
    r.push(DoesNotBelong { what, why: why.to_owned(), help: "remove one of the two".to_owned(), place, beside: Some(beside) });
}
