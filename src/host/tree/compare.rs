//! Compares a tree with the files it should hold; reads only.

use std::path::Path;

use crate::{
    base::sha256_hex,
    build::may_be_ours,
    host::{
        HostError,
        tree::{
            Foreign, LastManifest, NewFile, TreeError, manifest,
            planned::Planned,
            reader::{Look, Match, Reader},
            survey::OURS_LIMIT,
        },
    },
};

/// Larger files are not handed out for a line by line difference.
const SHOWN_LIMIT: u64 = 16 * 1024 * 1024;

/// How a path differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A wanted file is not there.
    Missing,
    /// A file has other bytes: these, unless they are too many.
    Differs(Option<Vec<u8>>),
    /// A file is executable and should not be, or the other way round. Other permissions are not compared: git does not
    /// keep them, so a fresh clone would never be equal.
    Executable {
        /// Whether it should be.
        wanted: bool,
    },
    /// The tree's manifest lists a file that is not wanted any more.
    Left,
    /// Something else than a regular file is in the way.
    Blocked(Foreign),
}

/// A path that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path from the top of the tree.
    pub path: String,
    /// How it differs.
    pub what: What,
}

/// Every difference between a tree and the files it should hold, sorted by path. A missing tree misses every file.
///
/// # Errors
/// When the tree is a link or no folder, or the machine fails.
pub fn compare(dir: &Path, files: &[NewFile]) -> Result<Vec<Difference>, TreeError> {
    compare_by(dir, files, may_be_ours)
}

/// As `compare`; `ours` says whether a listed file can be harden's at all, by path and bytes.
///
/// # Errors
/// As `compare`.
pub fn compare_by(dir: &Path, files: &[NewFile], ours: fn(&str, &[u8]) -> bool) -> Result<Vec<Difference>, TreeError> {
    let planned = Planned::new(dir, files)?;
    let Some(mut reader) = Reader::open(dir)? else {
        return Ok(planned.files().map(|file| difference(file.path.as_str(), What::Missing)).collect());
    };
    let mut found = Vec::new();
    for file in planned.files() {
        if let Some(what) = differs(&mut reader, file)? {
            found.push(difference(file.path.as_str(), what));
        }
    }
    let last = manifest::of(&mut reader)?;
    for path in last.iter().flat_map(LastManifest::paths).filter(|path| planned.file(path).is_none()) {
        if matches!(reader.read(path, OURS_LIMIT)?, Look::File(seen) if ours(path, seen.bytes)) {
            found.push(difference(path, What::Left));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What stands where the manifest of a tree lists a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// Nothing.
    Missing,
    /// A link, or something else that is no regular file, here or in a folder above.
    Blocked(Foreign),
    /// A file over the limit.
    TooLarge,
    /// A regular file.
    File {
        /// The hash of its bytes.
        sha256: String,
        /// Its permissions.
        mode: u32,
    },
}

/// Looks at listed files; links are not followed.
///
/// # Errors
/// When the tree is a link or no folder, or the machine fails.
pub fn listed<'p>(dir: &Path, paths: impl Iterator<Item = &'p str>, limit: u64) -> Result<Vec<(&'p str, Listed)>, TreeError> {
    let Some(mut reader) = Reader::open(dir)? else { return Ok(paths.map(|path| (path, Listed::Missing)).collect()) };
    let mut found = Vec::new();
    for path in paths {
        let what = match reader.read(path, limit)? {
            Look::Absent => Listed::Missing,
            Look::Blocked(foreign) => Listed::Blocked(foreign),
            Look::TooLarge => Listed::TooLarge,
            Look::File(seen) => Listed::File { sha256: sha256_hex(seen.bytes), mode: seen.mode },
        };
        found.push((path, what));
    }
    Ok(found)
}

fn difference(path: &str, what: What) -> Difference {
    Difference { path: path.to_owned(), what }
}

fn differs(reader: &mut Reader, file: &NewFile) -> Result<Option<What>, HostError> {
    Ok(match reader.matches(file)? {
        Look::File(Match::Same) => None,
        Look::File(Match::Mode { mode, .. }) if file.same_use(mode) => None,
        Look::File(Match::Mode { .. }) => Some(What::Executable { wanted: file.mode & 0o100 != 0 }),
        Look::File(Match::Differs) | Look::TooLarge => {
            Some(What::Differs(match reader.read(file.path.as_str(), SHOWN_LIMIT)? {
                Look::File(seen) => Some(seen.bytes.to_owned()),
                Look::Absent | Look::Blocked(_) | Look::TooLarge => None,
            }))
        }
        Look::Absent => Some(What::Missing),
        Look::Blocked(foreign) => Some(What::Blocked(foreign)),
    })
}
