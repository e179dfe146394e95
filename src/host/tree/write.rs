//! Writes a tree, or finds that nothing has changed and touches nothing.

use std::{fs, path::Path};

use crate::{
    build::may_be_ours,
    host::{
        Action, HostError,
        tree::{
            NewFile, TreeError,
            beside::{Beside, stands},
            journal::Journal,
            planned::Planned,
            reader::{Look, Match, Reader},
            recover::{discard, finish},
            retire::Known,
            stage::{make_folder, stage},
            strays::strays,
            survey::{Survey, survey},
            swap::{put, swap},
        },
    },
};

/// What was done: paths from the top of the tree, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files that are new or have other bytes or permissions now.
    pub written: Vec<String>,
    /// Files that were as wanted.
    pub unchanged: Vec<String>,
    /// Files of ours that left the plan.
    pub removed: Vec<String>,
    /// Files of the user's that the reader should know of: edited ones that left the plan, ones that harden never wrote although
    /// the last manifest lists them, changes that came while the tree was replaced and were put beside, and what lies where a whole
    /// folder is copied to a host.
    pub kept: Vec<String>,
}

/// How the new tree takes the old one's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// In one system call; where that is not to be had, as `TwoMoves`.
    OneCall,
    /// The old tree is moved aside, then the new one to its place; where a tree cannot be moved, as `Drain`.
    TwoMoves,
    /// The old tree is taken apart, then the new one moved to its place.
    Drain,
}

/// How unchanged and foreign files get into the new tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// By hard link; where that fails, by copy.
    Link,
    /// By copy.
    Copy,
}

/// The ways of writing a tree. Users take the default; tests take the ones that other systems force, and stop between
/// steps.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    /// How the new tree takes the old one's place.
    pub exchange: Exchange,
    /// How unchanged and foreign files get into the new tree.
    pub transfer: Transfer,
    /// Called before each change to the disk.
    pub before_step: &'a (dyn Fn() + Sync),
    /// Whether a file can be harden's at all, by path and bytes: what the last manifest lists beside is left alone.
    pub ours: fn(&str, &[u8]) -> bool,
}

impl Outcome {
    pub(super) fn sort(&mut self) {
        for list in [&mut self.written, &mut self.unchanged, &mut self.removed, &mut self.kept] {
            list.sort();
            list.dedup();
        }
    }
}

impl Default for Ways<'_> {
    fn default() -> Self {
        Ways { exchange: Exchange::OneCall, transfer: Transfer::Link, before_step: &|| (), ours: may_be_ours }
    }
}

impl Ways<'_> {
    pub(super) fn step(&self) {
        (self.before_step)();
    }
}

/// Makes the tree hold these files. What harden did not write stays as it is; files of the last manifest that left the
/// plan go, unless they were edited. When nothing changes, nothing is touched.
///
/// # Errors
/// When something of the user's stands where a file is wanted, or the machine fails.
pub fn write(dir: &Path, files: &[NewFile]) -> Result<Outcome, TreeError> {
    write_by(dir, files, &Ways::default())
}

/// As `write`, in other ways.
///
/// # Errors
/// As `write`.
pub fn write_by(dir: &Path, files: &[NewFile], ways: &Ways<'_>) -> Result<Outcome, TreeError> {
    let planned = Planned::new(dir, files)?;
    let beside = Beside::new(dir)?;
    if !stands(&beside.journal)?
        && let Some(outcome) = unchanged(&beside, &planned)?
    {
        return Ok(outcome);
    }
    fs::create_dir_all(&beside.parent).map_err(|cause| HostError::new(Action::MakeFolder, &beside.parent, cause))?;
    ways.step();
    let (mut journal, note) = Journal::take(&beside)?;
    let late = finish(&beside, note, ways)?;
    if note.is_some() {
        journal.clear()?;
    }
    let result = locked(&beside, &mut journal, &planned, ways)?;
    ways.step();
    journal.end()?;
    let mut outcome = result?;
    outcome.kept.extend(late);
    outcome.sort();
    Ok(outcome)
}

/// The outcome when every wanted file is there as wanted and the manifest, being one of them, lists no other.
fn unchanged(beside: &Beside, planned: &Planned<'_>) -> Result<Option<Outcome>, TreeError> {
    if planned.file(super::MANIFEST).is_none() {
        return Ok(None);
    }
    let Some(mut reader) = Reader::open(&beside.dir)? else { return Ok(None) };
    for file in planned.files() {
        if !matches!(reader.matches(file)?, Look::File(Match::Same)) {
            return Ok(None);
        }
    }
    let kept = strays(&beside.dir, |path| planned.file(path).is_some())?;
    let mut outcome = Outcome { unchanged: Vec::with_capacity(planned.len()), kept, ..Outcome::default() };
    outcome.unchanged.extend(planned.files().map(|file| file.path.as_str().to_owned()));
    Ok(Some(outcome))
}

/// The work under the lock. An outer error leaves the journal for the next run; an inner one leaves nothing behind.
fn locked(
    beside: &Beside,
    journal: &mut Journal,
    planned: &Planned<'_>,
    ways: &Ways<'_>,
) -> Result<Result<Outcome, TreeError>, HostError> {
    let (old, mut survey) = match look(beside, planned, ways) {
        Ok(looked) => looked,
        Err(error) => return Ok(Err(error)),
    };
    let foreign = survey.foreign();
    if !foreign.is_empty() {
        return Ok(Err(TreeError::Foreign(foreign)));
    }
    if old.is_some() && survey.outcome.written.is_empty() && survey.outcome.removed.is_empty() {
        return Ok(Ok(survey.outcome));
    }
    ways.step();
    let begun = journal.begin(old.as_ref().map(Reader::stamp)).and_then(|()| make_folder(&beside.new, survey.rights, ways));
    if let Err(error) = begun {
        return Ok(Err(error.into()));
    }
    let copied = match stage(beside, planned, &survey, ways) {
        Ok(copied) => copied,
        Err(error) => {
            discard(&beside.new, ways)?;
            return Ok(Err(error.into()));
        }
    };
    if old.is_some() {
        let known = Known { entries: Some(&survey.entries), copied };
        survey.outcome.kept.extend(swap(beside, journal, &known, ways)?);
    } else {
        put(beside, ways)?;
    }
    Ok(Ok(survey.outcome))
}

fn look(beside: &Beside, planned: &Planned<'_>, ways: &Ways<'_>) -> Result<(Option<Reader>, Survey), TreeError> {
    match Reader::open(&beside.dir)? {
        Some(mut reader) => {
            let mut survey = survey(&mut reader, &beside.dir, planned, ways)?;
            let strays = survey.strays(planned);
            survey.outcome.kept.extend(strays);
            Ok((Some(reader), survey))
        }
        None => Ok((None, Survey::of_nothing(planned))),
    }
}
