//! What lets somebody in by being there: bindings, rules of roles, flows, and what a firewall lets through. Rules of a role are compared as
//! a set of what they are on, since their numbers move with every rule before them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{base::Cidr, plan::SettingKey};

use super::{Change, Direction, Side};

/// What does a grant or an exemption that appears or vanishes. What closes a namespace, a node or a webhook may come or go with
/// it: then all was open on the other side.
pub(super) fn direction(key: &SettingKey, appears: bool, (old, new): (&Side, &Side)) -> Direction {
    let text = key.text();
    if is_covered(&text, if appears { old } else { new }) {
        return Direction::Unclear;
    }
    match (appears, is_closed(&text, old), is_closed(&text, new)) {
        (true, false, true) => Direction::Hardens,
        (false, true, false) => Direction::Weakens,
        (true, _, _) => Direction::of_less(key.presence()),
        (false, _, _) => Direction::Hardens,
    }
}

/// Whether the side that lacks this range of a group of addresses lets the same addresses in by a wider one: a range that grows or
/// shrinks is told once.
fn is_covered(key: &str, lacks: &Side) -> bool {
    let group = |key: &str| {
        let (head, member) = key.split_once("/firewall/group/")?;
        let (name, range) = member.split_once('/')?;
        Some((format!("{head}/firewall/group/{name}/"), range.parse::<Cidr>().ok()?))
    };
    let Some((group, range)) = group(key) else { return false };
    let others = lacks.settings.keys().filter_map(|other| other.strip_prefix(&group));
    others.filter_map(|other| other.parse::<Cidr>().ok()).any(|other| other.covers(&range))
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

/// What rules are on: a role, a resource or path, which group, and the object's name (none means all).
type Object<'a> = (&'a str, &'a str, &'a str, Option<String>);

/// What may be done with each object.
type Verbs<'a> = BTreeMap<Object<'a>, BTreeSet<&'a str>>;

/// The verbs of a side on everything that its roles have rules for.
fn verbs(side: &Side) -> Verbs<'_> {
    let mut found = Verbs::new();
    for (key, recorded) in &side.settings {
        let (Some(role), Some((verbs, on))) = (role_of_rule(key), recorded.value.split_once(" on ")) else { continue };
        let (resources, rest) = match on.strip_prefix("paths ") {
            Some(paths) => (paths, ""),
            None => on.split_once(" of ").unwrap_or((on, "")),
        };
        let (group, names) = match rest.split_once(" named ") {
            Some((group, names)) => match serde_json::from_str::<Vec<String>>(names) {
                Ok(names) => (group, names.into_iter().map(Some).collect()),
                Err(_) => (rest, vec![None]),
            },
            None => (rest, vec![None]),
        };
        for resource in resources.split(',') {
            for name in &names {
                found.entry((role, resource, group, name.clone())).or_default().extend(verbs.split(','));
            }
        }
    }
    found
}

/// What may be done with an object, by its own name or because the rule names none.
fn on<'a>(all: &Verbs<'a>, object: &Object<'a>) -> BTreeSet<&'a str> {
    let (role, resource, group, name) = object;
    let unnamed = name.as_ref().and_then(|_| all.get(&(*role, *resource, *group, None)));
    all.get(object).into_iter().chain(unnamed).flatten().copied().collect()
}

/// A change that several resources of a role have in common: the verbs of each side.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike<'a> {
    role: &'a str,
    group: &'a str,
    name: Option<String>,
    from: BTreeSet<&'a str>,
    to: BTreeSet<&'a str>,
}

impl Alike<'_> {
    fn change(&self, resources: &[&str]) -> Change {
        let direction = if self.to.is_subset(&self.from) { Direction::Hardens } else { Direction::Opens };
        let mut on = resources.join(",");
        if !self.group.is_empty() {
            on.push_str(&format!(" of {}", self.group));
        }
        if let Some(name) = &self.name {
            on.push_str(&format!(" named {name:?}"));
        }
        let text = |verbs: &BTreeSet<&str>| (!verbs.is_empty()).then(|| verbs.iter().copied().collect::<Vec<_>>().join(","));
        Change::new(&format!("{}/rules/{on}", self.role), text(&self.from), text(&self.to), direction)
    }
}

/// What roles let do on one side and not on the other; resources with the same change stand together.
pub(super) fn compare(old: &Side, new: &Side) -> Vec<Change> {
    let (before, after) = (verbs(old), verbs(new));
    let objects: BTreeSet<&Object<'_>> = before.keys().chain(after.keys()).collect();
    let mut alike: BTreeMap<Alike<'_>, Vec<&str>> = BTreeMap::new();
    for object @ (role, resource, group, name) in objects {
        let (from, to) = (on(&before, object), on(&after, object));
        if from != to {
            alike.entry(Alike { role, group, name: name.clone(), from, to }).or_default().push(resource);
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
        assert_eq!(directed.iter().map(|(_, direction)| *direction).collect::<Vec<_>>(), [Direction::Opens]);
        let users = ["impersonate on users of core named [\"a\"]", "impersonate on users of core named [\"a\",\"b\"]"];
        let of = "rbac/roles/shop/dev/rules/users of core named \"b\"";
        assert_eq!(told(&named(users[0]), &named(users[1])), [format!("opens {of}: - -> impersonate")]);
        assert_eq!(told(&named(users[1]), &named(users[0])), [format!("hardens {of}: impersonate -> -")]);
    }

    #[test]
    fn a_range_that_grows_opens_and_one_that_shrinks_hardens() {
        let closed = ("node/web/firewall/mode", "enforce");
        let wide = ("node/web/firewall/group/admins/8.0.0.0/7", "member");
        let narrow = ("node/web/firewall/group/admins/9.0.0.0/8", "member");
        let of = |old, new| directions(&[closed, old], &[closed, new]).into_iter().map(|(_, direction)| direction);
        assert_eq!(of(narrow, wide).collect::<BTreeSet<_>>(), BTreeSet::from([Direction::Opens, Direction::Unclear]));
        assert_eq!(of(wide, narrow).collect::<BTreeSet<_>>(), BTreeSet::from([Direction::Hardens, Direction::Unclear]));
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
