//! Evaluators of emitted bytes: what the programs that read them will do.

pub mod audit;
pub mod benchmark;
pub mod network;
pub mod pod;
pub mod rbac;
