//! `provenance.json`: the cause of every line of every file, and its reading by `explain`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::base::{Artifact, Cause, Origin, Reason};

use super::{
    Numbered,
    json::{Entries, Shown},
    json_artifact,
};

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

/// The file as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    schema_version: u8,
    origins: Vec<WrittenOrigin<'a>>,
    files: Entries<&'a str, String>,
}

#[derive(Serialize)]
struct WrittenOrigin<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<&'a str>,
    reasons: Vec<WrittenReason<'a>>,
}

#[derive(Serialize)]
struct WrittenReason<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<&'static str>,
    cause: Shown<&'a Cause>,
}

/// Makes the file: every origin once, and for each file the ranges of lines (1-based, both included) that share one. `reports` are the
/// files whose lines all follow from the plan as a whole.
#[must_use]
pub fn provenance(lines: &Numbered<'_>, reports: &[&Artifact]) -> Artifact {
    let origins = lines.origins.iter().map(|origin| written(origin)).collect();
    let all_of_the_plan = |report: &Artifact| [(report.lines.count(), 0)];
    let mut files: Vec<(&str, String)> = lines.files.iter().map(|(path, runs)| (*path, ranges(runs))).collect();
    files.extend(reports.iter().map(|report| (report.path.as_str(), ranges(&all_of_the_plan(report)))));
    files.sort();
    json_artifact("provenance.json", &Written { schema_version: 1, origins, files: Entries(files) })
}

/// The ranges of a file, as `from-to:origin`.
fn ranges(runs: &[(usize, usize)]) -> String {
    let mut text = String::with_capacity(runs.len() * 12);
    let mut from = 1;
    for (to, id) in runs {
        if !text.is_empty() {
            text.push(' ');
        }
        push_number(from, &mut text);
        text.push('-');
        push_number(*to, &mut text);
        text.push(':');
        push_number(*id, &mut text);
        from = to + 1;
    }
    text
}

/// Adds the decimal digits of a number; there are many, and formatting costs more than all else here.
fn push_number(number: usize, text: &mut String) {
    if number > 9 {
        push_number(number / 10, text);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

fn written<'a>(origin: &'a Origin) -> WrittenOrigin<'a> {
    let reason =
        |reason: &'a Reason| WrittenReason { control: reason.control.map(|control| control.0), cause: Shown(&reason.cause) };
    WrittenOrigin { setting: origin.setting.as_deref(), reasons: origin.reasons.iter().map(reason).collect() }
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
