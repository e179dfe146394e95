//! The integration tests, one binary.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests run programs, read files and end with a panic when something does not hold"
)]

mod applying;
mod architecture;
mod audit;
mod benchmark;
mod carried;
mod check;
mod commands;
mod control_variants;
mod controls;
mod docs;
mod examples;
mod facts;
mod firewall;
mod goldens;
mod host;
mod log_collector;
mod managed;
mod memory;
mod network;
mod observers;
mod owner_values;
mod pairings;
mod policies;
mod promises;
mod rbac;
mod references;
mod spec;
mod support;
mod terraform;
mod way_out;
mod weakenings;
