//! A progress bar: on standard error, only on a terminal, only for work that lasts longer than a second.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::host::env::{Stream, look};

/// Work shorter than this shows nothing.
const QUIET: Duration = Duration::from_secs(1);

/// The progress of a number of equal pieces of work; shared between threads.
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    wanted: bool,
    shown: AtomicBool,
}

impl Progress {
    /// Begins work of `pieces` pieces; `what` names one of them in the plural (`clusters`).
    #[must_use]
    pub fn begin(pieces: usize, what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(pieces as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Progress { bar, begun: Instant::now(), wanted: look(Stream::Stderr).terminal, shown: AtomicBool::new(false) }
    }

    /// One more piece is done.
    pub fn done(&self) {
        self.bar.inc(1);
        if self.wanted && self.begun.elapsed() > QUIET && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Clears the bar, so that diagnostics start on an empty line.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
