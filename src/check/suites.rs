//! Suites of gator: the objects of their cases are there to be refused, so nobody applies them.

use std::collections::BTreeSet;

use crate::yaml::Node;

use super::{File, documents};

/// The files that are cases of a suite among the files, by name; one that was named itself is judged all the same.
pub(super) fn cases(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, root) in documents::roots_with(files, "test.gatekeeper.sh/") {
        if is_suite(&root) {
            let there = |path: &str| beside(&file.name, path).is_some_and(|name| files.iter().any(|file| file.name == name));
            found.extend(objects(&root, &there).filter_map(|path| below(&file.name, path)));
        }
    }
    found.retain(|name| !files.iter().any(|file| file.named && file.name == *name));
    found
}

fn is_suite(root: &Node) -> bool {
    let text = |key| root.get(key).and_then(Node::as_str).unwrap_or_default();
    text("apiVersion").starts_with("test.gatekeeper.sh/") && text("kind") == "Suite"
}

/// The objects and inventories of every case that gator judges: its template and its constraint are among the files, and it asserts something.
/// Any other is no reason to leave a manifest out.
fn objects<'n>(root: &'n Node, there: &'n impl Fn(&str) -> bool) -> impl Iterator<Item = &'n str> {
    let named = move |test: &&Node, key: &str| test.get(key).and_then(Node::as_str).is_some_and(there);
    let tests = list(root, "tests").iter().filter(move |test| named(test, "template") && named(test, "constraint"));
    let cases = tests.flat_map(|test| list(test, "cases")).filter(|case| !list(case, "assertions").is_empty());
    cases.flat_map(|case| case.get("object").into_iter().chain(list(case, "inventory"))).filter_map(Node::as_str)
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_seq).unwrap_or(&[])
}

/// A path from the folder of a file, which may lead up; nothing for one that leads further up than names tell.
pub(super) fn beside(suite: &str, path: &str) -> Option<String> {
    let mut segments: Vec<&str> = suite.split('/').collect();
    segments.pop();
    for segment in path.split('/') {
        match segment {
            ".." if matches!(segments.last(), None | Some(&"..")) => return None,
            ".." => _ = segments.pop(),
            "." => {}
            _ => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}

/// A path below the folder of a file; nothing for one that leads out of it.
fn below(suite: &str, path: &str) -> Option<String> {
    let inside = !path.starts_with('/') && path.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
    let folder = suite.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    inside.then(|| format!("{folder}{path}"))
}
