//! The files a tree is to hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::{
    base::{Artifact, OutPath},
    host::{Action, HostError},
};

/// A file that the tree is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Where.
    pub path: OutPath,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Its permission bits; the user's umask may take some away.
    pub mode: u32,
}

impl From<Artifact> for NewFile {
    fn from(artifact: Artifact) -> Self {
        NewFile { path: artifact.path.clone(), mode: artifact.mode.bits(), bytes: artifact.into_bytes() }
    }
}

impl From<&Artifact> for NewFile {
    fn from(artifact: &Artifact) -> Self {
        NewFile { path: artifact.path.clone(), bytes: artifact.text().as_bytes().to_vec(), mode: artifact.mode.bits() }
    }
}

impl NewFile {
    /// Whether a file with these permissions may stay: the owner can run it if and only if wanted, and nobody may do more
    /// than wanted. So neither a strict umask nor the modes git keeps make a tree look changed, but a private file that
    /// became readable does.
    pub(super) fn accepts(&self, mode: u32) -> bool {
        accepts(self.mode, mode)
    }

    /// Whether the owner can run the file if and only if wanted: all of a mode that git keeps.
    pub(super) fn same_use(&self, mode: u32) -> bool {
        same_use(self.mode, mode)
    }
}

/// Whether a clone of a repository explains that a file has another mode than the one it was written with: git keeps nothing but whether it
/// is executable. Who may write it is never everybody.
#[must_use]
pub fn as_git_keeps(wanted: u32, mode: u32) -> bool {
    same_use(wanted, mode) && mode & 0o7002 == 0
}

/// See `NewFile::accepts`.
pub(super) fn accepts(wanted: u32, mode: u32) -> bool {
    same_use(wanted, mode) && mode & 0o7777 & !wanted == 0
}

fn same_use(wanted: u32, mode: u32) -> bool {
    (mode ^ wanted) & 0o100 == 0
}

/// The files of a tree, sorted by path, none twice, none below another.
pub(super) struct Planned<'a> {
    files: BTreeMap<&'a str, &'a NewFile>,
    folders: BTreeSet<&'a str>,
}

impl<'a> Planned<'a> {
    pub(super) fn new(dir: &Path, files: &'a [NewFile]) -> Result<Self, HostError> {
        let clash =
            |path: &str| HostError::because(Action::Write, dir.join(path), "internal error: two artifacts want this path");
        let mut planned = Planned { files: BTreeMap::new(), folders: BTreeSet::new() };
        for file in files {
            let path = file.path.as_str();
            planned.folders.extend(above(path));
            if planned.files.insert(path, file).is_some() {
                return Err(clash(path));
            }
        }
        match planned.folders.iter().find(|folder| planned.files.contains_key(**folder)) {
            Some(folder) => Err(clash(folder)),
            None => Ok(planned),
        }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &'a NewFile> {
        self.files.values().copied()
    }

    pub(super) fn file(&self, path: &str) -> Option<&'a NewFile> {
        self.files.get(path).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether files are wanted below this path.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }
}

/// The folders a path lies in, the innermost first.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.char_indices().rev().filter(|(_, letter)| *letter == '/').map(|(at, _)| &path[..at])
}
