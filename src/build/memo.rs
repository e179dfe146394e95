//! What was built before, so that a cluster of which nothing has changed is not compiled again. Touches no files.
//!
//! The bytes of a tree follow from this program, the input files, the date, the reprieves and the last manifest. A record says with which of
//! them a manifest came out, and a manifest holds the hash of every file: when all are the same and the files have their hashes, another
//! build would write the same. Only builds without any message are recorded, so none is lost. Records lie in the cache of the user and never
//! in the tree: whoever changes a tree and its manifest together gets it built again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Date, sha256_hex};

/// The digest of the sources that this program was made from.
pub const SOURCES: &str = env!("HARDEN_SOURCES");

/// Everything that is remembered of one folder of trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memo {
    /// The program that wrote it.
    sources: String,
    /// The folder of the trees.
    pub out: String,
    /// What each spec file gave, by its path.
    pub files: BTreeMap<String, Remembered>,
}

/// What a spec file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// What it was made from.
    pub state: String,
    /// The files that the spec names, with their digests.
    pub named: BTreeMap<String, String>,
    /// The tree of each cluster, in the order of the file.
    pub trees: Vec<Tree>,
}

/// A tree as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    /// The name of the cluster.
    pub cluster: String,
    /// The digest of its manifest.
    pub manifest: String,
    /// The day it was built for.
    pub as_of: String,
    /// The first day on which something is due.
    pub until: Option<String>,
    /// The recorded reprieves.
    pub graces: BTreeMap<String, String>,
}

/// What a call asks of dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The day to build for; none takes the recorded one.
    pub as_of: Option<Date>,
    /// Further reprieves.
    pub graces: BTreeMap<String, Date>,
    /// The waivers whose recorded reprieve is taken back.
    pub taken_back: BTreeSet<String>,
}

/// What the trees of a spec file are made from: this program, the path of the file from the root, and every input with its digest.
#[must_use]
pub fn state(file: &str, inputs: &BTreeMap<String, String>) -> String {
    // JSON has one reading only: no two sets of inputs have the same text.
    let text = serde_json::to_string(&(SOURCES, file, inputs)).expect("internal error: texts have a JSON form");
    sha256_hex(text.as_bytes())
}

impl Memo {
    /// Nothing.
    #[must_use]
    pub fn empty(out: &str) -> Self {
        Memo { sources: SOURCES.to_owned(), out: out.to_owned(), files: BTreeMap::new() }
    }

    /// Reads a memo of the folder; what another program, or none of ours, wrote counts as nothing.
    #[must_use]
    pub fn read(text: &str, out: &str) -> Self {
        let found: Option<Memo> = serde_json::from_str(text).ok();
        found.filter(|memo| memo.sources == SOURCES && memo.out == out).unwrap_or_else(|| Memo::empty(out))
    }

    /// The text that is kept.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("internal error: texts have a JSON form")
    }
}

impl Tree {
    /// Whether the call asks for this very build: the same day and reprieves, and nothing has become due.
    fn answers(&self, asked: &Asked, today: Date) -> bool {
        let same_day = asked.as_of.is_none_or(|day| day.to_string() == self.as_of);
        let same_graces = asked.graces.iter().all(|(id, day)| self.graces.get(id) == Some(&day.to_string()))
            && asked.taken_back.iter().all(|id| !self.graces.contains_key(id));
        let until = self.until.as_deref().map(str::parse::<Date>);
        same_day && same_graces && until.is_none_or(|day| day.is_ok_and(|day| today < day))
    }
}

impl Remembered {
    /// Whether a build would give the same again, as far as its inputs tell; `digest` is that of a named file as it is now.
    #[must_use]
    pub fn holds(&self, state: &str, asked: &Asked, today: Date, digest: impl Fn(&str) -> Option<String>) -> bool {
        self.state == state
            && self.trees.iter().all(|tree| tree.answers(asked, today))
            && self.named.iter().all(|(named, before)| digest(named).as_ref() == Some(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn record() -> Remembered {
        let tree = Tree {
            cluster: "a".to_owned(),
            manifest: "m".to_owned(),
            as_of: "2026-11-26".to_owned(),
            until: Some("2027-01-01".to_owned()),
            graces: BTreeMap::from([("W-1".to_owned(), "2027-02-01".to_owned())]),
        };
        Remembered { state: "s".to_owned(), named: BTreeMap::from([("k.yaml".to_owned(), "d".to_owned())]), trees: vec![tree] }
    }

    fn holds(state: &str, asked: &Asked, today: &str, digest: Option<&str>) -> bool {
        record().holds(state, asked, day(today), |_| digest.map(str::to_owned))
    }

    #[test]
    fn holds_while_nothing_changes() {
        let graces = BTreeMap::from([("W-1".to_owned(), day("2027-02-01"))]);
        let same = Asked { as_of: Some(day("2026-11-26")), graces, ..Asked::default() };
        assert!(holds("s", &Asked::default(), "2026-11-26", Some("d")));
        assert!(holds("s", &same, "2026-12-31", Some("d")));
    }

    #[test]
    fn ends_with_any_change() {
        let asked = Asked::default();
        assert!(!holds("t", &asked, "2026-11-26", Some("d")), "another state");
        assert!(!holds("s", &asked, "2027-01-01", Some("d")), "something is due");
        assert!(!holds("s", &asked, "2026-11-26", Some("e")), "a named file changed");
        assert!(!holds("s", &asked, "2026-11-26", None), "a named file is gone");
        let other_day = Asked { as_of: Some(day("2026-11-27")), ..Asked::default() };
        assert!(!holds("s", &other_day, "2026-11-26", Some("d")));
        for (id, until) in [("W-1", "2027-02-02"), ("W-2", "2027-02-01")] {
            let grace = Asked { graces: BTreeMap::from([(id.to_owned(), day(until))]), ..Asked::default() };
            assert!(!holds("s", &grace, "2026-11-26", Some("d")));
        }
        let taken_back = Asked { taken_back: BTreeSet::from(["W-1".to_owned()]), ..Asked::default() };
        assert!(!holds("s", &taken_back, "2026-11-26", Some("d")));
        let mut broken = record();
        broken.trees[0].until = Some("soon".to_owned());
        assert!(!broken.holds("s", &asked, day("2026-11-26"), |_| Some("d".to_owned())));
    }

    #[test]
    fn another_program_remembers_nothing() {
        let mut memo = Memo::empty("/trees");
        memo.files.insert("/a.yaml".to_owned(), record());
        assert_eq!(Memo::read(&memo.text(), "/trees"), memo);
        assert_eq!(Memo::read(&memo.text(), "/others"), Memo::empty("/others"));
        assert_eq!(Memo::read("{", "/trees"), Memo::empty("/trees"));
        let older = Memo { sources: "older".to_owned(), ..memo };
        assert_eq!(Memo::read(&older.text(), "/trees"), Memo::empty("/trees"));
    }

    #[test]
    fn each_input_counts() {
        let inputs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let one = state("a.yaml", &inputs(&[("a.yaml", "1")]));
        assert_eq!(one, state("a.yaml", &inputs(&[("a.yaml", "1")])));
        assert_ne!(one, state("b.yaml", &inputs(&[("a.yaml", "1")])));
        assert_ne!(one, state("a.yaml", &inputs(&[("a.yaml", "2")])));
        assert_ne!(one, state("a.yaml", &inputs(&[("a.yaml", "1"), ("p.yaml", "1")])));
    }
}
