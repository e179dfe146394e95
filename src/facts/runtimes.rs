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

/// Since when containerd reads a version of its configuration file; the newest is the one that it does not have to migrate.
/// Origin: RELEASES.md of containerd 2.4.2, tried on 1.7.24, 2.1.9, 2.3.7 and 2.4.2.
const CONFIGS: &[((u16, u16), u16)] = &[((2, 3), 4), ((2, 0), 3), ((1, 3), 2)];

/// The version of the configuration file for a containerd.
#[must_use]
pub fn containerd_config(major: u16, minor: u16) -> u16 {
    CONFIGS.iter().find(|(since, _)| (major, minor) >= *since).map_or(2, |(_, config)| *config)
}

/// Whether files that `imports` names are merged into the sections of the main file. In 1.7 and before a section of one replaces the
/// whole section of its plug-in, the settings of the main file with it (tried on 1.7.24, 2.3.7 and 2.4.2).
#[must_use]
pub fn containerd_merges_imports(major: u16) -> bool {
    major >= 2
}
