//! Validation against the generated schemas: a JSON value goes in, mistakes with JSON pointers come out. The one file that knows jsonschema.

use std::{collections::BTreeSet, sync::LazyLock};

use jsonschema::{
    Draft, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

use super::published;
use crate::base::SpecPath;

/// What is validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A cluster's spec, or the part of one that a profile holds.
    Spec,
    /// The document around a cluster's spec.
    Cluster,
    /// The document around a profile's spec.
    Profile,
    /// A workspace.
    Workspace,
    /// A list of waivers.
    Waivers,
}

/// Something that the schema refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The JSON pointer of the value that holds it.
    pub(super) pointer: String,
    /// What it is.
    pub(super) what: What,
}

/// What the schema refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Fields that do not exist here.
    Unknown { fields: Vec<String>, allowed: Vec<String> },
    /// A field that must be there.
    Missing { field: String, hint: String },
    /// A value of another type; `version` says that the text of a version is meant.
    Type { expected: Vec<String>, version: bool },
    /// A word that is not in the list.
    Word { allowed: Vec<String> },
    /// A number that is too small or too large.
    Range { minimum: Option<i64>, maximum: Option<i64> },
    /// More fields than alternatives allow.
    TooMany,
    /// Fewer fields than alternatives need.
    TooFew { allowed: Vec<String> },
}

struct Checker {
    schema: Value,
    validator: Option<Validator>,
}

impl Checker {
    fn new(schema: Value) -> Self {
        let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(false);
        let validator = options.build(&schema).ok();
        Checker { schema, validator }
    }

    /// The document around a spec: the spec itself is validated apart.
    fn around(kind: &str) -> Self {
        let mut schema = published::of_kind(kind);
        if let Some(spec) = schema.pointer_mut("/properties/spec")
            && matches!(kind, "Cluster" | "Profile")
        {
            *spec = serde_json::json!({ "type": "object" });
        }
        Checker::new(schema)
    }
}

static SPEC: LazyLock<Checker> = LazyLock::new(|| Checker::new(published::of_spec()));
static CLUSTER: LazyLock<Checker> = LazyLock::new(|| Checker::around("Cluster"));
static PROFILE: LazyLock<Checker> = LazyLock::new(|| Checker::around("Profile"));
static WORKSPACE: LazyLock<Checker> = LazyLock::new(|| Checker::around("Workspace"));
static WAIVERS: LazyLock<Checker> = LazyLock::new(|| Checker::around("Waivers"));

fn checker(part: Part) -> &'static Checker {
    match part {
        Part::Spec => &SPEC,
        Part::Cluster => &CLUSTER,
        Part::Profile => &PROFILE,
        Part::Workspace => &WORKSPACE,
        Part::Waivers => &WAIVERS,
    }
}

/// Everything that the schema refuses in a value.
pub(super) fn mistakes(part: Part, value: &Value) -> Vec<Mistake> {
    let checker = checker(part);
    let validator = checker.validator.as_ref().expect("internal error: the generated schema is no schema");
    let mut found = Vec::new();
    for error in validator.iter_errors(value) {
        collect(&checker.schema, &error, &mut found);
    }
    // What is of another type is none of the words either.
    let of_type = |mistake: &&Mistake| matches!(mistake.what, What::Type { .. });
    let typed: BTreeSet<String> = found.iter().filter(of_type).map(|mistake| mistake.pointer.clone()).collect();
    found.retain(|mistake| !matches!(mistake.what, What::Word { .. }) || !typed.contains(&mistake.pointer));
    found
}

/// The one place of a spec that has a field, as messages call it.
pub(super) fn home(part: Part, field: &str) -> Option<String> {
    match part {
        Part::Cluster | Part::Profile => SPEC.schema.get("properties")?.get(field).map(|_| "`spec`".to_owned()),
        Part::Spec => {
            let mut homes = Vec::new();
            homes_of(&SPEC.schema, field, &SpecPath::root(), &mut homes);
            if let [only] = homes.as_slice() { Some(only.clone()) } else { None }
        }
        Part::Workspace | Part::Waivers => None,
    }
}

fn homes_of(schema: &Value, field: &str, at: &SpecPath, homes: &mut Vec<String>) {
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if name == field {
            homes.push(if at.segments().next().is_none() {
                "`spec`".to_owned()
            } else {
                format!("`{}`", super::tree::dotted(at))
            });
        }
        homes_of(inner, field, &at.child(name), homes);
    }
    for entries in ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key)) {
        if entries.get("properties").and_then(|fields| fields.get(field)).is_some() {
            homes.push(format!("an entry of `{}`", super::tree::dotted(at)));
        }
        for (name, inner) in entries.get("properties").and_then(Value::as_object).into_iter().flatten() {
            homes_of(inner, field, &at.child(name), homes);
        }
    }
}

fn collect(schema: &Value, error: &ValidationError<'_>, found: &mut Vec<Mistake>) {
    let around = error.schema_path().as_str().rsplit_once('/').map_or("", |(parent, _)| parent);
    let around = schema.pointer(around).unwrap_or(&Value::Null);
    if let ValidationErrorKind::AnyOf { context } = error.kind() {
        branch(schema, error, context, found);
    } else if let Some(what) = what(error.kind(), around) {
        found.push(Mistake { pointer: error.instance_path().as_str().to_owned(), what });
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the generated schemas use seven of jsonschema's forty keywords; a test holds the list"
)]
fn what(kind: &ValidationErrorKind, around: &Value) -> Option<What> {
    match kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            Some(What::Unknown { fields: unexpected.clone(), allowed: properties(around) })
        }
        ValidationErrorKind::Required { property } => {
            let field = property.as_str().unwrap_or_default().to_owned();
            let hint = around.get("properties").and_then(|fields| fields.get(&field)).map(hint_of).unwrap_or_default();
            Some(What::Missing { field, hint })
        }
        ValidationErrorKind::Type { kind } => {
            let version = around.get("format").and_then(Value::as_str) == Some("version");
            Some(What::Type { expected: types(kind), version })
        }
        ValidationErrorKind::Enum { options } => Some(What::Word { allowed: strings(options) }),
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. } => Some(What::Range {
            minimum: around.get("minimum").and_then(Value::as_i64),
            maximum: around.get("maximum").and_then(Value::as_i64),
        }),
        ValidationErrorKind::MaxProperties { .. } => Some(What::TooMany),
        ValidationErrorKind::MinProperties { .. } => Some(What::TooFew { allowed: properties(around) }),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only one of jsonschema's forty keywords is asked for")]
/// Of alternatives the one whose type fits is meant; where none fits, the types of all are expected.
fn branch(schema: &Value, error: &ValidationError<'_>, context: &[Vec<ValidationError<'static>>], found: &mut Vec<Mistake>) {
    let here = error.instance_path();
    let type_of = |errors: &[ValidationError<'static>]| {
        errors.iter().filter(|e| e.instance_path() == here).find_map(|e| match e.kind() {
            ValidationErrorKind::Type { kind } => Some(types(kind)),
            _ => None,
        })
    };
    match context.iter().find(|errors| type_of(errors).is_none()) {
        Some(errors) => errors.iter().for_each(|error| collect(schema, error, found)),
        None => {
            let expected = context.iter().filter_map(|errors| type_of(errors)).flatten().collect();
            found.push(Mistake { pointer: here.as_str().to_owned(), what: What::Type { expected, version: false } });
        }
    }
}

fn types(kind: &TypeKind) -> Vec<String> {
    match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(set) => set.iter().map(|one| one.to_string()).collect(),
    }
}

fn properties(schema: &Value) -> Vec<String> {
    schema.get("properties").and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// What a field of the spec says: its words, or an example. Empty where neither is known.
pub(super) fn hint(path: &SpecPath) -> String {
    let mut schema = &SPEC.schema;
    for segment in path.segments() {
        let next = schema.get("properties").and_then(|fields| fields.get(&segment));
        let next = next.or_else(|| schema.get("items")).or_else(|| schema.get("additionalProperties").filter(|s| s.is_object()));
        match next {
            Some(next) => schema = next,
            None => return String::new(),
        }
    }
    hint_of(schema)
}

fn hint_of(schema: &Value) -> String {
    let words = schema.get("enum").map(strings).unwrap_or_default();
    match (words.as_slice(), schema.pointer("/examples/0")) {
        ([], Some(example)) => format!("for example `{example}`"),
        ([], None) => String::new(),
        ([only], _) => format!("`{only}`"),
        (words, _) => format!("one of {}", super::diagnostics::listed(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keywords that the generated schemas use: those that `what` and `branch` report, and those that refuse nothing.
    #[test]
    fn every_keyword_is_reported() {
        const REPORTED: [&str; 9] =
            ["additionalProperties", "required", "type", "enum", "minimum", "maximum", "maxProperties", "minProperties", "anyOf"];
        const SILENT: [&str; 9] = [
            "$schema",
            "title",
            "description",
            "properties",
            "items",
            "examples",
            "format",
            "markdownEnumDescriptions",
            "default",
        ];
        let mut seen = BTreeSet::new();
        for kind in published::KINDS {
            keywords(&published::of_kind(kind), &mut seen);
        }
        for keyword in seen {
            assert!(REPORTED.contains(&keyword.as_str()) || SILENT.contains(&keyword.as_str()), "{keyword}");
        }
    }

    fn keywords(schema: &Value, seen: &mut BTreeSet<String>) {
        for (key, value) in schema.as_object().into_iter().flatten() {
            seen.insert(key.clone());
            match key.as_str() {
                "properties" => value.as_object().into_iter().flatten().for_each(|(_, field)| keywords(field, seen)),
                "items" | "additionalProperties" => keywords(value, seen),
                "anyOf" => value.as_array().into_iter().flatten().for_each(|branch| keywords(branch, seen)),
                _ => {}
            }
        }
    }
}
