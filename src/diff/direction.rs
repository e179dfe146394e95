//! What a change of one setting does to the security of the cluster: by what it says that the setting is there, and by which of
//! two values is the stricter one.

use std::cmp::Ordering;

use crate::plan::{Presence, SettingKey, Topic, is_list, strictness};

use super::{Direction, Side, endpoint, grants, namespaces, side::Recorded};

/// The two values of a setting; nothing where a side has none.
type Values<'a> = (Option<&'a Recorded>, Option<&'a Recorded>);

/// What the change of a setting does; one side at least has it.
pub(super) fn of(key: &str, (from, to): Values<'_>, sides: (&Side, &Side)) -> Direction {
    let Ok(parsed) = key.parse::<SettingKey>() else { return Direction::Unclear };
    match (from, to) {
        (Some(from), Some(to)) => changed(&parsed, &from.value, &to.value),
        (None, Some(only)) | (Some(only), None) => {
            let special = endpoint::direction(key, sides).or_else(|| namespaces::direction(key, sides.0, sides.1));
            special.unwrap_or_else(|| alone(&parsed, only, from.is_none(), sides))
        }
        (None, None) => Direction::Unclear,
    }
}

/// A setting that both sides have.
fn changed(key: &SettingKey, from: &str, to: &str) -> Direction {
    let presence = key.presence();
    if let SettingKey::Part(Topic::Rbac, part) = key
        && part.contains("bindings/")
    {
        return grants::rebound(from, to);
    }
    match strictness(key, to, from) {
        Some(Ordering::Greater) => Direction::Hardens,
        Some(Ordering::Less) => Direction::of_less(presence),
        // Whoever takes the place of another was kept out before.
        None if presence.is_door() && is_list(key) => Direction::Opens,
        Some(Ordering::Equal) | None => Direction::Unclear,
    }
}

/// A setting that one side alone has. That something is held is said of what a control asks for, and of nothing that is not
/// known.
fn alone(key: &SettingKey, only: &Recorded, appears: bool, sides: (&Side, &Side)) -> Direction {
    let presence = key.presence();
    // Where no value is known that says the same as none, there is nothing to compare with.
    let over_none = key.unset().and_then(|unset| strictness(key, &only.value, unset));
    match (presence, appears) {
        (Presence::LetsIn | Presence::Spares, _) => grants::direction(key, appears, sides),
        (Presence::Holds | Presence::ShutsOut, true) if over_none == Some(Ordering::Less) => Direction::of_less(presence),
        (Presence::ShutsOut, _) if over_none == Some(Ordering::Equal) => Direction::Unclear,
        (Presence::ShutsOut, false) if over_none == Some(Ordering::Less) => Direction::Hardens,
        (Presence::ShutsOut, false) => Direction::Opens,
        (Presence::Holds | Presence::ShutsOut, true) if only.by_control => Direction::Hardens,
        (Presence::Holds | Presence::Sends, false) if only.by_control => Direction::Weakens,
        (Presence::Holds | Presence::ShutsOut | Presence::Sends | Presence::Unknown, _) => Direction::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{
        compare,
        tests::{directions, side},
    };
    use super::*;
    use crate::plan::Impact;

    /// In-tree bindings and constraints of Gatekeeper: what is refused, and where.
    #[test]
    fn policies_have_a_direction() {
        let directed = |key: &str, from: &str, to: &str| directions(&[(key, from)], &[(key, to)])[0].1;
        let binding = "policy/in-tree/binding/ValidatingAdmissionPolicy/harden-always-pull";
        let mutation = "policy/in-tree/binding/MutatingAdmissionPolicy/harden-always-pull-pods";
        let constraint = "policy/gatekeeper/constraint/privileged";
        for (key, from, to, expected) in [
            (binding, "Deny outside kube-system", "Warn, Audit outside kube-system", Direction::Weakens),
            (binding, "Warn, Audit outside kube-system", "Deny outside kube-system", Direction::Hardens),
            (binding, "Deny outside kube-system", "Deny outside kube-system, shop", Direction::Weakens),
            (binding, "Deny outside kube-system, shop", "Warn, Audit outside kube-system", Direction::Unclear),
            (mutation, "in force outside kube-system, shop", "in force outside kube-system", Direction::Hardens),
            (constraint, "warn on /Pod outside kube-system", "deny on /Pod outside kube-system", Direction::Hardens),
            (constraint, "deny on /Pod", "deny on /Pod outside shop", Direction::Weakens),
            (constraint, "deny on /Pod with {\"images\":[]}", "deny on /Pod with {}", Direction::Unclear),
        ] {
            assert_eq!(directed(key, from, to), expected, "{key}: {from} to {to}");
        }
        for key in [binding, mutation, constraint] {
            assert_eq!(directions(&[], &[(key, "Deny")])[0].1, Direction::Hardens, "{key} appears");
            assert_eq!(directions(&[(key, "Deny")], &[])[0].1, Direction::Weakens, "{key} goes");
        }
    }

    #[test]
    fn flows_that_grow_open() {
        let flow = "network/pay/NetworkPolicy/flow-db-out";
        let text =
            |cidr: &str, ports: &str| format!(r#"{{"egress":[{{"to":[{{"ipBlock":{{"cidr":"{cidr}"}}}}],"ports":[{ports}]}}]}}"#);
        let (one, two) =
            (r#"{"protocol":"TCP","port":8080}"#, r#"{"protocol":"TCP","port":8080},{"protocol":"TCP","port":8443}"#);
        let narrow = text("10.77.0.7/32", one);
        for wide in [text("10.77.0.0/24", one), text("10.77.0.7/32", two)] {
            let opened = compare(&side(&[(flow, &narrow)]), &side(&[(flow, &wide)]));
            assert_eq!((opened[0].direction, opened[0].impact.as_slice()), (Direction::Opens, &[Impact::None][..]), "{wide}");
            let shut = compare(&side(&[(flow, &wide)]), &side(&[(flow, &narrow)]));
            assert_eq!(shut[0].direction, Direction::Hardens, "{wide}");
            assert!(matches!(shut[0].impact[0], Impact::RefusesLater(_)), "{wide}");
        }
    }

    /// Whoever administers the cluster, or is led to a group, gets in; taken away, he is kept out.
    #[test]
    fn people_who_appear_are_let_in() {
        let entry = "cloud/access-entries/arn:aws:iam::999999999999:role/evil";
        let (groups, policy) = (format!("{entry}/groups"), format!("{entry}/policy"));
        let admins = "cloud/settings/admin_group_object_ids";
        for (key, value) in [
            (groups.as_str(), "corp:break-glass"),
            (policy.as_str(), "cluster administrator"),
            (admins, "00000000-0000-0000-0000-00000000000f"),
            ("apiserver/flag/token-auth-file", "/etc/kubernetes/tokens.csv"),
            ("authentication/issuers/corp", "https://id.example"),
            ("rbac/cluster-bindings/x", "ClusterRole cluster-admin for Group a"),
            ("impersonation/x", "y"),
        ] {
            assert_eq!(directions(&[], &[(key, value)])[0].1, Direction::Opens, "{key} appears");
            assert_eq!(directions(&[(key, value)], &[])[0].1, Direction::Hardens, "{key} goes");
        }
        for (key, from, to, expected) in [
            (groups.as_str(), "corp:break-glass", "corp:everyone", Direction::Opens),
            (&groups, "corp:dev", "corp:dev, corp:ops", Direction::Opens),
            (&groups, "corp:ops, corp:dev", "corp:dev", Direction::Hardens),
            (admins, "a", "b, a", Direction::Opens),
            (admins, "b, a", "a", Direction::Hardens),
            (admins, "a, b", "b, a", Direction::Unclear),
            ("authentication/issuers/corp", "https://id.example", "https://evil.example", Direction::Opens),
            ("authentication/issuers/corp/audiences", "a", "a, b", Direction::Opens),
            ("access/admins", "203.0.113.0/24", "198.51.100.0/24", Direction::Opens),
            ("cloud/settings/public_access_cidrs", "203.0.113.0/24", "198.51.100.0/24", Direction::Opens),
            ("cloud/settings/local_account_disabled", "true", "false", Direction::Opens),
            ("cloud/settings/authentication_mode", "API", "API_AND_CONFIG_MAP", Direction::Opens),
        ] {
            assert_eq!(directions(&[(key, from)], &[(key, to)])[0].1, expected, "{key}: {from} to {to}");
        }
    }

    /// A setting of any subject that nobody has thought of here is never said to harden, whoever asks for it.
    #[test]
    fn nothing_that_is_not_known_hardens() {
        for topic in Topic::ALL {
            let key = format!("{}/something-new/for/all", topic.name());
            let [comes, goes] = [directions(&[], &[(&key, "x")]), directions(&[(&key, "x")], &[])].map(|found| found[0].1);
            assert_ne!(comes, Direction::Hardens, "{key}");
            let is_let_off = [Direction::Opens, Direction::Weakens].contains(&comes);
            assert_eq!(goes, if is_let_off { Direction::Hardens } else { Direction::Unclear }, "{key}");
            let changed = directions(&[(&key, "x")], &[(&key, "y")])[0].1;
            assert_ne!(changed, Direction::Hardens, "{key}");
        }
        // What no control asks for is no hardening either.
        let owners = json!([{ "key": "kubelet/field/maxPods", "value": "200", "controls": [] }]);
        let new = Side::new(&json!({ "kubernetesVersion": "1.36.3", "settings": owners }), &[]).unwrap();
        assert_eq!(compare(&side(&[]), &new)[0].direction, Direction::Unclear);
    }

    /// What is put off or let off has a direction by its day.
    #[test]
    fn days_have_a_direction() {
        let (deny, waiver) = ("policy/rollout/deny", "waivers/W-7");
        for (key, from, to, expected) in [
            (deny, Some("2027-01-01"), Some("2027-02-01"), Direction::Weakens),
            (deny, Some("2027-02-01"), Some("2027-01-01"), Direction::Hardens),
            (deny, Some("2027-02-01"), Some("never"), Direction::Weakens),
            (deny, Some("never"), Some("2027-02-01"), Direction::Hardens),
            (deny, None, Some("2027-02-01"), Direction::Weakens),
            (deny, Some("2027-02-01"), None, Direction::Hardens),
            ("policy/failure", None, Some("open"), Direction::Weakens),
            ("policy/failure", Some("open"), None, Direction::Hardens),
            (waiver, None, Some("policy/privileged, until 2027-03-01"), Direction::Weakens),
            (waiver, Some("policy/privileged, until 2027-03-01"), None, Direction::Hardens),
            (waiver, Some("x/y, until 2027-03-01"), Some("x/y, until 2037-03-01"), Direction::Weakens),
            (waiver, Some("x/y, until 2027-03-01"), Some("x/y, until 2027-01-01"), Direction::Hardens),
            (waiver, Some("x/y, until 2027-03-01"), Some("x/z, until 2027-01-01"), Direction::Unclear),
            ("patching/accepted/CVE-2026-1", Some("until 2027-03-01"), Some("until 2027-04-01"), Direction::Weakens),
            ("patching/deadlines/high", Some("7d"), Some("30d"), Direction::Weakens),
            ("cloud/log-group/retention", Some("365"), Some("180"), Direction::Weakens),
            ("cloud/log-group/retention", Some("365"), Some("0"), Direction::Hardens),
        ] {
            let side = |value: Option<&'static str>| value.map(|value| (key, value)).into_iter().collect::<Vec<_>>();
            assert_eq!(directions(&side(from), &side(to))[0].1, expected, "{key}: {from:?} to {to:?}");
        }
    }

    /// Who is sent the logs must be looked at.
    #[test]
    fn receivers_are_to_be_looked_at() {
        for key in ["logging/shipping/host", "cloud/log-group/forward", "cloud/diagnostics/destinations/event-hub"] {
            assert_eq!(directions(&[], &[(key, "x")])[0].1, Direction::Unclear, "{key}");
            assert_eq!(directions(&[(key, "x")], &[(key, "y")])[0].1, Direction::Unclear, "{key}");
            assert_eq!(directions(&[(key, "x")], &[])[0].1, Direction::Weakens, "{key}");
        }
    }

    /// The exemptions of the webhook come with what it refuses.
    #[test]
    fn what_a_webhook_spares_comes_with_its_lock() {
        let (failure, spares) = ("policy/gatekeeper/webhook/failure", "policy/gatekeeper/webhook/spares");
        let (open, shut) = ([(failure, "Ignore")], [(failure, "Fail"), (spares, "kube-system")]);
        assert!(directions(&open, &shut).iter().all(|(_, direction)| *direction == Direction::Hardens));
        assert!(directions(&shut, &open).iter().all(|(_, direction)| *direction == Direction::Weakens));
        let more = [(failure, "Fail"), (spares, "kube-system, shop")];
        assert_eq!(directions(&shut, &more), [(spares.to_owned(), Direction::Weakens)]);
    }

    #[test]
    fn doors_and_exemptions_open_when_they_appear() {
        let new = [
            ("access/egress", "192.0.2.1/32"),
            ("admission/pod-security/exempt/monitoring", "monitoring"),
            ("authentication/anonymous", "/healthz"),
            ("authentication/issuers/corp", "https://id.example"),
            ("authentication/issuers/corp/audiences", "kubernetes"),
            ("authentication/issuers/old/claim-rules/1", "claims.x"),
        ];
        let expected = [
            ("access/egress", Direction::Opens),
            ("authentication/issuers/corp", Direction::Opens),
            ("admission/pod-security/exempt/monitoring", Direction::Weakens),
            ("authentication/anonymous", Direction::Hardens),
            ("authentication/issuers/old/claim-rules/1", Direction::Hardens),
        ];
        assert_eq!(directions(&[], &new), expected.map(|(key, direction)| (key.to_owned(), direction)));
    }
}
