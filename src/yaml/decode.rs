//! Bytes of a file to text: UTF-8 with or without byte order mark, UTF-16 with one, as kubectl's parser detects them.

use crate::diag::{Diagnostic, Source, Span};

use super::{
    diagnostics::{LimitReached, NotText},
    limits::MAX_BYTES,
};

/// Decodes the bytes of a file; a byte order mark is dropped, so positions count from the first character after it.
///
/// # Errors
/// When the bytes are no text, or too many.
pub fn decode(name: &str, bytes: &[u8]) -> Result<Source, Diagnostic> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large(name));
    }
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(name, rest),
        [0xff, 0xfe, rest @ ..] => utf16(name, rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(name, rest, u16::from_be_bytes),
        [0, second, ..] if *second != 0 => Err(unmarked(name, "UTF-16 (big endian)")),
        [first, 0, ..] if *first != 0 => Err(unmarked(name, "UTF-16 (little endian)")),
        _ => utf8(name, bytes),
    }
}

/// What is wrong with a file that is larger than any that is read.
#[must_use]
pub fn too_large(name: &str) -> Diagnostic {
    let place = Source::new(name, "").place(Span::default());
    LimitReached { what: "the file is larger than 16 MiB".to_owned(), help: "split it into several files", place }.into()
}

fn utf8(name: &str, bytes: &[u8]) -> Result<Source, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.valid_up_to();
            let source = Source::new(name, String::from_utf8_lossy(bytes));
            let byte = bytes.get(at).copied().unwrap_or(0);
            let what = format!("byte 0x{byte:02x} is not part of UTF-8 text");
            Err(NotText { what, place: source.place(Span::new(at, at + '\u{fffd}'.len_utf8())) }.into())
        }
    }
}

fn utf16(name: &str, bytes: &[u8], read: fn([u8; 2]) -> u16) -> Result<Source, Diagnostic> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut bad = None;
    for unit in char::decode_utf16(pairs.map(|pair| read([pair[0], pair[1]]))) {
        text.push(unit.unwrap_or_else(|_| {
            bad.get_or_insert(text.len());
            '\u{fffd}'
        }));
    }
    if odd {
        bad.get_or_insert(text.len());
        text.push('\u{fffd}');
    }
    let source = Source::new(name, text);
    match bad {
        None => Ok(source),
        Some(at) => {
            let what = "half a character of UTF-16 text".to_owned();
            Err(NotText { what, place: source.place(Span::new(at, at + '\u{fffd}'.len_utf8())) }.into())
        }
    }
}

fn unmarked(name: &str, encoding: &str) -> Diagnostic {
    let what = format!("this looks like {encoding} without a byte order mark");
    NotText { what, place: Source::new(name, "").place(Span::default()) }.into()
}
