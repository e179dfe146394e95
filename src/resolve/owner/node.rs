//! Views of the owner's documents that do not depend on the version of their API.

use serde_json::{Map, Value};

use crate::yaml::Node;

/// Arguments as name and value, in their order: a map up to v1beta3, a list from v1beta4 on.
pub(super) fn arguments(node: Option<&Node>) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    if let Some(entries) = node.as_map() {
        return entries.iter().map(|entry| (entry.key.clone(), entry.value.as_str().unwrap_or_default().to_owned())).collect();
    }
    let pair = |item: &Node| {
        let text = |key: &str| item.get(key).and_then(Node::as_str).map(str::to_owned);
        Some((text("name")?, text("value").unwrap_or_default()))
    };
    node.as_seq().unwrap_or(&[]).iter().filter_map(pair).collect()
}

/// Arguments in the form of v1beta4.
pub(super) fn as_list(arguments: Vec<(String, String)>) -> Value {
    arguments.into_iter().map(|(name, value)| serde_json::json!({ "name": name, "value": value })).collect()
}

/// The fields of a document without its type, without nulls.
pub(super) fn fields(document: &Node) -> Map<String, Value> {
    let mut fields = match document.to_json() {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    fields.retain(|key, _| key != "apiVersion" && key != "kind");
    prune(&mut fields);
    fields
}

/// Takes nulls and mappings without content out.
pub(super) fn prune(fields: &mut Map<String, Value>) {
    fields.retain(|_, value| match value {
        Value::Null => false,
        Value::Object(inner) => {
            prune(inner);
            !inner.is_empty()
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => true,
    });
}

/// Takes the value at a pointer out of a tree.
pub(super) fn take(fields: &mut Map<String, Value>, pointer: &str) -> Option<Value> {
    let (head, rest) = match pointer.trim_start_matches('/').split_once('/') {
        None => return fields.remove(pointer.trim_start_matches('/')),
        Some(split) => split,
    };
    match fields.get_mut(head) {
        Some(Value::Object(inner)) => take(inner, rest),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => None,
    }
}

/// The value at a pointer of a tree.
pub(super) fn at<'a>(fields: &'a Map<String, Value>, pointer: &str) -> Option<&'a Value> {
    let mut segments = pointer.split('/').skip(1);
    let first = fields.get(segments.next()?)?;
    segments.try_fold(first, |value, segment| value.get(segment))
}

/// Puts a value at a pointer, unless there is one; mappings on the way are made.
pub(super) fn put(fields: &mut Map<String, Value>, pointer: &str, value: Value) {
    match pointer.trim_start_matches('/').split_once('/') {
        None => {
            fields.entry(pointer.trim_start_matches('/')).or_insert(value);
        }
        Some((head, rest)) => {
            if let Value::Object(inner) = fields.entry(head).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_taken_and_put_at_pointers() {
        let Value::Object(mut fields) = json!({ "a": { "b": 1, "c": null }, "d": { "e": {} } }) else { unreachable!() };
        assert_eq!(take(&mut fields, "/a/b"), Some(json!(1)));
        assert_eq!(take(&mut fields, "/a/x/y"), None);
        put(&mut fields, "/t/u", json!("4m"));
        put(&mut fields, "/t/u", json!("5m"));
        prune(&mut fields);
        assert_eq!(Value::Object(fields), json!({ "t": { "u": "4m" } }));
    }
}
