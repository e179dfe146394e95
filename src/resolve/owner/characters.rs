//! No name and no value of the owner may hold a character that nobody sees: what is carried stands in files that are read line by line.

use crate::{
    base::unseen,
    diag::{Diagnostics, Place},
    yaml::{Node, Value},
};

use super::{diagnostics::ControlCharacter, secrets::Secrets};

/// Reports every such name and value; what is a secret is left behind anyway.
pub(super) fn check(node: &Node, secrets: &Secrets, diags: &mut Diagnostics) {
    below(node, "", secrets, diags);
}

fn below(node: &Node, path: &str, secrets: &Secrets, diags: &mut Diagnostics) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let path = format!("{path}/{}", shown(&entry.key));
                report(&entry.key, &path, &entry.key_place, diags);
                below(&entry.value, &path, secrets, diags);
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Node::as_str).map_or_else(|| index.to_string(), shown);
                below(item, &format!("{path}/{name}"), secrets, diags);
            }
        }
        Value::Str(text) if !secrets.hold(node) => report(text, path, node.used_at(), diags),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

/// A name for a message.
fn shown(name: &str) -> String {
    name.chars().map(|c| if unseen(c.encode_utf8(&mut [0; 4])).is_some() { '\u{fffd}' } else { c }).collect()
}

fn report(text: &str, path: &str, at: &Place, diags: &mut Diagnostics) {
    if let Some(character) = unseen(text) {
        diags.push(ControlCharacter { field: path.trim_start_matches('/').to_owned(), character, at: at.clone() });
    }
}
