//! The one writer of Terraform's language: typed values in, lines with their origins out, laid out as `terraform fmt` wants them.
//! Names and references are constants of this program; every text of a user becomes a quoted literal.

mod quote;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

pub use write::write;

use crate::base::Origin;

/// An expression; where it has an origin of its own, its lines carry it.
#[derive(Debug, Clone)]
pub struct Expr {
    value: Value,
    origin: Option<Arc<Origin>>,
}

#[derive(Debug, Clone)]
enum Value {
    Bool(bool),
    Int(i64),
    Text(String),
    /// Literal texts and references by turns, in quotes.
    Template(Vec<Piece>),
    List(Vec<Expr>),
    Object(Vec<(Key, Expr)>),
    /// A reference, or another expression that is a constant of this program.
    Code(&'static str),
    Call(&'static str, Vec<Expr>),
    Binary(Box<Expr>, &'static str, Box<Expr>),
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A reference.
    Code(&'static str),
}

/// The key of an object.
#[derive(Debug, Clone)]
enum Key {
    Name(&'static str),
    Text(String),
}

impl Expr {
    /// `true` or `false`.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Value::Bool(value).into()
    }

    /// A whole number.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Value::Int(value).into()
    }

    /// A text, taken literally.
    #[must_use]
    pub fn text(value: impl Into<String>) -> Self {
        Value::Text(value.into()).into()
    }

    /// A text with references in it.
    #[must_use]
    pub fn template(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Value::Template(pieces.into_iter().collect()).into()
    }

    /// A list in its order.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Expr>) -> Self {
        Value::List(items.into_iter().collect()).into()
    }

    /// An object with names for keys, sorted.
    #[must_use]
    pub fn object(entries: impl IntoIterator<Item = (&'static str, Expr)>) -> Self {
        let mut entries: Vec<(&'static str, Expr)> = entries.into_iter().collect();
        entries.sort_by_key(|(name, _)| *name);
        Value::Object(entries.into_iter().map(|(name, value)| (Key::Name(name), value)).collect()).into()
    }

    /// A map with texts for keys, sorted.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (String, Expr)>) -> Self {
        let mut entries: Vec<(String, Expr)> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        Value::Object(entries.into_iter().map(|(name, value)| (Key::Text(name), value)).collect()).into()
    }

    /// A reference such as `var.cluster_name`, or another constant expression.
    #[must_use]
    pub fn code(text: &'static str) -> Self {
        Value::Code(text).into()
    }

    /// The call of a function.
    #[must_use]
    pub fn call(function: &'static str, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Value::Call(function, arguments.into_iter().collect()).into()
    }

    /// Two operands with an operator between them.
    #[must_use]
    pub fn binary(left: Expr, operator: &'static str, right: Expr) -> Self {
        Value::Binary(Box::new(left), operator, Box::new(right)).into()
    }

    /// The same with an origin of its own.
    #[must_use]
    pub fn with(mut self, origin: &Arc<Origin>) -> Self {
        self.origin = Some(Arc::clone(origin));
        self
    }
}

impl From<Value> for Expr {
    fn from(value: Value) -> Self {
        Expr { value, origin: None }
    }
}

/// A block: its keyword, its labels, its arguments and the blocks in it.
#[derive(Debug, Clone)]
pub struct Block {
    keyword: &'static str,
    labels: Vec<&'static str>,
    comment: Vec<String>,
    arguments: Vec<(&'static str, Expr)>,
    blocks: Vec<Block>,
    origin: Option<Arc<Origin>>,
}

impl Block {
    /// An empty block.
    #[must_use]
    pub fn new(keyword: &'static str, labels: &[&'static str]) -> Self {
        Block { keyword, labels: labels.to_vec(), comment: Vec::new(), arguments: Vec::new(), blocks: Vec::new(), origin: None }
    }

    /// Adds an argument; they are written sorted by name.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: Expr) -> Self {
        self.arguments.push((name, value));
        self
    }

    /// Adds a block inside, after those that are there.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Adds a sentence to the comment above.
    #[must_use]
    pub fn say(mut self, sentence: impl Into<String>) -> Self {
        self.comment.push(sentence.into());
        self
    }

    /// The origin of the lines that have none of their own.
    #[must_use]
    pub fn with(mut self, origin: &Arc<Origin>) -> Self {
        self.origin = Some(Arc::clone(origin));
        self
    }

    /// Every origin in the block.
    pub fn origins(&self) -> Vec<&Arc<Origin>> {
        let mut found: Vec<&Arc<Origin>> = self.origin.iter().collect();
        for (_, value) in &self.arguments {
            value.collect(&mut found);
        }
        for block in &self.blocks {
            found.extend(block.origins());
        }
        found
    }
}

impl Expr {
    fn collect<'a>(&'a self, found: &mut Vec<&'a Arc<Origin>>) {
        found.extend(&self.origin);
        match &self.value {
            Value::List(items) | Value::Call(_, items) => items.iter().for_each(|item| item.collect(found)),
            Value::Object(entries) => entries.iter().for_each(|(_, value)| value.collect(found)),
            Value::Binary(left, _, right) => {
                left.collect(found);
                right.collect(found);
            }
            Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Template(_) | Value::Code(_) => {}
        }
    }
}
