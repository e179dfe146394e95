//! `provenance.json`: the cause of every line of every file, and its reading by `explain`.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::base::{Artifact, Origin};

use super::json_artifact;

/// What a line's provenance says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The key of the setting, where the line carries one.
    pub setting: Option<String>,
    /// Control and cause of every reason, as written: `("apiserver/profiling", "spec /controls/...")`.
    pub reasons: Vec<(Option<String>, String)>,
}

/// The provenance of a tree, read back.
#[derive(Debug, Clone)]
pub struct Provenance {
    origins: Vec<Explained>,
    files: BTreeMap<String, Vec<(usize, usize, usize)>>,
    of_the_tree: Option<Explained>,
}

/// Files that speak of all others: every line of theirs has one cause.
const OF_THE_TREE: [&str; 2] = ["manifest.json", "provenance.json"];

/// Makes the file: every origin once, and for each file the ranges of lines (1-based, both included) that share one.
#[must_use]
pub fn provenance(artifacts: &[Artifact]) -> Artifact {
    let mut index: BTreeMap<Arc<Origin>, usize> = BTreeMap::new();
    // Most lines share the very origin of another one: its address answers without comparing contents.
    let mut by_address: BTreeMap<usize, usize> = BTreeMap::new();
    let mut origins: Vec<Value> = Vec::new();
    let mut files = serde_json::Map::new();
    for artifact in artifacts {
        let mut ranges: Vec<[usize; 3]> = Vec::new();
        for (n, line) in artifact.lines.iter().enumerate() {
            let id = *by_address.entry(Arc::as_ptr(&line.origin).addr()).or_insert_with(|| {
                *index.entry(line.origin.clone()).or_insert_with(|| {
                    origins.push(origin_json(&line.origin));
                    origins.len() - 1
                })
            });
            match ranges.last_mut() {
                Some(range) if range[2] == id && range[1] == n => range[1] = n + 1,
                _ => ranges.push([n + 1, n + 1, id]),
            }
        }
        let text: Vec<String> = ranges.iter().map(|[from, to, id]| format!("{from}-{to}:{id}")).collect();
        files.insert(artifact.path.as_str().to_owned(), Value::String(text.join(" ")));
    }
    json_artifact("provenance.json", &json!({ "schemaVersion": 1, "origins": origins, "files": files }))
}

fn origin_json(origin: &Origin) -> Value {
    let reasons: Vec<Value> = origin
        .reasons
        .iter()
        .map(|reason| match reason.control {
            Some(control) => json!({ "control": control.0, "cause": reason.cause.to_string() }),
            None => json!({ "cause": reason.cause.to_string() }),
        })
        .collect();
    match &origin.setting {
        Some(setting) => json!({ "setting": setting, "reasons": reasons }),
        None => json!({ "reasons": reasons }),
    }
}

impl Provenance {
    /// Reads the text of a `provenance.json`.
    ///
    /// # Errors
    /// When it is not what [`provenance`] writes; the text says what is missing.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let origins = value["origins"].as_array().ok_or("`origins` is no list")?.iter().map(read_origin).collect();
        let mut files = BTreeMap::new();
        for (path, ranges) in value["files"].as_object().ok_or("`files` is no map")? {
            let text = ranges.as_str().ok_or("the ranges of a file are no text")?;
            let parsed: Option<Vec<_>> = text.split(' ').filter(|part| !part.is_empty()).map(read_range).collect();
            files.insert(path.clone(), parsed.ok_or_else(|| format!("the ranges of `{path}` are not `from-to:origin`"))?);
        }
        let of_the_tree = Some(Explained { setting: None, reasons: vec![(None, "shape report-of-the-plan".to_owned())] });
        Ok(Provenance { origins, files, of_the_tree })
    }

    /// Why a line (1-based) of a file is there.
    #[must_use]
    pub fn explain(&self, file: &str, line: usize) -> Option<&Explained> {
        if OF_THE_TREE.contains(&file) {
            return self.of_the_tree.as_ref();
        }
        let ranges = self.files.get(file)?;
        let at = ranges.partition_point(|(_, to, _)| *to < line);
        let (from, _, id) = ranges.get(at)?;
        if *from <= line { self.origins.get(*id) } else { None }
    }

    /// The files it knows.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

fn read_origin(value: &Value) -> Explained {
    let reasons = value["reasons"].as_array().map_or_else(Vec::new, |list| {
        list.iter()
            .map(|r| (r["control"].as_str().map(str::to_owned), r["cause"].as_str().unwrap_or_default().to_owned()))
            .collect()
    });
    Explained { setting: value["setting"].as_str().map(str::to_owned), reasons }
}

fn read_range(text: &str) -> Option<(usize, usize, usize)> {
    let (lines, id) = text.split_once(':')?;
    let (from, to) = lines.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?, id.parse().ok()?))
}
