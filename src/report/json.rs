//! JSON of reports: typed values, two spaces, borrowed texts.

use std::{fmt, io};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::ser::Formatter;

/// The text of a value, indented as `serde_json` does it.
pub(super) fn text(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(128 * 1024);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Indented::default());
    value.serialize(&mut serializer).expect("internal error: a report is written to memory");
    String::from_utf8(bytes).expect("internal error: JSON is text")
}

/// A value that is written as people see it.
pub(super) struct Shown<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A map in the order of its entries.
pub(super) struct Entries<K, V>(pub(super) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Entries<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// The form of `serde_json::ser::PrettyFormatter`, with one write for a line end and its indent.
#[derive(Default)]
struct Indented {
    depth: usize,
    has_value: bool,
}

/// A comma, a line end, and blanks for 31 levels; deeper values stand at that column.
const BREAK: &[u8; 64] = b",\n                                                              ";

impl Indented {
    fn line<W: ?Sized + io::Write>(&self, writer: &mut W, comma: bool) -> io::Result<()> {
        let end = (2 + 2 * self.depth).min(BREAK.len());
        writer.write_all(&BREAK[usize::from(!comma)..end])
    }

    fn close<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(writer, false)?;
        }
        writer.write_all(bracket)
    }

    fn open<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, !first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(writer, !first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn looks_as_serde_json_writes_it() {
        let value = json!({ "a": [1, [], {}, [[2, "x\n"]], { "b": null, "c": {} }], "d": "\u{1}", "e": [{}, {}] });
        assert_eq!(text(&value), serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(text(&json!([])), "[]");
    }
}
