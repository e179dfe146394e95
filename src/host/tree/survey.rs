//! Looks at the old tree before anything is touched: what is ours, what is the user's, and what happens to each.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};
use walkdir::{DirEntry, DirEntryExt, WalkDir};

use crate::host::{
    Action, HostError,
    files::{Kind, kind, unlisted},
    tree::{
        Foreign, LastManifest, Outcome, Ways, Why, manifest,
        planned::{Planned, above},
        reader::{Look, Match, Reader, Stamp},
        strays::goes_to_a_host,
    },
};

/// A file larger than this was not written by harden: it is not read to find out.
pub(super) const OURS_LIMIT: u64 = 64 * 1024 * 1024;

/// What happens to an entry of the old tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Taken over as it is.
    Carry,
    /// Ours, unchanged: replaced or removed.
    Retire(Stamp),
    /// A folder.
    Folder(Rights),
}

/// Who may do what with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) mode: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
}

/// An entry of the old tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) inode: u64,
    pub(super) fate: Fate,
}

/// The old tree and what becomes of it.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) entries: BTreeMap<PathBuf, Entry>,
    /// Those of the tree's own folder, if there is one.
    pub(super) rights: Option<Rights>,
    pub(super) outcome: Outcome,
    foreign: Vec<Foreign>,
}

struct Surveyor<'a> {
    reader: &'a mut Reader,
    dir: &'a Path,
    planned: &'a Planned<'a>,
    ways: &'a Ways<'a>,
    last: Option<LastManifest>,
    survey: Survey,
}

/// Looks at an open tree.
pub(super) fn survey(reader: &mut Reader, dir: &Path, planned: &Planned<'_>, ways: &Ways<'_>) -> Result<Survey, HostError> {
    let last = manifest::of(reader)?;
    let mut surveyor = Surveyor { reader, dir, planned, ways, last, survey: Survey::default() };
    for entry in WalkDir::new(dir).sort_by_file_name() {
        surveyor.entry(&entry.map_err(|cause| unlisted(dir, cause))?)?;
    }
    let mut survey = surveyor.survey;
    survey.add_new(planned);
    survey.refuse_folders(planned);
    survey.outcome.sort();
    Ok(survey)
}

impl Surveyor<'_> {
    fn entry(&mut self, entry: &DirEntry) -> Result<(), HostError> {
        let path = entry.path().strip_prefix(self.dir).unwrap_or(entry.path()).to_owned();
        let fate = match kind(entry.file_type()) {
            Kind::Folder => {
                let rights = self.folder(entry)?;
                if entry.depth() == 0 {
                    self.survey.rights = Some(rights);
                    return Ok(());
                }
                Fate::Folder(rights)
            }
            Kind::File => self.file(path.to_str())?,
            Kind::Link => self.other(path.to_str(), Why::Link),
            Kind::Special => self.other(path.to_str(), Why::NotAFolder),
        };
        self.survey.entries.insert(path, Entry { inode: entry.ino(), fate });
        Ok(())
    }

    /// The rights on a folder that we may change and that lies on the tree's own file system.
    fn folder(&self, entry: &DirEntry) -> Result<Rights, HostError> {
        let found = entry.metadata().map_err(|cause| unlisted(self.dir, cause))?;
        if found.dev() != self.reader.stamp().id.0 {
            return Err(HostError::because(Action::Replace, entry.path(), "another file system is mounted there"));
        }
        access(entry.path(), Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|cause| HostError::new(Action::Write, entry.path(), cause))?;
        Ok(Rights { mode: found.mode() & 0o7777, owner: found.uid(), group: found.gid() })
    }

    fn file(&mut self, path: Option<&str>) -> Result<Fate, HostError> {
        // A name that is no text is never ours.
        let Some(path) = path else { return Ok(Fate::Carry) };
        match self.planned.file(path) {
            Some(wanted) => match self.reader.matches(wanted)? {
                Look::File(Match::Same) => {
                    self.survey.outcome.unchanged.push(path.to_owned());
                    Ok(Fate::Carry)
                }
                Look::File(Match::Mode { stamp, .. }) => Ok(self.retire(path, stamp)),
                Look::File(Match::Differs) => self.replaced(path),
                Look::Absent | Look::Blocked(_) | Look::TooLarge => Ok(self.refuse(path, Why::Unlisted)),
            },
            None => self.unplanned(path),
        }
    }

    /// A file that is wanted with other bytes.
    fn replaced(&mut self, path: &str) -> Result<Fate, HostError> {
        Ok(match self.ours(path)? {
            Claim::Ours(stamp) => self.retire(path, stamp),
            Claim::Edited => self.refuse(path, Why::Edited),
            Claim::Strange | Claim::Foreign => self.refuse(path, Why::Unlisted),
        })
    }

    /// A file that nobody wants any more, or never did.
    fn unplanned(&mut self, path: &str) -> Result<Fate, HostError> {
        let claim = self.ours(path)?;
        let in_the_way = self.planned.is_folder(path);
        Ok(match claim {
            Claim::Ours(stamp) => {
                self.survey.outcome.removed.push(path.to_owned());
                Fate::Retire(stamp)
            }
            Claim::Edited if in_the_way => self.refuse(path, Why::Edited),
            Claim::Strange | Claim::Foreign if in_the_way => self.refuse(path, Why::NotAFolder),
            Claim::Edited | Claim::Strange => {
                self.survey.outcome.kept.push(path.to_owned());
                Fate::Carry
            }
            Claim::Foreign => Fate::Carry,
        })
    }

    fn ours(&mut self, path: &str) -> Result<Claim, HostError> {
        let Some(last) = self.last.as_ref().filter(|last| last.hash(path).is_some()) else { return Ok(Claim::Foreign) };
        Ok(match self.reader.read(path, OURS_LIMIT)? {
            Look::File(seen) if !last.wrote(path, seen.bytes) => Claim::Edited,
            Look::File(seen) if !(self.ways.ours)(path, seen.bytes) => Claim::Strange,
            Look::File(seen) => Claim::Ours(seen.stamp),
            Look::Absent | Look::Blocked(_) | Look::TooLarge => Claim::Edited,
        })
    }

    /// A link, pipe, socket or device.
    fn other(&mut self, path: Option<&str>, why: Why) -> Fate {
        let Some(path) = path else { return Fate::Carry };
        if self.planned.file(path).is_some() || self.planned.is_folder(path) {
            return self.refuse(path, why);
        }
        if self.last.as_ref().is_some_and(|last| last.hash(path).is_some()) {
            self.survey.outcome.kept.push(path.to_owned());
        }
        Fate::Carry
    }

    fn retire(&mut self, path: &str, stamp: Stamp) -> Fate {
        self.survey.outcome.written.push(path.to_owned());
        Fate::Retire(stamp)
    }

    fn refuse(&mut self, path: &str, why: Why) -> Fate {
        self.survey.foreign.push(Foreign { path: path.to_owned(), why });
        Fate::Carry
    }
}

/// Whose a file is.
enum Claim {
    /// Listed with its hash, and such as harden writes.
    Ours(Stamp),
    /// Listed with another hash.
    Edited,
    /// Listed with its hash, but harden writes no such file: somebody else wrote the list.
    Strange,
    /// Not listed.
    Foreign,
}

impl Survey {
    /// The survey of no tree at all.
    pub(super) fn of_nothing(planned: &Planned<'_>) -> Self {
        let mut survey = Survey::default();
        survey.add_new(planned);
        survey.outcome.sort();
        survey
    }

    /// What of the user's is in the way, sorted.
    pub(super) fn foreign(&mut self) -> Vec<Foreign> {
        self.foreign.sort();
        std::mem::take(&mut self.foreign)
    }

    fn add_new(&mut self, planned: &Planned<'_>) {
        let absent = |path: &str| !self.entries.contains_key(Path::new(path));
        let new: Vec<String> = planned.files().map(|file| file.path.as_str()).filter(|p| absent(p)).map(str::to_owned).collect();
        self.outcome.written.extend(new);
    }

    /// A folder where a file is wanted goes only with all that is in it being ours.
    fn refuse_folders(&mut self, planned: &Planned<'_>) {
        for file in planned.files() {
            let path = Path::new(file.path.as_str());
            if !matches!(self.entries.get(path), Some(Entry { fate: Fate::Folder(_), .. })) {
                continue;
            }
            let below = || self.entries.range(path.to_owned()..).skip(1).take_while(|(inner, _)| inner.starts_with(path));
            let theirs = below().any(|(_, entry)| entry.fate == Fate::Carry) || self.has_empty_folder(path);
            if theirs {
                self.foreign.push(Foreign { path: file.path.as_str().to_owned(), why: Why::Folder });
            } else {
                self.outcome.written.push(file.path.as_str().to_owned());
            }
        }
    }

    /// Whether this folder or one below holds nothing, which only a user would leave so.
    fn has_empty_folder(&self, path: &Path) -> bool {
        self.empty_folders().any(|empty| empty.starts_with(path))
    }

    /// The folders of the old tree that hold nothing.
    pub(super) fn empty_folders(&self) -> impl Iterator<Item = &Path> {
        let mut entries = self.entries.iter().peekable();
        std::iter::from_fn(move || {
            loop {
                let (path, entry) = entries.next()?;
                let empty = entries.peek().is_none_or(|(next, _)| !next.starts_with(path));
                if empty && matches!(entry.fate, Fate::Folder(_)) {
                    return Some(path.as_path());
                }
            }
        })
    }

    /// What stays, is none of ours and lies where a whole folder is copied to a host.
    pub(super) fn strays(&self, planned: &Planned<'_>) -> Vec<String> {
        let carried = self.entries.iter().filter(|(_, entry)| entry.fate == Fate::Carry).map(|(path, _)| path.to_string_lossy());
        carried.filter(|path| goes_to_a_host(path) && planned.file(path).is_none()).map(Cow::into_owned).collect()
    }

    /// Every folder the new tree needs, outer ones first.
    pub(super) fn folders<'a>(&'a self, planned: &Planned<'a>) -> Vec<PathBuf> {
        let wanted: BTreeSet<&str> = planned.files().flat_map(|file| above(file.path.as_str())).collect();
        let mut folders: BTreeSet<PathBuf> = wanted.into_iter().map(PathBuf::from).collect();
        for empty in self.empty_folders() {
            folders.extend(empty.ancestors().map(Path::to_owned));
        }
        for (path, _) in self.entries.iter().filter(|(_, entry)| entry.fate == Fate::Carry) {
            folders.extend(path.ancestors().skip(1).map(Path::to_owned));
        }
        folders.remove(Path::new(""));
        folders.into_iter().collect()
    }
}
