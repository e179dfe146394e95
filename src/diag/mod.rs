//! Diagnostics: what is wrong, where, why, and what to do. Everything that reads text or choices reports here, all at once.

mod problem;
mod render;
mod source;

pub use problem::{Diagnostic, Diagnostics, Entry, Label, Problem, Severity};
pub use render::{RENDER_LIMIT, json, render};
pub use source::{Place, Position, Source, Span};
