//! What a kubelet refuses in its configuration file.

use super::{Compiled, emit, read::File};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for mut row in file.rows("limits")? {
        let life = row.life(cover)?;
        let path = row.text("path")?.unwrap_or_else(|| row.name.clone());
        let (gate, unless) = (row.text("gate")?, row.text("unless")?);
        let mut number = |key: &str| match row.take(key) {
            None => Ok("None".to_owned()),
            Some(value) => value.as_integer().map(|number| format!("Some({number})")).ok_or(key.to_owned()),
        };
        let (at_least, at_most) = match (number("at_least"), number("at_most")) {
            (Ok(least), Ok(most)) => (least, most),
            (Err(key), _) | (_, Err(key)) => return Err(row.error(&format!("`{key}` must be a number"))),
        };
        let words = if row.has("words") { row.need_texts("words")? } else { Vec::new() };
        if gate.is_none() && unless.is_some() {
            return Err(row.error("`unless` needs a `gate`"));
        }
        if gate.is_none() && words.is_empty() && at_least == "None" && at_most == "None" {
            return Err(row.error("a row refuses something"));
        }
        rows.push(format!(
            "LimitRow {{ name: {}, since: {}, until: {}, limit: Limit {{ path: {path:?}, gate: {}, unless: {}, at_least: {at_least}, at_most: {at_most}, words: &{words:?} }} }},",
            emit::text(&row.name),
            emit::minor(life.since),
            emit::maybe_minor(life.until),
            emit::maybe_text(gate.as_deref()),
            emit::maybe_text(unless.as_deref()),
        ));
        row.done()?;
    }
    file.done()?;
    Ok(emit::table("KUBELET_LIMITS", "LimitRow", cover, &rows))
}
