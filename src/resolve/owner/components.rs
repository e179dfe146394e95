//! The files of kubelet and kube-proxy: every field becomes a setting. What a live cluster writes out for "not set" says nothing.

use serde_json::Value as Json;

use crate::{
    facts::FieldKind,
    plan::{OwnerField, Program},
    yaml::{Node, Value},
};

use super::{Reading, fields, settings::Setting};

pub(super) fn take(reading: &mut Reading<'_>) {
    for (kind, program) in [("KubeletConfiguration", Program::Kubelet), ("KubeProxyConfiguration", Program::KubeProxy)] {
        if let Some(document) = reading.root.get(kind) {
            below(reading, kind, program, document, "");
        }
    }
}

fn below(reading: &mut Reading<'_>, kind: &str, program: Program, node: &Node, path: &str) {
    for entry in node.as_map().unwrap_or(&[]) {
        if path.is_empty() && matches!(entry.key.as_str(), "apiVersion" | "kind") {
            continue;
        }
        let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        match fields::lookup(kind, "", &path, reading.version.minor).known() {
            Some(FieldKind::Object) => below(reading, kind, program, &entry.value, &path),
            // `false` says something of a gate; elsewhere zeros are how a cluster writes out what was never set.
            Some(field) if path == "featureGates" || says_something(&entry.value, field) => {
                let pointer = format!("/{kind}/{}", path.replace('.', "/"));
                let value = entry.value.to_json();
                reading.note(&pointer, OwnerField::Carried, &value, None);
                reading.settings.push(Setting::field(program, &path, value, pointer));
            }
            Some(_) | None => {}
        }
    }
}

/// Nulls, empty texts and mappings and zero durations stand for "not set" in the documents that a cluster holds.
fn says_something(node: &Node, field: FieldKind) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Str(text) => !text.is_empty() && text != "0s",
        Value::Map(_) if matches!(field, FieldKind::Open | FieldKind::Whole) => !is_blank(&node.to_json()),
        Value::Map(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Seq(_) => true,
    }
}

/// Whether a structure is written out with nothing but zeros, empty texts and nulls.
fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => matches!(text.as_str(), "" | "0" | "0s"),
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.values().all(is_blank),
    }
}
