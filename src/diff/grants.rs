//! What lets somebody in by being there: bindings, rules of roles, flows, and what a firewall lets through. Rules of a role are compared as
//! a set of what they are on, since their numbers move with every rule before them.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::SettingKey;

use super::{Change, Direction, Side, direction::weaker};

/// What does a grant or an exemption that appears or vanishes. What closes a namespace, a node or a webhook may come or go with
/// it: then all was open on the other side.
pub(super) fn direction(key: &SettingKey, appears: bool, (old, new): (&Side, &Side)) -> Direction {
    let text = key.text();
    match (appears, is_closed(&text, old), is_closed(&text, new)) {
        (true, false, true) => Direction::Hardens,
        (false, true, false) => Direction::Weakens,
        (true, _, _) => weaker(key.presence()),
        (false, _, _) => Direction::Hardens,
    }
}

/// Whether all is shut on this side but for what is granted: so it always is in RBAC and at a provider.
fn is_closed(key: &str, side: &Side) -> bool {
    let pieces: Vec<&str> = key.splitn(4, '/').collect();
    match pieces.as_slice() {
        ["network", namespace, ..] => side.settings.keys().any(|other| denies(other, namespace)),
        ["policy", "gatekeeper", "webhook", _] => {
            side.settings.get("policy/gatekeeper/webhook/failure").is_some_and(|failure| failure.value == "Fail")
        }
        ["node", pool, "firewall", ..] => side.settings.contains_key(&format!("node/{pool}/firewall/mode")),
        _ => true,
    }
}

/// Whether a policy shuts a namespace, by itself or with the whole cluster.
fn denies(key: &str, namespace: &str) -> bool {
    let pieces: Vec<&str> = key.splitn(4, '/').collect();
    let ["network", of, kind, name] = pieces.as_slice() else { return false };
    let everywhere = ["CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"].contains(kind);
    name.starts_with("default-deny") && (everywhere || *of == namespace)
}

/// A binding whose subjects changed: more are let in, or fewer are.
pub(super) fn rebound(from: &str, to: &str) -> Direction {
    let (Some((role, before)), Some((other, after))) = (from.split_once(" for "), to.split_once(" for ")) else {
        return Direction::Unclear;
    };
    let [before, after] = [before, after].map(|subjects| subjects.split(", ").collect::<BTreeSet<_>>());
    match role == other {
        true if !after.is_subset(&before) => Direction::Opens,
        true => Direction::Hardens,
        false => Direction::Unclear,
    }
}

/// The role whose rule a key is.
pub(super) fn role_of_rule(key: &str) -> Option<&str> {
    let role = key.rsplit_once("/rules/")?.0;
    (role.starts_with("rbac/roles/") || role.starts_with("rbac/cluster-roles/")).then_some(role)
}

/// What rules are on: a role, a resource or path, and which group and names.
type Object<'a> = (&'a str, &'a str, &'a str);

/// The verbs of each side on everything that its roles have rules for.
fn verbs(side: &Side) -> BTreeMap<Object<'_>, BTreeSet<&str>> {
    let mut found: BTreeMap<Object<'_>, BTreeSet<&str>> = BTreeMap::new();
    for (key, recorded) in &side.settings {
        let (Some(role), Some((verbs, on))) = (role_of_rule(key), recorded.value.split_once(" on ")) else { continue };
        let (resources, rest) = match on.strip_prefix("paths ") {
            Some(paths) => (paths, ""),
            None => on.split_once(" of ").unwrap_or((on, "")),
        };
        for resource in resources.split(',') {
            found.entry((role, resource, rest)).or_default().extend(verbs.split(','));
        }
    }
    found
}

/// A change that several resources of a role have in common: the verbs of each side.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'a> {
    role: &'a str,
    rest: &'a str,
    from: Option<&'a BTreeSet<&'a str>>,
    to: Option<&'a BTreeSet<&'a str>>,
}

impl Alike<'_> {
    fn change(&self, resources: &[&str]) -> Change {
        let gains = self.to.is_some_and(|to| self.from.is_none_or(|from| !to.is_subset(from)));
        let direction = if gains { Direction::Opens } else { Direction::Hardens };
        let of = if self.rest.is_empty() { String::new() } else { format!(" of {}", self.rest) };
        let text = |verbs: &BTreeSet<&str>| verbs.iter().copied().collect::<Vec<_>>().join(",");
        Change::new(
            &format!("{}/rules/{}{of}", self.role, resources.join(",")),
            self.from.map(text),
            self.to.map(text),
            direction,
        )
    }
}

/// What roles let do on one side and not on the other; resources with the same change stand together.
pub(super) fn compare(old: &Side, new: &Side) -> Vec<Change> {
    let (before, after) = (verbs(old), verbs(new));
    let objects: BTreeSet<&Object<'_>> = before.keys().chain(after.keys()).collect();
    let mut alike: BTreeMap<Alike<'_>, Vec<&str>> = BTreeMap::new();
    for object @ (role, resource, rest) in objects {
        let (from, to) = (before.get(object), after.get(object));
        if from != to {
            alike.entry(Alike { role, rest, from, to }).or_default().push(resource);
        }
    }
    alike.into_iter().map(|(of, resources)| of.change(&resources)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{directions, told};
    use super::*;

    const DENY: (&str, &str) = ("network/pay/NetworkPolicy/default-deny", "{}");
    const FLOW: (&str, &str) = ("network/pay/NetworkPolicy/flow-all-in-in", "0.0.0.0/0");

    #[test]
    fn what_is_granted_opens_and_what_is_taken_hardens() {
        let grants = [
            FLOW,
            ("network/pay/NetworkPolicy/allow-dns", "53"),
            ("network/cluster/GlobalNetworkPolicy/flow-hooks-in", "{}"),
            ("rbac/bindings/shop/harden:duty:dev", "Role harden:duty:dev for Group dev"),
            ("rbac/cluster-bindings/harden:duty:sre", "ClusterRole harden:duty:sre for Group sre"),
            ("node/web/firewall/allow/tcp/10255/open-1", "open"),
            ("node/web/firewall/group/open-1/0.0.0.0/0", "member"),
            ("node/web/firewall/group/admins/8.0.0.0/7", "member"),
        ];
        let global = ("network/cluster/GlobalNetworkPolicy/default-deny", "{}");
        for grant in grants {
            let closed = [DENY, global, ("node/web/firewall/mode", "enforce")];
            let open: Vec<_> = closed.iter().copied().chain([grant]).collect();
            assert_eq!(directions(&closed, &open), [(grant.0.to_owned(), Direction::Opens)]);
            assert_eq!(directions(&open, &closed), [(grant.0.to_owned(), Direction::Hardens)]);
        }
        let [before, after] = [("network/pay/NetworkPolicy/flow-all-in-in", "10.0.0.0/8"), FLOW];
        assert_eq!(directions(&[DENY, before], &[DENY, after])[0].1, Direction::Unclear);
    }

    #[test]
    fn what_comes_with_the_lock_opens_nothing() {
        let firewall = [("node/web/firewall/mode", "enforce"), ("node/web/firewall/allow/tcp/10250/nodes", "kubelet")];
        for shut in [[DENY, FLOW], firewall] {
            assert!(directions(&[], &shut).iter().all(|(_, direction)| *direction == Direction::Hardens), "{shut:?}");
            assert!(directions(&shut, &[]).iter().all(|(_, direction)| *direction == Direction::Weakens), "{shut:?}");
        }
        let other = ("network/shop/NetworkPolicy/flow-x-in", "{}");
        assert_eq!(
            directions(&[DENY], &[DENY, other, ("network/shop/NetworkPolicy/default-deny", "{}")])[1].1,
            Direction::Hardens
        );
    }

    #[test]
    fn rules_of_a_role_are_a_set() {
        let (one, two, three) = ("rbac/roles/shop/dev/rules/1", "rbac/roles/shop/dev/rules/2", "rbac/roles/shop/dev/rules/3");
        let old = [(one, "get,list on pods,events of core"), (two, "get on pods/log of core"), (three, "get on paths /healthz")];
        let new = [
            (one, "get,list on pods of core"),
            (two, "create,get on pods/attach,pods/exec of core"),
            (three, "get,list on pods/log of core"),
        ];
        let expected = [
            "opens rbac/roles/shop/dev/rules/pods/attach,pods/exec of core: - -> create,get",
            "opens rbac/roles/shop/dev/rules/pods/log of core: get -> get,list",
            "hardens rbac/roles/shop/dev/rules//healthz: get -> -",
            "hardens rbac/roles/shop/dev/rules/events of core: get,list -> -",
        ];
        assert_eq!(told(&old, &new), expected);
        assert_eq!(told(&[(one, "get on pods of core")], &[(two, "get on pods of core")]), [""; 0]);
        let named = |name: &'static str| [(one, name)];
        let directed = directions(&named("get on secrets of core named [\"a\"]"), &named("get on secrets of core"));
        assert_eq!(directed.iter().map(|(_, direction)| *direction).collect::<Vec<_>>(), [Direction::Opens, Direction::Hardens]);
    }

    #[test]
    fn bindings_open_to_more_and_harden_for_fewer() {
        let key = "rbac/bindings/shop/dev";
        for (from, to, expected) in [
            ("Role dev for Group a", "Role dev for Group a, Group b", Direction::Opens),
            ("Role dev for Group a, Group b", "Role dev for Group b", Direction::Hardens),
            ("Role dev for Group a", "Role dev for Group b", Direction::Opens),
            ("Role dev for Group a", "ClusterRole edit for Group a", Direction::Unclear),
        ] {
            assert_eq!(directions(&[(key, from)], &[(key, to)])[0].1, expected, "{from} to {to}");
        }
    }
}
