//! Names that parts of a spec say of each other: they must exist.

use super::Reader;
use crate::{
    base::SpecPath,
    facts,
    spec::{
        diagnostics::{UndeclaredNamespace, UnknownGroup, UnknownPool, UnknownWaiver},
        model::values::is_label,
        v1alpha1::{ClusterSpec, List},
    },
};

/// Reports every name that leads nowhere.
pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    groups(r, spec);
    waivers(r, spec);
    tiers(r, spec);
    rights(r, spec);
}

/// The path of an entry of a list: by its name, else by its index.
pub(super) fn entry(at: &SpecPath, index: usize, name: Option<&str>) -> SpecPath {
    name.map_or_else(|| at.index(index), |name| at.child(name))
}

pub(super) fn path(text: &str) -> SpecPath {
    SpecPath::new(text)
}

fn groups(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let Some(identity) = &spec.identity else { return };
    if r.doubts().hide_names(&path("/identity/groups")) {
        return;
    }
    let known: Vec<String> = identity.groups.iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut named: Vec<(SpecPath, String)> = Vec::new();
    for (index, duty) in identity.duties.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/duties"), index, duty.name.as_deref());
        named.extend(duty.group.clone().map(|group| (at.child("group"), group)));
    }
    for (index, grant) in identity.impersonation.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/impersonation"), index, grant.name.as_deref());
        named.extend(grant.by.clone().map(|group| (at.child("by"), group)));
        let groups = grant.acts_as.iter().flat_map(|taken| &taken.groups).flat_map(List::entries);
        named.extend(groups.map(|(index, group)| (at.child("as").child("groups").index(index), group.clone())));
    }
    // That a text is empty is told where it is read.
    for (at, group) in named.into_iter().filter(|(_, group)| !group.is_empty()) {
        if !known.contains(&group) {
            let place = r.value_place(&at);
            r.push(UnknownGroup { group, known: known.clone(), place });
        }
    }
}

fn waivers(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known: Vec<String> = spec.waivers.iter().flat_map(List::iter).filter_map(|waiver| waiver.id.clone()).collect();
    let mut named: Vec<(SpecPath, String)> = Vec::new();
    for (index, namespace) in spec.namespaces.iter().flat_map(List::entries) {
        let at = entry(&path("/namespaces"), index, namespace.name.as_deref());
        named.extend(namespace.waiver.clone().map(|id| (at.child("waiver"), id)));
    }
    for (control, choice) in spec.controls.iter().flatten() {
        named.extend(choice.waiver.clone().map(|id| (path("/controls").child(control).child("waiver"), id)));
    }
    let certain = !r.doubts().hide_names(&path("/waivers"));
    for (at, waiver) in named {
        if certain && !known.contains(&waiver) {
            let place = r.value_place(&at);
            r.push(UnknownWaiver { waiver, known: known.clone(), place });
        }
    }
    scopes(r, spec);
}

fn scopes(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let pools = spec.platform.iter().flat_map(|platform| &platform.node_pools).flat_map(List::iter);
    if r.doubts().hide_names(&path("/platform/nodePools")) {
        return;
    }
    let known: Vec<String> = pools.filter_map(|pool| pool.name.clone()).collect();
    for (index, waiver) in spec.waivers.iter().flat_map(List::entries) {
        // One that names clusters may be shared by some that have no such pool.
        let of_all = waiver.scope.as_ref().filter(|scope| scope.cluster.is_none());
        let Some(pool) = of_all.and_then(|scope| scope.pool.clone()) else { continue };
        if !known.contains(&pool) {
            let place = r.value_place(&entry(&path("/waivers"), index, waiver.id.as_deref()).child("scope").child("pool"));
            r.push(UnknownPool { pool, known: known.clone(), place });
        }
    }
}

fn tiers(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known = declared(spec);
    if !are_certain(r, &known) {
        return;
    }
    for (index, tier) in spec.network.iter().flat_map(|network| &network.tiers).flat_map(List::entries) {
        let Some(namespace) = tier.namespace.clone().filter(|name| is_label(name) && !known.contains(name)) else {
            continue;
        };
        let place = r.value_place(&entry(&path("/network/tiers"), index, tier.name.as_deref()).child("namespace"));
        let what = format!("tier `{}` lies in", tier.name.as_deref().unwrap_or_default());
        r.push(UndeclaredNamespace { namespace, what, known: known.clone(), place });
    }
}

/// Whether these are the namespaces, none of them misspelt.
fn are_certain(r: &Reader<'_>, known: &[String]) -> bool {
    !r.doubts().hide_names(&path("/namespaces")) && known.iter().all(|name| is_label(name))
}

/// The namespaces that the spec declares.
fn declared(spec: &ClusterSpec) -> Vec<String> {
    spec.namespaces.iter().flat_map(List::iter).filter_map(|namespace| namespace.name.clone()).collect()
}

/// The namespaces of duties and impersonations: declared, or of the system.
fn rights(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let known = declared(spec);
    let certain = are_certain(r, &known);
    let Some(identity) = spec.identity.as_ref().filter(|_| certain) else { return };
    let mut named: Vec<(SpecPath, String, String)> = Vec::new();
    let mut add = |at: SpecPath, what: String, list: Option<&List<String>>| {
        for (index, name) in list.into_iter().flat_map(List::entries) {
            named.push((at.child("namespaces").index(index), what.clone(), name.clone()));
        }
    };
    for (index, duty) in identity.duties.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/duties"), index, duty.name.as_deref());
        add(at, format!("duty `{}` is for", duty.name.as_deref().unwrap_or_default()), duty.namespaces.as_ref());
    }
    for (index, grant) in identity.impersonation.iter().flat_map(List::entries) {
        let at = entry(&path("/identity/impersonation"), index, grant.name.as_deref());
        add(at, format!("impersonation `{}` is for", grant.name.as_deref().unwrap_or_default()), grant.namespaces.as_ref());
    }
    for (at, what, namespace) in
        named.into_iter().filter(|(_, _, name)| is_label(name) && !known.contains(name) && !facts::is_system_namespace(name))
    {
        let place = r.value_place(&at);
        r.push(UndeclaredNamespace { namespace, what, known: known.clone(), place });
    }
}
