//! What the last builds of a folder of trees gave, kept in the user's cache between runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Mutex,
};

use crate::{
    base::sha256_hex,
    build::memo::{Memo, Remembered},
    host::{
        cache::{Cache, real_folder},
        files,
    },
};

use super::load::Glance;

/// The kind of texts in the cache.
const KIND: &str = "built";

/// What is known of the folder of trees, and what this run adds.
pub(super) struct Memory {
    cache: Option<Cache>,
    before: Memo,
    added: Mutex<BTreeMap<String, Remembered>>,
}

impl Memory {
    /// Opens the memory of a folder of trees, which may not exist yet.
    pub(super) fn open(out: &Path) -> Self {
        let cache = Cache::of(KIND);
        let out = real(out).unwrap_or_default();
        let text = cache.as_ref().filter(|_| !out.is_empty()).and_then(|cache| cache.read(&name(&out)));
        let before = text.map_or_else(|| Memo::empty(&out), |text| Memo::read(&text, &out));
        Memory { cache, before, added: Mutex::default() }
    }

    /// What a spec file gave when it was last built, if it was made from the same.
    pub(super) fn of(&self, glance: &Glance) -> Option<&Remembered> {
        self.before.files.get(&glance.path).filter(|known| known.state == glance.state)
    }

    /// Keeps what a spec file gave.
    pub(super) fn keep(&self, glance: &Glance, given: Remembered) {
        // A poisoned lock means that another worker failed: the run ends with that error.
        if let Ok(mut added) = self.added.lock() {
            added.insert(glance.path.clone(), given);
        }
    }

    /// Writes everything down; of the files of this run only what was kept.
    pub(super) fn save(self, out: &Path, files_of_run: &BTreeSet<&str>) {
        let (Some(cache), Some(out), Ok(added)) = (self.cache, real(out), self.added.into_inner()) else { return };
        let mut memo = Memo::empty(&out);
        let others = self.before.files.iter().filter(|(file, _)| !files_of_run.contains(file.as_str()));
        memo.files.extend(others.filter(|(file, _)| files::is_file(Path::new(file))).map(|(a, b)| (a.clone(), b.clone())));
        memo.files.extend(added);
        if memo == self.before {
            return;
        }
        if self.before.files.is_empty() {
            forget_gone(&cache);
        }
        cache.keep(&name(&out), &memo.text());
    }
}

/// Forgets folders that are no more.
fn forget_gone(cache: &Cache) {
    for name in cache.names() {
        let memo = cache.read(&name).and_then(|text| serde_json::from_str::<Memo>(&text).ok());
        if memo.is_none_or(|memo| real_folder(Path::new(&memo.out)).is_none()) {
            cache.forget(&name);
        }
    }
}

fn real(out: &Path) -> Option<String> {
    real_folder(out)?.into_os_string().into_string().ok()
}

fn name(out: &str) -> String {
    format!("{}.json", &sha256_hex(out.as_bytes())[..32])
}
