//! Suites of gator: the objects of their cases are there to be refused, so nobody applies them.

use std::collections::BTreeSet;

use crate::yaml::Node;

use super::{File, documents};

/// The files that are cases of a suite among the files, by name; one that was named itself is judged all the same.
pub(super) fn cases(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, root) in documents::roots_with(files, "test.gatekeeper.sh/") {
        if is_suite(&root) {
            found.extend(objects(&root).filter_map(|path| below(&file.name, path)));
        }
    }
    found.retain(|name| !files.iter().any(|file| file.named && file.name == *name));
    found
}

fn is_suite(root: &Node) -> bool {
    let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with("test.gatekeeper.sh/") && text("kind") == "Suite"
}

/// The objects and inventories of every case.
fn objects(root: &Node) -> impl Iterator<Item = &str> {
    let cases = list(root, "tests").iter().flat_map(|test| list(test, "cases"));
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
