//! The integration tests, one binary.

mod audit;
mod benchmark;
mod facts;
mod host;
