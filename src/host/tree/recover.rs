//! Finishes or undoes what a killed writer left, by its journal alone.

use std::{fs, io, path::Path};

use crate::host::{
    Action, HostError,
    tree::{
        Ways,
        beside::{Beside, rename_to_free, stands},
        journal::{Journal, Note, Phase},
        reader::Stamp,
        retire::{Known, retire},
    },
};

/// Makes a tree whole again after a killed `write`; one look at the disk when there is nothing to do. To be called before
/// a tree is read. Returns the paths in the tree under which late changes of the user's were put.
///
/// # Errors
/// When the machine fails, or another process holds the tree.
pub fn recover(dir: &Path) -> Result<Vec<String>, HostError> {
    recover_by(dir, &Ways::default())
}

/// As `recover`, in other ways.
///
/// # Errors
/// As `recover`.
pub fn recover_by(dir: &Path, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let beside = Beside::new(dir)?;
    if !stands(&beside.journal)? {
        return Ok(Vec::new());
    }
    let (journal, note) = Journal::take(&beside)?;
    let late = finish(&beside, note, ways)?;
    journal.end()?;
    Ok(late)
}

/// Acts on the note of a killed writer; the lock is held.
pub(super) fn finish(beside: &Beside, note: Option<Note>, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    for path in [&beside.new, &beside.old] {
        claimed(path, note)?;
    }
    match note.map(|note| note.phase) {
        None => Ok(Vec::new()),
        Some(Phase::Making) => made(beside, note.and_then(|note| note.old), ways),
        Some(Phase::Moving) => moved(beside, ways),
        Some(Phase::Draining) => drained(beside, ways),
    }
}

/// Refuses what stands under one of our names and cannot be ours: anything without a note, anything but a folder.
fn claimed(path: &Path, note: Option<Note>) -> Result<(), HostError> {
    let refused = |cause| Err(HostError::because(Action::Recover, path, cause));
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(HostError::new(Action::Recover, path, cause)),
        Ok(_) if note.is_none() => refused("no journal says that harden made it; move it away and build again"),
        Ok(found) if !found.is_dir() => refused("it is no folder, so harden did not make it; move it away and build again"),
        Ok(_) => Ok(()),
    }
}

/// The name of the new tree holds a part of it, or, after the exchange, the old tree.
fn made(beside: &Beside, old: Option<(u64, u64)>, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let Some(found) = Stamp::at(&beside.new)? else { return Ok(Vec::new()) };
    if old != Some(found.id) {
        discard(&beside.new, ways)?;
        return Ok(Vec::new());
    }
    clear_away(&beside.new, beside, ways)
}

/// Takes an old tree apart, or puts it back when there is no other.
fn clear_away(old: &Path, beside: &Beside, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    if stands(&beside.dir)? {
        return retire(old, &beside.dir, &Known::default(), ways);
    }
    place(old, beside, ways)?;
    Ok(Vec::new())
}

fn moved(beside: &Beside, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    if !stands(&beside.old)? {
        // Not begun: the old tree is in its place.
        if stands(&beside.dir)? {
            discard(&beside.new, ways)?
        } else {
            place(&beside.new, beside, ways)?
        }
        return Ok(Vec::new());
    }
    if stands(&beside.new)? {
        if stands(&beside.dir)? {
            // Somebody made a tree in the gap: that one stays, and what is the user's in the old one joins it.
            discard(&beside.new, ways)?;
        } else {
            place(&beside.new, beside, ways)?;
        }
    }
    clear_away(&beside.old, beside, ways)
}

fn drained(beside: &Beside, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let mut late = Vec::new();
    if stands(&beside.new)? && stands(&beside.dir)? {
        late = retire(&beside.dir, &beside.new, &Known::default(), ways)?;
    }
    place(&beside.new, beside, ways)?;
    Ok(late)
}

fn place(tree: &Path, beside: &Beside, ways: &Ways<'_>) -> Result<(), HostError> {
    if !stands(tree)? {
        return Ok(());
    }
    ways.step();
    rename_to_free(tree, &beside.dir).map_err(|cause| HostError::new(Action::Recover, &beside.dir, cause))
}

/// Removes a tree in the making: its foreign files are links or copies of what the old tree still has.
pub(super) fn discard(tree: &Path, ways: &Ways<'_>) -> Result<(), HostError> {
    if !stands(tree)? {
        return Ok(());
    }
    ways.step();
    fs::remove_dir_all(tree).map_err(|cause| HostError::new(Action::Remove, tree, cause))
}
