//! Texts of users as they are shown: nothing in them can move the cursor, colour the screen or turn the reading direction.

use std::borrow::Cow;

/// Characters that act instead of being seen: controls but tab, bidirectional and zero-width ones, line and paragraph separators.
#[must_use]
pub fn acts(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text with every acting character written out (`\u{1b}`).
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// A text in JSON with every acting character within its strings escaped as JSON has it (`\u202e`): it says the same. Line ends between the
/// values stay.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let acts = |c: char| acts(c) && c != '\n';
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        // None of them lies beyond the first 65,536 code points.
        if acts(c) { out.push_str(&format!("\\u{:04x}", u32::from(c))) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// The text with every acting character but line ends replaced by one of the same length in bytes, so that offsets stay.
#[must_use]
pub fn same_length(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| acts(c) && c != '\n' && c != '\r') {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        _ if !acts(c) || c == '\n' || c == '\r' => c,
        1 => '?',
        2 => '\u{b7}',
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(stand_in).collect())
}

/// The text, cut in the middle when it is longer than so many characters.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= most {
        return Cow::Borrowed(text);
    }
    let head: String = text.chars().take(most * 2 / 3).collect();
    let tail: String = text.chars().skip(count - most / 3).collect();
    Cow::Owned(format!("{head}[... {} characters ...]{tail}", count - most * 2 / 3 - most / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        assert_eq!(visible("plain ß\t"), "plain ß\t");
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(visible_json("[\n\"a\u{202e}b\u{85}\"]"), "[\n\"a\\u202eb\\u0085\"]");
        let text = "a\u{1b}b\u{85}c\u{202e}d\r\ne";
        assert_eq!(same_length(text).len(), text.len());
        assert!(!same_length(text).contains(|c| acts(c) && c != '\n' && c != '\r'));
        assert_eq!(shortened("abcdefghi", 6), "abcd[... 3 characters ...]hi");
    }
}
