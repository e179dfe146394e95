//! Profiles merged under the cluster: what each asks for, and the parts of specs that they hold.

use crate::{
    diag::Diagnostics,
    spec,
    yaml::{Node, Value},
};

use super::{
    answer::Cluster,
    diagnostics::ProfileConflict,
    profiles::{Flat, Profiles},
};

/// The profile of a cluster that names none.
const DEFAULT_PROFILE: &str = "baseline";

/// The profiles of the cluster that are known, each flattened, and whether all are; the default where it names none.
pub(super) fn flatten(cluster: &Cluster, profiles: &Profiles, diags: &mut Diagnostics) -> (Vec<Flat>, bool) {
    let named = cluster.spec.get("profiles").and_then(Node::as_seq).unwrap_or(&[]);
    let mut flats = Vec::new();
    let mut known = true;
    for node in named {
        // What can be no name is told where names are read.
        let Some(name) = node.as_str() else { continue };
        if !spec::is_label(name) {
            known = false;
            continue;
        }
        match profiles.flatten(name, &node.place, diags) {
            Some(flat) => flats.push(flat),
            None => known = false,
        }
    }
    if named.is_empty() {
        flats.extend(profiles.flatten(DEFAULT_PROFILE, &cluster.spec.place, diags));
    }
    (flats, known)
}

/// The parts of specs that profiles hold, merged under the cluster's own.
pub(super) fn merged(cluster: &Cluster, flats: &[Flat], diags: &mut Diagnostics) -> Node {
    over(parts(flats, &cluster.spec, diags), &cluster.spec)
}

/// The parts of profiles that stand beside each other, each merged over those that it extends; `above` is what wins over all of them.
fn parts(flats: &[Flat], above: &Node, diags: &mut Diagnostics) -> Option<Node> {
    let mut base: Option<Node> = None;
    for flat in flats {
        let part = match &flat.spec {
            Some(own) => Some(over(parts(&flat.parents, &spec::merge(own, above), diags), own)),
            None => parts(&flat.parents, above, diags),
        };
        let Some(part) = part else { continue };
        if let Some(present) = &base {
            conflicts(present, &part, above, String::new(), diags);
        }
        base = Some(over(base, &part));
    }
    base
}

fn over(base: Option<Node>, tree: &Node) -> Node {
    base.map_or_else(|| tree.clone(), |base| spec::merge(&base, tree))
}

/// Reports leaves that two profiles set differently and what wins over them leaves open.
fn conflicts(first: &Node, second: &Node, above: &Node, path: String, diags: &mut Diagnostics) {
    match (&first.value, &second.value) {
        (Value::Map(_), Value::Map(entries)) => {
            for entry in entries {
                let below = format!("{path}/{}", entry.key);
                if let Some(other) = first.get(&entry.key) {
                    conflicts(other, &entry.value, above, below, diags);
                }
            }
        }
        _ if above.at_pointer(&path).is_some() || is_same(first, second) => {}
        _ => diags.push(ProfileConflict {
            what: path,
            first: first.raw().map_or_else(|| first.to_json().to_string(), str::to_owned),
            second: second.raw().map_or_else(|| second.to_json().to_string(), str::to_owned),
            at: first.place.clone(),
            other: second.place.clone(),
        }),
    }
}

/// Whether two profiles can stand side by side: lists whose items have names merge by them, of other lists the order does not count.
fn is_same(first: &Node, second: &Node) -> bool {
    match (first.as_seq(), second.as_seq()) {
        (Some(first), Some(second)) => {
            let within = |a: &[Node], b: &[Node]| a.iter().all(|item| item.as_map().is_some() || b.contains(item));
            within(first, second) && within(second, first)
        }
        (Some(_), None) | (None, _) => first == second,
    }
}

/// Waivers of files of their own stand beside the cluster's.
pub(super) fn with_waiver_files(tree: Node, cluster: &Cluster) -> Node {
    cluster.waivers.iter().fold(tree, |tree, waivers| spec::merge(waivers, &tree))
}
