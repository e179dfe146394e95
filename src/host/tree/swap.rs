//! Puts the whole new tree in the place of the old one.

use std::fs;

use rustix::io::Errno;

use crate::host::{
    Action, HostError,
    tree::{
        Exchange, Ways,
        beside::{Beside, exchange, rename_to_free},
        journal::{Journal, Phase},
        retire::{Known, retire},
    },
};

/// Exchanges the trees and takes the old one apart. Returns the paths under which late changes of the user's were kept.
pub(super) fn swap(beside: &Beside, journal: &mut Journal, known: &Known<'_>, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let failed = |cause| HostError::new(Action::Replace, &beside.dir, cause);
    ways.step();
    let exchanged = match ways.exchange {
        Exchange::OneCall => exchange(&beside.new, &beside.dir),
        Exchange::TwoMoves | Exchange::Drain => Err(Errno::NOSYS),
    };
    match exchanged {
        Ok(()) => {
            still_a_folder(beside)?;
            ways.step();
            retire(&beside.new, &beside.dir, known, ways)
        }
        // No such call, not on this file system, or a folder of a lower layer of an overlay.
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP | Errno::XDEV) => move_both(beside, journal, known, ways),
        Err(cause) => Err(failed(cause)),
    }
}

/// What was exchanged is the old tree, and no link that somebody put in its place meanwhile: nothing is taken apart through one.
fn still_a_folder(beside: &Beside) -> Result<(), HostError> {
    if fs::symlink_metadata(&beside.new).is_ok_and(|old| old.is_dir()) {
        return Ok(());
    }
    exchange(&beside.new, &beside.dir).map_err(|cause| HostError::new(Action::Replace, &beside.dir, cause))?;
    Err(HostError::because(Action::Replace, &beside.dir, "something else was put in the place of the folder while it was built"))
}

/// Puts a tree where none was.
pub(super) fn put(beside: &Beside, ways: &Ways<'_>) -> Result<(), HostError> {
    ways.step();
    rename_to_free(&beside.new, &beside.dir).map_err(|cause| HostError::new(Action::Replace, &beside.dir, cause))
}

/// The way without exchange: for a moment no tree is there, and the journal says how to go on.
fn move_both(beside: &Beside, journal: &mut Journal, known: &Known<'_>, ways: &Ways<'_>) -> Result<Vec<String>, HostError> {
    let failed = |cause| HostError::new(Action::Replace, &beside.dir, cause);
    journal.enter(Phase::Moving)?;
    ways.step();
    let moved = match ways.exchange {
        Exchange::OneCall | Exchange::TwoMoves => rename_to_free(&beside.dir, &beside.old),
        Exchange::Drain => Err(Errno::XDEV),
    };
    match moved {
        Ok(()) => {
            put(beside, ways)?;
            ways.step();
            retire(&beside.old, &beside.dir, known, ways)
        }
        Err(Errno::XDEV) => {
            journal.enter(Phase::Draining)?;
            let kept = retire(&beside.dir, &beside.new, known, ways)?;
            put(beside, ways)?;
            Ok(kept)
        }
        Err(cause) => Err(failed(cause)),
    }
}
