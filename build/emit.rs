//! Writes Rust literals.

use super::read::{Cover, Period};

/// A table constant.
pub(super) fn table(name: &str, row: &str, cover: Cover, rows: &[String]) -> String {
    let (oldest, newest) = (minor(cover.oldest), minor(cover.newest));
    format!(
        "pub(super) static {name}: Table<{row}> = Table {{ oldest: {oldest}, newest: {newest}, rows: &[\n{}\n] }};\n",
        rows.join("\n")
    )
}

pub(super) fn text(text: &str) -> String {
    format!("{text:?}")
}

pub(super) fn maybe_text(found: Option<&str>) -> String {
    found.map_or_else(|| "None".to_owned(), |found| format!("Some({found:?})"))
}

pub(super) fn minor(number: u16) -> String {
    format!("Minor({number})")
}

pub(super) fn maybe_minor(number: Option<u16>) -> String {
    number.map_or_else(|| "None".to_owned(), |number| format!("Some(Minor({number}))"))
}

/// Values by first minor; the values are Rust already.
pub(super) fn by_minor(list: &[(u16, String)]) -> String {
    let items: Vec<String> = list.iter().map(|(first, value)| format!("(Minor({first}), {value})")).collect();
    format!("&[{}]", items.join(", "))
}

/// Texts by first minor.
pub(super) fn texts_by_minor(list: &[(u16, String)]) -> String {
    let quoted: Vec<(u16, String)> = list.iter().map(|(first, value)| (*first, text(value))).collect();
    by_minor(&quoted)
}

pub(super) fn period((from, until): Period) -> String {
    format!("Period {{ from: {}, until: {} }}", minor(from), maybe_minor(until))
}

pub(super) fn maybe_period(found: Option<Period>) -> String {
    found.map_or_else(|| "None".to_owned(), |found| format!("Some({})", period(found)))
}
