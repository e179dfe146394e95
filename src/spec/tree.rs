//! Places in trees: a `SpecPath` to the text it means, and a JSON pointer to the `SpecPath` that survives added lines.

use crate::{
    base::SpecPath,
    diag::Place,
    yaml::{Entry, Node, Value},
};

/// Where a field stands.
#[derive(Debug, Clone)]
pub struct Spot {
    /// The key of the field; of a list item its name.
    pub field: Place,
    /// The value, where it is short; else the same as `field`.
    pub value: Place,
    /// Whether the path leads all the way; else this is the nearest thing around it.
    pub exact: bool,
}

/// The place to show for a path: its value where that is short, else its key; of what is not there the nearest thing around it.
///
/// `None` when the tree has no text at all.
#[must_use]
pub fn locate(root: &Node, path: &SpecPath) -> Option<Place> {
    Some(spot(root, path)?.value)
}

/// Where the field of a path stands, or the nearest thing around it.
#[must_use]
pub fn spot(root: &Node, path: &SpecPath) -> Option<Spot> {
    let mut node = root;
    let mut field = first_key(root).unwrap_or_else(|| root.used_at().clone());
    let mut exact = true;
    for segment in path.segments() {
        match step(node, &segment) {
            Some((place, next)) => (field, node) = (place, next),
            None => {
                exact = false;
                break;
            }
        }
    }
    let own = node.used_at();
    let value = if exact && is_short(own) { own.clone() } else { field.clone() };
    Some(Spot { field, value, exact })
}

/// The node at a path.
#[must_use]
pub fn node_at<'a>(root: &'a Node, path: &SpecPath) -> Option<&'a Node> {
    path.segments().try_fold(root, |node, segment| step(node, &segment).map(|(_, next)| next))
}

/// One segment further: the place of the key (or of the name of a list item) and the node.
fn step<'a>(node: &'a Node, segment: &str) -> Option<(Place, &'a Node)> {
    if let Some(entry) = node.entry(segment) {
        return Some((entry.key_place.clone(), &entry.value));
    }
    let items = node.as_seq()?;
    let named = items.iter().find(|item| called(item) == Some(segment));
    let item = named.or_else(|| items.get(segment.parse::<usize>().ok()?))?;
    Some((place_of_item(item), item))
}

/// What a path calls a list item: its name or id, or its own text.
fn called(item: &Node) -> Option<&str> {
    item.as_str().or_else(|| name_of(item)?.as_str())
}

/// The value of `name`, or of `id`, of a list item.
pub(super) fn name_of(item: &Node) -> Option<&Node> {
    item.get("name").or_else(|| item.get("id"))
}

/// What stands for a list item: its name, else its first key, else the item itself.
pub(super) fn place_of_item(item: &Node) -> Place {
    match name_of(item) {
        Some(name) => name.used_at().clone(),
        None => first_key(item).unwrap_or_else(|| item.used_at().clone()),
    }
}

fn first_key(node: &Node) -> Option<Place> {
    node.as_map().and_then(<[Entry]>::first).map(|entry| entry.key_place.clone())
}

fn is_short(place: &Place) -> bool {
    let text = place.source.slice(place.span);
    !text.is_empty() && !text.trim_end().contains('\n')
}

/// The path of a JSON pointer: list items by their name (or their text) where no item before them has it.
#[must_use]
pub fn path_of(root: &Node, pointer: &str) -> SpecPath {
    let mut path = SpecPath::root();
    let mut node = Some(root);
    for raw in pointer.split('/').skip(1) {
        let segment = raw.replace("~1", "/").replace("~0", "~");
        let items = node.and_then(Node::as_seq);
        let index = items.and_then(|_| segment.parse::<usize>().ok());
        path = match (items, index) {
            (Some(items), Some(index)) => item_path(&path, items, index),
            (Some(_) | None, _) => path.child(&segment),
        };
        node = match (node.map(|n| &n.value), index) {
            (Some(Value::Seq(items)), Some(index)) => items.get(index),
            (Some(Value::Map(_)), _) => node.and_then(|n| n.get(&segment)),
            (Some(_) | None, _) => None,
        };
    }
    path
}

fn item_path(list: &SpecPath, items: &[Node], index: usize) -> SpecPath {
    let name = items.get(index).and_then(called);
    match name.filter(|name| !items[..index].iter().any(|before| called(before) == Some(name))) {
        Some(name) => list.child(name),
        None => list.index(index),
    }
}

/// A path for people: `platform.kubeadm.etcd`.
pub(super) fn dotted(path: &SpecPath) -> String {
    path.segments().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diag::Source, yaml};

    const TEXT: &str = "\
platform:
  nodePools:
    - { name: cp, role: control-plane }
    - name: workers
      role: worker
    - role: etcd
controls:
  kubelet/pod-pids-limit:
    with: { limit: 4096 }
waivers: [{ id: W-1 }, { id: W-1, owner: me }]
goals: [exec, exec]
";

    fn tree() -> Node {
        yaml::read(&Source::new("t.yaml", TEXT)).remove(0).root.unwrap()
    }

    fn at(path: &str) -> (usize, usize, String) {
        let place = locate(&tree(), &SpecPath::new(path)).unwrap();
        (place.position().line, place.position().column, place.source.slice(place.span).to_owned())
    }

    #[test]
    fn paths_lead_to_values_and_what_is_missing_to_its_parent() {
        assert_eq!(at("/platform/nodePools/workers/role"), (5, 13, "worker".into()));
        assert_eq!(at("/platform/nodePools/workers"), (4, 13, "workers".into()));
        assert_eq!(at("/platform/nodePools/workers/os"), (4, 13, "workers".into()));
        assert_eq!(at("/platform/nodePools/2"), (6, 7, "role: etcd".into()));
        assert_eq!(at("/platform/nodePools"), (2, 3, "nodePools".into()));
        assert_eq!(at("/controls/kubelet~1pod-pids-limit/with/limit"), (9, 20, "4096".into()));
        assert_eq!(at("/api/sources"), (1, 1, "platform".into()));
        assert_eq!(at("/goals/exec"), (11, 9, "exec".into()));
        let spot = spot(&tree(), &SpecPath::new("/platform/nodePools/cp/role")).unwrap();
        assert!(spot.exact);
        assert_eq!(spot.field.position().column, 19);
    }

    #[test]
    fn pointers_become_paths_by_name() {
        let path = |pointer| path_of(&tree(), pointer).as_str().to_owned();
        assert_eq!(path("/platform/nodePools/1/role"), "/platform/nodePools/workers/role");
        assert_eq!(path("/platform/nodePools/2/role"), "/platform/nodePools/2/role");
        assert_eq!(path("/controls/kubelet~1pod-pids-limit"), "/controls/kubelet~1pod-pids-limit");
        assert_eq!(path("/waivers/0/owner"), "/waivers/W-1/owner");
        assert_eq!(path("/waivers/1/owner"), "/waivers/1/owner");
        assert_eq!(path("/goals/0"), "/goals/exec");
        assert_eq!(path("/goals/1"), "/goals/1");
        assert_eq!(path("/nowhere/0/x"), "/nowhere/0/x");
        assert_eq!(path(""), "");
    }
}
