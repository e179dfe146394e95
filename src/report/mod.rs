//! Views of a plan and its artifacts: the report, coverage, provenance and manifest of a tree; text, JSON for the terminal. Writes no files.

mod benchmark;
mod check;
mod coverage;
mod files;
mod json;
mod manifest;
mod markdown;
mod numbered;
mod provenance;
mod sarif;

use std::sync::Arc;

use crate::{
    base::{Artifact, Lines, Mode, Origin, OutPath},
    facts,
    targets::Mark,
};

pub use benchmark::{Finding, Outlook, benchmark};
pub use check::{check_json, check_text};
pub use coverage::{coverage, plan_json};
pub use files::FilesOfControls;
pub use manifest::{Manifest, ManifestFile, manifest};
pub use markdown::{Extras, StepList, code, reason_text, report};
pub use numbered::Numbered;
pub use provenance::{Explained, Provenance, provenance};
pub use sarif::{Rule, sarif};

/// What tells the files of this module from a user's.
pub const MARKS: &[Mark] = &[
    Mark { path: "REPORT.md", says: "Hardening report of cluster" },
    Mark { path: "coverage.json", says: "" },
    Mark { path: "manifest.json", says: "" },
    Mark { path: "provenance.json", says: "" },
];

/// The origin of the lines of reports: they follow from the plan as a whole.
#[must_use]
pub fn of_the_plan() -> Arc<Origin> {
    Origin::shape(facts::id::REPORT_OF_THE_PLAN)
}

/// Turns JSON into an artifact: two spaces, a line end at the end.
fn json_artifact(path: &str, value: &impl serde::Serialize) -> Artifact {
    text_artifact(path, json::text(value))
}

/// Turns text into an artifact whose lines follow from the plan as a whole.
fn text_artifact(path: &str, text: String) -> Artifact {
    let lines = Lines::of(text, &of_the_plan());
    let path = OutPath::new(path).expect("internal error: a constant path is plain");
    Artifact { path, mode: Mode::Plain, lines }
}
