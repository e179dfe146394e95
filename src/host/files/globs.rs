//! Expands the patterns of a workspace, one segment at a time: only folders that can match are listed, and each link on
//! the way must end inside the root.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobMatcher};

use crate::host::{
    Action, HostError,
    files::{FileError, Root, root::segments},
};

/// Folder links that share targets can make a walk endless in practice.
const VISIT_LIMIT: usize = 100_000;

/// One segment of a pattern.
enum Part {
    /// `**`.
    AnyFolders,
    /// Anything else.
    Name { glob: GlobMatcher, dotted: bool },
}

struct Expansion<'a> {
    root: &'a Root,
    pattern: &'a str,
    found: BTreeSet<String>,
    visited: usize,
}

/// See `Root::expand`.
pub(super) fn expand(root: &Root, pattern: &str) -> Result<Vec<String>, FileError> {
    let parts = segments(pattern)?.into_iter().map(|segment| part(segment, pattern)).collect::<Result<Vec<_>, _>>()?;
    let mut expansion = Expansion { root, pattern, found: BTreeSet::new(), visited: 0 };
    expansion.folder(&mut vec![root.real().to_owned()], Path::new(""), &parts)?;
    Ok(expansion.found.into_iter().collect())
}

/// Whether a path from the root, with `/`, fits a pattern of a workspace; here names with a leading dot need none in the pattern.
///
/// # Errors
/// When the pattern is none.
pub fn fits(pattern: &str, path: &str) -> Result<bool, FileError> {
    let parts = segments(pattern)?.into_iter().map(|segment| part(segment, pattern)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = path.split('/').collect();
    Ok(fits_from(&parts, &names))
}

fn fits_from(parts: &[Part], names: &[&str]) -> bool {
    match (parts.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((Part::AnyFolders, [])), _) => true,
        (Some((Part::AnyFolders, rest)), name) => {
            fits_from(rest, names) || name.is_some_and(|(_, below)| fits_from(parts, below))
        }
        (Some((Part::Name { glob, .. }, rest)), Some((name, below))) => glob.is_match(name) && fits_from(rest, below),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn part(segment: &str, pattern: &str) -> Result<Part, FileError> {
    if segment == "**" {
        return Ok(Part::AnyFolders);
    }
    let refused = |cause: String| FileError::Pattern { pattern: pattern.to_owned(), cause };
    if segment.contains("**") {
        return Err(refused("`**` stands for whole folders and needs `/` around it".to_owned()));
    }
    let glob = Glob::new(segment).map_err(|cause| refused(cause.kind().to_string()))?.compile_matcher();
    Ok(Part::Name { glob, dotted: segment.starts_with('.') })
}

impl Expansion<'_> {
    /// Matches the parts within the last folder of `real`, the chain of real folders from the root down.
    fn folder(&mut self, real: &mut Vec<PathBuf>, shown: &Path, parts: &[Part]) -> Result<(), FileError> {
        let Some((part, rest)) = parts.split_first() else { return Ok(()) };
        if matches!(part, Part::AnyFolders) {
            self.folder(real, shown, rest)?;
        }
        for name in self.names(real, shown)? {
            let lossy = name.to_string_lossy();
            let hit = match part {
                Part::AnyFolders => !lossy.starts_with('.'),
                Part::Name { glob, dotted } => lossy.starts_with('.') == *dotted && glob.is_match(lossy.as_ref()),
            };
            if hit {
                let path = shown.join(&name);
                let Some(name) = name.to_str() else { return Err(FileError::NotText { path }) };
                self.entry(real, name, &path, parts)?;
            }
        }
        Ok(())
    }

    /// Takes an entry that matches the first part: a file when the pattern ends there, a folder when it goes on.
    fn entry(&mut self, real: &mut Vec<PathBuf>, name: &str, path: &Path, parts: &[Part]) -> Result<(), FileError> {
        let (Some((part, rest)), Some(at)) = (parts.split_first(), real.last()) else { return Ok(()) };
        let (below, only_folders) = match part {
            Part::AnyFolders => (parts, !rest.is_empty()),
            Part::Name { .. } => (rest, !rest.is_empty()),
        };
        if only_folders && !at.join(name).is_dir() {
            return Ok(());
        }
        let Some(next) = self.root.step(at, name, path, self.pattern)? else { return Ok(()) };
        let found = fs::metadata(&next).map_err(|cause| HostError::new(Action::Read, self.root.path().join(path), cause))?;
        if found.is_file() {
            self.found.extend(path.to_str().map(str::to_owned));
        } else if found.is_dir() && !below.is_empty() {
            if real.contains(&next) {
                return Err(FileError::Loop { link: path.to_owned() });
            }
            real.push(next);
            self.folder(real, path, below)?;
            real.pop();
        }
        Ok(())
    }

    fn names(&mut self, real: &[PathBuf], shown: &Path) -> Result<Vec<OsString>, FileError> {
        let failed = |cause| HostError::new(Action::List, self.root.path().join(shown), cause);
        let Some(at) = real.last() else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for entry in fs::read_dir(at).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort();
        self.visited += names.len();
        if self.visited > VISIT_LIMIT {
            let cause = format!("it visits more than {VISIT_LIMIT} entries; name the folders that it is about");
            return Err(FileError::Pattern { pattern: self.pattern.to_owned(), cause });
        }
        Ok(names)
    }
}
