//! Trees that `harden build` wrote, among the files of a call: what no entry of the workspace names in them is `harden verify`'s to read.

use std::collections::BTreeMap;

use crate::{
    check::{Content, File},
    host::tree::MANIFEST,
    report::Manifest,
};

/// The folders of trees, each with what it lists.
pub(super) fn of(files: &[File]) -> BTreeMap<String, Manifest> {
    let tree = |file: &File| {
        let folder = match file.name.rsplit_once('/') {
            Some((folder, MANIFEST)) => folder,
            None if file.name == MANIFEST => ".",
            Some(_) | None => return None,
        };
        let Content::Text(source) = &file.content else { return None };
        Some((folder.to_owned(), Manifest::read(source.text()).ok()?))
    };
    files.iter().filter_map(tree).collect()
}

/// The tree that lists a file.
pub(super) fn holding<'t>(trees: &'t BTreeMap<String, Manifest>, name: &str) -> Option<&'t str> {
    let lists = |(folder, manifest): &(&String, &Manifest)| {
        let inside = if folder.as_str() == "." {
            Some(name)
        } else {
            name.strip_prefix(folder.as_str()).and_then(|rest| rest.strip_prefix('/'))
        };
        inside.is_some_and(|path| path == MANIFEST || manifest.files.contains_key(path))
    };
    trees.iter().find(lists).map(|(folder, _)| folder.as_str())
}
