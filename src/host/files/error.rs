//! Why a file was not read: the user's mistake, or the machine's failure.

use std::{error, fmt, path::PathBuf};

use crate::host::HostError;

/// How a path would leave the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaves {
    /// It starts at the top of the file system.
    Absolute,
    /// It has a `..` segment.
    Parent,
    /// A symbolic link on it leads outside.
    Link {
        /// The link, relative to the root.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
}

/// A file was not read. All but `Host` are mistakes of whoever named it.
#[derive(Debug)]
pub enum FileError {
    /// Nothing is there.
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// A folder, pipe or device is there.
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A named pipe is there.
    NamedPipe {
        /// The path.
        path: PathBuf,
    },
    /// It is larger than any such file should be.
    TooLarge {
        /// The path.
        path: PathBuf,
        /// The most bytes that are read.
        limit: u64,
    },
    /// The path leaves the root.
    Outside {
        /// The path or pattern, as it was named.
        named: String,
        /// How it leaves.
        how: Leaves,
    },
    /// A folder link leads to a folder around it, so that a pattern with `**` would never end.
    Loop {
        /// The link, relative to the root.
        link: PathBuf,
    },
    /// A name that matches a pattern is no UTF-8 text.
    NotText {
        /// The path, relative to the root.
        path: PathBuf,
    },
    /// The text is no pattern.
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The machine failed.
    Host(HostError),
}

impl From<HostError> for FileError {
    fn from(error: HostError) -> Self {
        FileError::Host(error)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Missing { path } => write!(f, "no file at `{}`", path.display()),
            FileError::NotAFile { path } => write!(f, "`{}` is not a regular file", path.display()),
            FileError::NamedPipe { path } => write!(f, "`{}` is a named pipe, which may never be written to", path.display()),
            FileError::TooLarge { path, limit } => write!(f, "`{}` is larger than {limit} bytes", path.display()),
            FileError::Outside { named, how: Leaves::Absolute } => write!(f, "`{named}` is absolute and leaves the root"),
            FileError::Outside { named, how: Leaves::Parent } => write!(f, "`{named}` has a `..` segment and may leave the root"),
            FileError::Outside { named, how: Leaves::Link { link, target } } => {
                write!(f, "`{named}` leaves the root: the link `{}` leads to `{}`", link.display(), target.display())
            }
            FileError::Loop { link } => write!(f, "the link `{}` leads to a folder around it", link.display()),
            FileError::NotText { path } => write!(f, "the name `{}` is no UTF-8 text", path.display()),
            FileError::Pattern { pattern, cause } => write!(f, "`{pattern}` is no pattern: {cause}"),
            FileError::Host(error) => error.fmt(f),
        }
    }
}

impl error::Error for FileError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            FileError::Host(error) => Some(error),
            FileError::Missing { .. }
            | FileError::NotAFile { .. }
            | FileError::NamedPipe { .. }
            | FileError::TooLarge { .. }
            | FileError::Outside { .. }
            | FileError::Loop { .. }
            | FileError::NotText { .. }
            | FileError::Pattern { .. } => None,
        }
    }
}
