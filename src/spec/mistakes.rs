//! Mistakes that the schema found, as diagnostics with places; and the value without them, so that the rest can be judged too.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::{Discriminant, discriminant},
};

use serde_json::Value;

use super::{
    Doubts,
    diagnostics::{
        MissingChoice, MissingField, OutOfRange, SeveralChoices, UnknownField, UnknownWord, UnquotedVersion, WrongType,
    },
    schema::{self, Mistake, Part, What},
    tree::{dotted, path_of, spot},
};
use crate::{
    diag::{Diagnostic, Place},
    yaml::{self, Node},
};

/// So many of one kind are told of a tree; the others are counted.
const TOLD: usize = 100;

/// The diagnostics of mistakes in a tree: of each kind the first hundred, then one that counts the others.
pub(super) fn diagnostics(part: Part, root: &Node, mistakes: &[Mistake]) -> Vec<Diagnostic> {
    let mut told: Vec<Kind> = Vec::new();
    let doubts = Doubts::of(root, mistakes);
    // A field under a wrong name is one mistake.
    let second = |mistake: &Mistake| match &mistake.what {
        What::Missing { field, .. } => !doubts.is_empty() && doubts.hide(&path_of(root, &mistake.pointer).child(field)),
        What::Unknown { .. }
        | What::Type { .. }
        | What::Word { .. }
        | What::Range { .. }
        | What::TooMany
        | What::TooFew { .. } => false,
    };
    for mistake in mistakes.iter().filter(|mistake| !second(mistake)) {
        let n = told.iter().position(|kind| kind.is_of(&mistake.what)).unwrap_or_else(|| {
            told.push(Kind { of: discriminant(&mistake.what), list: Vec::new(), more: 0 });
            told.len() - 1
        });
        let kind = &mut told[n];
        let room = TOLD.saturating_sub(kind.list.len());
        let holds = if let What::Unknown { fields, .. } = &mistake.what { fields.len() } else { 1 };
        if room > 0 {
            kind.list.extend(diagnose(part, root, mistake, room));
        }
        kind.more += holds.saturating_sub(room);
    }
    told.into_iter().flat_map(Kind::all).collect()
}

/// The mistakes of one kind.
struct Kind {
    of: Discriminant<What>,
    list: Vec<Diagnostic>,
    /// Those that are counted alone.
    more: usize,
}

impl Kind {
    fn is_of(&self, what: &What) -> bool {
        self.of == discriminant(what)
    }

    fn all(self) -> Vec<Diagnostic> {
        let mut list = self.list;
        if let (true, Some(last)) = (self.more > 0, list.last()) {
            let message = format!("and {} more of the same kind", self.more);
            let help = "mend those that are told: the others are told then".to_owned();
            list.push(Diagnostic { message, help, labels: Vec::new(), tells: self.more, ..last.clone() });
        }
        list
    }
}

/// The diagnostics of a mistake: of fields that do not exist the first `most`.
fn diagnose(part: Part, root: &Node, mistake: &Mistake, most: usize) -> Vec<Diagnostic> {
    let Some(node) = root.at_pointer(&mistake.pointer) else { return Vec::new() };
    let path = path_of(root, &mistake.pointer);
    let Some(at) = spot(root, &path) else { return Vec::new() };
    let field = called(root, &mistake.pointer);
    match &mistake.what {
        What::Unknown { fields, allowed } => {
            let parent = dotted(&path);
            let home = |name: &str| schema::home(part, name);
            fields.iter().take(most).map(|name| unknown(node, (name, home(name)), &parent, allowed, &at.field)).collect()
        }
        What::Missing { field, hint } => {
            vec![MissingField { field: field.clone(), parent: dotted(&path), hint: hint.clone(), place: at.field }.into()]
        }
        What::Type { expected, version } => vec![wrong_type(node, field, expected, *version, at.value)],
        What::Word { allowed } => {
            vec![UnknownWord { field, word: shown(node), allowed: allowed.clone(), place: at.value }.into()]
        }
        What::Range { minimum, maximum } => {
            vec![OutOfRange { field, found: shown(node), range: range(*minimum, *maximum), place: at.value }.into()]
        }
        What::TooMany => {
            let found = node.as_map().into_iter().flatten().map(|e| (e.key.clone(), e.key_place.clone()));
            vec![SeveralChoices { field: dotted(&path), found: found.take(CHOICES).collect() }.into()]
        }
        What::TooFew { allowed } => {
            vec![MissingChoice { field: dotted(&path), choices: allowed.clone(), place: at.field }.into()]
        }
    }
}

/// No field has so many alternatives; more keys than these are unknown fields too.
const CHOICES: usize = 20;

/// What messages call the value of a pointer: its field, or an entry of it.
fn called(root: &Node, pointer: &str) -> String {
    match pointer.rsplit_once('/') {
        None => "the document".to_owned(),
        Some((parent, last)) if root.at_pointer(parent).is_some_and(|node| node.as_seq().is_none()) => {
            format!("`{}`", last.replace("~1", "/").replace("~0", "~"))
        }
        Some((parent, _)) => format!("an entry of {}", called(root, parent)),
    }
}

fn unknown(node: &Node, (name, home): (&str, Option<String>), parent: &str, allowed: &[String], around: &Place) -> Diagnostic {
    let place = node.place_of_key(name).unwrap_or(around).clone();
    let (parent, allowed) = (parent.to_owned(), allowed.to_vec());
    UnknownField { field: name.to_owned(), parent, allowed, home, place }.into()
}

fn wrong_type(node: &Node, field: String, expected: &[String], version: bool, place: Place) -> Diagnostic {
    let number = matches!(node.value, yaml::Value::Int(_) | yaml::Value::Float(_));
    if let (true, true, Some(raw)) = (version, number, node.raw()) {
        return UnquotedVersion { field, raw: raw.to_owned(), read: node.to_json().to_string(), place }.into();
    }
    let names: Vec<&str> = expected.iter().map(|name| type_name(name)).collect();
    let help = type_help(node, expected);
    WrongType { field, expected: names.join(" or "), found: node.kind_name().to_owned(), help, place }.into()
}

fn type_name(name: &str) -> &'static str {
    match name {
        "object" => "a map",
        "array" => "a list",
        "string" => "a text",
        "integer" => "a whole number",
        "boolean" => "`true` or `false`",
        _ => "another value",
    }
}

fn type_help(node: &Node, expected: &[String]) -> String {
    let takes = |name: &str| expected.iter().any(|e| e == name);
    let raw = node.raw().unwrap_or_default();
    if node.is_null() {
        return "give it a value, or remove it".to_owned();
    }
    let scalar = !raw.is_empty() && !raw.contains('\n');
    let number = node.as_str().filter(|text| text.parse::<i64>().is_ok());
    match (scalar, number) {
        (true, Some(number)) if takes("integer") => format!("write {number}, without quotes"),
        (true, _) if takes("string") => format!("write \"{raw}\""),
        (true, _) if takes("array") => format!("write it as a list: [{raw}]"),
        (_, _) if takes("boolean") => "write `true` or `false`".to_owned(),
        (_, _) if takes("integer") => "write a whole number".to_owned(),
        (_, _) if takes("object") => "write its fields below it, as `key: value`".to_owned(),
        (_, _) if takes("array") => "begin each entry with `- `".to_owned(),
        (_, _) => "write a text".to_owned(),
    }
}

/// A value as messages show it: the text of a scalar.
fn shown(node: &Node) -> String {
    node.as_str().or_else(|| node.raw()).unwrap_or_else(|| node.kind_name()).to_owned()
}

fn range(minimum: Option<i64>, maximum: Option<i64>) -> String {
    match (minimum, maximum) {
        (Some(minimum), Some(maximum)) => format!("from {minimum} to {maximum}"),
        (Some(minimum), None) => format!("of at least {minimum}"),
        (None, Some(maximum)) => format!("of at most {maximum}"),
        (None, None) => "in its range".to_owned(),
    }
}

/// Takes out what the mistakes are about: unknown fields and wrong values go, list entries become holes.
pub(super) fn prune(value: &mut Value, mistakes: &[Mistake]) {
    let mut wrong: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for mistake in mistakes {
        match &mistake.what {
            What::Unknown { fields, .. } => wrong.entry(&mistake.pointer).or_default().extend(fields.iter().cloned()),
            What::Type { .. } | What::Word { .. } | What::Range { .. } => match mistake.pointer.rsplit_once('/') {
                Some((parent, last)) => {
                    wrong.entry(parent).or_default().insert(last.replace("~1", "/").replace("~0", "~"));
                }
                None => *value = Value::Object(serde_json::Map::new()),
            },
            What::Missing { .. } | What::TooMany | What::TooFew { .. } => {}
        }
    }
    for (parent, names) in wrong {
        match value.pointer_mut(parent) {
            Some(Value::Object(map)) => map.retain(|key, _| !names.contains(key)),
            Some(Value::Array(items)) => {
                for index in names.iter().filter_map(|name| name.parse::<usize>().ok()) {
                    items.get_mut(index).into_iter().for_each(|item| *item = Value::Null);
                }
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
        }
    }
}
