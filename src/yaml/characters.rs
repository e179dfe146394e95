//! Characters that must not stand raw in YAML: kubectl refuses control characters, and ends a line at U+0085, U+2028 and
//! U+2029 (YAML 1.1) where YAML 1.2 reads on, so that a comment for us would be a setting for the cluster.

use std::borrow::Cow;

use crate::diag::{Diagnostic, Source, Span};

use super::{diagnostics::ForbiddenCharacter, limits::MAX_PROBLEMS};

/// Every forbidden character with its byte, last first; at most [`MAX_PROBLEMS`] of them, the first ones.
pub(super) fn find(text: &str) -> Vec<(usize, char)> {
    let suspect = |b: &u8| (*b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || matches!(b, 0x7f | 0xc2 | 0xe2 | 0xef);
    let mut found: Vec<(usize, char)> = text
        .bytes()
        .enumerate()
        .filter(|(_, b)| suspect(b))
        .filter_map(|(at, _)| text.get(at..)?.chars().next().map(|c| (at, c)))
        .filter(|(_, c)| forbidden(*c))
        .take(MAX_PROBLEMS)
        .collect();
    found.reverse();
    found
}

pub(super) fn forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

pub(super) fn problem(source: &Source, at: usize, character: char) -> Diagnostic {
    ForbiddenCharacter { character, place: source.place(Span::new(at, at + character.len_utf8())) }.into()
}

/// The parser takes NUL for the end of the text and would hide what follows; the problem is reported either way.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{1}").into() } else { text.into() }
}
