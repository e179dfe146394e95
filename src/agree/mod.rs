//! Agreement: settings that contradict each other are errors which show both places. What may not stand together is a table of rules.

mod access;
mod audit;
mod characters;
mod flags;
mod gates;
mod hosts;
mod kubelet;
mod kubelet_fields;
mod mounts;
mod network;
mod nodes;
mod objects;
mod permissions;
mod plugins;
mod proxy;
mod settings;
#[cfg(test)]
mod tests;
mod tls;

use crate::{base::Artifact, plan::Plan};

pub use network::connectivity;
pub use objects::unserved;
pub use permissions::permissions;
pub use settings::{ALL, Clash, RULES, Rule, Side, agree};

/// Where the emitted bytes, read back, do not come to what the spec declares, or to what its version serves. A difference is a bug of ours.
#[must_use]
pub fn disagreements(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    let flows = connectivity(plan, artifacts).into_iter();
    let flows = flows.map(|what| format!("the emitted network policies are not the declared flows: {what}"));
    let duties = permissions(plan, artifacts).into_iter();
    let duties = duties.map(|what| format!("the emitted roles are not the declared duties: {what}"));
    let minor = plan.cluster.minor();
    let unserved = unserved(minor, artifacts).into_iter();
    let unserved = unserved.map(|what| format!("an emitted object is none that the API server of {minor} serves: {what}"));
    flows.chain(duties).chain(unserved).collect()
}
