//! Source texts with a line index, and places in them.

use std::{borrow::Cow, fmt, sync::Arc};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::base::{same_length, visible};

/// A range of bytes in a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` to before `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end: end.max(start) }
    }
}

/// A place that people read: 1-based line, 1-based column in Unicode scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, counted in Unicode scalars.
    pub column: usize,
}

/// Longer lines are not shown as excerpts: they would flood the terminal.
const LONGEST_LINE: usize = 1_000;

/// A text that was read, with the name it is shown under. Cheap to clone.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    text: String,
    /// The text as it is shown, where it differs; of the same length.
    shown: Option<String>,
    line_starts: Vec<usize>,
}

impl Source {
    /// Takes a text and the name that messages show (a path as the user gave it).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        let shown = match same_length(&text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(shown) => Some(shown),
        };
        Source(Arc::new(Inner { name: visible(&name.into()).into_owned(), text, shown, line_starts }))
    }

    /// The name that messages show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text of a span; empty when the span lies outside or cuts a character.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.0.text.get(span.start..span.end).unwrap_or("")
    }

    /// The position of a byte.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.0.text.len());
        let line = self.0.line_starts.partition_point(|start| *start <= byte);
        let start = self.0.line_starts.get(line - 1).copied().unwrap_or(0);
        let column = self.0.text.as_bytes()[start..byte].iter().filter(|b| (**b & 0xc0) != 0x80).count() + 1;
        Position { line, column }
    }

    /// Whether every line around a span is short enough to be shown as an excerpt.
    #[must_use]
    pub fn is_showable(&self, span: Span) -> bool {
        let starts = &self.0.line_starts;
        let first = starts.partition_point(|start| *start <= span.start).saturating_sub(2);
        let last = (starts.partition_point(|start| *start <= span.end) + 1).min(starts.len());
        (first..last).all(|line| {
            let end = starts.get(line + 1).copied().unwrap_or(self.0.text.len());
            end - starts[line] <= LONGEST_LINE
        })
    }

    /// The byte where a 1-based line starts, or `None` past the last line.
    #[must_use]
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.0.line_starts.get(line.checked_sub(1)?).copied()
    }

    /// A place in this source.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place { source: self.clone(), span }
    }

    fn same(&self, other: &Source) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.name == other.0.name && self.0.text == other.0.text)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.0.name)
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

impl Eq for Source {}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.0.shown.as_ref().unwrap_or(&self.0.text);
        let starts = &self.0.line_starts;
        if span.offset() > text.len() || span.offset() + span.len() > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = starts.partition_point(|s| *s <= span.offset()).saturating_sub(1);
        let last = starts.partition_point(|s| *s <= span.offset() + span.len()).saturating_sub(1);
        let from_line = first.saturating_sub(before);
        // The renderer asks without context for the head line, and takes line and column of what it gets as those of the span.
        let (start, column) =
            if before == 0 { (span.offset(), self.position(span.offset()).column - 1) } else { (starts[from_line], 0) };
        let end = starts.get(last + after + 1).map_or(text.len(), |next| next.saturating_sub(1)).max(span.offset() + span.len());
        Ok(Box::new(MietteSpanContents::new_named(
            self.0.name.clone(),
            &text.as_bytes()[start..end],
            (start, end - start).into(),
            from_line,
            column,
            starts.len(),
        )))
    }
}

/// A span in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// The range in it.
    pub span: Span,
}

impl Place {
    /// Where the place begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = Source::new("x", "a: 1\nß€: 2\r\nlast");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(5 + "ß€".len()), Position { line: 2, column: 3 });
        assert_eq!(source.position(9_999), Position { line: 3, column: 5 });
    }
}
