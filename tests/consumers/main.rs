//! The real programs judge the facts and the output: one binary, run against programs that `tests/consumers/build.sh` makes.
//! A program that is missing is said; with `HARDEN_CONSUMERS_REQUIRED=1` it fails the run.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests run programs, read files and end with a panic when something does not hold"
)]

mod adopt;
mod argocd;
mod chart;
mod collector;
mod components;
mod facts;
mod gatekeeper;
mod images;
mod key;
mod kubeadm;
mod kustomize;
mod logging;
mod network;
mod node;
mod nodes;
mod programs;
mod server;
mod terraform;
