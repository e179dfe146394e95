//! Laying blocks out: two blanks a level, equals signs of neighbouring lines under each other, as `terraform fmt` does it.

use std::sync::Arc;

use crate::base::{Lines, Origin, visible, wrapped};

use super::{
    Block, Expr, Key, Piece, Value,
    quote::{literal, quoted},
};

/// Comments are wrapped before this column.
const WIDTH: usize = 116;

/// A line without its margin, and why it is there.
type Line = (String, Arc<Origin>);

/// Writes a file: its head, then each block after an empty line. Lines without an origin of their own carry `otherwise`.
#[must_use]
pub fn write(head: &[String], blocks: &[Block], otherwise: &Arc<Origin>) -> Lines {
    let mut lines = Lines::default();
    for line in head {
        lines.push(comment(line).trim_end(), otherwise);
    }
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 || !head.is_empty() {
            lines.push("", otherwise);
        }
        for (text, origin) in block_lines(block, block.origin.as_ref().unwrap_or(otherwise)) {
            lines.push(&text, &origin);
        }
    }
    lines
}

/// One comment line; nothing in it can end it.
fn comment(text: &str) -> String {
    format!("# {}", visible(text))
}

fn block_lines(block: &Block, origin: &Arc<Origin>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    for sentence in &block.comment {
        out.extend(wrapped(sentence, WIDTH).iter().map(|line| (comment(line), Arc::clone(origin))));
    }
    let mut opening = block.keyword.to_owned();
    for label in &block.labels {
        opening.push(' ');
        quoted(label, &mut opening);
    }
    if block.arguments.is_empty() && block.blocks.is_empty() {
        out.push((opening + " {}", Arc::clone(origin)));
        return out;
    }
    out.push((opening + " {", Arc::clone(origin)));
    let mut arguments: Vec<(String, &Expr)> = block.arguments.iter().map(|(name, value)| ((*name).to_owned(), value)).collect();
    arguments.sort_by(|(a, _), (b, _)| a.cmp(b));
    out.extend(indented(assignments(&arguments, origin)));
    for (at, inner) in block.blocks.iter().enumerate() {
        if at > 0 || !block.arguments.is_empty() {
            out.push((String::new(), Arc::clone(origin)));
        }
        out.extend(indented(block_lines(inner, inner.origin.as_ref().unwrap_or(origin))));
    }
    out.push(("}".to_owned(), Arc::clone(origin)));
    out
}

/// `name = value` lines. Neighbours that take one line each have their equals signs under each other.
fn assignments(entries: &[(String, &Expr)], origin: &Arc<Origin>) -> Vec<Line> {
    let rendered: Vec<(&str, Vec<Line>)> =
        entries.iter().map(|(name, value)| (name.as_str(), value.lines(value.origin.as_ref().unwrap_or(origin)))).collect();
    let mut out = Vec::new();
    for (at, (name, lines)) in rendered.iter().enumerate() {
        let single = |entry: &&(&str, Vec<Line>)| entry.1.len() == 1;
        let before = rendered[..at].iter().rev().take_while(single);
        let after = rendered[at..].iter().take_while(single);
        let width = before.chain(after).map(|(name, _)| name.len()).max().unwrap_or(name.len());
        let pad = if lines.len() == 1 { width - name.len() } else { 0 };
        for (n, (text, origin)) in lines.iter().enumerate() {
            let text = if n == 0 { format!("{name}{} = {text}", " ".repeat(pad)) } else { text.clone() };
            out.push((text, Arc::clone(origin)));
        }
    }
    out
}

fn indented(lines: Vec<Line>) -> impl Iterator<Item = Line> {
    lines.into_iter().map(|(text, origin)| (if text.is_empty() { text } else { format!("  {text}") }, origin))
}

impl Expr {
    /// The lines of the expression, the first of which continues what stands before it.
    fn lines(&self, origin: &Arc<Origin>) -> Vec<Line> {
        match &self.value {
            Value::List(items) if items.iter().any(|item| item.origin.is_some()) => {
                let items = items.iter().flat_map(|item| ended(item.lines(item.origin.as_ref().unwrap_or(origin))));
                enclosed("[", indented(items.collect()), "]", origin)
            }
            Value::Object(entries) if !entries.is_empty() => {
                let entries: Vec<(String, &Expr)> = entries.iter().map(|(key, value)| (key.text(), value)).collect();
                enclosed("{", indented(assignments(&entries, origin)), "}", origin)
            }
            Value::Call(function, arguments) => call(function, arguments, origin),
            Value::Bool(_)
            | Value::Int(_)
            | Value::Text(_)
            | Value::Template(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Code(_)
            | Value::Binary(..) => vec![(self.inline(), Arc::clone(origin))],
        }
    }

    /// The expression on one line.
    fn inline(&self) -> String {
        let list = |items: &[Expr]| items.iter().map(Expr::inline).collect::<Vec<_>>().join(", ");
        match &self.value {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Text(text) => {
                let mut out = String::with_capacity(text.len() + 2);
                quoted(text, &mut out);
                out
            }
            Value::Template(pieces) => template(pieces),
            Value::List(items) => format!("[{}]", list(items)),
            Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Object(entries) => {
                let entry = |(key, value): &(Key, Expr)| format!("{} = {}", key.text(), value.inline());
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Value::Code(text) => (*text).to_owned(),
            Value::Call(function, arguments) => format!("{function}({})", list(arguments)),
            Value::Binary(left, operator, right) => format!("{} {operator} {}", left.inline(), right.inline()),
        }
    }
}

/// A call whose only argument takes several lines opens and closes with it; any other stands on one line.
fn call(function: &str, arguments: &[Expr], origin: &Arc<Origin>) -> Vec<Line> {
    if let [only] = arguments {
        let mut lines = only.lines(only.origin.as_ref().unwrap_or(origin));
        if let Some((first, _)) = lines.first_mut() {
            first.insert_str(0, &format!("{function}("));
        }
        if let Some((last, _)) = lines.last_mut() {
            last.push(')');
        }
        return lines;
    }
    let arguments: Vec<String> = arguments.iter().map(Expr::inline).collect();
    vec![(format!("{function}({})", arguments.join(", ")), Arc::clone(origin))]
}

fn template(pieces: &[Piece]) -> String {
    let mut out = "\"".to_owned();
    for piece in pieces {
        match piece {
            // A mark at the end would turn what follows into a text.
            Piece::Text(text) if text.ends_with('$') => {
                literal(&text[..text.len() - 1], &mut out);
                out.push_str("\\u0024");
            }
            Piece::Text(text) => literal(text, &mut out),
            Piece::Code(code) => out.extend(["${", code, "}"]),
        }
    }
    out.push('"');
    out
}

fn enclosed(open: &str, inner: impl Iterator<Item = Line>, close: &str, origin: &Arc<Origin>) -> Vec<Line> {
    let mut out = vec![(open.to_owned(), Arc::clone(origin))];
    out.extend(inner);
    out.push((close.to_owned(), Arc::clone(origin)));
    out
}

/// The lines of a list item: the last one ends in a comma.
fn ended(mut lines: Vec<Line>) -> Vec<Line> {
    if let Some((last, _)) = lines.last_mut() {
        last.push(',');
    }
    lines
}

impl Key {
    fn text(&self) -> String {
        match self {
            Key::Name(name) => (*name).to_owned(),
            Key::Text(text) => {
                let mut out = String::with_capacity(text.len() + 2);
                quoted(text, &mut out);
                out
            }
        }
    }
}
