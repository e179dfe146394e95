//! What is written: values with the origin of their lines and comments above them.

use std::sync::Arc;

use crate::base::Origin;

use super::tree::{Node, Value};

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Out {
    /// The value.
    pub value: OutValue,
    /// Why it is there; without one its parent's reason counts.
    pub origin: Option<Arc<Origin>>,
    /// Comment lines above it, without `#`; JSON has no place for them.
    pub comment: Vec<String>,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum OutValue {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that needs all 64 bits; only carried values have it.
    UInt(u64),
    /// Any other number; one that is not finite is written as `null`.
    Float(f64),
    /// A text.
    Str(String),
    /// A list.
    List(Vec<Out>),
    /// A map, in the order written.
    Map(Vec<(String, Out)>),
}

impl Out {
    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        OutValue::Null.into()
    }

    /// A boolean.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        OutValue::Bool(value).into()
    }

    /// A whole number.
    #[must_use]
    pub fn int(value: impl Into<i64>) -> Self {
        OutValue::Int(value.into()).into()
    }

    /// A text; written so that kubectl reads back exactly this text.
    #[must_use]
    pub fn str(text: impl Into<String>) -> Self {
        OutValue::Str(text.into()).into()
    }

    /// A list of anything that becomes a value.
    #[must_use]
    pub fn list<I: IntoIterator>(items: I) -> Self
    where
        I::Item: Into<Out>,
    {
        OutValue::List(items.into_iter().map(Into::into).collect()).into()
    }

    /// A map in the order given; the keys have to differ.
    #[must_use]
    pub fn map<K: Into<String>, V: Into<Out>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        OutValue::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()).into()
    }

    /// An empty map, to be filled with [`Out::set`].
    #[must_use]
    pub fn empty_map() -> Self {
        OutValue::Map(Vec::new()).into()
    }

    /// This value with a reason.
    #[must_use]
    pub fn with(mut self, origin: &Arc<Origin>) -> Self {
        self.origin = Some(Arc::clone(origin));
        self
    }

    /// This value with a comment line above it.
    #[must_use]
    pub fn note(mut self, line: impl Into<String>) -> Self {
        self.comment.push(line.into());
        self
    }

    /// Sets a key of a map: an existing one keeps its position, a new one comes last. Anything but a map becomes one.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<Out>) {
        let (key, value) = (key.into(), value.into());
        if let OutValue::Map(entries) = &mut self.value {
            match entries.iter_mut().find(|(k, _)| *k == key) {
                Some((_, slot)) => *slot = value,
                None => entries.push((key, value)),
            }
        } else {
            self.value = OutValue::Map(vec![(key, value)]);
        }
    }

    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Out> {
        self.entries()?.iter().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    /// The value of a key of a map, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Out> {
        if let OutValue::Map(entries) = &mut self.value {
            entries.iter_mut().find(|(k, _)| k == key).map(|(_, value)| value)
        } else {
            None
        }
    }

    /// Takes a key out of a map.
    pub fn remove(&mut self, key: &str) -> Option<Out> {
        if let OutValue::Map(entries) = &mut self.value {
            let at = entries.iter().position(|(k, _)| k == key)?;
            Some(entries.remove(at).1)
        } else {
            None
        }
    }

    /// The entries of a map.
    #[must_use]
    pub fn entries(&self) -> Option<&[(String, Out)]> {
        if let OutValue::Map(entries) = &self.value { Some(entries) } else { None }
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Out]> {
        if let OutValue::List(items) = &self.value { Some(items) } else { None }
    }

    /// Whether it is an empty list or map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items().is_some_and(<[Out]>::is_empty) || self.entries().is_some_and(<[(String, Out)]>::is_empty)
    }

    /// The same data as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            OutValue::Null => Json::Null,
            OutValue::Bool(value) => Json::from(*value),
            OutValue::Int(value) => Json::from(*value),
            OutValue::UInt(value) => Json::from(*value),
            OutValue::Float(value) => Json::from(*value),
            OutValue::Str(text) => Json::from(text.as_str()),
            OutValue::List(items) => Json::Array(items.iter().map(Out::to_json).collect()),
            OutValue::Map(entries) => Json::Object(entries.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }
}

impl Node {
    /// The value as something to write, as kubectl reads it (`0400` is 256); aliases are written out.
    #[must_use]
    pub fn to_out(&self) -> Out {
        match &self.value {
            Value::Null => Out::null(),
            Value::Bool(value) => Out::bool(*value),
            Value::Int(value) => Out::int(*value),
            Value::Float(value) => self.wide().map_or(OutValue::Float(*value), OutValue::UInt).into(),
            Value::Str(text) => Out::str(text.as_str()),
            Value::Seq(items) => Out::list(items.iter().map(Node::to_out)),
            Value::Map(entries) => Out::map(entries.iter().map(|e| (e.key.as_str(), e.value.to_out()))),
        }
    }
}

impl From<OutValue> for Out {
    fn from(value: OutValue) -> Self {
        Out { value, origin: None, comment: Vec::new() }
    }
}

impl From<&str> for Out {
    fn from(text: &str) -> Self {
        Out::str(text)
    }
}

impl From<String> for Out {
    fn from(text: String) -> Self {
        Out::str(text)
    }
}

impl From<&String> for Out {
    fn from(text: &String) -> Self {
        Out::str(text.as_str())
    }
}

impl From<bool> for Out {
    fn from(value: bool) -> Self {
        Out::bool(value)
    }
}

impl From<i64> for Out {
    fn from(value: i64) -> Self {
        Out::int(value)
    }
}

impl From<i32> for Out {
    fn from(value: i32) -> Self {
        Out::int(value)
    }
}

impl From<u32> for Out {
    fn from(value: u32) -> Self {
        Out::int(value)
    }
}

impl From<u16> for Out {
    fn from(value: u16) -> Self {
        Out::int(value)
    }
}

impl From<&Node> for Out {
    fn from(node: &Node) -> Self {
        node.to_out()
    }
}
