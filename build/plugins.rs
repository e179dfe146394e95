//! Admission plugins.

use super::{
    Compiled, emit,
    read::{Cover, File, Row},
    replacements::Replacements,
};

pub(super) fn compile(mut file: File, texts: &mut Replacements) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("plugins")? {
        rows.push(plugin(row, cover, texts)?);
    }
    file.done()?;
    Ok(emit::table("PLUGINS", "PluginRow", cover, &rows))
}

fn plugin(mut row: Row, cover: Cover, texts: &mut Replacements) -> Compiled {
    let life = row.life(cover)?;
    let on = row.period("on", life)?;
    let gate = row.text("gate")?;
    let configuration = row.mark("configuration")?;
    let does = row.need_text("does")?;
    let instead = texts.of(&mut row, life.until)?;
    let code = format!(
        "PluginRow {{ name: {}, since: {}, until: {}, on: {}, gate: {}, configuration: {configuration}, does: {}, instead: {} }},",
        emit::text(&row.name),
        emit::minor(life.since),
        emit::maybe_minor(life.until),
        emit::maybe_period(on),
        emit::maybe_text(gate.as_deref()),
        emit::text(&does),
        emit::maybe_text(instead.as_deref()),
    );
    row.done()?;
    Ok(code)
}
