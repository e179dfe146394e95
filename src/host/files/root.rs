//! A folder that no path leaves: the workspace, or the folder of a lone spec.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use crate::host::{
    Action, HostError,
    files::{FileError, Leaves, metadata, open, read_open},
};

/// A folder that no path leaves.
#[derive(Debug, Clone)]
pub struct Root {
    shown: PathBuf,
    real: PathBuf,
}

/// Where a named path lies.
pub(super) enum Target {
    /// Something is there; the path has no links left.
    There(PathBuf),
    /// Nothing is there yet.
    Free(PathBuf),
}

impl Root {
    /// Takes a folder as root.
    ///
    /// # Errors
    /// When it is missing or may not be entered.
    pub fn open(folder: &Path) -> Result<Self, HostError> {
        let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = fs::canonicalize(shown).map_err(|cause| HostError::new(Action::Read, shown, cause))?;
        Ok(Root { shown: shown.to_owned(), real })
    }

    /// The folder, as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shown
    }

    /// Whether another root is the same folder.
    #[must_use]
    pub fn is(&self, other: &Root) -> bool {
        self.real == other.real
    }

    /// The path from the root of an absolute path without links; nothing when it lies outside.
    #[must_use]
    pub fn inside<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(&self.real).ok()
    }

    /// Reads a file that a spec names by its path from the root.
    ///
    /// # Errors
    /// When the path leaves the root, nothing or no regular file is there, or it is larger than `limit` bytes.
    pub fn read(&self, named: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let shown = self.shown.join(named);
        let Target::There(real) = self.target(named)? else {
            return Err(FileError::Missing { path: shown });
        };
        // A pipe opened without this flag would wait for a writer.
        let file = open(&real, &shown, OFlags::NONBLOCK)?;
        if !metadata(&shown, &file)?.is_file() {
            return Err(FileError::NotAFile { path: shown });
        }
        read_open(file, &shown, limit)
    }

    /// The place of a file or folder that may not exist yet (the default output folder), free of links.
    ///
    /// # Errors
    /// When the path leaves the root.
    pub fn place(&self, named: &str) -> Result<PathBuf, FileError> {
        match self.target(named)? {
            Target::There(path) | Target::Free(path) => Ok(path),
        }
    }

    /// The paths of the regular files that match a pattern, relative to the root, sorted. `*`, `?`, `[a-z]` and `{a,b}`
    /// match within a segment, `**` matches any number of folders; names with a leading dot only match when the segment
    /// of the pattern has one too.
    ///
    /// # Errors
    /// When the pattern is none or leaves the root, a link that could match leads outside, or a folder cannot be listed.
    pub fn expand(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        super::globs::expand(self, pattern)
    }

    /// Follows a path segment by segment; each link must end inside.
    pub(super) fn target(&self, named: &str) -> Result<Target, FileError> {
        let mut at = self.real.clone();
        let mut segments = segments(named)?.into_iter();
        let mut walked = PathBuf::new();
        while let Some(segment) = segments.next() {
            walked.push(segment);
            match self.step(&at, segment, &walked, named)? {
                Some(next) => at = next,
                None => {
                    at.push(segment);
                    at.extend(segments);
                    return Ok(Target::Free(at));
                }
            }
        }
        Ok(Target::There(at))
    }

    /// The real path of an entry of a real folder inside the root; `None` when there is no such entry. `walked` is its
    /// path from the root as people see it.
    pub(super) fn step(&self, at: &Path, name: &str, walked: &Path, named: &str) -> Result<Option<PathBuf>, FileError> {
        let next = at.join(name);
        let failed = |cause| HostError::new(Action::Read, self.shown.join(walked), cause);
        let absent = |cause: &io::Error| matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        match fs::symlink_metadata(&next) {
            Ok(found) if !found.is_symlink() => Ok(Some(next)),
            Ok(_) => match fs::canonicalize(&next) {
                Ok(target) if target.starts_with(&self.real) => Ok(Some(target)),
                Ok(target) => {
                    Err(FileError::Outside { named: named.to_owned(), how: Leaves::Link { link: walked.to_owned(), target } })
                }
                Err(cause) if absent(&cause) => self.dangling(&next, walked, named),
                Err(cause) => Err(failed(cause).into()),
            },
            Err(cause) if absent(&cause) => Ok(None),
            Err(cause) => Err(failed(cause).into()),
        }
    }

    /// A link to nothing could be filled from outside at any time: it never counts as a free place.
    fn dangling(&self, link: &Path, walked: &Path, named: &str) -> Result<Option<PathBuf>, FileError> {
        let target = fs::read_link(link).map_err(|cause| HostError::new(Action::Read, self.shown.join(walked), cause))?;
        Err(FileError::Outside { named: named.to_owned(), how: Leaves::Link { link: walked.to_owned(), target } })
    }

    pub(super) fn real(&self) -> &Path {
        &self.real
    }
}

/// The segments of a path or pattern, without `.`.
pub(super) fn segments(named: &str) -> Result<Vec<&str>, FileError> {
    let outside = |how| FileError::Outside { named: named.to_owned(), how };
    if named.starts_with('/') {
        return Err(outside(Leaves::Absolute));
    }
    let segments: Vec<&str> = named.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    if segments.contains(&"..") { Err(outside(Leaves::Parent)) } else { Ok(segments) }
}
