//! Diagnostics as text for people and as JSON for programs.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value, json};

use super::{Diagnostic, Label, Severity, Source};
use crate::base::{shortened, visible};

/// At most so many diagnostics are shown; the rest is counted.
pub const RENDER_LIMIT: usize = 100;

/// Renders diagnostics for people; `color` for a terminal, else plain text without links.
#[must_use]
pub fn render(list: &[Diagnostic], color: bool, width: usize) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(width).with_context_lines(1);
    let mut out = String::new();
    for diagnostic in list.iter().take(RENDER_LIMIT) {
        let reports = views(diagnostic);
        for view in &reports {
            if handler.render_report(&mut out, view).is_err() {
                out.push_str(&diagnostic.message);
                out.push('\n');
            }
        }
    }
    if list.len() > RENDER_LIMIT {
        let more: usize = list.iter().skip(RENDER_LIMIT).map(|diagnostic| diagnostic.tells).sum();
        out.push_str(&format!("... and {more} more\n"));
    }
    out
}

/// Diagnostics as the JSON of the interface: code, severity, message, help, labels with 1-based positions.
#[must_use]
pub fn json(list: &[Diagnostic]) -> Value {
    let label = |label: &Label| {
        let at = label.place.position();
        json!({ "file": label.place.source.name(), "line": at.line, "column": at.column, "text": label.text })
    };
    Value::Array(
        list.iter()
            .map(|d| {
                json!({
                    "code": d.code,
                    "severity": d.severity.name(),
                    "message": d.message,
                    "help": d.help,
                    "labels": d.labels.iter().map(label).collect::<Vec<_>>(),
                })
            })
            .collect(),
    )
}

/// At most so many characters of a message, a help or a label are shown.
const LONGEST_TEXT: usize = 600;

/// A text as people see it: nothing in it acts, and it does not flood the terminal.
fn plain(text: &str) -> String {
    shortened(&visible(text), LONGEST_TEXT).into_owned()
}

/// One view per source text: the first carries message and help, the others only their labels.
fn views(diagnostic: &Diagnostic) -> Vec<View> {
    let mut groups: Vec<(Source, Vec<&Label>)> = Vec::new();
    let mut message = plain(&diagnostic.message);
    for label in &diagnostic.labels {
        if !label.place.source.is_showable(label.place.span) {
            let at = label.place.position();
            message.push_str(&format!(" ({}:{}:{}: {})", label.place.source.name(), at.line, at.column, plain(&label.text)));
            continue;
        }
        match groups.iter_mut().find(|(source, _)| *source == label.place.source) {
            Some((_, labels)) => labels.push(label),
            None => groups.push((label.place.source.clone(), vec![label])),
        }
    }
    let mut views = vec![View {
        message,
        code: Some(diagnostic.code),
        severity: diagnostic.severity,
        help: Some(plain(&diagnostic.help)),
        source: None,
        labels: Vec::new(),
    }];
    for (n, (source, labels)) in groups.into_iter().enumerate() {
        let spans = labels
            .iter()
            .map(|l| {
                LabeledSpan::new_with_span(Some(plain(&l.text)), (l.place.span.start, l.place.span.end - l.place.span.start))
            })
            .collect();
        if n == 0 {
            views[0].source = Some(source);
            views[0].labels = spans;
        } else {
            views.push(View {
                message: "the other place".to_owned(),
                code: None,
                severity: Severity::Notice,
                help: None,
                source: Some(source),
                labels: spans,
            });
        }
    }
    views
}

#[derive(Debug)]
struct View {
    message: String,
    code: Option<&'static str>,
    severity: Severity,
    help: Option<String>,
    source: Option<Source>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for View {}

impl miette::Diagnostic for View {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Notice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|s| s as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() { None } else { Some(Box::new(self.labels.iter().cloned())) }
    }
}
