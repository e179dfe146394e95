//! The parser behind the reader: YAML text in, our own events with byte spans out. The only file that names the parser's crate.

use std::{borrow::Cow, ops::Range};

use granit_parser::{ErrorKind, Event as Raw, Parser, ScalarStyle, StrInput, StructureStyle, Tag as RawTag};

use crate::diag::Span;

use super::{Style, bare::forbidden, limits::MAX_DEPTH};

/// What a tag asks for; collections ignore their tags, as kubectl does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `!`: a plain scalar stays a string.
    NonSpecific,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    Timestamp,
    Merge,
    /// Any other tag: the scalar is a string.
    Custom,
}

/// One step of a YAML stream.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event<'a> {
    DocumentStart,
    DocumentEnd,
    Alias(usize),
    UnknownAlias,
    /// An anchor whose name kubectl ends earlier (`&a:b`).
    OddAnchor,
    Scalar {
        text: Cow<'a, str>,
        style: Style,
        anchor: usize,
        tag: Option<Tag>,
    },
    ListStart {
        flow: bool,
        anchor: usize,
    },
    ListEnd,
    MapStart {
        flow: bool,
        anchor: usize,
    },
    MapEnd,
}

/// Why the parser stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nested too deeply.
    Depth,
    /// A character that no YAML may hold.
    Character,
    /// No YAML: what was met, and what to do.
    Syntax { what: String, help: &'static str },
}

/// The events of a part of a text; stops at a fault until `next_document` is called.
pub(super) struct Events<'a> {
    text: &'a str,
    /// Where the part begins.
    at: usize,
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Events<'a> {
    pub(super) fn new(text: &'a str, part: Range<usize>) -> Self {
        let mut options = granit_parser::options! {
            block_scalar_eof_without_line_feed: true,
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        options.set_emit_comments(false);
        Events { text, at: part.start, parser: Parser::new_from_str_with_options(&text[part], options) }
    }

    /// The next event, or the fault and the byte where it was met; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Result<(Event<'a>, Span), (Fault, usize)>> {
        loop {
            match self.parser.next_event()? {
                Ok((raw, span)) => {
                    if let Some(at) = span.tag_span().and_then(|tag| self.runs_on(self.at + tag.byte_range()?.end)) {
                        return Some(Err((run_on_tag(), at)));
                    }
                    let span = span.byte_range().map_or_else(Span::default, |r| Span::new(self.at + r.start, self.at + r.end));
                    if let Some(event) = convert(raw) {
                        return Some(Ok((event, span)));
                    }
                }
                Err(error) => {
                    let at = self.at + error.marker().byte_offset().unwrap_or(0);
                    return Some(Err((fault(error.kind()), at)));
                }
            }
        }
    }

    /// The end of a tag where a flow indicator follows it at once: kubectl takes the indicator into the tag (YAML 1.1).
    fn runs_on(&self, tag_end: usize) -> Option<usize> {
        matches!(self.text.as_bytes().get(tag_end), Some(b',' | b'[' | b']' | b'{' | b'}')).then_some(tag_end)
    }

    /// Leaves the current document; whether another one follows.
    pub(super) fn next_document(&mut self) -> bool {
        self.parser.proceed_next_document().unwrap_or(false)
    }
}

fn run_on_tag() -> Fault {
    Fault::Syntax {
        what: "a tag right before a bracket or comma, which kubectl takes for a part of the tag".to_owned(),
        help: "put a blank after the tag, or remove the tag",
    }
}

/// Whether kubectl reads a name of an anchor or alias to its end.
pub(super) fn is_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn convert(raw: Raw<'_>) -> Option<Event<'_>> {
    Some(match raw {
        Raw::DocumentStart(..) => Event::DocumentStart,
        Raw::DocumentEnd => Event::DocumentEnd,
        Raw::Alias(id) => Event::Alias(id),
        Raw::UnresolvedAlias(_) => Event::UnknownAlias,
        Raw::Anchor(_, name) if !is_name(&name) => Event::OddAnchor,
        Raw::Scalar(text, style, anchor, tag) => {
            Event::Scalar { text, style: convert_style(style), anchor, tag: tag.as_deref().map(convert_tag) }
        }
        Raw::SequenceStart(style, anchor, _) => Event::ListStart { flow: style == StructureStyle::Flow, anchor },
        Raw::SequenceEnd => Event::ListEnd,
        Raw::MappingStart(style, anchor, _) => Event::MapStart { flow: style == StructureStyle::Flow, anchor },
        Raw::MappingEnd => Event::MapEnd,
        Raw::StreamStart | Raw::StreamEnd | Raw::Anchor(..) | Raw::Comment(..) | _ => return None,
    })
}

fn convert_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn convert_tag(tag: &RawTag) -> Tag {
    let Some(core) = tag.suffix_in_namespace("tag:yaml.org,2002:") else {
        let (handle, suffix) = tag.parts();
        return if (handle.is_empty() && suffix == "!") || (handle == "!" && suffix.is_empty()) {
            Tag::NonSpecific
        } else {
            Tag::Custom
        };
    };
    match &*core {
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "binary" => Tag::Binary,
        "timestamp" => Tag::Timestamp,
        "merge" => Tag::Merge,
        _ => Tag::Custom,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's enum is open and has 90 kinds; the rest share one message")]
fn fault(kind: &ErrorKind) -> Fault {
    use ErrorKind as E;
    let (what, help) = match kind {
        E::RecursionLimitExceeded => return Fault::Depth,
        E::UnclosedFlowCollection { open } => {
            (format!("`{open}` is never closed"), "close the bracket, or quote the text if the bracket belongs to it")
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`"), "close every bracket with its own kind")
        }
        E::MisplacedFlowCollectionEnd => {
            ("a closing bracket without an opening one".into(), "remove the bracket or quote the text")
        }
        E::UnclosedQuotedScalar => ("a quote is never closed".into(), "close the quote"),
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabInPlainScalar | E::TabAtBlockScalarStart => {
            ("a tab where YAML wants spaces".into(), "indent with spaces")
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::MappingKeyNotAllowed => {
            ("a `:` where no key can be".into(), "indent the key like the keys beside it, or quote a value that holds `: `")
        }
        E::ExpectedBlockMappingKey | E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("expected `key: value` here".into(), "write `key: value` with the same indentation as the keys beside it")
        }
        E::ExpectedBlockSequenceEntry | E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => (
            "a list item where none can be, or a missing one".into(),
            "start every item of the list with `- ` at the same indentation",
        ),
        E::ExpectedFlowMappingSeparator => {
            ("expected `,` or `}` here".into(), "separate the entries with `,` and close with `}`")
        }
        E::ExpectedFlowSequenceSeparator => ("expected `,` or `]` here".into(), "separate the items with `,` and close with `]`"),
        E::InvalidIndentation | E::InvalidFlowScalarIndent | E::InvalidQuotedScalarIndent | E::InvalidBlockScalarIndent => {
            ("this line is not indented as its surroundings".into(), "indent it like the lines it belongs to")
        }
        E::UnknownQuotedScalarEscape => {
            ("an escape that double quotes do not have".into(), "write `\\\\` for a backslash, or use single quotes")
        }
        E::BomInsideDocument => {
            ("a byte order mark inside the file".into(), "remove the invisible character U+FEFF; it comes from joining files")
        }
        E::UnexpectedCharacter { character } if forbidden(*character) => return Fault::Character,
        E::UnexpectedCharacter { character } => {
            (format!("`{}` cannot start a value", character.escape_default()), "quote the value")
        }
        E::UndeclaredTagHandle => ("a tag whose handle is not declared".into(), "remove the tag or quote the value"),
        E::PlainScalarStartsWithDashFlowIndicator => ("an unquoted `-` alone between brackets".into(), "quote the `-`"),
        E::CommentNotSeparated => ("a `#` right after other text".into(), "put a blank before the `#` of a comment"),
        E::CommentInterceptedScalar => {
            ("a comment inside a text over several lines".into(), "move the comment above the text, or quote the text")
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "more text after the closing quote".into(),
            "quote the whole value, and double the quotes inside it (`''`) or escape them (`\\\"`)",
        ),
        E::DocumentIndicatorInQuotedScalar => {
            ("the document ends inside a quoted text".into(), "close the quote, or indent the `---` or `...`")
        }
        E::MissingDocumentEndBeforeDirective => (
            "a line that begins with `%` inside a document".into(),
            "quote or indent the text, or end the document before it with `...`",
        ),
        E::ExpectedDocumentStart | E::InvalidDocumentEnd => {
            ("a second value in one document".into(), "separate documents with a line `---`, or indent the text")
        }
        E::MissingAnchorOrAliasName => ("`&` or `*` without a name".into(), "quote the value"),
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => {
            ("text after `|` or `>`".into(), "begin the text on the next line, or quote a value that starts with `|` or `>`")
        }
        other => {
            let text = other.to_string();
            // "while parsing a tag, found ...": the second half says what is wrong.
            let what = text.split_once(", ").filter(|_| text.starts_with("while ")).map_or(text.as_str(), |(_, what)| what);
            (what.replace("invalid", "unexpected"), "correct the text here; YAML reads no further")
        }
    };
    Fault::Syntax { what, help }
}
