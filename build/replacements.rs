//! What to do instead of things that are gone: texts that rows of other tables name by key.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Error,
    read::{File, Row},
};

/// The texts, and which of them some row has asked for.
pub(super) struct Replacements {
    texts: BTreeMap<String, String>,
    used: BTreeSet<String>,
}

impl Replacements {
    pub(super) fn read(mut file: File) -> Result<Self, Error> {
        let texts = file.texts("replacements")?.into_iter().collect();
        file.done()?;
        Ok(Replacements { texts, used: BTreeSet::new() })
    }

    /// The text behind the row's `instead`, which only a row with an end may have.
    pub(super) fn of(&mut self, row: &mut Row, until: Option<u16>) -> Result<Option<String>, Error> {
        let Some(key) = row.text("instead")? else { return Ok(None) };
        if until.is_none() {
            return Err(row.error("`instead` needs `until`"));
        }
        self.named(&key).map(Some).ok_or_else(|| row.error(&format!("replacements.toml has no `{key}`")))
    }

    /// The text of a key.
    pub(super) fn named(&mut self, key: &str) -> Option<String> {
        let text = self.texts.get(key).cloned()?;
        self.used.insert(key.to_owned());
        Some(text)
    }

    /// A text that no row names is a mistake.
    pub(super) fn all_used(&self) -> Result<(), Error> {
        match self.texts.keys().find(|key| !self.used.contains(*key)) {
            None => Ok(()),
            Some(key) => Err(Error(format!("replacements.toml: no row names `{key}`"))),
        }
    }
}
