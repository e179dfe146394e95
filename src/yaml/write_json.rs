//! The JSON writer: two spaces, the same origins as in YAML; comments are left out, JSON has none.

use std::sync::Arc;

use crate::base::{Lines, Origin};

use super::{
    out::{Out, OutValue},
    quote,
    write::{pad, push_literal},
};

/// Writes a value as JSON over several lines. A line's origin is that of the value it shows, else of the nearest value
/// around it, else `default`.
#[must_use]
pub fn write_json(value: &Out, default: &Arc<Origin>) -> Lines {
    let mut lines = Lines::default();
    put(value, 0, "", default, &mut lines);
    lines
}

/// Writes a value behind what is begun; `tail` is the comma that ends it, where more follows.
fn put(out: &Out, indent: usize, tail: &str, parent: &Arc<Origin>, lines: &mut Lines) {
    let origin = out.origin.as_ref().unwrap_or(parent);
    let line = lines.begun();
    match &out.value {
        OutValue::List(items) if !items.is_empty() => {
            line.push('[');
            lines.end(origin);
            for (n, item) in items.iter().enumerate() {
                pad(indent + 2, lines.begun());
                put(item, indent + 2, comma(n, items.len()), origin, lines);
            }
            pad(indent, lines.begun());
            lines.begun().push(']');
        }
        OutValue::Map(entries) if !entries.is_empty() => {
            line.push('{');
            lines.end(origin);
            for (n, (key, value)) in entries.iter().enumerate() {
                let begun = lines.begun();
                pad(indent + 2, begun);
                quote::json(key, begun);
                begun.push_str(": ");
                put(value, indent + 2, comma(n, entries.len()), origin, lines);
            }
            pad(indent, lines.begun());
            lines.begun().push('}');
        }
        OutValue::List(_) => line.push_str("[]"),
        OutValue::Map(_) => line.push_str("{}"),
        OutValue::Str(text) => quote::json(text, line),
        OutValue::Null | OutValue::Bool(_) | OutValue::Int(_) | OutValue::UInt(_) | OutValue::Float(_) => {
            push_literal(&out.value, line);
        }
    }
    lines.begun().push_str(tail);
    lines.end(origin);
}

fn comma(n: usize, count: usize) -> &'static str {
    if n + 1 < count { "," } else { "" }
}
