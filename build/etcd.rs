//! Flags of etcd; the minors here are those of etcd 3.

use super::{
    Compiled, Error, emit, flags,
    read::{Cover, File, Life, Row},
};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("flags")? {
        rows.push(flag(row, cover)?);
    }
    file.done()?;
    Ok(emit::table("ETCD", "EtcdFlagRow", cover, &rows))
}

fn flag(mut row: Row, cover: Cover) -> Compiled {
    let kind = flags::kind(&mut row)?;
    let life = row.life(cover)?;
    let patches = patches(&mut row, life)?;
    let defaults = row.texts_by_minor("default", life)?;
    let deprecated = row.period("deprecated", life)?;
    let instead = row.text("instead")?;
    if instead.is_some() && life.until.is_none() {
        return Err(row.error("`instead` needs `until`"));
    }
    let code = format!(
        "EtcdFlagRow {{ name: {}, kind: ValueKind::{kind}, since: {}, until: {}, patches: &{patches:?}, defaults: {}, deprecated: {}, instead: {} }},",
        emit::text(&row.name),
        emit::minor(life.since),
        emit::maybe_minor(life.until),
        emit::texts_by_minor(&defaults),
        emit::maybe_period(deprecated),
        emit::maybe_text(instead.as_deref()),
    );
    row.done()?;
    Ok(code)
}

/// The first patch release of a minor that has the flag.
fn patches(row: &mut Row, life: Life) -> Result<Vec<(u16, u16)>, Error> {
    let mut list = Vec::new();
    for (minor, value) in row.by_minor("patch", life)? {
        let patch = value.as_integer().and_then(|number| u16::try_from(number).ok());
        list.push((minor, patch.ok_or_else(|| row.error(&format!("`patch`: {minor} must be a patch release")))?));
    }
    Ok(list)
}
