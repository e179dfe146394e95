//! Reading files and folders. What a user names on the command line is read wherever it lies; what a spec names is read
//! through `Root`, which no path leaves.

mod error;
mod globs;
mod root;
mod walk;

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    os::unix::fs::FileTypeExt,
    path::{Component, Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};
use walkdir::WalkDir;

pub use error::{FileError, Leaves};
pub use globs::fits;
pub use root::Root;
pub use walk::walk;

use crate::host::{Action, HostError};

/// No spec, profile, waiver file or manifest that people write comes near this size.
pub const SPEC_LIMIT: u64 = 8 * 1024 * 1024;

/// Whether folders within a folder are listed too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The entries of the folder.
    Folder,
    /// Everything below it.
    Below,
}

/// What stands at a path; links are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Special,
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path, relative to the listed folder.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// Whether a path exists and is a regular file; a link to one counts.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Whether a symbolic link stands at a path.
#[must_use]
pub fn is_link(path: &Path) -> bool {
    path.is_symlink()
}

/// A folder and every folder above it, absolute, the nearest first.
///
/// # Errors
/// When the folder does not exist.
pub fn ancestors(folder: &Path) -> Result<Vec<PathBuf>, HostError> {
    let full = std::fs::canonicalize(folder).map_err(|cause| HostError::new(Action::Read, folder, cause))?;
    Ok(full.ancestors().map(Path::to_owned).collect())
}

/// The permission bits of a file.
///
/// # Errors
/// When it does not exist.
pub fn mode(path: &Path) -> Result<u32, HostError> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = std::fs::metadata(path).map_err(|cause| HostError::new(Action::Read, path, cause))?;
    Ok(found.permissions().mode() & 0o7777)
}

/// Whether a path exists and is a folder; a link to a folder counts.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Reads a file that the user named; a pipe that somebody opened for us is fine (`<(...)`, `/dev/stdin`). A named one would wait for a
/// writer who may never come.
///
/// # Errors
/// When it is missing, a folder, socket or named pipe, larger than `limit` bytes (a device may have no end), or cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let file = open(path, path, OFlags::NONBLOCK)?;
    let found = metadata(path, &file)?.file_type();
    if found.is_dir() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    if found.is_fifo() && has_name(path) {
        return Err(FileError::NamedPipe { path: path.to_owned() });
    }
    if !found.is_file() {
        // From here on there is somebody to wait for.
        rustix::fs::fcntl_setfl(&file, OFlags::empty()).map_err(|cause| HostError::new(Action::Read, path, cause))?;
    }
    read_open(file, path, limit)
}

/// Reads standard input to its end.
///
/// # Errors
/// When it is larger than `limit` bytes, or cannot be read.
pub fn read_stdin(limit: u64) -> Result<Vec<u8>, FileError> {
    let shown = Path::new("<stdin>");
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|cause| HostError::new(Action::Read, shown, cause))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: shown.to_owned(), limit });
    }
    Ok(bytes)
}

/// Whether anything stands at a path.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Whether a symbolic link stands at a path and leads to nothing.
#[must_use]
pub fn leads_nowhere(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

/// A folder that exists, absolute and free of links.
///
/// # Errors
/// When it does not exist.
pub fn real(folder: &Path) -> Result<PathBuf, HostError> {
    std::fs::canonicalize(folder).map_err(|cause| HostError::new(Action::Read, folder, cause))
}

/// A path without `.` and `..`, by its text alone.
#[must_use]
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = out.pop(),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}

/// Whether a pipe has a place of its own in the file system: one that a shell or a caller opened is only met below `/dev` or `/proc`, by
/// a link that leads to no path.
fn has_name(path: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|real| !real.starts_with("/dev/fd") && !real.starts_with("/proc"))
}

/// The entries of a folder, sorted by path; a link named by `folder` itself is followed, no other.
///
/// # Errors
/// When the folder or one in it cannot be listed.
pub fn list(folder: &Path, depth: Depth) -> Result<Vec<Found>, HostError> {
    let most = match depth {
        Depth::Folder => 1,
        Depth::Below => usize::MAX,
    };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).min_depth(1).max_depth(most).sort_by_file_name() {
        let entry = entry.map_err(|cause| unlisted(folder, cause))?;
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
        found.push(Found { path, kind: kind(entry.file_type()) });
    }
    Ok(found)
}

/// The regular files below a folder with their bytes, by their paths with `/`; links are left out, as git keeps no content
/// behind them. The counterpart of `git::read_folder` for what is on the disk.
///
/// # Errors
/// When a file is larger than `limit` bytes, has a name that is no text, or cannot be read.
pub fn read_folder(folder: &Path, limit: u64) -> Result<BTreeMap<String, Vec<u8>>, FileError> {
    let mut files = BTreeMap::new();
    for found in list(folder, Depth::Below)?.into_iter().filter(|found| found.kind == Kind::File) {
        let bytes = read(&folder.join(&found.path), limit)?;
        let path = found.path.to_str().map(str::to_owned).ok_or(FileError::NotText { path: found.path })?;
        files.insert(path, bytes);
    }
    Ok(files)
}

pub(super) fn kind(file_type: std::fs::FileType) -> Kind {
    match file_type {
        t if t.is_symlink() => Kind::Link,
        t if t.is_dir() => Kind::Folder,
        t if t.is_file() => Kind::File,
        _ => Kind::Special,
    }
}

/// The error of a walk, with the path it happened at.
pub(super) fn unlisted(folder: &Path, cause: walkdir::Error) -> HostError {
    let path = cause.path().unwrap_or(folder).to_owned();
    HostError::new(Action::List, path, cause)
}

/// Opens for reading; `shown` is the path that errors name.
fn open(path: &Path, shown: &Path, more: OFlags) -> Result<File, FileError> {
    match rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | more, Mode::empty()) {
        Ok(file) => Ok(File::from(file)),
        // A socket.
        Err(rustix::io::Errno::NXIO) => Err(FileError::NotAFile { path: shown.to_owned() }),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => Err(FileError::Missing { path: shown.to_owned() }),
        Err(cause) => Err(HostError::new(Action::Read, shown, cause).into()),
    }
}

fn metadata(shown: &Path, file: &File) -> Result<std::fs::Metadata, HostError> {
    file.metadata().map_err(|cause| HostError::new(Action::Read, shown, cause))
}

/// Reads an open file to its end, or to one byte past the limit.
fn read_open(file: File, shown: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|cause| HostError::new(Action::Read, shown, cause))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: shown.to_owned(), limit });
    }
    Ok(bytes)
}
