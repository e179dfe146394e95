//! Characters that no text of a document needs: nobody sees them, and what reads the text behind them may see something else.

use crate::{
    base::unseen,
    diag::Place,
    yaml::{Entry, Node, Value},
};

use super::diagnostics::ControlCharacter;

/// The fields that people write prose in: there a line may end.
const PROSE: [&str; 2] = ["description", "reason"];

/// Every text of a tree, key or value, that holds such a character.
pub(super) fn unseen_in(root: &Node) -> Vec<ControlCharacter> {
    let mut found = Vec::new();
    node(root, false, &mut found);
    found
}

fn node(node: &Node, prose: bool, found: &mut Vec<ControlCharacter>) {
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
        Value::Str(value) => text(value, prose, node.used_at(), found),
        Value::Seq(items) => items.iter().for_each(|item| self::node(item, false, found)),
        Value::Map(entries) => entries.iter().for_each(|entry| self::entry(entry, found)),
    }
}

fn entry(entry: &Entry, found: &mut Vec<ControlCharacter>) {
    text(&entry.key, false, &entry.key_place, found);
    node(&entry.value, PROSE.contains(&entry.key.as_str()), found);
}

fn text(text: &str, prose: bool, place: &Place, found: &mut Vec<ControlCharacter>) {
    let character = if prose { unseen(&text.replace('\n', " ")) } else { unseen(text) };
    found.extend(character.map(|character| ControlCharacter { character, place: place.clone() }));
}
