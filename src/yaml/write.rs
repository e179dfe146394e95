//! The YAML writer: kubectl's style (two spaces, lists not indented under their key), every line with its origin.

use std::sync::Arc;

use crate::base::{Line, Origin};

use super::{
    out::{Out, OutValue},
    quote,
};

/// Keys up to this many bytes are written as `key: value`; parsers look no further than 1,024 characters for the `:`.
const LONGEST_PLAIN_KEY: usize = 1_000;

/// Writes documents under a head comment. A line's origin is that of the value it shows, else of the nearest value around
/// it, else `default`. What the reader reads back equals what is written.
#[must_use]
pub fn write(documents: &[Out], head: &[String], default: &Arc<Origin>) -> Vec<Line> {
    let mut writer = Writer { lines: Vec::new() };
    for line in head {
        writer.comment(0, line, default);
    }
    for (n, document) in documents.iter().enumerate() {
        if n > 0 {
            writer.line("---".to_owned(), default);
        }
        writer.document(document, default);
    }
    writer.lines
}

/// What a value needs: lines of its own, or the rest of the begun one.
enum Shape<'a> {
    Map(&'a [(String, Out)]),
    List(&'a [Out]),
    Scalar(&'a OutValue),
}

fn shape(out: &Out) -> Shape<'_> {
    match (out.entries(), out.items()) {
        (Some(entries), _) if !entries.is_empty() => Shape::Map(entries),
        (_, Some(items)) if !items.is_empty() => Shape::List(items),
        _ => Shape::Scalar(&out.value),
    }
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn line(&mut self, text: String, origin: &Arc<Origin>) {
        self.lines.push(Line { text, origin: Arc::clone(origin) });
    }

    /// A comment; a line break in it makes another comment line.
    fn comment(&mut self, indent: usize, text: &str, origin: &Arc<Origin>) {
        for part in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
            let mut line = spaces(indent);
            line.push('#');
            if !part.trim_end().is_empty() {
                line.push(' ');
                line.extend(part.trim_end().chars().map(|c| if quote::is_escaped(c) { '\u{fffd}' } else { c }));
            }
            self.line(line, origin);
        }
    }

    fn comments(&mut self, indent: usize, out: &Out, origin: &Arc<Origin>) {
        for text in &out.comment {
            self.comment(indent, text, origin);
        }
    }

    fn document(&mut self, out: &Out, default: &Arc<Origin>) {
        let origin = out.origin.as_ref().unwrap_or(default);
        self.comments(0, out, origin);
        match shape(out) {
            Shape::Map(entries) => self.map(entries, 0, String::new(), origin),
            Shape::List(items) => self.list(items, 0, String::new(), origin),
            Shape::Scalar(scalar) => self.scalar(String::new(), scalar, 2, origin),
        }
    }

    /// The entries of a map; `first` begins the first line, at the map's column already.
    fn map(&mut self, entries: &[(String, Out)], indent: usize, first: String, parent: &Arc<Origin>) {
        let mut first = Some(first);
        for (key, value) in entries {
            let origin = value.origin.as_ref().unwrap_or(parent);
            let mut line = first.take().unwrap_or_else(|| spaces(indent));
            self.comments(margin(&line), value, origin);
            let begun = line.len();
            push_text(key, &mut line);
            if line.len() - begun > LONGEST_PLAIN_KEY {
                self.long_key(line, begun, value, indent, origin);
                continue;
            }
            line.push(':');
            match shape(value) {
                Shape::Map(inner) => {
                    self.line(line, origin);
                    self.map(inner, indent + 2, spaces(indent + 2), origin);
                }
                Shape::List(inner) => {
                    self.line(line, origin);
                    self.list(inner, indent, spaces(indent), origin);
                }
                Shape::Scalar(scalar) => {
                    line.push(' ');
                    self.scalar(line, scalar, indent + 2, origin);
                }
            }
        }
    }

    /// `? key` and `: value`, for keys too long to be found otherwise.
    fn long_key(&mut self, mut line: String, begun: usize, value: &Out, indent: usize, origin: &Arc<Origin>) {
        line.insert_str(begun, "? ");
        self.line(line, origin);
        let lead = spaces(indent) + ": ";
        match shape(value) {
            Shape::Map(inner) => self.map(inner, indent + 2, lead, origin),
            Shape::List(inner) => self.list(inner, indent + 2, lead, origin),
            Shape::Scalar(scalar) => self.scalar(lead, scalar, indent + 2, origin),
        }
    }

    /// The items of a list; `first` begins the first line, at the list's column already.
    fn list(&mut self, items: &[Out], indent: usize, first: String, parent: &Arc<Origin>) {
        let mut first = Some(first);
        for item in items {
            let origin = item.origin.as_ref().unwrap_or(parent);
            let mut line = first.take().unwrap_or_else(|| spaces(indent));
            self.comments(margin(&line), item, origin);
            line.push_str("- ");
            match shape(item) {
                Shape::Map(inner) => self.map(inner, indent + 2, line, origin),
                Shape::List(inner) => self.list(inner, indent + 2, line, origin),
                Shape::Scalar(scalar) => self.scalar(line, scalar, indent + 2, origin),
            }
        }
    }

    /// A scalar, or an empty list or map, after the begun line; the lines of a block text are indented by `indent`.
    fn scalar(&mut self, mut line: String, value: &OutValue, indent: usize, origin: &Arc<Origin>) {
        match value {
            OutValue::Str(text) => {
                if let Some(chomping) = quote::block(text) {
                    line.push_str(chomping);
                    self.line(line, origin);
                    for part in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                        self.line(if part.is_empty() { String::new() } else { spaces(indent) + part }, origin);
                    }
                    return;
                }
                push_text(text, &mut line);
            }
            OutValue::List(_) => line.push_str("[]"),
            OutValue::Map(_) => line.push_str("{}"),
            OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) => {
                push_literal(value, &mut line);
            }
        }
        self.line(line, origin);
    }
}

/// Adds a text in the lightest form that is safe on one line.
fn push_text(text: &str, line: &mut String) {
    if quote::is_plain(text) {
        line.push_str(text);
    } else {
        quote::yaml(text, line);
    }
}

/// Adds null, a boolean or a number, alike in YAML and JSON.
pub(super) fn push_literal(value: &OutValue, line: &mut String) {
    match value {
        OutValue::Bool(true) => line.push_str("true"),
        OutValue::Bool(false) => line.push_str("false"),
        OutValue::Int(value) => line.push_str(&value.to_string()),
        OutValue::UInt(value) => line.push_str(&value.to_string()),
        OutValue::Float(value) if value.is_finite() => line.push_str(&format!("{value:?}")),
        OutValue::Null | OutValue::Float(_) | OutValue::Str(_) | OutValue::List(_) | OutValue::Map(_) => line.push_str("null"),
    }
}

pub(super) fn spaces(count: usize) -> String {
    let mut text = String::with_capacity(count + 40);
    text.extend(std::iter::repeat_n(' ', count));
    text
}

/// The blanks that a line begins with.
fn margin(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
