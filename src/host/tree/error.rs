//! Why a tree was not written: something of the user's stands there, or the machine failed.

use std::{error, fmt};

use crate::host::HostError;

/// Why a path is not ours to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A file that the last manifest does not list.
    Unlisted,
    /// A file of ours that was edited since.
    Edited,
    /// A symbolic link; it may lead elsewhere, so nothing is written through it or over it.
    Link,
    /// A folder where a file is wanted.
    Folder,
    /// A file where a folder is wanted, or a pipe, socket or device.
    NotAFolder,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Unlisted => "was not written by harden",
            Why::Edited => "was edited since harden wrote it",
            Why::Link => "is a symbolic link",
            Why::Folder => "is a folder where a file is wanted",
            Why::NotAFolder => "is no folder and no regular file of ours",
        })
    }
}

/// A path that is wanted and holds something of the user's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign {
    /// The path from the top of the tree; empty for the tree itself.
    pub path: String,
    /// Why it is not ours.
    pub why: Why,
}

/// A tree was not written; nothing was changed.
#[derive(Debug)]
pub enum TreeError {
    /// Things of the user's stand where files are wanted, sorted by path (exit 2).
    Foreign(Vec<Foreign>),
    /// The machine failed (exit 3).
    Host(HostError),
}

impl From<HostError> for TreeError {
    fn from(error: HostError) -> Self {
        TreeError::Host(error)
    }
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TreeError::Foreign(list) => {
                for (n, foreign) in list.iter().enumerate() {
                    let path = if foreign.path.is_empty() { "." } else { &foreign.path };
                    write!(f, "{}`{path}` {}", if n == 0 { "" } else { "; " }, foreign.why)?;
                }
                Ok(())
            }
            TreeError::Host(error) => error.fmt(f),
        }
    }
}

impl error::Error for TreeError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            TreeError::Foreign(_) => None,
            TreeError::Host(error) => Some(error),
        }
    }
}
