//! The diagnostic types and their collector.

use super::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The work cannot be done.
    Error,
    /// The work is done; the reader should know.
    Warning,
    /// Worth saying once.
    Notice,
}

impl Severity {
    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        }
    }
}

/// A place and what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be seen there; lower case, no full stop.
    pub text: String,
}

impl Label {
    /// A label at a place.
    #[must_use]
    pub fn new(place: Place, text: impl Into<String>) -> Self {
        Label { place, text: text.into() }
    }
}

/// One kind of diagnostic: a struct with the data of the case. The code is stable and listed in `schemas/codes.txt`.
pub trait Problem {
    /// The stable code (`unknown-control`).
    const CODE: &'static str;
    /// How bad it is.
    const SEVERITY: Severity = Severity::Error;
    /// What the code means in general and what to do, one to three sentences: the text of `harden explain CODE` and of `docs/errors.md`.
    const MEANING: &'static str;

    /// What is wrong; lower case, no full stop, names in backticks.
    fn message(&self) -> String;
    /// What to do; starts with a verb or "did you mean".
    fn help(&self) -> String;
    /// Where; two places in conflict are two labels.
    fn labels(&self) -> Vec<Label>;
}

/// A code and its meaning, for the reference.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it means.
    pub meaning: &'static str,
}

impl Entry {
    /// The entry of a kind of diagnostic.
    #[must_use]
    pub const fn of<P: Problem>() -> Self {
        Entry { code: P::CODE, severity: P::SEVERITY, meaning: P::MEANING }
    }
}

/// A diagnostic, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub labels: Vec<Label>,
    /// How many mistakes it tells: one, but for the diagnostic that counts those past a limit.
    pub tells: usize,
}

impl<P: Problem> From<P> for Diagnostic {
    fn from(problem: P) -> Self {
        Diagnostic {
            code: P::CODE,
            severity: P::SEVERITY,
            message: problem.message(),
            help: problem.help(),
            labels: problem.labels(),
            tells: 1,
        }
    }
}

/// Collects diagnostics; a stage reports all it finds and then gives up, rather than stopping at the first.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Errors past the most that are kept.
    more: usize,
}

/// So many are kept; whoever has more mistakes has one mistake.
const MOST: usize = 1_000;

impl Diagnostics {
    /// Adds one; the same diagnostic is kept once. Past a thousand only errors are still counted, not kept.
    pub fn push(&mut self, diagnostic: impl Into<Diagnostic>) {
        let diagnostic = diagnostic.into();
        if self.list.len() >= MOST {
            self.more += if diagnostic.severity == Severity::Error { diagnostic.tells } else { 0 };
        } else if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Everything collected, in the order found.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// Whether an error was collected.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.more > 0 || self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether so many were collected that some were only counted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.list.len() >= MOST
    }

    /// How many errors were collected; compare before and after a stage.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.more + self.list.iter().filter(|d| d.severity == Severity::Error).map(|d| d.tells).sum::<usize>()
    }

    /// Takes over everything from another collector.
    pub fn append(&mut self, other: Diagnostics) {
        self.more += other.more;
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }
}
