//! The audit policy of the API server (`audit.k8s.io/v1`): its types, the rules that logging goals ask for, strict reading, writing.

mod goal;
mod policy;
mod rules;

pub use goal::Goal;
pub use policy::{GroupResources, GroupWildcard, Level, Policy, Rule, Stage};
pub use rules::{ExplainedRule, policy};
