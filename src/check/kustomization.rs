//! Kustomizations: one that lists local files says nothing of its own; any other renders to what no file here says.

use std::collections::BTreeSet;

use crate::{
    diag::Place,
    yaml::{self, Entry, Node, Value},
};

use super::{Against, Content, File, Finding, subject::Subject};

/// The names by which kustomize finds one in a folder.
pub(super) const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields that change nothing of what the listed files say, and make no object of which anything is asked.
const HARMLESS: [&str; 8] = [
    "apiVersion",
    "kind",
    "metadata",
    "buildMetadata",
    "configMapGenerator",
    "generatorOptions",
    "secretGenerator",
    "sortOptions",
];

/// Fields that list files and folders.
const LISTS: [&str; 2] = ["resources", "bases"];

/// Fields by which a kustomization takes in others.
pub(super) const PARTS: [&str; 3] = ["resources", "bases", "components"];

/// What stands in an entry that kustomize fetches; its own rules differ from version to version, so rather one too many.
const REMOTE: [&str; 7] = ["://", "::", "?", "@", ":", ".git", "_git/"];

/// Whether kustomize finds a file by its name.
#[must_use]
pub fn is_called(name: &str) -> bool {
    NAMES.contains(&name.rsplit('/').next().unwrap_or(name))
}

/// Whether a document is one: kustomize takes a file of its own name for one that says neither version nor kind.
pub(super) fn is_one(name: &str, root: &Node) -> bool {
    let text = |key| root.get(key).and_then(Node::as_str);
    match text("kind") {
        None => is_called(name) && root.as_map().is_some_and(|entries| !entries.is_empty()),
        Some("Kustomization" | "Component") => {
            is_called(name) || text("apiVersion").is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
        }
        Some(_) => false,
    }
}

/// The files that kustomizations among the files list: whoever applies one applies them.
pub(super) fn listed(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let Content::Text(source) = &file.content else { continue };
        if !is_called(&file.name) {
            continue;
        }
        for root in yaml::read(source).into_iter().filter_map(|document| document.root) {
            let entries = LISTS.iter().filter_map(|key| root.get(key)?.as_seq()).flatten().filter_map(Node::as_str);
            found.extend(entries.filter_map(|path| beside(&file.name, path)));
        }
    }
    found
}

/// That what it renders to cannot be told, where it does more than list local files.
pub(super) fn not_told(subject: &Subject<'_>, root: &Node, against: &Against<'_>) -> Option<Finding> {
    let entries = root.as_map().unwrap_or(&[]);
    let does: Vec<(String, &Place)> = entries.iter().filter_map(|entry| Some((does(entry)?, &entry.key_place))).collect();
    let (_, place) = does.first()?;
    let fields: Vec<&str> = does.iter().map(|(what, _)| what.as_str()).collect();
    let message = format!("what it renders to is not known: it has {}", fields.join(", "));
    let fix = "judge what it renders to: `kubectl kustomize FOLDER | harden check --spec FILE -`".to_owned();
    Some(subject.finding(against.plan, None, (*place).clone(), message, fix))
}

/// What a field adds to or changes of the listed files, in words; nothing where that is nothing.
fn does(entry: &Entry) -> Option<String> {
    if HARMLESS.contains(&entry.key.as_str()) || is_empty(&entry.value) {
        return None;
    }
    if !LISTS.contains(&entry.key.as_str()) {
        return Some(format!("`{}`", entry.key));
    }
    let remote = entry.value.as_seq().unwrap_or(&[]).iter().any(|one| one.as_str().is_none_or(is_remote));
    remote.then(|| format!("`{}` from elsewhere", entry.key))
}

fn is_empty(value: &Node) -> bool {
    match &value.value {
        Value::Null => true,
        Value::Map(entries) => entries.is_empty(),
        Value::Seq(items) => items.is_empty(),
        Value::Str(text) => text.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
    }
}

fn is_remote(entry: &str) -> bool {
    let lower = entry.to_ascii_lowercase();
    lower.starts_with("github.com/") || REMOTE.iter().any(|part| lower.contains(part))
}

/// A path from the folder of a file, which may lead up; nothing for one that leads further up than names tell.
pub(super) fn beside(file: &str, path: &str) -> Option<String> {
    let mut segments: Vec<&str> = file.split('/').collect();
    segments.pop();
    for segment in path.split('/') {
        match segment {
            ".." if matches!(segments.last(), None | Some(&"..")) => return None,
            ".." => _ = segments.pop(),
            "." => {}
            _ => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}
