//! What an owner's configuration carries at a risk.

use super::{
    Compiled, Error, emit,
    read::{File, Row},
};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for mut row in file.rows("risks")? {
        let life = row.life(cover)?;
        let (at, when, beside) = (row.need_texts("at")?, when(&mut row)?, beside(&mut row)?);
        let (why, source, breaks) = (row.need_text("why")?, row.need_text("source")?, row.text("breaks")?);
        rows.push(format!(
            "Risk {{ name: {}, at: &{at:?}, when: RiskWhen::{when}, beside: {beside}, breaks: {}, why: {why:?}, source: {source:?}, \
             since: {}, until: {} }},",
            emit::text(&row.name),
            emit::maybe_text(breaks.as_deref()),
            emit::minor(life.since),
            emit::maybe_minor(life.until)
        ));
        row.done()?;
    }
    file.done()?;
    Ok(emit::table("RISKS", "Risk", cover, &rows))
}

/// The one condition of a row.
fn when(row: &mut Row) -> Compiled {
    let mut found = Vec::new();
    for (key, variant) in [("any_of", "AnyOf"), ("other_than", "OtherThan"), ("begins", "Begins")] {
        if row.has(key) {
            found.push(format!("{variant}(&{:?})", row.need_texts(key)?));
        }
    }
    if let Some(text) = row.text("holds")? {
        found.push(format!("Holds({text:?})"));
    }
    if let Some(text) = row.text("longer")? {
        let seconds = seconds(&text).ok_or_else(|| row.error("`longer` is a number with h, m or s"))?;
        found.push(format!("Longer({seconds})"));
    }
    if let Some(word) = row.text("when")? {
        found.push(match word.as_str() {
            "set" => "Set".to_owned(),
            "above-default" => "AboveDefault".to_owned(),
            "below-default" => "BelowDefault".to_owned(),
            "other-minor" => "OtherMinor".to_owned(),
            "alpha-gate" => "AlphaGate".to_owned(),
            "undeclared-registry" => "UndeclaredRegistry".to_owned(),
            other => return Err(row.error(&format!("`when` cannot be `{other}`"))),
        });
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(row.error("a row has one condition")),
    }
}

fn beside(row: &mut Row) -> Result<String, Error> {
    if !row.has("beside") {
        return Ok("None".to_owned());
    }
    match row.need_texts("beside")?.as_slice() {
        [at, value] => Ok(format!("Some(({at:?}, {value:?}))")),
        _ => Err(row.error("`beside` is a place and a value")),
    }
}

/// Hours, minutes or seconds as seconds.
fn seconds(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return None,
    };
    Some(text[..text.len() - 1].parse::<i64>().ok()? * unit)
}
