//! One file beside a tree that is both its lock and the note of what its writer is doing. It exists only while a writer
//! works, or after one was killed; the paths it stands for are fixed, so that its text can lead nowhere else.

use std::{
    fs::{self, File},
    io::{Read, Seek, Write},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{FlockOperation, Mode, OFlags, flock, fstat},
    io::Errno,
};

use crate::host::{
    Action, HostError,
    tree::{beside::Beside, reader::Stamp},
};

/// A writer works for milliseconds; one that holds a tree longer than this is stuck.
const PATIENCE: Duration = Duration::from_secs(60);
const HEAD: &str = "harden tree journal 1\n";

/// How far a writer had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The new tree is in the making, or was exchanged with the old one: the identity of the old one tells.
    Making,
    /// The new tree is whole; the old one is moved aside, then the new one to its place.
    Moving,
    /// The new tree is whole; the old one, which cannot be moved, is taken apart, then the new one moved to its place.
    Draining,
}

/// What a writer noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    /// Device and inode of the tree that was there before, if one was.
    pub(super) old: Option<(u64, u64)>,
    /// How far the writer had come.
    pub(super) phase: Phase,
}

/// The journal, open and locked.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Takes the lock, waiting for another writer of the same tree. Returns what a killed writer noted.
    pub(super) fn take(beside: &Beside) -> Result<(Self, Option<Note>), HostError> {
        let path = &beside.journal;
        let failed = |cause| HostError::new(Action::Lock, path, cause);
        let begun = Instant::now();
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        loop {
            let file = File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)).map_err(failed)?);
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    // The holder before us may have removed the file that we opened: then it locks nothing.
                    let ours = Stamp::of(&fstat(&file).map_err(failed)?).id;
                    if Stamp::at(path)?.is_some_and(|there| there.id == ours) {
                        let mut journal = Journal { file, path: path.clone() };
                        let note = journal.note()?;
                        return Ok((journal, note));
                    }
                }
                Err(Errno::WOULDBLOCK) if begun.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
                Err(Errno::WOULDBLOCK) => {
                    return Err(HostError::because(
                        Action::Lock,
                        path,
                        "another process has been writing this tree for a minute",
                    ));
                }
                Err(Errno::INTR) => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
    }

    /// Notes that a new tree is made; `old` is the one that is there.
    pub(super) fn begin(&mut self, old: Option<Stamp>) -> Result<(), HostError> {
        let old = old.map_or_else(|| "none".to_owned(), |stamp| format!("{} {}", stamp.id.0, stamp.id.1));
        self.append(&format!("{HEAD}old {old}\n"))
    }

    /// Notes a further phase.
    pub(super) fn enter(&mut self, phase: Phase) -> Result<(), HostError> {
        match phase {
            Phase::Making => Ok(()),
            Phase::Moving => self.append("moving\n"),
            Phase::Draining => self.append("draining\n"),
        }
    }

    /// What was noted is done; a new note can begin.
    pub(super) fn clear(&mut self) -> Result<(), HostError> {
        let cleared = self.file.set_len(0).and_then(|()| self.file.rewind());
        cleared.map_err(|cause| HostError::new(Action::Write, &self.path, cause))
    }

    /// Everything is done: removes the file, then gives the lock up.
    pub(super) fn end(self) -> Result<(), HostError> {
        fs::remove_file(&self.path).map_err(|cause| HostError::new(Action::Remove, &self.path, cause))
    }

    fn append(&mut self, text: &str) -> Result<(), HostError> {
        self.file.write_all(text.as_bytes()).map_err(|cause| HostError::new(Action::Write, &self.path, cause))
    }

    fn note(&mut self) -> Result<Option<Note>, HostError> {
        let foreign = || HostError::because(Action::Lock, &self.path, "harden did not write it; move it away and build again");
        let mut text = Vec::new();
        if !self.file.metadata().is_ok_and(|found| found.is_file()) {
            return Err(foreign());
        }
        (&self.file).take(256).read_to_end(&mut text).map_err(|cause| HostError::new(Action::Read, &self.path, cause))?;
        if text.is_empty() {
            return Ok(None);
        }
        std::str::from_utf8(&text).ok().and_then(parse).map(Some).ok_or_else(foreign)
    }
}

fn parse(text: &str) -> Option<Note> {
    let (old, rest) = text.strip_prefix(HEAD)?.strip_prefix("old ")?.split_once('\n')?;
    let old = match old.split_once(' ') {
        None if old == "none" => None,
        None => return None,
        Some((device, inode)) => Some((device.parse().ok()?, inode.parse().ok()?)),
    };
    let phase = match rest {
        "" => Phase::Making,
        "moving\n" => Phase::Moving,
        "draining\n" | "moving\ndraining\n" => Phase::Draining,
        _ => return None,
    };
    Some(Note { old, phase })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_notes_and_no_others() {
        let note = |phase| Some(Note { old: Some((7, 42)), phase });
        assert_eq!(parse("harden tree journal 1\nold 7 42\n"), note(Phase::Making));
        assert_eq!(parse("harden tree journal 1\nold 7 42\nmoving\n"), note(Phase::Moving));
        assert_eq!(parse("harden tree journal 1\nold 7 42\nmoving\ndraining\n"), note(Phase::Draining));
        assert_eq!(parse("harden tree journal 1\nold none\n"), Some(Note { old: None, phase: Phase::Making }));
        for foreign in ["x", "harden tree journal 1\n", "harden tree journal 2\nold none\n", "harden tree journal 1\nold /etc\n"]
        {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }
}
