//! Facts in sentences, and a constant for the id of each.

use super::{
    Error, emit,
    read::{Cover, File, Row},
};

/// The table, and the module of constants.
pub(super) fn compile(mut file: File) -> Result<(String, String), Error> {
    let cover = file.cover()?;
    let (mut rows, mut ids) = (Vec::new(), String::new());
    for row in file.rows("facts")? {
        let name = row.name.clone();
        let (row, newest) = fact(row, cover)?;
        rows.push(row);
        let constant = name.to_uppercase().replace('-', "_");
        ids += &format!("/// {newest}\npub const {constant}: FactId = FactId({name:?});\n");
    }
    file.done()?;
    Ok((emit::table("FACTS", "FactRow", cover, &rows), ids))
}

/// A row, and its newest sentence.
fn fact(mut row: Row, cover: Cover) -> Result<(String, String), Error> {
    if !row.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Err(row.error("an id holds lower-case letters, digits and hyphens"));
    }
    let says = row.texts_by_minor("says", cover.whole())?;
    let newest = says.last().map(|(_, sentence)| sentence.clone()).ok_or_else(|| row.error("`says` is missing"))?;
    if let Some((_, sentence)) = says.iter().find(|(_, sentence)| sentence.is_empty() || sentence.ends_with('.')) {
        return Err(row.error(&format!("a sentence has no full stop: `{sentence}`")));
    }
    let mut patches = Vec::new();
    for (minor, value) in row.by_minor("patch", cover.whole())? {
        let patch = value.as_integer().and_then(|number| u16::try_from(number).ok());
        patches.push((minor, patch.ok_or_else(|| row.error(&format!("`patch`: {minor} must be a patch release")))?));
    }
    let unwritten = row.mark("unwritten")?;
    let source = row.need_text("source")?;
    let code = format!(
        "FactRow {{ id: FactId({}), says: {}, patches: &{patches:?}, unwritten: {unwritten}, source: {} }},",
        emit::text(&row.name),
        emit::texts_by_minor(&says),
        emit::text(&source)
    );
    row.done()?;
    Ok((code, newest))
}
