//! The machine: files, output trees, git, clock, terminal. The only module that touches them; everything it cannot do
//! is a typed error, and it shows nothing by itself.
#![expect(clippy::disallowed_methods, reason = "the one place that touches files, environment, clock and processes")]

pub mod cache;
pub mod clock;
pub mod env;
mod error;
pub mod files;
pub mod git;
pub mod out;
pub mod progress;
pub mod tree;

pub use error::{Action, HostError};
