//! The audit policy: every rule in its order.

use crate::{
    diag::Diagnostics,
    kube::audit::{self, GroupWildcard},
    plan::Topic,
    targets::observed::{Leaves, Sighting, Written},
    yaml::Node,
};

use super::key;

/// The policy; nothing when it cannot be read, the diagnostics say why.
pub(super) fn observe(mut sighting: Sighting, root: &Node, mut leaves: Leaves, diags: &mut Diagnostics) -> Option<Sighting> {
    // Whether the version takes `*` as a group is asked when the version is known.
    let policy = audit::read(root, GroupWildcard::Taken, diags)?;
    let nodes = root.get("rules").and_then(Node::as_seq).unwrap_or(&[]);
    for (rule, node) in policy.rules.iter().zip(nodes) {
        let written = Written { text: rule.to_string(), place: node.used_at().clone(), exact: true };
        sighting.set(key(Topic::AuditPolicy, "rules"), written);
    }
    leaves.take_below("/rules");
    sighting.keep(leaves);
    Some(sighting)
}
