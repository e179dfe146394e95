//! `harden`: a compiler for Kubernetes hardening. One security spec of a cluster goes in; every hardened artifact comes out.

pub mod agree;
pub mod base;
pub mod build;
pub mod cli;
pub mod codes;
pub mod controls;
pub mod diag;
pub mod diff;
pub mod facts;
pub mod host;
pub mod kube;
pub mod plan;
pub mod policy;
pub mod report;
pub mod resolve;
pub mod semantics;
pub mod spec;
pub mod targets;
pub mod verify;
pub mod yaml;
