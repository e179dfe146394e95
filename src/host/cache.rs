//! The user's cache: texts that make the next run faster and can be lost at any time. Nothing that fails here is an error: without a
//! cache the work is done again.

use std::{
    env,
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    process,
};

/// No text that is kept comes near this size.
const LIMIT: u64 = 256 * 1024 * 1024;

/// A folder of kept texts.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The texts of a kind; nothing where the environment names no place for them.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || absolute("HOME").map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }));
        let folder = absolute("XDG_CACHE_HOME").or_else(home)?;
        Some(Cache { folder: folder.join("harden").join(kind) })
    }

    /// A kept text.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<String> {
        let mut text = String::new();
        let file = File::open(self.folder.join(name)).ok()?;
        let whole = file.metadata().is_ok_and(|found| found.is_file() && found.len() <= LIMIT);
        (whole && file.take(LIMIT).read_to_string(&mut text).is_ok()).then_some(text)
    }

    /// Keeps a text. Whoever reads meanwhile gets the old one or the new one, whole.
    pub fn keep(&self, name: &str, text: &str) {
        let beside = self.folder.join(format!(".{name}.{}", process::id()));
        let written = fs::create_dir_all(&self.folder)
            .and_then(|()| File::create(&beside)?.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&beside, self.folder.join(name)));
        if written.is_err() {
            // It may not even be there.
            let _ = fs::remove_file(&beside);
        }
    }

    /// The names of the kept texts.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.folder).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter(|name| !name.starts_with('.')).collect()
    }

    /// Forgets a text.
    pub fn forget(&self, name: &str) {
        // Another run may have been faster.
        let _ = fs::remove_file(self.folder.join(name));
    }
}

/// A folder free of links; nothing where there is none.
#[must_use]
pub fn real_folder(folder: &Path) -> Option<PathBuf> {
    fs::canonicalize(folder).ok().filter(|real| real.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_and_forgets() {
        let scratch = tempfile::tempdir().unwrap();
        let cache = Cache { folder: scratch.path().join("harden/built") };
        assert_eq!((cache.read("a"), cache.names()), (None, Vec::new()));
        cache.keep("a", "one");
        cache.keep("a", "two");
        assert_eq!((cache.read("a").as_deref(), cache.names()), (Some("two"), vec!["a".to_owned()]));
        cache.forget("a");
        cache.forget("a");
        assert_eq!((cache.read("a"), cache.names()), (None, Vec::new()));
        let blocked = Cache { folder: PathBuf::from("/dev/null/built") };
        blocked.keep("a", "one");
        assert_eq!(blocked.read("a"), None);
    }
}
