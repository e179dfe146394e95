//! Kubernetes objects and configuration files that emitters, observers and evaluators share.

pub mod audit;
pub mod network;
pub mod rbac;
