//! Folders of users, as git sees them: what is ignored, and the repository itself, is left out. Links to folders are not followed.

use std::path::Path;

use ignore::WalkBuilder;

use crate::host::{
    Action, HostError,
    files::{Found, Kind, kind},
};

/// The entries below a folder, sorted by path.
///
/// # Errors
/// When a folder cannot be listed.
pub fn walk(folder: &Path) -> Result<Vec<Found>, HostError> {
    let mut walker = WalkBuilder::new(folder);
    walker.hidden(false).ignore(false).git_global(false).require_git(true).sort_by_file_name(Ord::cmp);
    walker.filter_entry(|entry| entry.file_name() != ".git");
    let mut found = Vec::new();
    for entry in walker.build() {
        let entry = entry.map_err(|cause| HostError::because(Action::List, folder, cause.to_string()))?;
        if entry.depth() > 0 {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
            found.push(Found { path, kind: entry.file_type().map_or(Kind::Special, kind) });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
