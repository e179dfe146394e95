//! Until when releases of Kubernetes, runtimes and operating systems get security fixes.

use super::tables;
use crate::base::Date;

/// The support of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// `kubernetes`, `eks`, `aks`, `component`, `containerd`, `crio`, `os`.
    pub program: &'static str,
    /// The release: a minor, `1.36`, or the word of an operating system or component.
    pub release: &'static str,
    pub(super) end: &'static str,
    /// Whose promise it is, as a sentence: `upstream patches Kubernetes 1.36`.
    pub says: &'static str,
}

impl Lifecycle {
    /// The last day with fixes.
    #[must_use]
    pub fn end(&self) -> Date {
        self.end.parse().expect("internal error: the build checks the days of the table")
    }
}

/// The support of a release; nothing where no row knows it.
#[must_use]
pub fn lifecycle(program: &str, release: &str) -> Option<&'static Lifecycle> {
    tables::LIFECYCLES.iter().find(|row| row.program == program && row.release == release)
}
