//! The audit policy of the API server (`audit.k8s.io/v1`): its types, the rules that logging goals ask for, strict reading, writing.

mod diagnostics;
mod goal;
mod policy;
mod read;
mod rules;
mod text;
mod watch;
mod write;

pub use diagnostics::ALL;
pub use goal::Goal;
pub use policy::{GroupResources, GroupWildcard, Level, Policy, Rule, Stage};
pub use read::read;
pub use rules::{ExplainedRule, policy};
pub use watch::watch_group;
pub use write::{assemble, document};
