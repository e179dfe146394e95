//! Failures of the machine: what was being done, to what, and the cause the system gave (exit 3).

use std::{error, fmt, io, path::PathBuf};

/// What was being done when the machine failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reading a file or a clock.
    Read,
    /// Listing a folder.
    List,
    /// Writing a file.
    Write,
    /// Making a folder.
    MakeFolder,
    /// Carrying a file over into a new tree.
    Carry,
    /// Putting a new tree in the place of an old one.
    Replace,
    /// Removing a file or folder.
    Remove,
    /// Taking the lock of a tree.
    Lock,
    /// Finishing what an earlier, killed run left behind.
    Recover,
    /// Opening a git repository or reading from it.
    ReadRepository,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Read => "read",
            Action::List => "list",
            Action::Write => "write",
            Action::MakeFolder => "make the folder",
            Action::Carry => "carry over",
            Action::Replace => "replace",
            Action::Remove => "remove",
            Action::Lock => "lock",
            Action::Recover => "recover",
            Action::ReadRepository => "read the git repository",
        })
    }
}

/// The machine could not do something: the path (or `<stdout>`, `<clock>` ...), what was being done, and the cause.
#[derive(Debug)]
pub struct HostError {
    /// What it was done to.
    pub path: PathBuf,
    /// What was being done.
    pub action: Action,
    /// What the system said.
    pub cause: io::Error,
}

impl HostError {
    pub(crate) fn new(action: Action, path: impl Into<PathBuf>, cause: impl Into<io::Error>) -> Self {
        HostError { path: path.into(), action, cause: cause.into() }
    }

    pub(crate) fn because(action: Action, path: impl Into<PathBuf>, cause: impl Into<String>) -> Self {
        HostError::new(action, path, io::Error::other(cause.into()))
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} `{}`: {}", self.action, self.path.display(), plain(&self.cause))
    }
}

impl error::Error for HostError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// The system's sentence as ours are: lower case, without the number.
fn plain(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_where_and_why() {
        let cause = io::Error::from_raw_os_error(rustix::io::Errno::ACCESS.raw_os_error());
        let error = HostError::new(Action::Write, "out/shop", cause);
        assert_eq!(error.to_string(), "cannot write `out/shop`: permission denied");
    }
}
