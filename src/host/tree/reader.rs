//! Reads a tree through its open folder: links are never followed, and a tree that is exchanged meanwhile is still read
//! as the one it was.

use std::{
    fs::File,
    io::Read,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat},
    io::Errno,
};

use crate::host::{
    Action, HostError,
    tree::{Foreign, NewFile, TreeError, Why},
};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Without `NONBLOCK` a pipe would wait for a writer.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Identity and state of a file: while it is the same, nobody wrote to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Device and inode.
    pub(super) id: (u64, u64),
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    #[expect(clippy::unnecessary_cast, reason = "the widths differ between systems")]
    pub(super) fn of(stat: &Stat) -> Self {
        Stamp {
            id: (stat.st_dev as u64, stat.st_ino as u64),
            size: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        }
    }

    pub(super) fn same_size(&self, other: &Stamp) -> bool {
        self.size == other.size
    }

    /// The stamp of what stands at a path; links are not followed.
    pub(super) fn at(path: &Path) -> Result<Option<Self>, HostError> {
        match statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Stamp::of(&stat))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(cause) => Err(HostError::new(Action::Read, path, cause)),
        }
    }
}

/// A regular file that was read.
pub(super) struct Seen<'a> {
    pub(super) stamp: Stamp,
    pub(super) mode: u32,
    pub(super) bytes: &'a [u8],
}

/// What is found where a file is looked for.
pub(super) enum Look<T> {
    /// Nothing.
    Absent,
    /// Something that is no regular file, here or above.
    Blocked(Foreign),
    /// A file over the limit.
    TooLarge,
    /// A regular file.
    File(T),
}

/// How a file on the disk relates to the one that is wanted there.
pub(super) enum Match {
    /// Same bytes, fitting permissions.
    Same,
    /// Same bytes, other permissions.
    Mode { stamp: Stamp, mode: u32 },
    /// Other bytes.
    Differs,
}

/// An open tree.
pub(super) struct Reader {
    dir: PathBuf,
    top: OwnedFd,
    stamp: Stamp,
    /// The open folders from the top down to the last file.
    chain: Vec<(String, OwnedFd)>,
    buffer: Vec<u8>,
}

impl Reader {
    /// Opens a tree; `None` when there is none.
    pub(super) fn open(dir: &Path) -> Result<Option<Self>, TreeError> {
        let failed = |cause| HostError::new(Action::Read, dir, cause);
        let top = match openat(CWD, dir, FOLDER, Mode::empty()) {
            Ok(top) => top,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                return match statat(CWD, dir, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => Err(TreeError::Foreign(vec![Foreign { path: String::new(), why: in_the_way(&stat) }])),
                    Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
                    Err(cause) => Err(failed(cause).into()),
                };
            }
            Err(cause) => return Err(failed(cause).into()),
        };
        let stamp = Stamp::of(&fstat(&top).map_err(failed)?);
        Ok(Some(Reader { dir: dir.to_owned(), top, stamp, chain: Vec::new(), buffer: Vec::new() }))
    }

    /// The stamp of the tree's own folder when it was opened.
    pub(super) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Compares a file with the one that is wanted at its path. Reads only what has the right size.
    pub(super) fn matches(&mut self, wanted: &NewFile) -> Result<Look<Match>, HostError> {
        let path = wanted.path.as_str();
        let (file, stat) = match self.find(path)? {
            Look::File(found) => found,
            Look::Absent => return Ok(Look::Absent),
            Look::Blocked(foreign) => return Ok(Look::Blocked(foreign)),
            Look::TooLarge => return Ok(Look::TooLarge),
        };
        let stamp = Stamp::of(&stat);
        if stamp.size != wanted.bytes.len() as u64 || !self.holds(file, path, &wanted.bytes)? {
            return Ok(Look::File(Match::Differs));
        }
        let mode = mode_bits(&stat);
        Ok(Look::File(if wanted.accepts(mode) { Match::Same } else { Match::Mode { stamp, mode } }))
    }

    /// Reads a file of at most `limit` bytes.
    pub(super) fn read(&mut self, path: &str, limit: u64) -> Result<Look<Seen<'_>>, HostError> {
        let (file, stat) = match self.find(path)? {
            Look::File(found) => found,
            Look::Absent => return Ok(Look::Absent),
            Look::Blocked(foreign) => return Ok(Look::Blocked(foreign)),
            Look::TooLarge => return Ok(Look::TooLarge),
        };
        self.buffer.clear();
        let failed = |cause| HostError::new(Action::Read, self.dir.join(path), cause);
        File::from(file).take(limit.saturating_add(1)).read_to_end(&mut self.buffer).map_err(failed)?;
        if self.buffer.len() as u64 > limit {
            return Ok(Look::TooLarge);
        }
        Ok(Look::File(Seen { stamp: Stamp::of(&stat), mode: mode_bits(&stat), bytes: &self.buffer }))
    }

    /// Whether an open file of the right size holds these bytes.
    fn holds(&mut self, file: OwnedFd, path: &str, bytes: &[u8]) -> Result<bool, HostError> {
        self.buffer.resize(bytes.len(), 0);
        let mut file = File::from(file);
        let mut filled = 0;
        while filled < bytes.len() {
            match file.read(&mut self.buffer[filled..]) {
                Ok(0) => return Ok(false),
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(HostError::new(Action::Read, self.dir.join(path), cause)),
            }
        }
        Ok(self.buffer == bytes)
    }

    /// Opens a regular file.
    fn find(&mut self, path: &str) -> Result<Look<(OwnedFd, Stat)>, HostError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match self.enter(folder)? {
            Look::File(()) => {}
            Look::Absent => return Ok(Look::Absent),
            Look::Blocked(foreign) => return Ok(Look::Blocked(foreign)),
            Look::TooLarge => return Ok(Look::TooLarge),
        }
        let failed = |cause| HostError::new(Action::Read, self.dir.join(path), cause);
        let blocked = |why| Ok(Look::Blocked(Foreign { path: path.to_owned(), why }));
        match openat(self.innermost(), name, FILE, Mode::empty()) {
            Ok(file) => {
                let stat = fstat(&file).map_err(failed)?;
                match FileType::from_raw_mode(stat.st_mode) {
                    FileType::RegularFile => Ok(Look::File((file, stat))),
                    FileType::Directory => blocked(Why::Folder),
                    FileType::Symlink
                    | FileType::Fifo
                    | FileType::Socket
                    | FileType::CharacterDevice
                    | FileType::BlockDevice
                    | FileType::Unknown => blocked(Why::NotAFolder),
                }
            }
            Err(Errno::NOENT) => Ok(Look::Absent),
            Err(Errno::LOOP) => blocked(Why::Link),
            // A socket.
            Err(Errno::NXIO) => blocked(Why::NotAFolder),
            Err(cause) => Err(failed(cause)),
        }
    }

    /// Opens the folders down to this one, keeping those that the last path shares.
    fn enter(&mut self, folder: &str) -> Result<Look<()>, HostError> {
        let segments = || folder.split('/').filter(|segment| !segment.is_empty());
        let shared = self.chain.iter().zip(segments()).take_while(|((name, _), segment)| name == segment).count();
        self.chain.truncate(shared);
        for segment in segments().skip(shared) {
            match openat(self.innermost(), segment, FOLDER, Mode::empty()) {
                Ok(next) => self.chain.push((segment.to_owned(), next)),
                Err(Errno::NOENT) => return Ok(Look::Absent),
                Err(cause) => return self.not_entered(segment, cause),
            }
        }
        Ok(Look::File(()))
    }

    fn not_entered(&self, segment: &str, cause: Errno) -> Result<Look<()>, HostError> {
        let mut names: Vec<&str> = self.chain.iter().map(|(name, _)| name.as_str()).collect();
        names.push(segment);
        let path = names.join("/");
        if cause != Errno::NOTDIR && cause != Errno::LOOP {
            return Err(HostError::new(Action::Read, self.dir.join(path), cause));
        }
        match statat(self.innermost(), segment, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Look::Blocked(Foreign { path, why: in_the_way(&stat) })),
            Err(Errno::NOENT) => Ok(Look::Absent),
            Err(cause) => Err(HostError::new(Action::Read, self.dir.join(path), cause)),
        }
    }

    fn innermost(&self) -> BorrowedFd<'_> {
        self.chain.last().map_or(self.top.as_fd(), |(_, folder)| folder.as_fd())
    }
}

fn in_the_way(stat: &Stat) -> Why {
    if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink { Why::Link } else { Why::NotAFolder }
}

#[expect(clippy::unnecessary_cast, reason = "the widths differ between systems")]
fn mode_bits(stat: &Stat) -> u32 {
    stat.st_mode as u32 & 0o7777
}
