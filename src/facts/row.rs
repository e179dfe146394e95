//! What rows of all tables have in common: a name, a life from one minor to another, values by first minor.

use super::Lookup;
use crate::base::Minor;

/// A table: rows sorted by name, and the minors that they cover, both ends included.
#[derive(Debug)]
pub(super) struct Table<R: 'static> {
    pub(super) oldest: Minor,
    pub(super) newest: Minor,
    pub(super) rows: &'static [R],
}

/// A stretch of minors: the first, and the first that no longer belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) from: Minor,
    pub(super) until: Option<Minor>,
}

impl Period {
    pub(super) fn holds(self, minor: Minor) -> bool {
        minor >= self.from && self.until.is_none_or(|until| minor < until)
    }
}

/// Values by the first minor that has them, rising.
pub(super) type ByMinor<T> = &'static [(Minor, T)];

/// The value in force at a minor.
pub(super) fn value_at<T: Copy>(values: ByMinor<T>, minor: Minor) -> Option<T> {
    values.iter().rev().find(|(first, _)| *first <= minor).map(|(_, value)| *value)
}

/// A row of a table by minor.
pub(super) trait Row {
    fn name(&self) -> &'static str;
    fn life(&self) -> Period;
    /// What takes its place once it is gone; most rows know of nothing.
    fn instead(&self) -> Option<&'static str> {
        None
    }
}

impl<R: Row> Table<R> {
    pub(super) fn covers(&self, minor: Minor) -> bool {
        (self.oldest..=self.newest).contains(&minor)
    }

    /// The rows that exist at a minor; none at a minor that is not covered.
    pub(super) fn at(&'static self, minor: Minor) -> impl Iterator<Item = &'static R> {
        let covered = self.covers(minor);
        self.rows.iter().filter(move |row| covered && row.life().holds(minor))
    }

    pub(super) fn row(&'static self, name: &str) -> Option<&'static R> {
        self.rows.binary_search_by(|row| row.name().cmp(name)).ok().map(|index| &self.rows[index])
    }

    /// What the table knows of a name at a minor.
    pub(super) fn find(&'static self, name: &str, minor: Minor) -> Lookup<&'static R> {
        if !self.covers(minor) {
            return Lookup::NotCovered;
        }
        let Some(row) = self.row(name) else { return Lookup::Unknown { nearest: self.nearest(name, minor) } };
        let life = row.life();
        match life.until {
            Some(in_) if in_ <= minor => Lookup::Removed { in_, replacement: row.instead() },
            _ if minor < life.from => Lookup::NotYet { since: life.from },
            _ => Lookup::Known(row),
        }
    }

    /// The name at this minor that is spelt most like the one given, if any is close.
    fn nearest(&'static self, name: &str, minor: Minor) -> Option<&'static str> {
        nearest(name, self.at(minor).map(Row::name))
    }
}

/// The candidate that is spelt most like a name, if any is close; the first of equals.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A long text is no slip of the pen, and comparing it would take quadratic time.
    if name.len() > 128 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let allowed = (name.len() / 4).max(1);
    let distance = |candidate: &str| strsim::osa_distance(&name, &candidate.to_ascii_lowercase());
    candidates
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(far, _)| *far <= allowed)
        .min_by_key(|(far, _)| *far)
        .map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_only_what_is_close() {
        let names = ["anonymous-auth", "audit-log-path", "v"];
        assert_eq!(nearest("anonymus-auth", names.into_iter()), Some("anonymous-auth"));
        assert_eq!(nearest("Audit-Log-Paths", names.into_iter()), Some("audit-log-path"));
        assert_eq!(nearest("something-else", names.into_iter()), None);
        assert_eq!(nearest(&"v".repeat(100_000), names.into_iter()), None);
    }
}
