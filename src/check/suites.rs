//! Suites of gator: the objects of their cases are there to be refused, so nobody applies them. A suite counts where gator could run it: beside
//! a template and a constraint. Else a file of four lines would hide a manifest.

use std::collections::BTreeSet;

use crate::yaml::Node;

use super::{File, documents, kustomization};

/// The files that are cases of a suite among the files, by name; one that was named itself is judged all the same, and so is one that a
/// kustomization lists.
pub(super) fn cases(files: &[File]) -> BTreeSet<String> {
    let suites: Vec<(&File, Node)> =
        documents::roots_with(files, "test.gatekeeper.sh/").filter(|(_, root)| is_suite(root)).collect();
    if suites.is_empty() {
        return BTreeSet::new();
    }
    let (templates, constraints) = (holding(files, "templates.gatekeeper.sh/"), holding(files, "constraints.gatekeeper.sh/"));
    let mut found = BTreeSet::new();
    for (file, root) in &suites {
        let is_one_of = |files: &BTreeSet<String>, test: &Node, key: &str| {
            let path = test.get(key).and_then(Node::as_str);
            path.and_then(|path| kustomization::beside(&file.name, path)).is_some_and(|name| files.contains(&name))
        };
        let tests = list(root, "tests")
            .iter()
            .filter(|test| is_one_of(&templates, test, "template") && is_one_of(&constraints, test, "constraint"));
        found.extend(tests.flat_map(objects).filter_map(|path| below(&file.name, path)));
    }
    let applied = kustomization::listed(files);
    found.retain(|name| !templates.contains(name) && !constraints.contains(name) && !applied.contains(name));
    found.retain(|name| !files.iter().any(|file| file.named && file.name == *name));
    found
}

/// The files that hold an object of a group.
fn holding(files: &[File], group: &'static str) -> BTreeSet<String> {
    let is_of = |root: &Node| root.get("apiVersion").and_then(Node::as_str).is_some_and(|version| version.starts_with(group));
    documents::roots_with(files, group).filter(|(_, root)| is_of(root)).map(|(file, _)| file.name.clone()).collect()
}

fn is_suite(root: &Node) -> bool {
    let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with("test.gatekeeper.sh/") && text("kind") == "Suite"
}

/// The objects and inventories of the cases of a test that assert something. Any other is no reason to leave a manifest out.
fn objects(test: &Node) -> impl Iterator<Item = &str> {
    let cases = list(test, "cases").iter().filter(|case| !list(case, "assertions").is_empty());
    cases.flat_map(|case| case.get("object").into_iter().chain(list(case, "inventory"))).filter_map(Node::as_str)
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_seq).unwrap_or(&[])
}

/// A path below the folder of a file; nothing for one that leads out of it.
fn below(suite: &str, path: &str) -> Option<String> {
    let inside = !path.starts_with('/') && path.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
    let folder = suite.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    inside.then(|| format!("{folder}{path}"))
}
