//! The scalars of a document by JSON pointer. Observers take what they know; what is left is kept as it is.

use crate::yaml::{Node, Value};

use super::Written;

/// One scalar, or an empty list or mapping.
#[derive(Debug, Clone)]
pub(in crate::targets) struct Leaf {
    pub(in crate::targets) pointer: String,
    pub(in crate::targets) written: Written,
}

/// The leaves of a document, in the order written.
#[derive(Debug, Default)]
pub(in crate::targets) struct Leaves(Vec<Leaf>);

impl Leaves {
    /// The leaves of a document, without its version and kind.
    pub(in crate::targets) fn of_document(root: &Node) -> Self {
        let mut leaves = Leaves::of(root, "");
        leaves.0.retain(|leaf| !matches!(leaf.pointer.as_str(), "/apiVersion" | "/kind"));
        leaves
    }

    /// The leaves below a node that stands at a pointer.
    pub(in crate::targets) fn of(node: &Node, pointer: &str) -> Self {
        let mut leaves = Leaves::default();
        leaves.collect(node, pointer);
        leaves
    }

    fn collect(&mut self, node: &Node, pointer: &str) {
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                for entry in entries {
                    self.collect(&entry.value, &format!("{pointer}/{}", escaped(&entry.key)));
                }
            }
            Value::Seq(items) if !items.is_empty() => {
                for (n, item) in items.iter().enumerate() {
                    self.collect(item, &format!("{pointer}/{n}"));
                }
            }
            Value::Map(_) | Value::Seq(_) | Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {
                self.0.push(Leaf { pointer: pointer.to_owned(), written: written(node) });
            }
        }
    }

    /// Takes the leaf at a pointer.
    pub(in crate::targets) fn take(&mut self, pointer: &str) -> Option<Written> {
        let at = self.0.iter().position(|leaf| leaf.pointer == pointer)?;
        Some(self.0.remove(at).written)
    }

    /// Takes every leaf at or below a pointer.
    pub(in crate::targets) fn take_below(&mut self, pointer: &str) -> Vec<Leaf> {
        let below = |leaf: &Leaf| leaf.pointer.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.0.extract_if(.., |leaf| below(leaf)).collect()
    }

    /// Puts a leaf back.
    pub(in crate::targets) fn put(&mut self, leaf: Leaf) {
        self.0.push(leaf);
    }

    /// What nobody took.
    pub(in crate::targets) fn rest(self) -> Vec<Leaf> {
        self.0
    }
}

/// A scalar as settings write it: texts without quotes, anything else as JSON.
pub(in crate::targets) fn written(node: &Node) -> Written {
    let text = node.as_str().map_or_else(|| node.to_json().to_string(), str::to_owned);
    Written { text, place: node.used_at().clone(), exact: true }
}

/// The text at a place; empty where none stands there.
pub(in crate::targets) fn text<'a>(root: &'a Node, pointer: &str) -> &'a str {
    root.at_pointer(pointer).and_then(Node::as_str).unwrap_or_default()
}

/// A segment of a JSON pointer.
pub(in crate::targets) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
