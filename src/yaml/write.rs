//! The YAML writer: kubectl's style (two spaces, lists not indented under their key), every line with its origin.

use std::{fmt::Write as _, sync::Arc};

use crate::base::{Lines, Origin};

use super::{
    out::{Out, OutValue},
    quote,
};

/// Keys up to this many bytes are written as `key: value`; parsers look no further than 1,024 characters for the `:`.
const LONGEST_PLAIN_KEY: usize = 1_000;

/// Writes documents under a head comment. A line's origin is that of the value it shows, else of the nearest value around
/// it, else `default`. What the reader reads back equals what is written.
#[must_use]
pub fn write(documents: &[Out], head: &[String], default: &Arc<Origin>) -> Lines {
    let mut writer = Writer { lines: Lines::default() };
    for line in head {
        writer.comment(0, line, default);
    }
    for (n, document) in documents.iter().enumerate() {
        if n > 0 {
            writer.lines.push("---", default);
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
    lines: Lines,
}

impl Writer {
    /// The last line, which is not ended yet.
    fn begun(&mut self) -> &mut String {
        self.lines.begun()
    }

    /// A comment; a line break in it makes another comment line.
    fn comment(&mut self, indent: usize, text: &str, origin: &Arc<Origin>) {
        // Without an early end the compiler looks at many bytes at a time.
        if text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~')) {
            return self.comment_line(indent, text.trim_end_matches(' '), origin);
        }
        for part in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
            let shown: String = part.trim_end().chars().map(|c| if quote::is_escaped(c) { '\u{fffd}' } else { c }).collect();
            self.comment_line(indent, &shown, origin);
        }
    }

    fn comment_line(&mut self, indent: usize, text: &str, origin: &Arc<Origin>) {
        let line = self.begun();
        pad(indent, line);
        line.push_str(if text.is_empty() { "#" } else { "# " });
        line.push_str(text);
        self.lines.end(origin);
    }

    /// The comments of a value, above the line that is begun for it.
    fn comments(&mut self, out: &Out, origin: &Arc<Origin>) {
        if out.comment.is_empty() {
            return;
        }
        let text = self.begun();
        let begun = text.split_off(text.rfind('\n').map_or(0, |at| at + 1));
        for text in &out.comment {
            self.comment(margin(&begun), text, origin);
        }
        self.begun().push_str(&begun);
    }

    fn document(&mut self, out: &Out, default: &Arc<Origin>) {
        let origin = out.origin.as_ref().unwrap_or(default);
        self.comments(out, origin);
        match shape(out) {
            Shape::Map(entries) => self.map(entries, 0, First::ToBegin, origin),
            Shape::List(items) => self.list(items, 0, First::ToBegin, origin),
            Shape::Scalar(scalar) => self.scalar(scalar, 2, origin),
        }
    }

    /// The entries of a map at a column.
    fn map(&mut self, entries: &[(String, Out)], indent: usize, mut first: First, parent: &Arc<Origin>) {
        for (key, value) in entries {
            let origin = value.origin.as_ref().unwrap_or(parent);
            first.begin(indent, self.begun());
            self.comments(value, origin);
            let line = self.begun();
            let begun = line.len();
            push_text(key, line);
            if line.len() - begun > LONGEST_PLAIN_KEY {
                self.long_key(begun, value, indent, origin);
                continue;
            }
            line.push(':');
            match shape(value) {
                Shape::Map(inner) => {
                    self.lines.end(origin);
                    self.map(inner, indent + 2, First::ToBegin, origin);
                }
                Shape::List(inner) => {
                    self.lines.end(origin);
                    self.list(inner, indent, First::ToBegin, origin);
                }
                Shape::Scalar(scalar) => {
                    line.push(' ');
                    self.scalar(scalar, indent + 2, origin);
                }
            }
        }
    }

    /// `? key` and `: value`, for keys too long to be found otherwise.
    fn long_key(&mut self, begun: usize, value: &Out, indent: usize, origin: &Arc<Origin>) {
        self.begun().insert_str(begun, "? ");
        self.lines.end(origin);
        pad(indent, self.begun());
        self.begun().push_str(": ");
        match shape(value) {
            Shape::Map(inner) => self.map(inner, indent + 2, First::Begun, origin),
            Shape::List(inner) => self.list(inner, indent + 2, First::Begun, origin),
            Shape::Scalar(scalar) => self.scalar(scalar, indent + 2, origin),
        }
    }

    /// The items of a list at a column.
    fn list(&mut self, items: &[Out], indent: usize, mut first: First, parent: &Arc<Origin>) {
        for item in items {
            let origin = item.origin.as_ref().unwrap_or(parent);
            first.begin(indent, self.begun());
            self.comments(item, origin);
            self.begun().push_str("- ");
            match shape(item) {
                Shape::Map(inner) => self.map(inner, indent + 2, First::Begun, origin),
                Shape::List(inner) => self.list(inner, indent + 2, First::Begun, origin),
                Shape::Scalar(scalar) => self.scalar(scalar, indent + 2, origin),
            }
        }
    }

    /// A scalar, or an empty list or map, behind what is begun; the lines of a block text are indented by `indent`.
    fn scalar(&mut self, value: &OutValue, indent: usize, origin: &Arc<Origin>) {
        let line = self.begun();
        match value {
            OutValue::Str(text) => match quote::block(text) {
                Some(chomping) => {
                    line.push_str(chomping);
                    for part in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                        self.lines.end(origin);
                        if !part.is_empty() {
                            pad(indent, self.begun());
                            self.begun().push_str(part);
                        }
                    }
                }
                None => push_text(text, line),
            },
            OutValue::List(_) => line.push_str("[]"),
            OutValue::Map(_) => line.push_str("{}"),
            OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) => {
                push_literal(value, line);
            }
        }
        self.lines.end(origin);
    }
}

/// The first line of a map or list.
#[derive(Clone, Copy)]
enum First {
    /// A line of its own.
    ToBegin,
    /// The rest of one that stands at the right column already.
    Begun,
}

impl First {
    /// Begins a line, unless it is a first one that is begun.
    fn begin(&mut self, indent: usize, line: &mut String) {
        match std::mem::replace(self, First::ToBegin) {
            First::ToBegin => pad(indent, line),
            First::Begun => {}
        }
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
        // Writing into a string cannot fail.
        OutValue::Int(value) => _ = write!(line, "{value}"),
        OutValue::UInt(value) => _ = write!(line, "{value}"),
        OutValue::Float(value) if value.is_finite() => _ = write!(line, "{value:?}"),
        OutValue::Null | OutValue::Float(_) | OutValue::Str(_) | OutValue::List(_) | OutValue::Map(_) => line.push_str("null"),
    }
}

/// Adds so many blanks.
pub(super) fn pad(count: usize, line: &mut String) {
    const BLANKS: &str = "                                ";
    let mut rest = count;
    while rest > 0 {
        let some = rest.min(BLANKS.len());
        line.push_str(&BLANKS[..some]);
        rest -= some;
    }
}

/// The blanks that a line begins with.
fn margin(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
