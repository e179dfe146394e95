//! Where values begin and end in the text, where the parser's spans are not exact.

use crate::diag::Span;

use super::Style;

/// The span of a scalar. A block scalar begins at its `|` or `>`, which lies between the event before (`from`) and the
/// text, and ends with its last line; the others are exact but for the blanks at their end.
pub(super) fn scalar(text: &str, span: Span, style: Style, from: usize) -> Span {
    match style {
        Style::Literal | Style::Folded => {
            let indicator = if style == Style::Literal { b'|' } else { b'>' };
            let start = header(text.as_bytes(), from.min(span.start), span.start, indicator).unwrap_or(span.start);
            Span::new(start, last_line(text, start, span.end))
        }
        Style::Plain => Span::new(span.start, span.start + text.get(span.start..span.end).unwrap_or("").trim_end().len()),
        Style::Single | Style::Double => span,
    }
}

/// The start of a block list: its first dash. The parser begins a list that is not indented under its key at the first item.
pub(super) fn list(text: &str, span: Span, from: usize) -> Span {
    if text.as_bytes().get(span.start) == Some(&b'-') && text[span.start + 1..].starts_with([' ', '\t', '\n', '\r']) {
        return span;
    }
    let start = header(text.as_bytes(), from.min(span.start), span.start, b'-').unwrap_or(span.start);
    Span::new(start, span.end)
}

/// The end of a `:` that kubectl takes into the unquoted text before it, because it stands right before `,`, `]` or `}`
/// (or another opening bracket, which kubectl refuses). Blanks may lie between text and `:`.
pub(super) fn glued(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let colon = at + rest.len() - rest.trim_start().len();
    let bytes = text.as_bytes().get(colon..colon + 2)?;
    matches!(bytes, [b':', b',' | b']' | b'}' | b'[' | b'{']).then_some(colon + 1)
}

/// The indicator of a block scalar: the first token of `from..to` that begins with it. Indicators, tags, anchors and
/// comments may stand before it.
fn header(text: &[u8], from: usize, to: usize, indicator: u8) -> Option<usize> {
    let mut at = from;
    while at < to {
        match text[at] {
            b'#' => at += text[at..to].iter().position(|b| *b == b'\n')?,
            b'!' | b'&' => at += text[at..to].iter().position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))?,
            found if found == indicator => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The end of the last line of `start..end` that holds more than blanks.
fn last_line(text: &str, start: usize, end: usize) -> usize {
    let mut end = end.min(text.len());
    loop {
        let line = text.get(start..end).and_then(|t| t.rfind('\n')).map(|n| start + n + 1);
        match line {
            Some(line) if text[line..end].trim().is_empty() => end = line - 1,
            _ => break,
        }
    }
    if text.as_bytes()[start..end].ends_with(b"\r") { end - 1 } else { end }
}
