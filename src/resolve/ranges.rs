//! The ranges of the owner's file beside each other and beside the nodes: judged as those of the spec are where it is read.

use std::net::IpAddr;

use crate::{
    base::{Cidr, SpecPath},
    diag::{Diagnostics, Place, Span},
    spec::{self, Ranges, model::Kubeadm},
    yaml::Node,
};

use super::owner::{self, Owner};

/// Reports ranges of the owner's file that no cluster runs with.
pub(super) fn check(kubeadm: &Kubeadm, tree: &Node, owner: &Owner, diags: &mut Diagnostics) {
    let (said, owners) = (kubeadm.pod_subnets.as_deref(), owner.pod_subnets());
    let list = ranges(said, "podSubnets", tree, owners, owner, owner::PODS);
    let pods = (Ranges { of: "pods".to_owned(), list }, said.is_none());
    let (said, owners) = (kubeadm.service_subnets.as_deref(), owner.service_subnets());
    let list = ranges(said, "serviceSubnets", tree, owners, owner, owner::SERVICES);
    let services = (Ranges { of: "Services".to_owned(), list }, said.is_none());
    // Those of the spec are judged where it is read.
    let of_owner: Vec<&Ranges> = [&services, &pods].into_iter().filter(|(_, of_owner)| *of_owner).map(|(list, _)| list).collect();
    if of_owner.is_empty() {
        return;
    }
    let ((pods, _), (services, services_of_owner)) = (&pods, &services);
    for ranges in &of_owner {
        ranges.unusable().into_iter().for_each(|problem| diags.push(problem));
        ranges.two_of_a_family().into_iter().for_each(|problem| diags.push(problem));
    }
    let families = pods.families_beyond(services).into_iter().chain(services.families_beyond(pods));
    families.for_each(|problem| diags.push(problem));
    services.overlaps(&pods.list, "the range of pods").into_iter().for_each(|problem| diags.push(problem));
    for pool in pools(tree) {
        let what = format!("the range of pool `{}`", pool.name);
        of_owner.iter().flat_map(|of| of.overlaps(&pool.ranges, &what)).for_each(|problem| diags.push(problem));
        for (address, place) in pool.addresses {
            let inside = of_owner.iter().find_map(|of| of.holds(address, &place));
            let serves = pool.control_plane && *services_of_owner;
            let of_another_family = || services.are_of_another_family(address, &place).filter(|_| serves);
            inside.or_else(of_another_family).into_iter().for_each(|problem| diags.push(problem));
        }
    }
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
