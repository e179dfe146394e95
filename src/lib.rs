//! `harden`: a compiler for Kubernetes hardening. One security spec of a cluster goes in; every hardened artifact comes out.

pub mod base;
pub mod diag;
pub mod facts;
pub mod kube;
pub mod semantics;
pub mod spec;
pub mod yaml;
