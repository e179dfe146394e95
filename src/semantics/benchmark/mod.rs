//! What kube-bench would say: the benchmark tests of `facts`, evaluated over observed command lines, configuration and files.
//!
//! Follows `check/test.go` and `check/check.go` of kube-bench: it searches the text of the process list, so a flag is found by its first
//! occurrence; the command line comes before the configuration file; a file that cannot be read is a miss.

mod evidence;
mod files;
mod outcome;
mod text;

pub use evidence::{Evidence, FileState};
pub use outcome::{Outcome, Verdict, evaluate, evaluate_files};
