//! Texts as YAML and JSON write them: without quotes where every reader sees the same text, else in double quotes.

use super::scalar::{self, Plain};

/// Whether a text is written without quotes: kubectl, YAML 1.1 and YAML 1.2 readers all read it back, as value and as key.
pub(super) fn is_plain(text: &str) -> bool {
    is_simple(text) || is_plain_by_all_rules(text)
}

/// The quick answer for nearly every text that we write: a path, a flag, or a word that is too long for those of YAML.
fn is_simple(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins_well = match bytes {
        [b'/', ..] => true,
        [b'-', b'-', letter, ..] => letter.is_ascii_alphabetic(),
        [letter, ..] => letter.is_ascii_alphabetic() && bytes.len() > LONGEST_WORD,
        [] => false,
    };
    // Without an early end the compiler looks at many bytes at a time.
    let graphic = |all: bool, byte: &u8| all & byte.is_ascii_graphic();
    begins_well && bytes.last() != Some(&b':') && bytes.iter().fold(true, graphic)
}

/// `false` is the longest word that is no text.
const LONGEST_WORD: usize = 5;

fn is_plain_by_all_rules(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    let begins_well = match first {
        b'-' => text.len() > 1 && !text.starts_with("- ") && !text.starts_with("---"),
        b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
        | b'`' | b' ' | b'=' => false,
        _ => !text.starts_with("..."),
    };
    begins_well
        && !text.ends_with([' ', ':'])
        && text != "<<"
        && text.chars().all(|c| !is_escaped(c))
        && !text.contains(": ")
        && !text.contains(" #")
        && scalar::resolve(text) == Plain::Text
        && !is_number_elsewhere(text)
}

/// Texts for kubectl that other readers take for numbers or dates: `1:30`, `2001-01-01`, `1e400`, `0o8`.
fn is_number_elsewhere(text: &str) -> bool {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    let number = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b':' | b'e' | b'E' | b'+' | b'-');
    let begins = bare.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.');
    let dots = bare.iter().filter(|b| **b == b'.').count();
    let date = bare.len() >= 8 && bare[..4].iter().all(u8::is_ascii_digit) && bare[4] == b'-';
    let radix = matches!(bare, [b'0', b'x' | b'o' | b'b' | b'X' | b'O' | b'B', rest @ ..] if rest.iter().all(|b| b.is_ascii_hexdigit() || *b == b'_'));
    // Two dots are a version or an address, for every reader.
    (begins && dots < 2 && bare.iter().all(number)) || date || radix
}

/// Characters that are never written raw: control, invisible and line-breaking ones, blanks but the space.
pub(super) fn is_escaped(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_whitespace(),
    }
}

/// Adds a text in double quotes as YAML reads it.
pub(super) fn yaml(text: &str, out: &mut String) {
    quoted(text, out, |c, out| out.push_str(&format!("\\U{:08x}", c as u32)));
}

/// Adds a text in double quotes as JSON reads it.
pub(super) fn json(text: &str, out: &mut String) {
    quoted(text, out, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    });
}

/// The escapes that YAML and JSON share; characters beyond 16 bits differ.
fn quoted(text: &str, out: &mut String, wide: fn(char, &mut String)) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c| matches!(c, '"' | '\\') || is_escaped(c)) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some(c @ ('"' | '\\')) => {
                out.push('\\');
                out.push(c);
            }
            Some('\n') => out.push_str("\\n"),
            Some('\t') => out.push_str("\\t"),
            Some('\r') => out.push_str("\\r"),
            Some(c) if u32::from(c) > 0xffff => wide(c, out),
            Some(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// The chomping of a text that can stand as `|` block: several lines, none of which begins the block with a blank or ends
/// with one, at most one line end at the end, nothing that needs an escape.
pub(super) fn block(text: &str) -> Option<&'static str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = text.contains('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && !body.ends_with('\n')
        && !body.is_empty()
        && body.split('\n').all(|line| !line.ends_with([' ', '\t']))
        && body.chars().all(|c| matches!(c, '\n' | '\t') || !is_escaped(c));
    fits.then_some(if body.len() < text.len() { "|" } else { "|-" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_simple_is_plain(text in "(/|--|[a-zA-Z])?[ -~]{0,12}") {
            prop_assert!(!is_simple(&text) || is_plain_by_all_rules(&text), "{text:?}");
        }
    }
}
