//! Fields of configuration documents: those of one component, and those of kubeadm by kind and version.

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Row},
};

/// The types of fields, as the rows write them and as the code names them.
const KINDS: [(&str, &str); 14] = [
    ("amounts", "Amounts"),
    ("bool", "Bool"),
    ("duration", "Duration"),
    ("float", "Float"),
    ("int", "Int"),
    ("list", "List"),
    ("map", "Map"),
    ("numbers", "Numbers"),
    ("object", "Object"),
    ("objects", "Objects"),
    ("open", "Open"),
    ("string", "String"),
    ("switches", "Switches"),
    ("whole", "Whole"),
];

/// The kinds of kubeadm's documents: sections of the file, and the tables that come of them.
const KUBEADM: [(&str, &str); 5] = [
    ("ClusterConfiguration", "KUBEADM_CLUSTER"),
    ("InitConfiguration", "KUBEADM_INIT"),
    ("JoinConfiguration", "KUBEADM_JOIN"),
    ("ResetConfiguration", "KUBEADM_RESET"),
    ("UpgradeConfiguration", "KUBEADM_UPGRADE"),
];

pub(super) fn compile(table: &str, mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("fields")? {
        rows.push(field(row, cover)?);
    }
    file.done()?;
    Ok(emit::table(table, "FieldRow", cover, &rows))
}

fn field(mut row: Row, cover: Cover) -> Compiled {
    let word = row.need_text("type")?;
    let kind = kind(&row, &word)?;
    let life = row.life(cover)?;
    let defaults = row.texts_by_minor("default", life)?;
    let kubeadm = row.texts_by_minor("kubeadm", life)?;
    let instead = row.text("instead")?;
    let code = format!(
        "FieldRow {{ path: {}, kind: FieldKind::{kind}, since: {}, until: {}, defaults: {}, kubeadm: {}, instead: {} }},",
        emit::text(&row.name),
        emit::minor(life.since),
        emit::maybe_minor(life.until),
        emit::texts_by_minor(&defaults),
        emit::texts_by_minor(&kubeadm),
        emit::maybe_text(instead.as_deref()),
    );
    row.done()?;
    Ok(code)
}

fn kind(row: &Row, word: &str) -> Result<&'static str, Error> {
    let found = KINDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, code)| *code).ok_or_else(|| row.error(&format!("unknown type `{word}`")))
}

pub(super) fn compile_kubeadm(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut code = String::new();
    for (section, table) in KUBEADM {
        let mut rows = Vec::new();
        for row in file.rows(section)? {
            rows.push(kubeadm_field(row, cover)?);
        }
        code += &emit::table(table, "KubeadmFieldRow", cover, &rows);
    }
    file.done()?;
    Ok(code)
}

/// The versions stand for themselves: 4 is v1beta4.
fn kubeadm_field(mut row: Row, cover: Cover) -> Compiled {
    let versions = Cover { oldest: 2, newest: 4 };
    let api = row.period("api", versions.whole())?.unwrap_or((versions.oldest, None));
    let first = Cover { oldest: api.0, ..versions };
    let mut kinds = Vec::new();
    for (version, word) in row.texts_by_minor("type", first.to(api.1))? {
        kinds.push((version, format!("FieldKind::{}", kind(&row, &word)?)));
    }
    if kinds.first().is_none_or(|(version, _)| *version != api.0) {
        return Err(row.error("`type` must begin with the first version"));
    }
    let since = row.minor("since")?;
    if since.is_some_and(|since| since <= cover.oldest || since > cover.newest) {
        return Err(row.error("`since` must lie above `oldest` and not above `newest`"));
    }
    let instead = row.text("instead")?;
    if instead.is_some() && api.1.is_none() {
        return Err(row.error("`instead` needs an end of `api`"));
    }
    let words = if row.has("words") { row.texts_by_minor("words", cover.whole())? } else { Vec::new() };
    let form = match row.text("form")?.as_deref() {
        None => "None",
        Some("absolute-path") => "Some(FieldForm::AbsolutePath)",
        Some("dns-domain") => "Some(FieldForm::DnsDomain)",
        Some("image-repository") => "Some(FieldForm::ImageRepository)",
        Some("host") => "Some(FieldForm::Host)",
        Some("endpoint") => "Some(FieldForm::Endpoint)",
        Some(_) => return Err(row.error("`form` must be absolute-path, dns-domain, endpoint, image-repository or host")),
    };
    let code = format!(
        "KubeadmFieldRow {{ path: {}, kinds: {}, until: {}, since: {}, instead: {}, words: {}, form: {form} }},",
        emit::text(&row.name),
        emit::by_minor(&kinds),
        emit::maybe_minor(api.1),
        emit::maybe_minor(since),
        emit::maybe_text(instead.as_deref()),
        emit::texts_by_minor(&words),
    );
    row.done()?;
    Ok(code)
}
