//! Makes the new tree beside the old one.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown, fchown, symlink},
    path::{Path, PathBuf},
};

use crate::host::{
    Action, HostError,
    tree::{
        Transfer, Ways,
        beside::Beside,
        planned::Planned,
        survey::{Entry, Fate, Rights, Survey},
    },
};

/// Fills the folder of the new tree; returns what had to be copied since it could not be linked.
pub(super) fn stage(
    beside: &Beside,
    planned: &Planned<'_>,
    survey: &Survey,
    ways: &Ways<'_>,
) -> Result<BTreeSet<PathBuf>, HostError> {
    let mut copied = BTreeSet::new();
    for folder in survey.folders(planned) {
        let rights = match survey.entries.get(&folder) {
            Some(Entry { fate: Fate::Folder(rights), .. }) => Some(*rights),
            Some(Entry { fate: Fate::Carry | Fate::Retire(_), .. }) | None => None,
        };
        make_folder(&beside.new.join(folder), rights, ways)?;
    }
    for (path, _) in survey.entries.iter().filter(|(_, entry)| entry.fate == Fate::Carry) {
        ways.step();
        let (from, to) = (beside.dir.join(path), beside.new.join(path));
        let linked = match ways.transfer {
            Transfer::Link => fs::hard_link(&from, &to).is_ok(),
            Transfer::Copy => false,
        };
        if !linked {
            copy(&from, &to).map_err(|cause| HostError::new(Action::Carry, from, cause))?;
            copied.insert(path.clone());
        }
    }
    for path in &survey.outcome.written {
        ways.step();
        if let Some(file) = planned.file(path) {
            let to = beside.new.join(path);
            let mut options = OpenOptions::new();
            let written =
                options.write(true).create_new(true).mode(file.mode).open(&to).and_then(|mut f| f.write_all(&file.bytes));
            written.map_err(|cause| HostError::new(Action::Write, beside.dir.join(path), cause))?;
        }
    }
    Ok(copied)
}

/// Makes a folder, with the rights of the old one where there is one.
pub(super) fn make_folder(path: &Path, rights: Option<Rights>, ways: &Ways<'_>) -> Result<(), HostError> {
    ways.step();
    let failed = |cause| HostError::new(Action::MakeFolder, path, cause);
    fs::create_dir(path).map_err(failed)?;
    let Some(rights) = rights else { return Ok(()) };
    // Giving a folder away needs a right that most users lack; one's own stays one's own without it.
    let _ = chown(path, Some(rights.owner), Some(rights.group));
    fs::set_permissions(path, Permissions::from_mode(rights.mode)).map_err(failed)
}

/// Copies what cannot be linked, with permissions, time of change and, where we may, owner.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(from)?;
    if found.is_symlink() {
        return symlink(fs::read_link(from)?, to);
    }
    if !found.is_file() {
        return Err(io::Error::other("it is no regular file and cannot be linked into the new tree"));
    }
    let mut source = File::open(from)?;
    let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut source, &mut target)?;
    let _ = fchown(&target, Some(found.uid()), Some(found.gid()));
    target.set_permissions(Permissions::from_mode(found.mode() & 0o7777))?;
    target.set_modified(found.modified()?)
}
