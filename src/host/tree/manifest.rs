//! What the last build listed in the tree's `manifest.json`: the only claim harden has on a file.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{
    base::{OutPath, sha256_hex},
    host::{
        HostError,
        tree::{
            TreeError,
            reader::{Look, Reader},
        },
    },
};

/// The file of a tree that lists the others.
pub const MANIFEST: &str = "manifest.json";

/// A manifest larger than this is none of ours.
pub const MANIFEST_LIMIT: u64 = 64 * 1024 * 1024;

/// The files of the last build: path to hash. The manifest itself is among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastManifest {
    files: BTreeMap<String, String>,
}

/// The part of `manifest.json` that decides what is ours: `files: { "<path>": { "sha256": "<hex>" } }`.
#[derive(Deserialize)]
struct Shape {
    files: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
struct Listed {
    sha256: String,
}

impl LastManifest {
    /// Reads a manifest; `None` when the bytes are none of harden's: not the shape, or a path that leaves the tree.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let shape: Shape = serde_json::from_slice(bytes).ok()?;
        let mut files = BTreeMap::new();
        for (path, listed) in shape.files {
            OutPath::new(&path).ok()?;
            files.insert(path, listed.sha256);
        }
        files.insert(MANIFEST.to_owned(), sha256_hex(bytes));
        Some(LastManifest { files })
    }

    /// The hash a path was listed with.
    #[must_use]
    pub fn hash(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The listed paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether a path was listed with the hash of these bytes.
    pub(super) fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        self.hash(path).is_some_and(|hash| hash == sha256_hex(bytes))
    }
}

/// The manifest of a tree; `None` when there is no tree, no manifest, or one that harden did not write.
///
/// # Errors
/// When the tree is a link or no folder, or cannot be read.
pub fn last(dir: &Path) -> Result<Option<LastManifest>, TreeError> {
    match Reader::open(dir)? {
        Some(mut reader) => Ok(of(&mut reader)?),
        None => Ok(None),
    }
}

pub(super) fn of(reader: &mut Reader) -> Result<Option<LastManifest>, HostError> {
    match reader.read(MANIFEST, MANIFEST_LIMIT)? {
        Look::File(seen) => Ok(LastManifest::parse(seen.bytes)),
        Look::Absent | Look::Blocked(_) | Look::TooLarge => Ok(None),
    }
}
