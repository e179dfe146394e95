//! Which versions of containerd its makers list with a Kubernetes minor.
//! Origin: RELEASES.md of containerd 2.4.2, read 2026-10; 1.31 and older are not in that table any more.

use std::fmt;

use crate::base::Minor;

/// A line of versions from a first one on: 1.7.28 and later patches of 1.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    major: u16,
    minor: u16,
    patch: u16,
}

impl Listed {
    /// Whether a version belongs to it; without a patch it may.
    #[must_use]
    pub fn holds(self, major: u16, minor: u16, patch: Option<u16>) -> bool {
        (self.major, self.minor) == (major, minor) && patch.is_none_or(|patch| patch >= self.patch)
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}+", self.major, self.minor, self.patch)
    }
}

const fn from(major: u16, minor: u16, patch: u16) -> Listed {
    Listed { major, minor, patch }
}

const CONTAINERD: &[(Minor, &[Listed])] = &[
    (Minor(32), &[from(2, 1, 0), from(2, 0, 1), from(1, 7, 24), from(1, 6, 36)]),
    (Minor(33), &[from(2, 1, 0), from(2, 0, 4), from(1, 7, 24), from(1, 6, 36)]),
    (Minor(34), &[from(2, 1, 3), from(2, 0, 6), from(1, 7, 28), from(1, 6, 39)]),
    (Minor(35), &[from(2, 2, 0), from(2, 1, 5), from(1, 7, 28)]),
    (Minor(36), &[from(2, 3, 0), from(2, 2, 0)]),
    (Minor(37), &[from(2, 4, 0), from(2, 3, 0)]),
];

/// The versions that are listed with a minor; nothing where the table does not reach.
#[must_use]
pub fn containerd_versions(minor: Minor) -> Option<&'static [Listed]> {
    CONTAINERD.iter().find(|(known, _)| *known == minor).map(|(_, listed)| *listed)
}

/// The version of the configuration file that a containerd reads: 2 up to 1.7, 3 from 2.0 on.
#[must_use]
pub fn containerd_config(major: u16) -> u16 {
    if major >= 2 { 3 } else { 2 }
}
