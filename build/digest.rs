//! The digest of the sources: paths from the root of the project and bytes, in the order of the paths. No clock, no machine.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use super::Error;

/// The SHA-256 of files and folders, as hexadecimal digits.
pub(crate) fn digest(paths: &[&str]) -> Result<String, Error> {
    let mut hash = Sha256::new();
    for path in paths {
        add(Path::new(path), &mut hash)?;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn add(path: &Path, hash: &mut Sha256) -> Result<(), Error> {
    let failed = |error| Error(format!("{}: {error}", path.display()));
    if path.is_dir() {
        let entries =
            fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>());
        let mut entries = entries.map_err(failed)?;
        entries.sort();
        return entries.iter().try_for_each(|entry| add(entry, hash));
    }
    let bytes = fs::read(path).map_err(failed)?;
    let name = path.to_string_lossy().replace('\\', "/");
    for part in [name.as_bytes(), &bytes] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Ok(())
}
