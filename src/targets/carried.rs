//! What is carried from the owner's documents, as values to write.

use serde_json::Value;

use crate::{
    plan::OwnerDocument,
    yaml::{Out, OutValue},
};

use super::origins;

/// A JSON value to write.
pub(super) fn out(value: &Value) -> Out {
    match value {
        Value::Null => Out::null(),
        Value::Bool(value) => Out::bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Out::int(value),
            (None, Some(value)) => OutValue::UInt(value).into(),
            (None, None) => OutValue::Float(number.as_f64().unwrap_or_default()).into(),
        },
        Value::String(text) => Out::str(text.as_str()),
        Value::Array(items) => Out::list(items.iter().map(out)),
        Value::Object(entries) => Out::map(entries.iter().map(|(key, value)| (key.as_str(), out(value)))),
    }
}

/// The tree of an owner's document, every value with its place in the file.
pub(super) fn tree(kind: &str, document: &OwnerDocument) -> Out {
    let entries = document.tree.iter().map(|(key, value)| (key.as_str(), value));
    Out::map(entries.map(|(key, value)| (key, placed(kind, document, &format!("/{}", escaped(key)), value))))
}

fn placed(kind: &str, document: &OwnerDocument, pointer: &str, value: &Value) -> Out {
    let inner = match value {
        Value::Object(entries) if !entries.is_empty() => {
            let below = |key: &String| format!("{pointer}/{}", escaped(key));
            Out::map(entries.iter().map(|(key, value)| (key.as_str(), placed(kind, document, &below(key), value))))
        }
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().enumerate();
            Out::list(items.map(|(n, item)| placed(kind, document, &format!("{pointer}/{n}"), item)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => out(value),
    };
    inner.with(&origins::owner(document.place(kind, pointer)))
}

/// A segment of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
