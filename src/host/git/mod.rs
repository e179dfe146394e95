//! Git: the files of a folder at a revision, and what is staged. Opened as the git command would (`GIT_DIR`,
//! `GIT_INDEX_FILE` and their kin count), so that a hook sees the index that is about to be committed. Having no
//! repository is an answer, not a failure.

mod links;

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
};

use git2::{ErrorClass, ErrorCode, FileMode, ObjectType, Oid, Repository, RepositoryOpenFlags, Tree};

use crate::host::{Action, HostError};

use links::Entry;

/// The files of a folder at a revision.
#[derive(Debug, PartialEq, Eq)]
pub enum AtRevision {
    /// The folder lies in no repository.
    NoRepository,
    /// The repository has no such revision.
    NoRevision,
    /// The folder did not exist at that revision.
    NoFolder,
    /// Its regular files by their paths from the folder.
    Files(BTreeMap<String, Vec<u8>>),
}

/// What is staged.
#[derive(Debug, PartialEq, Eq)]
pub enum InIndex {
    /// There is no repository, or it has no working tree.
    NoRepository,
    /// The files that the next commit adds or changes.
    Files(Staged),
}

/// The staged files of a repository.
#[derive(Debug, PartialEq, Eq)]
pub struct Staged {
    /// The top of the working tree.
    pub top: PathBuf,
    /// Contents by their paths from the top, as they will be committed.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Staged regular files that are larger than the limit.
    pub too_large: Vec<String>,
    /// What is staged and holds no text of its own, and what it is.
    pub others: BTreeMap<String, Other>,
}

/// Something staged that is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// A link to a folder of the index: what lies there is staged under its own path alone.
    LinkToFolder(String),
    /// A link that leads to nothing in the index, and where it says it leads.
    LinkToNothing(String),
    /// A repository in the repository.
    Submodule,
    /// A file with sides that are not merged.
    Unmerged,
}

/// Reads the regular files of a folder as they were at a revision.
///
/// # Errors
/// When the repository cannot be read, or a file is larger than `limit` bytes.
pub fn read_folder(folder: &Path, revision: &str, limit: u64) -> Result<AtRevision, HostError> {
    let failed = |cause| git_error(folder, &cause);
    let real = std::fs::canonicalize(folder).map_err(|cause| HostError::new(Action::Read, folder, cause))?;
    let Some(repository) = containing(&real).map_err(failed)? else { return Ok(AtRevision::NoRepository) };
    let Some(inner) = within(&repository, &real) else { return Ok(AtRevision::NoRepository) };
    let tree = match repository.revparse_single(revision).and_then(|object| object.peel_to_tree()) {
        Ok(tree) => tree,
        Err(cause) if no_revision(&cause) => return Ok(AtRevision::NoRevision),
        Err(cause) => return Err(failed(cause)),
    };
    let Some(tree) = subtree(&repository, tree, &inner).map_err(failed)? else { return Ok(AtRevision::NoFolder) };
    let (mut files, mut found) = (BTreeMap::new(), Vec::new());
    blobs(&repository, &tree, "", &mut found).map_err(failed)?;
    for (path, id) in found {
        let bytes = blob(&repository, id, limit).map_err(failed)?;
        let bytes = bytes.ok_or_else(|| {
            HostError::because(
                Action::ReadRepository,
                folder.join(&path),
                format!("it is larger than {limit} bytes at that revision"),
            )
        })?;
        files.insert(path, bytes);
    }
    Ok(AtRevision::Files(files))
}

/// The files that the next commit adds or changes, from the index that git points to; deleted files are left out. A link is the file
/// of the index that it leads to: it is there when it is changed itself, and when that file is.
///
/// # Errors
/// When the repository cannot be read.
pub fn staged(limit: u64) -> Result<InIndex, HostError> {
    let failed = |cause| git_error(Path::new("."), &cause);
    let repository = match Repository::open_from_env() {
        Ok(repository) => repository,
        Err(cause) if cause.code() == ErrorCode::NotFound => return Ok(InIndex::NoRepository),
        Err(cause) => return Err(failed(cause)),
    };
    let Some(top) = repository.workdir().map(Path::to_owned) else { return Ok(InIndex::NoRepository) };
    let mut staged = Staged { top, files: BTreeMap::new(), too_large: Vec::new(), others: BTreeMap::new() };
    for (path, what) in links::staged(&repository).map_err(failed)? {
        let id = match what {
            Entry::File(id) => id,
            Entry::Other(other) => {
                staged.others.insert(path, other);
                continue;
            }
        };
        match blob(&repository, id, limit).map_err(failed)? {
            Some(bytes) => _ = staged.files.insert(path, bytes),
            None => staged.too_large.push(path),
        }
    }
    Ok(InIndex::Files(staged))
}

/// The files of a folder that git tracks, by their paths from it, whatever `.gitignore` says; none outside of a repository.
///
/// # Errors
/// When the repository cannot be read.
pub fn tracked(folder: &Path) -> Result<Vec<PathBuf>, HostError> {
    let failed = |cause| git_error(folder, &cause);
    let real = std::fs::canonicalize(folder).map_err(|cause| HostError::new(Action::Read, folder, cause))?;
    let Some(repository) = containing(&real).map_err(failed)? else { return Ok(Vec::new()) };
    let Some(inner) = within(&repository, &real) else { return Ok(Vec::new()) };
    let index = repository.index().map_err(failed)?;
    let files = index.iter().filter(|entry| entry.mode != u32::from(FileMode::Commit));
    let paths = files.map(|entry| PathBuf::from(OsString::from_vec(entry.path)));
    Ok(paths.filter_map(|path| path.strip_prefix(&inner).ok().map(Path::to_owned)).collect())
}

/// The top of the working tree that git points to; nothing without a repository.
///
/// # Errors
/// When the repository cannot be read.
pub fn top() -> Result<Option<PathBuf>, HostError> {
    match Repository::open_from_env() {
        Ok(repository) => Ok(repository.workdir().map(Path::to_owned)),
        Err(cause) if cause.code() == ErrorCode::NotFound => Ok(None),
        Err(cause) => Err(git_error(Path::new("."), &cause)),
    }
}

/// The path from the top of a working tree of a path that may no longer exist; nothing when it lies outside.
///
/// # Errors
/// When the current folder or the top cannot be read.
pub fn inside(top: &Path, path: &Path) -> Result<Option<String>, HostError> {
    let here = super::files::real(&super::env::current_dir()?)?;
    let full = super::files::plain(&here.join(path));
    let full = super::files::real(&full).unwrap_or(full);
    let top = super::files::real(top)?;
    Ok(full.strip_prefix(top).ok().map(|inside| inside.to_string_lossy().into_owned()))
}

/// The repository around a folder. `GIT_DIR` counts when its working tree holds the folder; `discover` would ignore the
/// index of a running commit.
fn containing(real: &Path) -> Result<Option<Repository>, git2::Error> {
    let found = |result: Result<Repository, git2::Error>| match result {
        Ok(repository) => Ok(Some(repository)),
        Err(cause) if cause.code() == ErrorCode::NotFound => Ok(None),
        Err(cause) => Err(cause),
    };
    let mut flags = RepositoryOpenFlags::FROM_ENV;
    if env::var_os("GIT_DIR").is_some() {
        if let Some(repository) = found(Repository::open_from_env())?
            && within(&repository, real).is_some()
        {
            return Ok(Some(repository));
        }
        // The variables speak of another repository than the folder's.
        flags = RepositoryOpenFlags::empty();
    }
    let ceilings = env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    found(Repository::open_ext(real, flags, env::split_paths(&ceilings).filter(|path| path.is_absolute())))
}

/// The path of a real folder from the top of the working tree.
fn within(repository: &Repository, real: &Path) -> Option<PathBuf> {
    let top = std::fs::canonicalize(repository.workdir()?).ok()?;
    real.strip_prefix(top).ok().map(Path::to_owned)
}

fn no_revision(cause: &git2::Error) -> bool {
    let named = matches!(cause.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::Peel);
    named || cause.class() == ErrorClass::Invalid
}

fn subtree<'r>(repository: &'r Repository, tree: Tree<'r>, inner: &Path) -> Result<Option<Tree<'r>>, git2::Error> {
    if inner.as_os_str().is_empty() {
        return Ok(Some(tree));
    }
    match tree.get_path(inner) {
        Ok(entry) if entry.kind() == Some(ObjectType::Tree) => repository.find_tree(entry.id()).map(Some),
        Ok(_) => Ok(None),
        Err(cause) if cause.code() == ErrorCode::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// Adds the regular files of a tree, `above` in front of their names.
fn blobs(repository: &Repository, tree: &Tree<'_>, above: &str, found: &mut Vec<(String, Oid)>) -> Result<(), git2::Error> {
    for entry in tree {
        let path = format!("{above}{}", String::from_utf8_lossy(entry.name_bytes()));
        if entry.kind() == Some(ObjectType::Tree) {
            blobs(repository, &repository.find_tree(entry.id())?, &format!("{path}/"), found)?;
        } else if regular(entry.filemode()) {
            found.push((path, entry.id()));
        }
    }
    Ok(())
}

fn regular(mode: i32) -> bool {
    [FileMode::Blob, FileMode::BlobExecutable, FileMode::BlobGroupWritable].iter().any(|known| i32::from(*known) == mode)
}

/// The bytes of a blob; `None` when there are more than `limit`.
fn blob(repository: &Repository, id: Oid, limit: u64) -> Result<Option<Vec<u8>>, git2::Error> {
    let (size, _) = repository.odb()?.read_header(id)?;
    if size as u64 > limit {
        return Ok(None);
    }
    Ok(Some(repository.find_blob(id)?.content().to_owned()))
}

fn git_error(path: &Path, cause: &git2::Error) -> HostError {
    let hint = if cause.code() == ErrorCode::Owner { "; `git config --global --add safe.directory` trusts it" } else { "" };
    HostError::because(Action::ReadRepository, path, format!("{}{hint}", cause.message()))
}
