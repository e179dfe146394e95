//! Feature gates.

use toml::Value;

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Life, Row},
    replacements::Replacements,
};

/// One state of a gate: stage, default, lock.
struct State {
    stage: &'static str,
    on: bool,
    locked: bool,
}

pub(super) fn compile(table: &str, mut file: File, texts: &mut Replacements) -> Compiled {
    let cover = file.cover()?;
    let mut rows = Vec::new();
    for row in file.rows("gates")? {
        rows.push(gate(row, cover, texts)?);
    }
    file.done()?;
    Ok(emit::table(table, "GateRow", cover, &rows))
}

fn gate(mut row: Row, cover: Cover, texts: &mut Replacements) -> Compiled {
    let until = row.minor("until")?;
    if until.is_some_and(|until| until > cover.newest) {
        return Err(row.error("`until` must not lie above `newest`"));
    }
    let states = states(&mut row, cover.to(until))?;
    if states.is_empty() {
        return Err(row.error("`at` is missing"));
    }
    let refused = refused(&mut row, cover.to(until))?;
    let note = row.text("note")?;
    let instead = instead(until, &states, texts);
    let states: Vec<(u16, String)> = states
        .iter()
        .map(|(first, State { stage, on, locked })| {
            (*first, format!("GateState {{ stage: Stage::{stage}, default: {on}, locked: {locked} }}"))
        })
        .collect();
    let code = format!(
        "GateRow {{ name: {}, until: {}, states: {}, refused_by: {}, note: {}, instead: {} }},",
        emit::text(&row.name),
        emit::maybe_minor(until),
        emit::by_minor(&states),
        emit::by_minor(&refused),
        emit::maybe_text(note.as_deref()),
        emit::maybe_text(instead.as_deref()),
    );
    row.done()?;
    Ok(code)
}

fn states(row: &mut Row, life: Life) -> Result<Vec<(u16, State)>, Error> {
    let mut states = Vec::new();
    for (first, text) in row.texts_by_minor("at", life)? {
        states.push((first, state(&text).ok_or_else(|| row.error(&format!("`at`: {first} is no state: `{text}`")))?));
    }
    Ok(states)
}

fn state(text: &str) -> Option<State> {
    let mut words = text.split(' ');
    let stage = match words.next()? {
        "alpha" => "Alpha",
        "beta" => "Beta",
        "ga" => "Ga",
        "deprecated" => "Deprecated",
        _ => return None,
    };
    let on = match words.next()? {
        "on" => true,
        "off" => false,
        _ => return None,
    };
    match (words.next(), words.next()) {
        (None, _) => Some(State { stage, on, locked: false }),
        (Some("locked"), None) => Some(State { stage, on, locked: true }),
        _ => None,
    }
}

/// The programs that do not know the gate, by first minor.
fn refused(row: &mut Row, life: Life) -> Result<Vec<(u16, String)>, Error> {
    let mut list = Vec::new();
    for (first, value) in row.by_minor("refused_by", life)? {
        let mut programs = Vec::new();
        for name in value.as_array().map(Vec::as_slice).unwrap_or_default() {
            programs.push(program(name).ok_or_else(|| row.error(&format!("`refused_by`: {name} is no program")))?);
        }
        list.push((first, format!("&[{}]", programs.join(", "))));
    }
    Ok(list)
}

fn program(name: &Value) -> Option<String> {
    let variant = match name.as_str()? {
        "kube-apiserver" => "KubeApiserver",
        "kube-controller-manager" => "KubeControllerManager",
        "kube-scheduler" => "KubeScheduler",
        "kubelet" => "Kubelet",
        "kube-proxy" => "KubeProxy",
        _ => return None,
    };
    Some(format!("Program::{variant}"))
}

/// What to do about a gate that is gone follows from its last state.
fn instead(until: Option<u16>, states: &[(u16, State)], texts: &mut Replacements) -> Option<String> {
    until?;
    let (_, last) = states.last()?;
    texts.named(if last.on { "gate-graduated" } else { "gate-withdrawn" })
}
