//! What kubectl finds in the bare text, before YAML: control characters, which it refuses; U+0085, U+2028 and U+2029, where
//! it ends a line (YAML 1.1) and YAML 1.2 reads on, so that a comment for us would be a setting for the cluster; and lines
//! that begin with `---`, where it splits the file.

use std::borrow::Cow;

use crate::diag::{Diagnostic, Source, Span};

use super::{
    diagnostics::{ForbiddenCharacter, UnusableSeparator},
    limits::MAX_PROBLEMS,
};

/// Every problem of the bare text with its byte, last first; at most [`MAX_PROBLEMS`] of each kind, the first ones.
pub(super) fn find(source: &Source) -> Vec<(usize, Diagnostic)> {
    let mut found: Vec<(usize, Diagnostic)> = forbidden_characters(source).chain(separators(source)).collect();
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found
}

fn forbidden_characters(source: &Source) -> impl Iterator<Item = (usize, Diagnostic)> + '_ {
    let text = source.text();
    let suspect = |b: &u8| (*b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || matches!(b, 0x7f | 0xc2 | 0xe2 | 0xef);
    let places = text
        .bytes()
        .enumerate()
        .filter(move |(_, b)| suspect(b))
        .filter_map(|(at, _)| text.get(at..)?.chars().next().map(|c| (at, c)));
    places.filter(|(_, c)| forbidden(*c)).take(MAX_PROBLEMS).map(|(at, character)| {
        let place = source.place(Span::new(at, at + character.len_utf8()));
        (at, ForbiddenCharacter { character, place }.into())
    })
}

/// Lines that begin with `---` and hold more than a comment.
fn separators(source: &Source) -> impl Iterator<Item = (usize, Diagnostic)> + '_ {
    let text = source.text();
    let first = text.starts_with("---").then_some(0);
    let lines = first.into_iter().chain(text.match_indices("\n---").map(|(at, _)| at + 1));
    lines
        .filter_map(|line| {
            let at = line + 3;
            let rest = text[at..].lines().next().unwrap_or("");
            let held = rest.trim_matches([' ', '\t', '\r']);
            let start = at + rest.len() - rest.trim_start_matches([' ', '\t']).len();
            // `---#` is a separator for kubectl and text for YAML.
            let sound = held.is_empty() || (held.starts_with('#') && start > at);
            (!sound).then(|| Span::new(start, start + held.len()))
        })
        .take(MAX_PROBLEMS)
        .map(|span| (span.start, UnusableSeparator { place: source.place(span) }.into()))
}

pub(super) fn forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// The parser takes NUL for the end of the text and would hide what follows; the problem is reported either way.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{1}").into() } else { text.into() }
}
