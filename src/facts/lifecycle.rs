//! Until when releases of Kubernetes, runtimes and operating systems get security fixes.

use super::tables;
use crate::base::Date;

/// The support of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// `kubernetes`, `eks`, `aks`, `component`, `containerd`, `crio`, `docker`, `os`.
    pub program: &'static str,
    /// The release: a minor, `1.36`, or the word of an operating system or component.
    pub release: &'static str,
    pub(super) until: Until,
    /// Whose promise it is, as a sentence: `upstream patches Kubernetes 1.36`.
    pub says: &'static str,
}

/// How long a promise of support reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// To this day, which is counted.
    Day(&'static str),
    /// It is over; its makers name no day.
    Over,
    /// It holds; its makers name no day.
    Open,
}

impl Lifecycle {
    /// The last day with fixes; nothing where the makers name none.
    #[must_use]
    pub fn end(&self) -> Option<Date> {
        match self.until {
            Until::Day(day) => Some(day.parse().expect("internal error: the build checks the days of the table")),
            Until::Over | Until::Open => None,
        }
    }

    /// Whether its support had ended before a day.
    #[must_use]
    pub fn ended(&self, day: Date) -> bool {
        self.until == Until::Over || self.end().is_some_and(|end| end < day)
    }

    /// The promise with how long it reaches, as reports print it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.until {
            Until::Day(day) => format!("{} until {day}", self.says),
            Until::Over => format!("{}: no longer, without a day", self.says),
            Until::Open => format!("{}, without a day", self.says),
        }
    }
}

/// The support of a release; nothing where no row knows it. A row of a whole major (`docker 29`) holds for every release of it.
#[must_use]
pub fn lifecycle(program: &str, release: &str) -> Option<&'static Lifecycle> {
    let row = |release: &str| tables::LIFECYCLES.iter().find(|row| row.program == program && row.release == release);
    row(release).or_else(|| row(release.split_once('.')?.0))
}
