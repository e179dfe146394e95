//! Exit codes, and where results and diagnostics go.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::{
    base::{visible, visible_json},
    diag::{self, Diagnostic, Diagnostics},
    host::{
        HostError,
        env::{self, Look, Stream},
        files::FileError,
        out,
    },
};

use super::Format;

/// What to do about a failure of the machine, and about one of ours.
const MACHINE: &str = "check the path, its permissions and the space on the disk";
const BUG: &str = "report this with the input that caused it";

/// The codes that only JSON shows, of what is no diagnostic about a place in a file, with what they mean.
pub(super) const WITHOUT_PLACE: [(&str, &str); 3] = [
    (
        "usage",
        "The call cannot be followed: an argument, a path or an option of it is wrong, or what lies on the disk is in the way.",
    ),
    ("machine", "The machine failed: a file or folder could not be read or written, for a reason that the message names."),
    ("internal", "A fault of harden. Report it with the input that caused it."),
];

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Success,
    /// Findings or differences.
    Findings,
    /// A mistake in the input.
    Mistake,
    /// The machine failed, or harden did.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Success => 0,
            Exit::Findings => 1,
            Exit::Mistake => 2,
            Exit::Failure => 3,
        })
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) enum Failed {
    /// The input is wrong.
    Mistakes(Diagnostics),
    /// The call is wrong: a message and what to do.
    Usage(String, String),
    /// The machine failed.
    Machine(String),
    /// We did.
    Bug(String),
}

impl From<HostError> for Failed {
    fn from(error: HostError) -> Self {
        Failed::Machine(error.to_string())
    }
}

impl From<FileError> for Failed {
    fn from(error: FileError) -> Self {
        let help = match error {
            FileError::Host(error) => return error.into(),
            FileError::NamedPipe { .. } => "name a file, or let the text in through `/dev/stdin` or `<(COMMAND)`",
            FileError::Missing { .. }
            | FileError::NotAFile { .. }
            | FileError::TooLarge { .. }
            | FileError::Outside { .. }
            | FileError::Loop { .. }
            | FileError::NotText { .. }
            | FileError::Pattern { .. } => "name a file or folder that exists and lies inside the workspace",
        };
        Failed::usage(error.to_string(), help)
    }
}

impl Failed {
    /// A mistake in the call.
    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Failed::Usage(message.into(), help.into())
    }
}

/// Where results and diagnostics go.
pub(super) struct Screen {
    /// The format of results.
    pub(super) format: Format,
    look: Look,
}

impl Screen {
    pub(super) fn new(format: Format) -> Self {
        Screen { format, look: env::look(Stream::Stderr) }
    }

    /// Whether results are JSON.
    pub(super) fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes a result; what users wrote in it is shown, never acts on the terminal.
    pub(super) fn result(&self, text: &str) -> Result<(), Failed> {
        Ok(out::write(Stream::Stdout, &shown(text))?)
    }

    /// Writes a result as JSON.
    pub(super) fn result_json(&self, value: &Value) -> Result<(), Failed> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failed::Bug(error.to_string()))?;
        Ok(out::write(Stream::Stdout, &format!("{}\n", visible_json(&text)))?)
    }

    /// Shows diagnostics to people; with `--format json` they are part of the result.
    pub(super) fn diagnostics(&self, list: &[Diagnostic]) -> Result<(), Failed> {
        if self.json() || list.is_empty() {
            return Ok(());
        }
        Ok(out::write(Stream::Stderr, &diag::render(list, self.look.color, self.look.width))?)
    }

    /// Says something beside the result.
    pub(super) fn say(&self, text: &str) -> Result<(), Failed> {
        Ok(out::write(Stream::Stderr, &shown(&format!("{text}\n")))?)
    }

    /// Shows a mistake in a call to people.
    pub(super) fn mistake(&self, message: &str, help: &str) -> Result<(), Failed> {
        self.say(&format!("error: {message}\n  help: {help}"))
    }

    /// Shows why a command could not do its work, and gives the exit code.
    pub(super) fn failed(&self, failed: &Failed) -> Exit {
        let (exit, list) = match failed {
            Failed::Mistakes(diags) => (Exit::Mistake, diag::json(diags.list())),
            Failed::Usage(message, help) => (Exit::Mistake, one("usage", message, help)),
            Failed::Machine(message) => (Exit::Failure, one("machine", message, MACHINE)),
            Failed::Bug(message) => (Exit::Failure, one("internal", message, BUG)),
        };
        let shown = if self.json() {
            self.result_json(&json!({ "schemaVersion": 1, "diagnostics": list }))
        } else {
            match failed {
                Failed::Mistakes(diags) => self.diagnostics(diags.list()).and_then(|()| {
                    let count = diags.errors();
                    self.say(&format!("{count} {}; nothing was written", if count == 1 { "error" } else { "errors" }))
                }),
                Failed::Usage(message, help) => self.mistake(message, help),
                Failed::Machine(message) => self.mistake(message, MACHINE),
                Failed::Bug(message) => self.say(&format!("internal error: {message}\n  help: {BUG}")),
            }
        };
        if shown.is_err() { Exit::Failure } else { exit }
    }
}

/// The text with every acting character but line ends written out.
fn shown(text: &str) -> String {
    text.split_inclusive('\n').fold(String::with_capacity(text.len()), |mut out, line| {
        let (content, end) = line.strip_suffix('\n').map_or((line, ""), |content| (content, "\n"));
        out.push_str(&visible(content));
        out.push_str(end);
        out
    })
}

/// A mistake in a call, in the shape of a diagnostic.
pub(super) fn usage_json(message: &str, help: &str) -> Value {
    bare("usage", message, help)
}

fn bare(code: &str, message: &str, help: &str) -> Value {
    json!({ "code": code, "severity": "error", "message": message, "help": help, "labels": [] })
}

fn one(code: &str, message: &str, help: &str) -> Value {
    json!([bare(code, message, help)])
}
