//! Takes an old tree apart after the new one stands. Nothing is removed on a guess: a file goes when the new tree has the
//! same one, or when it is ours and unchanged. Whatever else is found came in the last moment and moves to the new tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use crate::host::{
    Action, HostError,
    files::{Kind, kind, unlisted},
    tree::{
        LastManifest, MANIFEST, TreeError, Ways,
        beside::{rename_to_free, stands},
        manifest,
        reader::{Reader, Stamp},
        survey::{Entry, Fate},
    },
};

/// What this run knows of the old tree; nothing after a killed run.
#[derive(Default)]
pub(super) struct Known<'a> {
    pub(super) entries: Option<&'a BTreeMap<PathBuf, Entry>>,
    pub(super) copied: BTreeSet<PathBuf>,
}

struct Retiring<'a> {
    old: &'a Path,
    /// Device and inode of the old tree: nothing is taken out of another folder, or through a link.
    id: Option<(u64, u64)>,
    new: &'a Path,
    known: &'a Known<'a>,
    ways: &'a Ways<'a>,
    /// The old tree's manifest, read when first needed.
    last: Option<Option<LastManifest>>,
    kept: Vec<String>,
}

/// Takes `old` apart; `new` is the tree that stays. Returns the paths in it where late changes were put.
pub(super) fn retire(old: &Path, new: &Path, known: &Known<'_>, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let id = Stamp::at(old)?.map(|stamp| stamp.id);
    let mut retiring = Retiring { old, id, new, known, ways, last: None, kept: Vec::new() };
    // A second and third round for what arrives while the first is at work.
    for _ in 0..3 {
        retiring.empty()?;
        match fs::remove_dir(old) {
            Ok(()) => return Ok(retiring.kept),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(retiring.kept),
            Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            Err(cause) => return Err(HostError::new(Action::Remove, old, cause)),
        }
    }
    Err(HostError::because(Action::Remove, old, "something keeps writing into it"))
}

impl Retiring<'_> {
    /// One round over the old tree, its manifest last: until then it tells what is ours.
    fn empty(&mut self) -> Result<(), HostError> {
        let mut last = None;
        for entry in WalkDir::new(self.old).follow_root_links(false).min_depth(1).contents_first(true).sort_by_file_name() {
            let entry = entry.map_err(|cause| unlisted(self.old, cause))?;
            if kind(entry.file_type()) == Kind::Folder {
                self.ways.step();
                self.same_folder()?;
                match fs::remove_dir(entry.path()) {
                    Ok(()) => {}
                    Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                    Err(cause) => return Err(HostError::new(Action::Remove, entry.path(), cause)),
                }
            } else if entry.depth() == 1 && entry.file_name() == MANIFEST {
                last = Some(entry);
            } else {
                self.file(&entry)?;
            }
        }
        last.map_or(Ok(()), |entry| self.file(&entry))
    }

    fn file(&mut self, entry: &DirEntry) -> Result<(), HostError> {
        let path = entry.path().strip_prefix(self.old).unwrap_or(entry.path());
        self.ways.step();
        self.same_folder()?;
        if self.goes(entry, path)? {
            return fs::remove_file(entry.path()).map_err(|cause| HostError::new(Action::Remove, entry.path(), cause));
        }
        self.rescue(entry, path)
    }

    /// Whether the old tree is still where it was: its files are reached by its path.
    fn same_folder(&self) -> Result<(), HostError> {
        if Stamp::at(self.old)?.map(|stamp| stamp.id) == self.id {
            return Ok(());
        }
        Err(HostError::because(Action::Replace, self.old, "something else was put in the place of the folder while it was built"))
    }

    fn goes(&mut self, entry: &DirEntry, path: &Path) -> Result<bool, HostError> {
        // The listing is older than the look: an editor may have put another file under the name since.
        let now = Stamp::at(entry.path())?;
        match self.known.entries.and_then(|entries| entries.get(path)) {
            Some(Entry { inode, fate: Fate::Carry }) if !self.known.copied.contains(path) => {
                if now.is_some_and(|now| now.id.1 == *inode) {
                    return Ok(true);
                }
            }
            Some(Entry { fate: Fate::Retire(stamp), .. }) if now == Some(*stamp) => return Ok(true),
            Some(Entry { fate: Fate::Carry | Fate::Retire(_) | Fate::Folder(_), .. }) | None => {}
        }
        Ok(self.stays_in_new(entry, path)? || self.was_ours(entry, path)?)
    }

    /// Whether the new tree has the same file: the same inode, or the same content in another.
    fn stays_in_new(&self, entry: &DirEntry, path: &Path) -> Result<bool, HostError> {
        let twin = self.new.join(path);
        let (Some(here), Some(there)) = (Stamp::at(entry.path())?, Stamp::at(&twin)?) else { return Ok(false) };
        if here.id == there.id {
            return Ok(true);
        }
        let failed = |cause| HostError::new(Action::Read, entry.path(), cause);
        match kind(entry.file_type()) {
            Kind::File if here.same_size(&there) && fs::symlink_metadata(&twin).is_ok_and(|twin| twin.is_file()) => {
                Ok(fs::read(entry.path()).map_err(failed)? == fs::read(&twin).map_err(failed)?)
            }
            Kind::Link => Ok(fs::read_link(entry.path()).ok() == fs::read_link(&twin).ok()),
            Kind::File | Kind::Folder | Kind::Special => Ok(false),
        }
    }

    /// Whether the old tree's manifest lists the file as it is, and it is such as harden writes.
    fn was_ours(&mut self, entry: &DirEntry, path: &Path) -> Result<bool, HostError> {
        let Some(text) = path.to_str().filter(|_| kind(entry.file_type()) == Kind::File) else { return Ok(false) };
        if self.last.is_none() {
            self.last = Some(manifest_of(self.old)?);
        }
        let Some(Some(last)) = &self.last else { return Ok(false) };
        if last.hash(text).is_none() {
            return Ok(false);
        }
        let bytes = fs::read(entry.path()).map_err(|cause| HostError::new(Action::Read, entry.path(), cause))?;
        Ok(last.wrote(text, &bytes) && (self.ways.ours)(text, &bytes))
    }

    /// Moves a late arrival to the new tree: to its own path when that is free or holds only the link to an earlier
    /// version of it, else beside.
    fn rescue(&mut self, entry: &DirEntry, path: &Path) -> Result<(), HostError> {
        let failed = |cause: rustix::io::Errno| HostError::new(Action::Carry, entry.path(), cause);
        let home = if self.folders_for(path)? { path.to_owned() } else { PathBuf::from(entry.file_name()) };
        let target = self.new.join(&home);
        if home != path {
            return self.put_beside(entry, &home);
        }
        if self.is_earlier_link(path, &target)? {
            return rustix::fs::rename(entry.path(), &target).map_err(failed);
        }
        match rename_to_free(entry.path(), &target) {
            Err(rustix::io::Errno::EXIST) => self.put_beside(entry, &home),
            result => result.map_err(failed),
        }
    }

    /// Moves a late arrival to the first free name beside a path.
    fn put_beside(&mut self, entry: &DirEntry, path: &Path) -> Result<(), HostError> {
        let mut n = 1;
        let mut beside = kept_name(path, n);
        while stands(&self.new.join(&beside))? {
            n += 1;
            beside = kept_name(path, n);
        }
        rename_to_free(entry.path(), &self.new.join(&beside))
            .map_err(|cause| HostError::new(Action::Carry, entry.path(), cause))?;
        self.kept.push(beside.to_string_lossy().into_owned());
        Ok(())
    }

    /// Whether this run linked an earlier version to the target and nothing happened to it since.
    fn is_earlier_link(&self, path: &Path, target: &Path) -> Result<bool, HostError> {
        let Some(Entry { inode, fate: Fate::Carry }) = self.known.entries.and_then(|entries| entries.get(path)) else {
            return Ok(false);
        };
        Ok(!self.known.copied.contains(path) && Stamp::at(target)?.is_some_and(|there| there.id.1 == *inode))
    }

    /// Makes the folders above a path in the new tree; `false` when something else than a folder is in the way.
    fn folders_for(&self, path: &Path) -> Result<bool, HostError> {
        let mut at = self.new.to_owned();
        for segment in path.parent().into_iter().flat_map(Path::components) {
            at.push(segment);
            match fs::symlink_metadata(&at) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Ok(false),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                    fs::create_dir(&at).map_err(|cause| HostError::new(Action::MakeFolder, &at, cause))?;
                }
                Err(cause) => return Err(HostError::new(Action::Read, &at, cause)),
            }
        }
        Ok(true)
    }
}

fn manifest_of(tree: &Path) -> Result<Option<LastManifest>, HostError> {
    let reader = match Reader::open(tree) {
        Ok(reader) => reader,
        Err(TreeError::Foreign(_)) => None,
        Err(TreeError::Host(error)) => return Err(error),
    };
    reader.map_or(Ok(None), |mut reader| manifest::of(&mut reader))
}

/// `notes.md` becomes `notes.md.kept`, then `notes.md.kept-2` ...
fn kept_name(path: &Path, n: u32) -> PathBuf {
    let mut name = OsString::from(path);
    if n == 1 {
        name.push(".kept")
    } else {
        name.push(format!(".kept-{n}"))
    }
    PathBuf::from(name)
}
