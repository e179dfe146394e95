//! Texts in Markdown tables: nothing in a value can end its cell.

use std::borrow::Cow;

use crate::base::visible;

/// Whether nothing but printable ASCII stands in a text, and none of these.
fn is_plain(text: &str, but: &[u8; 3]) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !but.contains(&byte))
}

/// Our own words in a table cell: no pipe or line end can break out of it.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    if is_plain(text, b"|<&") {
        return Cow::Borrowed(text);
    }
    let text = text.replace(['\n', '\r'], " ");
    Cow::Owned(visible(&text).replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|"))
}

/// Words of the user's in a table cell: neither links nor code, images or emphasis come out of them.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in cell(&text.replace('\\', "\\\\")).chars() {
        if matches!(c, '`' | '[' | ']' | '*' | '_' | '!' | '(' | ')') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A value as a code span that nothing in it can end.
#[must_use]
pub fn code(text: &str) -> String {
    if is_plain(text, b"||`") {
        return ["`", text, "`"].concat();
    }
    let text = visible(&text.replace(['\n', '\r'], " ")).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}
