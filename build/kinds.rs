//! Configuration kinds: versions to read and the version to write.

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Period, Row},
};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("kinds")? {
        rows.push(kind(row, cover)?);
    }
    file.done()?;
    Ok(emit::table("CONFIG_APIS", "ConfigApiRow", cover, &rows))
}

fn kind(mut row: Row, cover: Cover) -> Compiled {
    let group = row.need_text("group")?;
    let kind = row.text("kind")?.unwrap_or_else(|| row.name.clone());
    let full = |version: &str| if version.contains('/') { version.to_owned() } else { format!("{group}/{version}") };
    let read = row.periods("read")?;
    let write: Vec<(u16, String)> =
        row.texts_by_minor("write", cover.whole())?.iter().map(|(first, version)| (*first, full(version))).collect();
    let read: Vec<(String, Period)> = read.iter().map(|(version, period)| (full(version), *period)).collect();
    checked(&row, &read, &write)?;
    let versions: Vec<String> =
        read.iter().map(|(version, period)| format!("({}, {})", emit::text(version), emit::period(*period))).collect();
    let code = format!(
        "ConfigApiRow {{ name: {}, kind: {}, read: &[{}], write: {} }},",
        emit::text(&row.name),
        emit::text(&kind),
        versions.join(", "),
        emit::texts_by_minor(&write),
    );
    row.done()?;
    Ok(code)
}

/// A version that is to be written must be readable from that minor on.
fn checked(row: &Row, read: &[(String, Period)], write: &[(u16, String)]) -> Result<(), Error> {
    for (first, version) in write {
        let readable =
            read.iter().any(|(name, (from, until))| name == version && from <= first && until.is_none_or(|end| end > *first));
        if !readable {
            return Err(row.error(&format!("`write`: {version} cannot be read in {first}")));
        }
    }
    Ok(())
}
