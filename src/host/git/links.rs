//! What is staged: files by their own path, and links by what they lead to in the index.

use std::collections::{BTreeMap, BTreeSet};

use git2::{Delta, DiffOptions, ErrorCode, FileMode, Index, IndexEntry, Oid, Repository};

use super::{Other, regular};

/// More links one behind the other than any system follows, and a longer text than any system takes for a path.
const MOST_LINKS: usize = 40;
const LONGEST_PATH: usize = 4096;

/// Something staged.
pub(super) enum Entry {
    /// A file, or a link to one: where its text is.
    File(Oid),
    /// What has no text.
    Other(Other),
}

/// Everything that the next commit adds or changes, by its path.
pub(super) fn staged(repository: &Repository) -> Result<BTreeMap<String, Entry>, git2::Error> {
    let head = match repository.head() {
        Ok(head) => Some(head.peel_to_tree()?),
        Err(cause) if matches!(cause.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
        Err(cause) => return Err(cause),
    };
    let index = repository.index()?;
    let diff = repository.diff_tree_to_index(head.as_ref(), Some(&index), Some(DiffOptions::new().include_typechange(true)))?;
    let changed = |status| matches!(status, Delta::Added | Delta::Modified | Delta::Copied | Delta::Renamed | Delta::Typechange);
    let mut found = BTreeMap::new();
    let mut changed_links = BTreeSet::new();
    for delta in diff.deltas().filter(|delta| changed(delta.status())) {
        let file = delta.new_file();
        let Some(path) = file.path_bytes().map(text) else { continue };
        if regular(i32::from(file.mode())) {
            found.insert(path, Entry::File(file.id()));
        } else if file.mode() == FileMode::Commit {
            found.insert(path, Entry::Other(Other::Submodule));
        } else if file.mode() == FileMode::Link {
            changed_links.insert(path);
        }
    }
    let tree = Staged { repository, index: &index };
    for (path, end) in tree.links()? {
        let touched = changed_links.contains(&path) || end.path().is_some_and(|end| any_at_or_below(&found, end));
        if touched {
            found.entry(path).or_insert_with(|| end.entry());
        }
    }
    for entry in index.iter().filter(|entry| stage(entry) > 0) {
        found.insert(text(&entry.path), Entry::Other(Other::Unmerged));
    }
    Ok(found)
}

/// Whether a file of these lies at a path, or in the folder there.
fn any_at_or_below(found: &BTreeMap<String, Entry>, path: &str) -> bool {
    let below = format!("{path}/");
    found.contains_key(path) || found.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below))
}

fn text(path: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(path.as_ref()).into_owned()
}

/// The side of a merge that an entry is; zero for what is merged.
fn stage(entry: &IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}

/// Where a link ends.
enum End {
    File(String, Oid),
    Folder(String),
    Nothing(String),
}

impl End {
    fn path(&self) -> Option<&str> {
        match self {
            End::File(path, _) | End::Folder(path) => Some(path),
            End::Nothing(_) => None,
        }
    }

    fn entry(self) -> Entry {
        match self {
            End::File(_, id) => Entry::File(id),
            End::Folder(path) => Entry::Other(Other::LinkToFolder(path)),
            End::Nothing(target) => Entry::Other(Other::LinkToNothing(target)),
        }
    }
}

/// The index as the tree that is committed.
struct Staged<'r> {
    repository: &'r Repository,
    index: &'r Index,
}

impl Staged<'_> {
    /// Every link, and where it ends.
    fn links(&self) -> Result<Vec<(String, End)>, git2::Error> {
        let mut found = Vec::new();
        for entry in self.index.iter().filter(|entry| is_link(entry) && stage(entry) == 0) {
            let path = text(&entry.path);
            let end = match self.end(&path)? {
                Some(end) => end,
                None => End::Nothing(self.target(entry.id)?.unwrap_or_default()),
            };
            found.push((path, end));
        }
        Ok(found)
    }

    /// The text of a link; nothing where it can be no path.
    fn target(&self, link: Oid) -> Result<Option<String>, git2::Error> {
        let blob = self.repository.find_blob(link)?;
        let is_path = blob.size() <= LONGEST_PATH && !blob.content().contains(&0);
        Ok(is_path.then(|| text(blob.content())))
    }

    /// What a path leads to, links on its way followed; nothing where it leaves the tree, or there is none.
    fn end(&self, path: &str) -> Result<Option<End>, git2::Error> {
        let mut done: Vec<String> = Vec::new();
        let mut rest: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut followed = 0;
        while let Some(name) = rest.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." if done.pop().is_none() => return Ok(None),
                ".." => continue,
                _ => done.push(name),
            }
            let Some(entry) = self.index.get_path(done.join("/").as_ref(), 0).filter(is_link) else { continue };
            followed += 1;
            let inside = |target: &String| !target.starts_with('/') && followed <= MOST_LINKS;
            let Some(target) = self.target(entry.id)?.filter(inside) else { return Ok(None) };
            done.pop();
            rest.extend(target.rsplit('/').map(str::to_owned));
        }
        Ok(self.at(done.join("/")))
    }

    /// The file or folder at a path without links.
    fn at(&self, path: String) -> Option<End> {
        if path.is_empty() {
            return Some(End::Folder(".".to_owned()));
        }
        match self.index.get_path(path.as_ref(), 0) {
            Some(entry) if i32::try_from(entry.mode).is_ok_and(regular) => Some(End::File(path, entry.id)),
            Some(_) => None,
            None => self.index.find_prefix(format!("{path}/")).is_ok().then_some(End::Folder(path)),
        }
    }
}

fn is_link(entry: &IndexEntry) -> bool {
    entry.mode == u32::from(FileMode::Link)
}
