//! What the audit policy of a server's version may say.

use crate::{
    base::{KubeVersion, Minor},
    facts::{holds, id},
    kube::audit::GroupWildcard,
};

/// Whether the server of a minor takes the group `*`.
#[must_use]
pub fn group_wildcard(minor: Minor) -> GroupWildcard {
    if holds(id::AUDIT_GROUP_STAR, KubeVersion { minor, patch: None }) { GroupWildcard::Taken } else { GroupWildcard::Refused }
}
