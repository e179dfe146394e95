//! The JSON writer: two spaces, the same origins as in YAML; comments are left out, JSON has none.

use std::sync::Arc;

use crate::base::{Line, Origin};

use super::{
    out::{Out, OutValue},
    quote,
    write::{push_literal, spaces},
};

/// Writes a value as JSON over several lines. A line's origin is that of the value it shows, else of the nearest value
/// around it, else `default`.
#[must_use]
pub fn write_json(value: &Out, default: &Arc<Origin>) -> Vec<Line> {
    let mut lines = Vec::new();
    put(value, String::new(), 0, "", default, &mut lines);
    lines
}

/// Writes a value after the begun line; `tail` is the comma that ends it, where more follows.
fn put(out: &Out, mut line: String, indent: usize, tail: &str, parent: &Arc<Origin>, lines: &mut Vec<Line>) {
    let origin = out.origin.as_ref().unwrap_or(parent);
    let close = match &out.value {
        OutValue::List(items) if !items.is_empty() => {
            line.push('[');
            lines.push(Line { text: line, origin: Arc::clone(origin) });
            for (n, item) in items.iter().enumerate() {
                put(item, spaces(indent + 2), indent + 2, comma(n, items.len()), origin, lines);
            }
            spaces(indent) + "]"
        }
        OutValue::Map(entries) if !entries.is_empty() => {
            line.push('{');
            lines.push(Line { text: line, origin: Arc::clone(origin) });
            for (n, (key, value)) in entries.iter().enumerate() {
                let mut begun = spaces(indent + 2);
                quote::json(key, &mut begun);
                begun.push_str(": ");
                put(value, begun, indent + 2, comma(n, entries.len()), origin, lines);
            }
            spaces(indent) + "}"
        }
        OutValue::List(_) => line + "[]",
        OutValue::Map(_) => line + "{}",
        OutValue::Str(text) => {
            quote::json(text, &mut line);
            line
        }
        OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) => {
            push_literal(&out.value, &mut line);
            line
        }
    };
    lines.push(Line { text: close + tail, origin: Arc::clone(origin) });
}

fn comma(n: usize, count: usize) -> &'static str {
    if n + 1 < count { "," } else { "" }
}
