//! Flags of the Kubernetes programs.

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Row},
    replacements::Replacements,
};

/// The types of values, as the rows write them and as the code names them.
pub(super) const KINDS: [(&str, &str); 25] = [
    ("bool", "Bool"),
    ("cert-key-pairs", "CertKeyPairs"),
    ("cidrs", "Cidrs"),
    ("duration", "Duration"),
    ("float", "Float"),
    ("ignored", "Ignored"),
    ("int", "Int"),
    ("int64", "Int"),
    ("ints", "Ints"),
    ("ip", "Ip"),
    ("ipport", "IpPort"),
    ("list", "List"),
    ("map", "Map"),
    ("module-spec", "ModuleSpec"),
    ("port-range", "PortRange"),
    ("quantity", "Quantity"),
    ("reserved-memory", "ReservedMemory"),
    ("string", "String"),
    ("strings", "Strings"),
    ("taints", "Taints"),
    ("trace-location", "TraceLocation"),
    ("uint", "Uint"),
    ("uint64", "Uint"),
    ("value", "Value"),
    ("version", "Version"),
];

pub(super) fn compile(program: &str, mut file: File, texts: &mut Replacements) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("flags")? {
        rows.push(flag(row, cover, texts)?);
    }
    file.done()?;
    Ok(emit::table(&program.to_uppercase().replace('-', "_"), "FlagRow", cover, &rows))
}

fn flag(mut row: Row, cover: Cover, texts: &mut Replacements) -> Compiled {
    let kind = kind(&mut row)?;
    let guessed = row.mark("guessed")?;
    let life = row.life(cover)?;
    let defaults = row.texts_by_minor("default", life)?;
    let deprecated = row.period("deprecated", life)?;
    let hidden = row.period("hidden", life)?;
    let instead = texts.of(&mut row, life.until)?;
    let code = format!(
        "FlagRow {{ name: {}, kind: ValueKind::{kind}, guessed: {guessed}, since: {}, until: {}, defaults: {}, deprecated: {}, hidden: {}, instead: {} }},",
        emit::text(&row.name),
        emit::minor(life.since),
        emit::maybe_minor(life.until),
        emit::texts_by_minor(&defaults),
        emit::maybe_period(deprecated),
        emit::maybe_period(hidden),
        emit::maybe_text(instead.as_deref()),
    );
    row.done()?;
    Ok(code)
}

/// The type of the row's value, as the code names it.
pub(super) fn kind(row: &mut Row) -> Result<&'static str, Error> {
    let word = row.need_text("type")?;
    let found = KINDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, code)| *code).ok_or_else(|| row.error(&format!("unknown type `{word}`")))
}
