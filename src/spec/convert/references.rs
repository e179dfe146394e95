//! What parts of a spec say about each other: names that must exist, ranges that must be apart, fields that need others.

use std::{collections::BTreeMap, net::IpAddr};

use super::Reader;
use crate::{
    base::{Cidr, SpecPath},
    diag::Place,
    facts::{self, Component},
    spec::{
        Ranges,
        diagnostics::{
            AddressOutsidePool, DoesNotBelong, DuplicateAddress, DuplicateName, OverlappingPools, UndeclaredNamespace,
            UnknownGroup, UnknownPool, UnknownWaiver, UnusableAddress,
        },
        model::values::is_label,
        v1alpha1::{self as v1, ClusterSpec, List},
        words::{AzurePolicyEngine, EksNodes, Os, Role},
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
    // That a text is empty is told where it is read.
    for (at, group) in named.into_iter().filter(|(_, group)| !group.is_empty()) {
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
    windows(r, platform);
    dns_cache(r, platform);
}

/// The addon is the cache that the field denies.
fn dns_cache(r: &mut Reader<'_>, platform: &v1::Platform) {
    let at = path("/platform");
    let is_cache = |(_, name): &(usize, &String)| facts::component(name).is_some_and(Component::is_dns_cache);
    let addon = platform.addons.iter().flat_map(List::entries).find(is_cache);
    let Some((index, name)) = addon.filter(|_| platform.node_local_dns == Some(false)) else { return };
    r.push(DoesNotBelong {
        what: "nodeLocalDns: false".to_owned(),
        why: format!("the addon `{name}` is that cache"),
        help: "remove the field where the cache runs, else take the addon out".to_owned(),
        place: r.value_place(&at.child("nodeLocalDns")),
        beside: Some(r.value_place(&at.child("addons").index(index))),
    });
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

/// Windows nodes where the provider lets none join: Azure CNI powered by Cilium is for Linux (Azure/AKS#4540), and so are the nodes of EKS
/// Auto Mode (aws/containers-roadmap#2528).
fn windows(r: &mut Reader<'_>, platform: &v1::Platform) {
    let engine = platform.cni.as_ref().and_then(|cni| cni.azure_cni.as_ref()).and_then(|cni| cni.network_policy);
    let nodes = platform.eks.as_ref().and_then(|eks| eks.nodes);
    let (why, help, beside) = if engine == Some(AzurePolicyEngine::Cilium) {
        let other = "remove the pool, or write `networkPolicy: calico`, which enforces policies on Windows nodes too";
        ("Azure CNI powered by Cilium runs on Linux nodes alone", other, "/platform/cni/azure-cni/networkPolicy")
    } else if nodes == Some(EksNodes::Auto) {
        let other = "remove the pool, or write `nodes: managed` or `self-managed` for a cluster with nodes of your own";
        ("EKS Auto Mode makes no Windows nodes", other, "/platform/eks/nodes")
    } else {
        return;
    };
    let beside = r.value_place(&path(beside));
    for (index, pool) in platform.node_pools.iter().flat_map(List::entries) {
        if let Some(os @ Os::Windows2025) = pool.os {
            let place = r.value_place(&entry(&path("/platform/nodePools"), index, pool.name.as_deref()).child("os"));
            let what = os.name().to_owned();
            r.push(DoesNotBelong { what, why: why.to_owned(), help: help.to_owned(), place, beside: Some(beside.clone()) });
        }
    }
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
