//! The environment: folder, terminal, and the `HARDEN_` variables.

use std::{
    collections::BTreeMap,
    env,
    io::{self, IsTerminal},
    path::PathBuf,
};

use crate::host::{Action, HostError};

/// The width of text that goes to no terminal.
pub const PLAIN_WIDTH: usize = 100;

/// A stream that the program writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Results.
    Stdout,
    /// Diagnostics and progress.
    Stderr,
}

/// How text on a stream may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether the stream is a terminal.
    pub terminal: bool,
    /// Whether colours are shown: on a terminal that has them, unless `NO_COLOR` is set.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// How text on the stream may look.
#[must_use]
pub fn look(stream: Stream) -> Look {
    let (terminal, size) = match stream {
        Stream::Stdout => (io::stdout().is_terminal(), rustix::termios::tcgetwinsize(io::stdout())),
        Stream::Stderr => (io::stderr().is_terminal(), rustix::termios::tcgetwinsize(io::stderr())),
    };
    let columns = size.ok().map(|s| usize::from(s.ws_col)).filter(|columns| terminal && *columns > 0);
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    Look { terminal, color: terminal && !refused && !dumb, width: columns.unwrap_or(PLAIN_WIDTH) }
}

/// Every `HARDEN_` variable with its value; a value that is no text is left out.
#[must_use]
pub fn harden() -> BTreeMap<String, String> {
    let text =
        |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    env::vars_os().filter_map(text).filter(|(name, _)| name.starts_with("HARDEN_")).collect()
}

/// The folder the program was started in.
///
/// # Errors
/// When it was removed or may not be read.
pub fn current_dir() -> Result<PathBuf, HostError> {
    env::current_dir().map_err(|cause| HostError::new(Action::Read, ".", cause))
}
