//! The names beside a tree: its lock and journal, the new tree in the making, the old one on its way out. They start with
//! a dot and carry the name of the tree, so that two trees of one folder never meet.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use crate::host::{Action, HostError};

/// The paths that belong to one tree.
pub(super) struct Beside {
    /// The tree.
    pub(super) dir: PathBuf,
    /// The folder it lies in.
    pub(super) parent: PathBuf,
    /// Lock and journal in one.
    pub(super) journal: PathBuf,
    /// The new tree in the making; after the exchange the old one.
    pub(super) new: PathBuf,
    /// The old tree, where the system has no exchange.
    pub(super) old: PathBuf,
}

impl Beside {
    pub(super) fn new(dir: &Path) -> Result<Self, HostError> {
        let unnamed = || HostError::because(Action::Write, dir, "an output tree needs a name of its own");
        let name = dir.file_name().ok_or_else(unnamed)?;
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let hidden = |end: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(end);
            parent.join(hidden)
        };
        Ok(Beside {
            dir: parent.join(name),
            parent: parent.to_owned(),
            journal: hidden(".harden-journal"),
            new: hidden(".harden-new"),
            old: hidden(".harden-old"),
        })
    }
}

/// Whether something stands at the path, be it a link to nothing.
pub(super) fn stands(path: &Path) -> Result<bool, HostError> {
    Ok(super::reader::Stamp::at(path)?.is_some())
}

/// Exchanges two folders in one system call.
pub(super) fn exchange(one: &Path, other: &Path) -> Result<(), Errno> {
    system::exchange(one, other)
}

/// Renames to a name that is free; where the system cannot check that itself, it was just looked at.
pub(super) fn rename_to_free(from: &Path, to: &Path) -> Result<(), Errno> {
    match system::rename_to_free(from, to) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            if fs::symlink_metadata(to).is_ok() {
                return Err(Errno::EXIST);
            }
            rustix::fs::rename(from, to)
        }
        result => result,
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use std::path::Path;

    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };

    pub(super) fn exchange(one: &Path, other: &Path) -> Result<(), Errno> {
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)
    }

    pub(super) fn rename_to_free(from: &Path, to: &Path) -> Result<(), Errno> {
        renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use std::path::Path;

    use rustix::io::Errno;

    pub(super) fn exchange(_: &Path, _: &Path) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }

    pub(super) fn rename_to_free(_: &Path, _: &Path) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }
}
