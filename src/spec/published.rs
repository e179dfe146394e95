//! The JSON Schemas for editors, generated from the types of `v1alpha1`; their descriptions are the doc comments there.

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::transform_subschemas};
use serde_json::{Map, Value, json};

use super::v1alpha1::{Cluster, ClusterSpec, Profile, Waivers, Workspace};

/// The version of the language.
pub const API_VERSION: &str = "harden.dev/v1alpha1";

/// Every kind of document.
pub const KINDS: [&str; 4] = ["Cluster", "Profile", "Workspace", "Waivers"];

const BASE: &str = "https://harden.dev/schemas/v1alpha1";

/// The schemas by name (`cluster` ...), as the text of `schemas/NAME.schema.json`; `harden` takes a document of any kind.
#[must_use]
pub fn schemas() -> Vec<(&'static str, String)> {
    let kinds = [
        ("cluster", "Cluster", of_kind("Cluster")),
        ("profile", "Profile", of_kind("Profile")),
        ("workspace", "Workspace", of_kind("Workspace")),
        ("waivers", "Waivers", of_kind("Waivers")),
    ];
    let any = any_kind(&kinds);
    let mut all: Vec<_> = kinds.into_iter().map(|(name, _, schema)| (name, text(&headed(name, schema)))).collect();
    all.push(("harden", text(&headed("harden", any))));
    all
}

/// The schema of a kind of document, spec included.
pub(super) fn of_kind(kind: &str) -> Value {
    match kind {
        "Cluster" => generate::<Cluster>(),
        "Profile" => generate::<Profile>(),
        "Workspace" => generate::<Workspace>(),
        _ => generate::<Waivers>(),
    }
}

/// The schema of a cluster's spec.
pub(super) fn of_spec() -> Value {
    generate::<ClusterSpec>()
}

fn generate<T: JsonSchema>() -> Value {
    SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(tidy)
        .into_generator()
        .into_root_schema_for::<T>()
        .into()
}

fn headed(name: &str, schema: Value) -> Value {
    let mut map = Map::new();
    map.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    map.insert("$id".to_owned(), json!(format!("{BASE}/{name}.schema.json")));
    if let Value::Object(rest) = schema {
        map.extend(rest.into_iter().filter(|(key, _)| key != "$schema"));
    }
    Value::Object(map)
}

/// One schema for a document of any kind: `kind` picks the branch, so that editors complain about the right one.
fn any_kind(kinds: &[(&str, &str, Value)]) -> Value {
    let names: Vec<&str> = kinds.iter().map(|(_, kind, _)| *kind).collect();
    let branches: Vec<Value> = kinds
        .iter()
        .map(|(_, kind, _)| {
            json!({
                "if": { "properties": { "kind": { "const": kind } }, "required": ["kind"] },
                "then": { "$ref": format!("#/definitions/{kind}") },
            })
        })
        .collect();
    let definitions: Map<String, Value> = kinds
        .iter()
        .map(|(_, kind, schema)| {
            let mut schema = schema.clone();
            if let Some(map) = schema.as_object_mut() {
                map.shift_remove("$schema");
            }
            ((*kind).to_owned(), schema)
        })
        .collect();
    json!({
        "title": "A spec of harden",
        "description": "A document of any kind.",
        "type": "object",
        "properties": {
            "apiVersion": { "type": "string", "enum": [API_VERSION] },
            "kind": { "type": "string", "enum": names },
        },
        "required": ["apiVersion", "kind"],
        "allOf": branches,
        "definitions": definitions,
    })
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// Takes out what optional Rust fields bring along and nobody may write (`null`), formats of Rust integers, and line ends in sentences.
fn tidy(schema: &mut Schema) {
    if let Some(map) = schema.as_object_mut() {
        unwrap_option(map);
        without_null(map, "type");
        without_null(map, "enum");
        if map.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
            map.shift_remove("format");
        }
        if let Some(Value::String(description)) = map.get_mut("description") {
            *description = description.replace('\n', " ");
        }
    }
    transform_subschemas(&mut tidy, schema);
}

/// `anyOf: [X, null]` becomes `X`; the description of the field wins over that of the type.
fn unwrap_option(map: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = map.get("anyOf") else { return };
    let mut rest: Vec<Value> = branches.iter().filter(|branch| branch.get("type") != Some(&json!("null"))).cloned().collect();
    if rest.len() == branches.len() {
        return;
    }
    map.shift_remove("anyOf");
    if let (1, Some(Value::Object(inner))) = (rest.len(), rest.first().cloned()) {
        for (key, value) in inner {
            map.entry(key).or_insert(value);
        }
    } else {
        map.insert("anyOf".to_owned(), Value::Array(std::mem::take(&mut rest)));
    }
}

fn without_null(map: &mut Map<String, Value>, key: &str) {
    let Some(Value::Array(list)) = map.get_mut(key) else { return };
    list.retain(|item| !item.is_null() && item != "null");
    if let (true, [only]) = (key == "type", list.as_slice()) {
        let only = only.clone();
        map.insert(key.to_owned(), only);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_write_null_and_nothing_is_referred_to() {
        for kind in KINDS {
            let text = of_kind(kind).to_string();
            for word in ["null", "oneOf", "$ref", "uint"] {
                assert!(!text.contains(word), "{kind}: {word}");
            }
        }
    }
}
