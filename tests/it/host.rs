//! The machine's side: trees that survive a kill, files that stay the user's, paths that stay inside.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "these tests are about files and processes, and their helpers may fail as loudly as they do"
)]

mod files;
mod git;
mod terminal;
mod trees;
mod trees_killed;

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt, path::Path};

use harden::{
    base::{OutPath, sha256_hex},
    host::{
        HostError,
        files::{Depth, Kind, list},
        tree::{self, Difference, NewFile, Outcome, TreeError, Ways},
    },
};
use tempfile::TempDir;

/// A folder that goes when the test ends.
fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn file(path: &str, text: &str) -> NewFile {
    NewFile { path: OutPath::new(path).unwrap(), bytes: text.as_bytes().to_vec(), mode: 0o644 }
}

/// The usual ways, but any file can be ours: the trees of these tests have files that harden does not write.
fn ways() -> Ways<'static> {
    Ways { ours: |_, _| true, ..Ways::default() }
}

fn write(dir: &Path, files: &[NewFile]) -> Result<Outcome, TreeError> {
    tree::write_by(dir, files, &ways())
}

fn recover(dir: &Path) -> Result<Vec<String>, HostError> {
    tree::recover_by(dir, &ways())
}

fn compare(dir: &Path, files: &[NewFile]) -> Result<Vec<Difference>, TreeError> {
    tree::compare_by(dir, files, ways().ours)
}

/// The files and the manifest that lists them, as a build plans them.
fn build(files: &[(&str, &str)]) -> Vec<NewFile> {
    let mut planned: Vec<NewFile> = files.iter().map(|(path, text)| file(path, text)).collect();
    let listed: BTreeMap<&str, serde_json::Value> = planned
        .iter()
        .map(|f| (f.path.as_str(), serde_json::json!({ "sha256": sha256_hex(&f.bytes), "mode": "0644" })))
        .collect();
    let manifest = serde_json::json!({ "schemaVersion": 1, "files": listed }).to_string();
    planned.push(file("manifest.json", &manifest));
    planned
}

/// Everything in a folder: path to what it is and holds.
fn everything(folder: &Path) -> BTreeMap<String, String> {
    let show = |path: &Path, kind| match kind {
        Kind::Folder => "folder".to_owned(),
        Kind::Link => format!("link to {}", fs::read_link(path).unwrap().display()),
        Kind::Special => "special".to_owned(),
        Kind::File => format!("file {}", String::from_utf8_lossy(&fs::read(path).unwrap())),
    };
    let entries = list(folder, Depth::Below).unwrap();
    entries.into_iter().map(|found| (found.path.display().to_string(), show(&folder.join(&found.path), found.kind))).collect()
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    list(folder, Depth::Folder).unwrap().into_iter().map(|found| found.path.display().to_string()).collect()
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}
