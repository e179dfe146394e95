//! The ranges of the owner's file beside each other and beside the nodes: judged as those of the spec are where it is read.

use std::net::IpAddr;

use crate::{
    base::{Cidr, SpecPath},
    diag::{Diagnostics, Place, Span},
    spec::{self, OverlappingRanges, SubnetFamilies, UnusableAddress, UnusableRange, model::Kubeadm, never_routed},
    yaml::Node,
};

use super::owner::{self, Owner};

/// The ranges of pods or of Services, each with its place.
struct Ranges {
    /// What they are for, inside a sentence.
    of: &'static str,
    what: &'static str,
    list: Vec<(Cidr, Place)>,
    /// Whether the owner's file says them; those of the spec are judged where it is read.
    of_owner: bool,
}

/// Reports ranges of the owner's file that no cluster runs with.
pub(super) fn check(kubeadm: &Kubeadm, tree: &Node, owner: &Owner, diags: &mut Diagnostics) {
    let (said, of_owner) = (kubeadm.pod_subnets.as_deref(), owner.pod_subnets());
    let list = ranges(said, "podSubnets", tree, of_owner, owner, owner::PODS);
    let pods = Ranges { of: "pods", what: "the range of pods", list, of_owner: said.is_none() };
    let (said, of_owner) = (kubeadm.service_subnets.as_deref(), owner.service_subnets());
    let list = ranges(said, "serviceSubnets", tree, of_owner, owner, owner::SERVICES);
    let services = Ranges { of: "Services", what: "the range of Services", list, of_owner: said.is_none() };
    if !pods.of_owner && !services.of_owner {
        return;
    }
    for ranges in [&pods, &services] {
        usable(ranges, diags);
    }
    two_of_a_family(&pods, diags);
    two_of_a_family(&services, diags);
    families(&pods, &services, diags);
    apart(&pods, &services, tree, diags);
    addresses(&pods, &services, tree, diags);
}

fn ranges(
    said: Option<&[Cidr]>,
    field: &str,
    tree: &Node,
    of_owner: Option<Vec<Cidr>>,
    owner: &Owner,
    pointer: &str,
) -> Vec<(Cidr, Place)> {
    let placed = |range: Cidr, place: Option<Place>| Some((range, place?));
    match said {
        Some(said) => {
            let at = |index: usize| spec::locate(tree, &SpecPath::new("/platform/kubeadm").child(field).index(index));
            said.iter().enumerate().filter_map(|(index, range)| placed(*range, at(index))).collect()
        }
        None => {
            let at = |range: &Cidr| owner.place(pointer).map(|whole| part(&whole, &range.to_string()));
            of_owner.into_iter().flatten().filter_map(|range| placed(range, at(&range))).collect()
        }
    }
}

/// Where an item of a list with commas stands; the whole list where it is written in another way.
fn part(whole: &Place, item: &str) -> Place {
    let text = whole.source.slice(whole.span);
    let found = text.match_indices(item).map(|(at, _)| at).find(|at| {
        let bounds = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_hexdigit() && c != ':' && c != '.');
        bounds(text[..*at].chars().next_back()) && bounds(text[at + item.len()..].chars().next())
    });
    match found {
        Some(at) => {
            let start = whole.span.start + at;
            whole.source.place(Span::new(start, start + item.len()))
        }
        None => whole.clone(),
    }
}

fn is_v4(range: &Cidr) -> bool {
    range.address().is_ipv4()
}

/// Nobody has an address of loopback or multicast.
fn usable(ranges: &Ranges, diags: &mut Diagnostics) {
    for (range, place) in ranges.list.iter().filter(|_| ranges.of_owner) {
        if let Some(why) = never_routed(range) {
            diags.push(UnusableRange { whose: ranges.of.to_owned(), range: *range, why, place: place.clone() });
        }
    }
}

/// Of each family kubeadm takes one range.
fn two_of_a_family(ranges: &Ranges, diags: &mut Diagnostics) {
    for (index, (range, place)) in ranges.list.iter().enumerate().filter(|_| ranges.of_owner) {
        if let Some((_, first)) = ranges.list[..index].iter().find(|(before, _)| is_v4(before) == is_v4(range)) {
            let what = format!("{} have two ranges of one family", ranges.of);
            diags.push(SubnetFamilies { what, place: place.clone(), other: Some(first.clone()) });
        }
    }
}

/// Pods and Services have the same families.
fn families(pods: &Ranges, services: &Ranges, diags: &mut Diagnostics) {
    for (one, two) in [(pods, services), (services, pods)] {
        for (v4, family) in [(true, "IPv4"), (false, "IPv6")] {
            let has = |range: &&(Cidr, Place)| is_v4(&range.0) == v4;
            let (Some((_, place)), None, Some((_, other))) =
                (one.list.iter().find(has), two.list.iter().find(has), two.list.first())
            else {
                continue;
            };
            let what = format!("{} have a range of {family} and {} have none", one.of, two.of);
            diags.push(SubnetFamilies { what, place: place.clone(), other: Some(other.clone()) });
        }
    }
}

/// A pool of the spec as it is written.
struct Pool<'a> {
    name: &'a str,
    control_plane: bool,
    ranges: Vec<(Cidr, Place)>,
    addresses: Vec<(IpAddr, Place)>,
}

fn pools(tree: &Node) -> Vec<Pool<'_>> {
    let texts = |list: Option<&'_ Node>| -> Vec<(String, Place)> {
        let items = list.and_then(Node::as_seq).unwrap_or(&[]);
        items.iter().filter_map(|item| Some((item.as_str()?.to_owned(), item.used_at().clone()))).collect()
    };
    let pool = |pool: &'_ Node| {
        let nodes = pool.get("nodes").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(|node| node.get("address"));
        let nodes = nodes.filter_map(|node| Some((node.as_str()?.parse().ok()?, node.used_at().clone()))).collect();
        let ranges = texts(pool.get("cidrs")).into_iter().filter_map(|(text, place)| Some((text.parse().ok()?, place)));
        (ranges.collect(), nodes)
    };
    let listed = tree.at_pointer("/platform/nodePools").and_then(Node::as_seq).unwrap_or(&[]);
    let made = listed.iter().map(|node| {
        let (ranges, addresses) = pool(node);
        let text = |field: &str| node.get(field).and_then(Node::as_str).unwrap_or_default();
        Pool { name: text("name"), control_plane: text("role") == "control-plane", ranges, addresses }
    });
    made.collect()
}

/// Pods, Services and nodes share no address.
fn apart(pods: &Ranges, services: &Ranges, tree: &Node, diags: &mut Diagnostics) {
    let mut push = |first: (String, &Place), second: (&str, &Place)| {
        let second = (second.0.to_owned(), second.1.clone());
        diags.push(OverlappingRanges { first: (first.0, first.1.clone()), second });
    };
    for (range, place) in &services.list {
        for (_, other) in pods.list.iter().filter(|(pod, _)| pod.overlaps(range)) {
            push((pods.what.to_owned(), other), (services.what, place));
        }
    }
    let pools = pools(tree);
    for of in [pods, services].into_iter().filter(|of| of.of_owner) {
        for (range, place) in &of.list {
            for pool in &pools {
                for (_, other) in pool.ranges.iter().filter(|(node, _)| node.overlaps(range)) {
                    push((format!("the range of pool `{}`", pool.name), other), (of.what, place));
                }
            }
        }
    }
}

/// No node lies in a range of pods or Services, and the API server advertises an address of the first family of Services.
fn addresses(pods: &Ranges, services: &Ranges, tree: &Node, diags: &mut Diagnostics) {
    let first = services.list.first().filter(|_| services.of_owner);
    let of_owner = || [services, pods].into_iter().filter(|of| of.of_owner);
    for pool in pools(tree) {
        for (address, place) in pool.addresses {
            let inside = of_owner().find_map(|of| Some((of.of, of.list.iter().find(|(range, _)| range.contains(address))?)));
            let (why, other) = match (inside, first) {
                (Some((of, (range, other))), _) => (format!("it lies in the range of {of}, {range}"), other),
                (None, Some((range, other))) if pool.control_plane && is_v4(range) != address.is_ipv4() => {
                    let why = format!(
                        "its API server would advertise it, and does not start where the first range of Services, {range}, is of the other family"
                    );
                    (why, other)
                }
                (None, _) => continue,
            };
            diags.push(UnusableAddress { address: address.to_string(), why, place, other: Some(other.clone()) });
        }
    }
}
