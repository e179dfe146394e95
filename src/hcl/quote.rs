//! Texts as quoted literals: nothing in them ends the quotes or begins a template, and only plain ASCII is left.

use std::fmt::Write as _;

/// Adds a text in quotes.
pub(super) fn quoted(text: &str, out: &mut String) {
    out.push('"');
    literal(text, out);
    out.push('"');
}

/// Adds the inside of the quotes.
pub(super) fn literal(text: &str, out: &mut String) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // `$${` is a literal `${`; a mark in front of another is written out, so that no two can be read as an escape.
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            '$' | '%' if rest.peek() == Some(&c) => _ = write!(out, "\\u{:04x}", u32::from(c)),
            ' '..='~' => out.push(c),
            // Writing into a string cannot fail. Width and direction of other characters are nobody's guess.
            _ if u32::from(c) <= 0xffff => _ = write!(out, "\\u{:04x}", u32::from(c)),
            _ => _ = write!(out, "\\U{:08x}", u32::from(c)),
        }
    }
}
