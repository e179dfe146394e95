//! Merging specs: maps deep, lists by name or id, the child wins. Trees in, a tree out, every part with its own place.

use super::tree::name_of;
use crate::yaml::{Entry, Node, Value};

/// Fields of which one excludes the others, by the map that holds them (`*` stands for any list item). When the child names one, the
/// base's others go: a cluster that says `crio` is not also on the profile's `containerd`.
pub(super) const ALTERNATIVES: &[(&str, &[&[&str]])] = &[
    ("/platform", &[&["kubeadm"], &["eks"], &["aks"]]),
    ("/platform/cni", &[&["calico"], &["cilium"], &["flannel"], &["weave"], &["aws-vpc-cni"], &["azure-cni"], &["none"]]),
    ("/platform/runtime", &[&["containerd"], &["crio"], &["docker", "criDockerd"]]),
    ("/platform/kubeadm/etcd", &[&["stacked"], &["external"]]),
    ("/platform/kubeadm/servingCertificates", &[&["none"], &["approver"]]),
    ("/api/encryptionAtRest", &[&["secretbox"], &["aescbc"], &["kms"]]),
    (
        "/logging/siem",
        &[
            &["syslog"],
            &["splunk"],
            &["elasticsearch"],
            &["opensearch"],
            &["loki"],
            &["kafka"],
            &["s3"],
            &["eventHub"],
            &["azureMonitor"],
        ],
    ),
    ("/network/flows/*/from", &[&["cidr"], &["fqdn"]]),
    ("/network/flows/*/to", &[&["cidr"], &["fqdn"]]),
];

/// The child over the base: maps merge deep; lists whose items all have names (or ids) merge by them, in the base's order, new ones
/// behind; other lists, empty ones included, and all else are the child's.
#[must_use]
pub fn merge(base: &Node, child: &Node) -> Node {
    merge_at(base, child, "")
}

fn merge_at(base: &Node, child: &Node, path: &str) -> Node {
    match (&base.value, &child.value) {
        (Value::Map(base), Value::Map(own)) => with_value(child, Value::Map(maps(base, own, path))),
        (Value::Seq(base), Value::Seq(own)) if named(base) && named(own) => with_value(child, Value::Seq(lists(base, own, path))),
        (
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) | Value::Map(_),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) | Value::Map(_),
        ) => child.clone(),
    }
}

fn with_value(node: &Node, value: Value) -> Node {
    Node { value, place: node.place.clone(), style: node.style, alias: node.alias.clone() }
}

fn maps(base: &[Entry], own: &[Entry], path: &str) -> Vec<Entry> {
    let groups = ALTERNATIVES.iter().find(|(at, _)| *at == path).map_or(&[][..], |(_, groups)| groups);
    let named = |group: &[&str]| own.iter().any(|entry| group.contains(&entry.key.as_str()));
    let chosen = groups.iter().any(|group| named(group));
    let replaced = |key: &str| chosen && groups.iter().any(|group| group.contains(&key) && !named(group));
    let mut entries = Vec::with_capacity(base.len() + own.len());
    for entry in base.iter().filter(|entry| !replaced(&entry.key)) {
        entries.push(match own.iter().find(|mine| mine.key == entry.key) {
            Some(mine) => Entry { value: merge_at(&entry.value, &mine.value, &format!("{path}/{}", mine.key)), ..mine.clone() },
            None => entry.clone(),
        });
    }
    entries.extend(own.iter().filter(|mine| !base.iter().any(|entry| entry.key == mine.key)).cloned());
    entries
}

fn lists(base: &[Node], own: &[Node], path: &str) -> Vec<Node> {
    let name = |node: &Node| name_of(node).and_then(Node::as_str).map(str::to_owned);
    let path = format!("{path}/*");
    // An own item is taken once: a second one of the same name stays, to be reported.
    let mut taken = vec![false; own.len()];
    let mut items = Vec::with_capacity(base.len() + own.len());
    for item in base {
        let mine = (0..own.len()).find(|i| !taken[*i] && name(&own[*i]) == name(item));
        items.push(match mine {
            Some(i) => {
                taken[i] = true;
                merge_at(item, &own[i], &path)
            }
            None => item.clone(),
        });
    }
    items.extend(own.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(item, _)| item.clone()));
    items
}

fn named(items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| name_of(item).is_some_and(|name| name.as_str().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diag::Source, yaml};

    fn tree(name: &str, text: &str) -> Node {
        yaml::read(&Source::new(name, text)).remove(0).root.unwrap()
    }

    fn merged(base: &str, child: &str) -> String {
        merge(&tree("base", base), &tree("child", child)).to_json().to_string()
    }

    #[test]
    fn maps_merge_deep_and_the_child_wins() {
        assert_eq!(merged("{a: {x: 1, p: 2}, b: 1}", "{a: {p: 3, z: 4}, c: 5}"), r#"{"a":{"x":1,"p":3,"z":4},"b":1,"c":5}"#);
        assert_eq!(merged("{a: {x: 1}}", "{a: text}"), r#"{"a":"text"}"#);
        assert_eq!(merged("{a: text}", "{a: {x: 1}}"), r#"{"a":{"x":1}}"#);
    }

    #[test]
    fn lists_merge_by_name_or_id_and_others_are_replaced() {
        let base = "{l: [{name: a, x: 1}, {name: b, x: 2}]}";
        assert_eq!(
            merged(base, "{l: [{name: c}, {name: b, p: 3}]}"),
            r#"{"l":[{"name":"a","x":1},{"name":"b","x":2,"p":3},{"name":"c"}]}"#
        );
        assert_eq!(merged("{w: [{id: W-1, x: 1}]}", "{w: [{id: W-1, x: 2}]}"), r#"{"w":[{"id":"W-1","x":2}]}"#);
        assert_eq!(merged("{l: [1, 2]}", "{l: [3]}"), r#"{"l":[3]}"#);
        assert_eq!(merged(base, "{l: []}"), r#"{"l":[]}"#);
        assert_eq!(merged(base, "{l: [{x: 1}]}"), r#"{"l":[{"x":1}]}"#);
        let twice = merged("{l: [{name: a}]}", "{l: [{name: a, x: 1}, {name: a, x: 2}]}");
        assert_eq!(twice, r#"{"l":[{"name":"a","x":1},{"name":"a","x":2}]}"#);
    }

    #[test]
    fn an_alternative_replaces_the_other() {
        let base = "{platform: {runtime: {docker: '28.5', criDockerd: '0.4'}, cni: {calico: {version: '3.31'}}}}";
        assert_eq!(
            merged(base, "{platform: {runtime: {crio: '1.36'}, cni: {calico: {encapsulation: vxlan}}}}"),
            r#"{"platform":{"runtime":{"crio":"1.36"},"cni":{"calico":{"version":"3.31","encapsulation":"vxlan"}}}}"#
        );
        assert_eq!(
            merged(
                "{network: {flows: [{name: f, to: {cidr: 1.2.3.4/32, port: 1}}]}}",
                "{network: {flows: [{name: f, to: {fqdn: a.b}}]}}"
            ),
            r#"{"network":{"flows":[{"name":"f","to":{"port":1,"fqdn":"a.b"}}]}}"#
        );
        assert_eq!(
            merged("{api: {encryptionAtRest: {secretbox: {}, stage: write}}}", "{api: {encryptionAtRest: {stage: enforce}}}"),
            r#"{"api":{"encryptionAtRest":{"secretbox":{},"stage":"enforce"}}}"#
        );
    }

    #[test]
    fn every_part_keeps_its_own_place() {
        let tree = merge(&tree("base", "a:\n  x: 1\n  p: 2\n"), &tree("child", "a:\n  p: 3\n"));
        let a = tree.get("a").unwrap();
        assert_eq!(a.get("x").unwrap().place.source.name(), "base");
        assert_eq!(a.get("p").unwrap().place.source.name(), "child");
        assert_eq!(tree.entry("a").unwrap().key_place.source.name(), "child");
    }
}
