//! Groups under names that no token of a declared issuer carries.

use std::collections::BTreeSet;

use crate::{
    base::{Cause, SpecPath},
    controls::diagnostics::GroupWithoutPrefix,
    diag::Diagnostics,
    plan::{KUBEADM_ADMINS, Locate},
    resolve::Resolved,
};

/// Warns of groups that are bound under a name without the prefix of any issuer. Who is acted as needs none: its name comes from a header.
pub(in crate::controls) fn warn(cluster: &Resolved, diags: &mut Diagnostics) {
    let prefixes: Vec<&str> =
        cluster.issuers.iter().filter_map(|issuer| issuer.groups.as_ref()).map(|claim| claim.prefix.as_str()).collect();
    let Some(first) = prefixes.first() else { return };
    let identity = &cluster.identity;
    let groups = identity.duties.iter().map(|duty| &duty.group).chain(identity.impersonation.iter().map(|grant| &grant.by));
    let mut told: BTreeSet<&SpecPath> = BTreeSet::new();
    for group in groups.chain(&identity.break_glass) {
        // Principals of a provider come in under the name that their access entry has.
        let Some(name) = group.rbac.as_deref().filter(|_| group.principals.is_empty()) else { continue };
        let comes_otherwise = name == KUBEADM_ADMINS || name.starts_with("system:");
        if comes_otherwise || prefixes.iter().any(|prefix| name.starts_with(prefix)) || !told.insert(&group.path) {
            continue;
        }
        let at = cluster.locate(&Cause::Spec(group.path.child("kubernetes")));
        diags.push(GroupWithoutPrefix { name: name.to_owned(), prefix: (*first).to_owned(), at });
    }
}
