//! Looks whether a tree is still as a manifest lists it; reads only.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use crate::{
    base::{OutPath, sha256_hex},
    host::tree::{
        MANIFEST, MANIFEST_LIMIT,
        beside::{Beside, stands},
        planned::accepts,
        reader::{Look, Reader},
        survey::OURS_LIMIT,
    },
};

#[derive(Deserialize)]
struct Shape {
    files: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
struct Listed {
    sha256: String,
    mode: String,
}

/// The files of a tree, sorted, when its manifest has this hash and every file that it lists is there with its hash and fitting
/// permissions. Nothing in any other case, also when something cannot be read, or a killed writer left something to finish.
#[must_use]
pub fn untouched(dir: &Path, manifest: &str) -> Option<Vec<String>> {
    if stands(&Beside::new(dir).ok()?.journal).ok()? {
        return None;
    }
    let mut reader = Reader::open(dir).ok()??;
    let Look::File(seen) = reader.read(MANIFEST, MANIFEST_LIMIT).ok()? else { return None };
    if sha256_hex(seen.bytes) != manifest || !accepts(0o644, seen.mode) {
        return None;
    }
    let shape: Shape = serde_json::from_slice(seen.bytes).ok()?;
    for (path, listed) in &shape.files {
        OutPath::new(path).ok()?;
        let Look::File(seen) = reader.read(path, OURS_LIMIT).ok()? else { return None };
        let mode = u32::from_str_radix(&listed.mode, 8).ok()?;
        if !accepts(mode, seen.mode) || sha256_hex(seen.bytes) != listed.sha256 {
            return None;
        }
    }
    let mut paths: Vec<String> = shape.files.into_keys().chain([MANIFEST.to_owned()]).collect();
    paths.sort();
    Some(paths)
}
