//! The tree that reading gives: plain owned data; every node keeps the text it came from, so trees of several files can be merged.

use crate::diag::{Diagnostic, Place, Severity};

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// 1-based among the documents of the stream.
    pub index: usize,
    /// From the document's first byte to the end of its content.
    pub place: Place,
    /// The content; `None` when the document is empty or cannot be read at all.
    pub root: Option<Node>,
    /// What is wrong with it. With an error the tree may lack parts.
    pub problems: Vec<Diagnostic>,
}

impl Document {
    /// Whether something in the document is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|p| p.severity == Severity::Error)
    }
}

/// How a scalar or key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'text'`.
    Single,
    /// `"text"`.
    Double,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

/// A value and where it is written.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Exactly the text of the value: quotes, brackets and the `|` line belong to it, indentation, tag and anchor do not.
    pub place: Place,
    /// How a scalar is written; `None` for lists, maps and values that no text holds.
    pub style: Option<Style>,
    /// Where the alias (`*name`) stands that brought the value here; `place` is then where it is defined.
    pub alias: Option<Place>,
}

/// What a node is, as kubectl reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on`, `y` ...
    Bool(bool),
    /// A whole number, also when written as `1e3`, `1.0` or `0755`.
    Int(i64),
    /// Any other number; also a whole one beyond 64 bits.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, in the order written, each key once.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key as kubectl reads it: `on:` is `true`, `0x10:` is `16`.
    pub key: String,
    /// The text of the key, quotes included.
    pub key_place: Place,
    /// How the key is written.
    pub key_style: Style,
    /// The value.
    pub value: Node,
}

impl PartialEq for Node {
    /// Nodes are equal when their values are; places and styles do not count.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    /// Entries are equal when keys and values are; places and styles do not count.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Entry {
    /// The key as it stands in the text (`on`, `"a b"`).
    #[must_use]
    pub fn key_raw(&self) -> &str {
        self.key_place.source.slice(self.key_place.span)
    }
}

impl Node {
    /// A value that stands at a place without being written there, such as a default or a merged part.
    #[must_use]
    pub fn new(value: Value, place: Place) -> Self {
        Node { value, place, style: None, alias: None }
    }

    /// The text of a scalar as it is written (`1.30`, `"1.30"`, `0755`); `None` for lists, maps and unwritten values.
    #[must_use]
    pub fn raw(&self) -> Option<&str> {
        self.style.map(|_| self.place.source.slice(self.place.span))
    }

    /// Whether it is a scalar without quotes: the only ones that resolve to numbers, booleans and null.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.style == Some(Style::Plain)
    }

    /// Where the value is used: the alias where there is one, else the value itself.
    #[must_use]
    pub fn used_at(&self) -> &Place {
        self.alias.as_ref().unwrap_or(&self.place)
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.value)
    }

    /// The value of a key of a map, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|e| e.key == key).map(|e| &mut e.value),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) => None,
        }
    }

    /// The entry of a key of a map.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|e| e.key == key)
    }

    /// Where a key of a map is written.
    #[must_use]
    pub fn place_of_key(&self, key: &str) -> Option<&Place> {
        self.entry(key).map(|e| &e.key_place)
    }

    /// The node at a JSON pointer (`/a/0/b`, `~1` for `/`, `~0` for `~`; empty for this node).
    #[must_use]
    pub fn at_pointer(&self, pointer: &str) -> Option<&Node> {
        let Some(path) = pointer.strip_prefix('/') else { return pointer.is_empty().then_some(self) };
        path.split('/').try_fold(self, |node, segment| match &node.value {
            Value::Seq(items) => index(segment).and_then(|i| items.get(i)),
            Value::Map(_) if segment.contains('~') => node.get(&segment.replace("~1", "/").replace("~0", "~")),
            Value::Map(_) => node.get(segment),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => None,
        })
    }

    /// The place that shows best what a JSON pointer means: the node, or the deepest part of the way that exists.
    #[must_use]
    pub fn nearest(&self, pointer: &str) -> &Node {
        let mut node = self;
        for (end, _) in pointer.match_indices('/').skip(1).chain([(pointer.len(), "")]) {
            match self.at_pointer(&pointer[..end]) {
                Some(found) => node = found,
                None => break,
            }
        }
        node
    }

    /// The entries of a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Map(_) => None,
        }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Seq(_) | Value::Map(_) => None,
        }
    }

    /// The truth value, when it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            Value::Null | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) | Value::Map(_) => None,
        }
    }

    /// The whole number, when it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            Value::Null | Value::Bool(_) | Value::Float(_) | Value::Str(_) | Value::Seq(_) | Value::Map(_) => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, for messages: `a text`, `a number`, `a list` ...
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing (null)",
            Value::Bool(true) => "the boolean true",
            Value::Bool(false) => "the boolean false",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Str(_) => "a text",
            Value::Seq(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The same data as JSON: order kept, numbers exact.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => serde_json::Value::Bool(*value),
            Value::Int(value) => serde_json::Value::from(*value),
            Value::Float(value) => self.wide().map_or_else(|| serde_json::Value::from(*value), serde_json::Value::from),
            Value::Str(text) => serde_json::Value::String(text.clone()),
            Value::Seq(items) => serde_json::Value::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(entries) => {
                serde_json::Value::Object(entries.iter().map(|e| (e.key.clone(), e.value.to_json())).collect())
            }
        }
    }

    /// A whole number that needs all 64 bits: `Value` keeps it as a float, its text is exact.
    pub(super) fn wide(&self) -> Option<u64> {
        match super::scalar::resolve(self.raw()?.trim_matches(['"', '\''])) {
            super::scalar::Plain::UInt(value) => Some(value),
            super::scalar::Plain::Null
            | super::scalar::Plain::Bool(_)
            | super::scalar::Plain::Int(_)
            | super::scalar::Plain::Float(_)
            | super::scalar::Plain::Text => None,
        }
    }
}

/// An index as JSON pointers write it: no sign, no leading zero.
fn index(segment: &str) -> Option<usize> {
    if segment.starts_with('+') || (segment.starts_with('0') && segment.len() > 1) { None } else { segment.parse().ok() }
}
