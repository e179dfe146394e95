//! The ranges of the owner's file beside each other and beside the nodes: judged as those of the spec are where it is read.

use std::net::IpAddr;

use crate::{
    base::{Cidr, SpecPath},
    diag::{Diagnostics, Place, Span},
    spec::{self, Ranges, model::Kubeadm},
    yaml::Node,
};

use super::owner::{self, Owner};

/// The ranges that count, each with its place: those of the spec, else those of the owner's file.
pub(super) struct Counted {
    /// Each with its place.
    pub(super) list: Vec<(Cidr, Place)>,
    /// Whether the owner's file gives them.
    of_owner: bool,
}

impl Counted {
    /// Those of pods.
    pub(super) fn pods(kubeadm: &Kubeadm, tree: &Node, owner: &Owner) -> Counted {
        Counted::of((kubeadm.pod_subnets.as_deref(), "podSubnets"), tree, (owner.pod_subnets(), owner.place(owner::PODS)))
    }

    /// Those of Services.
    pub(super) fn services(kubeadm: &Kubeadm, tree: &Node, owner: &Owner) -> Counted {
        let said = (kubeadm.service_subnets.as_deref(), "serviceSubnets");
        Counted::of(said, tree, (owner.service_subnets(), owner.place(owner::SERVICES)))
    }

    fn of((said, field): (Option<&[Cidr]>, &str), tree: &Node, (owners, whole): (Option<Vec<Cidr>>, Option<Place>)) -> Counted {
        let list = match said {
            Some(said) => {
                let at = SpecPath::new("/platform/kubeadm").child(field);
                let place = |index: usize| spec::locate(tree, &at.index(index)).unwrap_or_else(|| tree.place.clone());
                said.iter().enumerate().map(|(index, range)| (*range, place(index))).collect()
            }
            None => {
                let placed = |range: Cidr| Some((range, part(whole.as_ref()?, &range.to_string())));
                owners.into_iter().flatten().filter_map(placed).collect()
            }
        };
        Counted { list, of_owner: said.is_none() }
    }
}

/// Reports ranges of the owner's file that no cluster runs with.
pub(super) fn check(pods: &Counted, services: &Counted, tree: &Node, diags: &mut Diagnostics) {
    let named = |of: &str, counted: &Counted| Ranges { of: of.to_owned(), list: counted.list.clone() };
    let (of_pods, of_services) = (pods.of_owner, services.of_owner);
    let (pods, services) = (named("pods", pods), named("Services", services));
    // Those of the spec are judged where it is read.
    let of_owner: Vec<&Ranges> = [(&services, of_services), (&pods, of_pods)]
        .into_iter()
        .filter(|(_, of_owner)| *of_owner)
        .map(|(list, _)| list)
        .collect();
    if of_owner.is_empty() {
        return;
    }
    for ranges in &of_owner {
        ranges.unusable().into_iter().for_each(|problem| diags.push(problem));
        ranges.two_of_a_family().into_iter().for_each(|problem| diags.push(problem));
    }
    let families = pods.families_beyond(&services).into_iter().chain(services.families_beyond(&pods));
    families.for_each(|problem| diags.push(problem));
    services.overlaps(&pods.list, "the range of pods").into_iter().for_each(|problem| diags.push(problem));
    for pool in pools(tree) {
        let what = format!("the range of pool `{}`", pool.name);
        of_owner.iter().flat_map(|of| of.overlaps(&pool.ranges, &what)).for_each(|problem| diags.push(problem));
        for (address, place) in pool.addresses {
            let inside = of_owner.iter().find_map(|of| of.holds(address, &place));
            let serves = pool.control_plane && of_services;
            let of_another_family = || services.are_of_another_family(address, &place).filter(|_| serves);
            inside.or_else(of_another_family).into_iter().for_each(|problem| diags.push(problem));
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
