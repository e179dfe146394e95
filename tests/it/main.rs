//! The integration tests, one binary.
#![expect(clippy::disallowed_methods, reason = "tests run the program and read files")]

mod architecture;
mod audit;
mod benchmark;
mod facts;
mod goldens;
mod host;
mod promises;
mod references;
mod spec;
mod support;
