//! A stream of documents: text in, trees and problems out, document by document; a broken one does not hide the others.

use crate::diag::{Diagnostic, Source, Span};

use super::{
    bare,
    build::{Builder, Stop, too_deep},
    diagnostics::{LimitReached, NotYaml},
    events::{Event, Events, Fault},
    limits::MAX_BYTES,
    stream,
    tree::Document,
};

/// Reads every document of a stream as kubectl reads it.
#[must_use]
pub fn read(source: &Source) -> Vec<Document> {
    if source.text().len() > MAX_BYTES {
        let problem = LimitReached {
            what: "the file is larger than 16 MiB".to_owned(),
            help: "split it into several files",
            place: source.place(Span::default()),
        };
        return vec![Document { index: 1, place: source.place(Span::default()), root: None, problems: vec![problem.into()] }];
    }
    let text = bare::without_nul(source.text());
    let mut reader = Reader { source, bare: bare::find(source), documents: Vec::new() };
    reader.run(&text);
    reader.documents
}

struct Reader<'s> {
    source: &'s Source,
    /// Problems of the bare text that no document has reported yet, last first.
    bare: Vec<(usize, Diagnostic)>,
    documents: Vec<Document>,
}

impl Reader<'_> {
    fn run(&mut self, text: &str) {
        let mut builder = Builder::new(self.source, text);
        for part in stream::parts(text) {
            if self.part(Events::new(text, part), &mut builder) == Stop::Stream {
                break;
            }
        }
        if !self.bare.is_empty() {
            self.leftovers(&mut builder);
        }
    }

    /// Reads the documents of a part; says how far a fault at its end reaches.
    fn part(&mut self, mut events: Events<'_>, builder: &mut Builder<'_>) -> Stop {
        let mut start = None;
        while let Some(step) = events.next() {
            let stop = match step {
                Ok((Event::DocumentStart, span)) => {
                    start = Some(span.start);
                    continue;
                }
                Ok((Event::DocumentEnd, span)) => {
                    self.finish(builder, start.take().unwrap_or(span.start), span.end);
                    continue;
                }
                Ok((event, span)) => match builder.take(event, span) {
                    Ok(()) => continue,
                    Err(stop) => stop,
                },
                Err((fault, at)) => {
                    builder.abandon(self.fault(fault, at));
                    Stop::Document
                }
            };
            let end = builder.reached();
            self.finish(builder, start.take().unwrap_or(end), end);
            if stop == Stop::Stream {
                return stop;
            }
            if !events.next_document() {
                break;
            }
        }
        Stop::Document
    }

    fn finish(&mut self, builder: &mut Builder<'_>, start: usize, end: usize) {
        let (root, mut problems) = builder.finish();
        while let Some((_, problem)) = self.bare.pop_if(|(at, _)| *at < end) {
            problems.push(problem);
        }
        let end = root.as_ref().map_or(end, |r| r.place.span.end.max(start));
        let place = self.source.place(Span::new(start, end));
        self.documents.push(Document { index: self.documents.len() + 1, place, root, problems });
    }

    /// Problems after the last document: comments that kubectl reads as more than comments.
    fn leftovers(&mut self, builder: &mut Builder<'_>) {
        match self.documents.last_mut() {
            Some(last) => {
                while let Some((_, problem)) = self.bare.pop() {
                    last.problems.push(problem);
                }
            }
            None => self.finish(builder, 0, self.source.text().len() + 1),
        }
    }

    fn fault(&self, fault: Fault, at: usize) -> Option<Diagnostic> {
        let place = self.source.place(visible(self.source.text(), at));
        match fault {
            Fault::Depth => Some(too_deep(place).into()),
            Fault::Syntax { what, help } => Some(NotYaml { what, help, place }.into()),
            // Found by `bare` already, all of them and not only the first.
            Fault::Character => None,
        }
    }
}

/// The character at a byte; at the end of a line or of the text the last visible one before it.
fn visible(text: &str, at: usize) -> Span {
    let at = at.min(text.len());
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) if !c.is_whitespace() => Span::new(at, at + c.len_utf8()),
        _ => {
            let before = text.get(..at).unwrap_or("").trim_end();
            let width = before.chars().next_back().map_or(0, char::len_utf8);
            Span::new(before.len() - width, before.len())
        }
    }
}
