//! What programs want of the values of flags.

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Life, Row},
};

/// The programs with rows, sorted.
const PROGRAMS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/// The forms, as the rows write them and as the code names them.
const FORMS: [(&str, &str); 5] =
    [("https", "Https"), ("path", "Path"), ("path-or-dash", "PathOrDash"), ("path-pair", "PathPair"), ("ports", "Ports")];

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for program in PROGRAMS {
        for row in file.rows(program)? {
            rows.push(limit(program, row, cover)?);
        }
    }
    file.done()?;
    Ok(emit::table("FLAG_LIMITS", "FlagLimitRow", cover, &rows))
}

fn limit(program: &str, mut row: Row, cover: Cover) -> Compiled {
    let life = row.life(cover)?;
    let wanted = wanted(&mut row, life)?;
    let code = format!(
        "FlagLimitRow {{ name: {}, since: {}, until: {}, limit: FlagLimit::{wanted} }},",
        emit::text(&format!("{program}/{}", row.name)),
        emit::minor(life.since),
        emit::maybe_minor(life.until),
    );
    row.done()?;
    Ok(code)
}

/// The one thing that a row wants.
fn wanted(row: &mut Row, life: Life) -> Compiled {
    let mut found = Vec::new();
    for (key, variant) in [("words", "Words"), ("never", "Never")] {
        if row.has(key) {
            found.push(format!("{variant}(&{:?})", row.need_texts(key)?));
        }
    }
    let (least, most, unless) = (row.text("at_least")?, row.text("at_most")?, row.text("unless")?);
    if least.is_some() || most.is_some() {
        let [least, most, unless] = [least, most, unless].map(|text| emit::maybe_text(text.as_deref()));
        found.push(format!("Between {{ least: {least}, most: {most}, unless: {unless} }}"));
    }
    if row.has("emulates") {
        let oldest = row.by_minor("emulates", life)?.into_iter().map(|(minor, value)| {
            let oldest = value.as_integer().and_then(|number| u16::try_from(number).ok());
            let oldest = oldest.ok_or_else(|| row.error(&format!("`emulates`: {minor} must be a minor")))?;
            Ok((minor, emit::minor(oldest)))
        });
        found.push(format!("Emulation({})", emit::by_minor(&oldest.collect::<Result<Vec<_>, Error>>()?)));
    }
    if let Some(word) = row.text("form")? {
        let form = FORMS.iter().find(|(name, _)| *name == word);
        found.push(form.ok_or_else(|| row.error(&format!("unknown form `{word}`")))?.1.to_owned());
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(row.error("a row wants one thing")),
    }
}
