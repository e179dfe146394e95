//! Changes between two builds in terms of security: settings with from, to, impact and direction. Reads what `coverage.json` records and,
//! where one setting stands for a whole file, the emitted file itself.

mod audit;
mod direction;
mod endpoint;
mod grants;
mod namespaces;
mod side;
mod version;

use std::fmt;

use serde_json::{Value, json};

use crate::plan::{Impact, Presence, SettingKey};

pub use side::Side;

/// What a change does to the security of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Lets in somebody or something that was kept out.
    Opens,
    /// Less is enforced.
    Weakens,
    /// The two values cannot be compared.
    Unclear,
    /// More is enforced.
    Hardens,
}

impl Direction {
    /// What less of a setting does.
    fn of_less(presence: Presence) -> Self {
        if presence.is_door() { Direction::Opens } else { Direction::Weakens }
    }

    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Direction::Opens => "opens",
            Direction::Weakens => "weakens",
            Direction::Unclear => "unclear",
            Direction::Hardens => "hardens",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A setting that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// The value before; `None` when it was not set.
    pub from: Option<String>,
    /// The value after; `None` when it is no longer set.
    pub to: Option<String>,
    /// What the change does to security.
    pub direction: Direction,
    /// What it does to the running cluster.
    pub impact: Vec<Impact>,
}

impl Change {
    fn new(key: &str, from: Option<String>, to: Option<String>, direction: Direction) -> Self {
        let impact = impact(key, from.as_deref(), to.as_deref(), direction);
        Change { key: key.to_owned(), from, to, direction, impact }
    }

    /// The JSON of the interface.
    #[must_use]
    pub fn json(&self) -> Value {
        let impact: Vec<&str> = self.impact.iter().map(|impact| impact.name()).collect();
        json!({ "key": self.key, "from": self.from, "to": self.to, "direction": self.direction.name(), "impact": impact })
    }
}

/// What a change of a setting does to the running cluster.
fn impact(key: &str, from: Option<&str>, to: Option<&str>, direction: Direction) -> Vec<Impact> {
    let mut impact = key.parse::<SettingKey>().map(|key| key.impact_of_change(from, to)).unwrap_or_default();
    // What lets more through refuses nothing that passed before.
    if matches!(direction, Direction::Opens | Direction::Weakens) {
        impact.retain(|impact| !matches!(impact, Impact::RefusesLater(_)));
        if impact.is_empty() {
            impact.push(Impact::None);
        }
    }
    impact
}

/// The setting that stands for a whole audit policy.
const AUDIT_RULES: &str = "audit-policy/rules";

/// Compares two builds; the gravest changes first.
#[must_use]
pub fn compare(old: &Side, new: &Side) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.version != new.version {
        let (from, to) = (Some(old.version.clone()), Some(new.version.clone()));
        let impact = version::impact(old, new);
        changes.push(Change { key: "kubernetesVersion".to_owned(), from, to, direction: Direction::Unclear, impact });
    }
    for key in old.settings.keys().chain(new.settings.keys().filter(|key| !old.settings.contains_key(*key))) {
        let (from, to) = (old.settings.get(key), new.settings.get(key));
        let whole_file = key == AUDIT_RULES && from.is_some() && to.is_some();
        if whole_file
            || grants::role_of_rule(key).is_some()
            || comes_with_its_parent(key, old, new)
            || from.map(|r| &r.value) == to.map(|r| &r.value)
        {
            continue;
        }
        let direction = direction::of(key, (from, to), (old, new));
        let mut change = Change::new(key, from.map(|r| r.value.clone()), to.map(|r| r.value.clone()), direction);
        if let Some((before, after)) = namespaces::levels(key, old, new) {
            change.impact = impact(key, Some(&before), Some(&after), direction);
        }
        changes.push(change);
    }
    changes.extend(grants::compare(old, new));
    changes.extend(audit::compare(&old.audit, &new.audit));
    changes.sort_by(|a, b| (a.direction, &a.key).cmp(&(b.direction, &b.key)));
    changes
}

/// Whether a setting is a part of one that comes or goes as a whole: an issuer with its audiences, a load balancer.
fn comes_with_its_parent(key: &str, old: &Side, new: &Side) -> bool {
    let has = |side: &Side, key: &str| side.settings.contains_key(key);
    let parts =
        ["authentication/issuers/", "access/"].iter().find_map(|prefix| key.strip_prefix(prefix).map(|rest| (*prefix, rest)));
    let parent = parts.and_then(|(prefix, rest)| Some(format!("{prefix}{}", rest.split_once('/')?.0)));
    parent.is_some_and(|parent| has(old, &parent) != has(new, &parent) && has(old, &parent) == has(old, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn side(settings: &[(&str, &str)]) -> Side {
        let list: Vec<Value> =
            settings.iter().map(|(key, value)| json!({ "key": key, "value": value, "controls": ["x/y"] })).collect();
        Side::new(&json!({ "kubernetesVersion": "1.36.3", "settings": list }), &[]).unwrap()
    }

    pub(super) fn directions(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<(String, Direction)> {
        compare(&side(old), &side(new)).into_iter().map(|change| (change.key, change.direction)).collect()
    }

    /// Changes as lines.
    pub(super) fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
        let or = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let line = |c: Change| format!("{} {}: {} -> {}", c.direction, c.key, or(c.from), or(c.to));
        compare(&side(old), &side(new)).into_iter().map(line).collect()
    }

    #[test]
    fn tells_the_direction_of_every_change() {
        let old = [
            ("apiserver/flag/profiling", "true"),
            ("access/admins", "203.0.113.0/24"),
            ("kubelet/field/podPidsLimit", "1024"),
            ("apiserver/flag/advertise-address", "a"),
        ];
        let new = [
            ("apiserver/flag/profiling", "false"),
            ("access/admins", "203.0.113.0/24, 198.51.100.0/24"),
            ("apiserver/flag/advertise-address", "b"),
        ];
        let expected = [
            ("access/admins", Direction::Opens),
            ("kubelet/field/podPidsLimit", Direction::Weakens),
            ("apiserver/flag/advertise-address", Direction::Unclear),
            ("apiserver/flag/profiling", Direction::Hardens),
        ];
        assert_eq!(directions(&old, &new), expected.map(|(key, direction)| (key.to_owned(), direction)));
    }

    #[test]
    fn the_impact_depends_on_both_values() {
        let impact = |key: &str, from: Option<&str>, to: Option<&str>| {
            let of = |value: Option<&str>| value.map(|value| side(&[(key, value)])).unwrap_or(side(&[]));
            let changes = compare(&of(from), &of(to));
            changes[0].impact.iter().map(|impact| impact.name()).collect::<Vec<_>>().join(" ")
        };
        let cases = [
            ("admission/pod-security/enforce", Some("baseline"), Some("restricted"), "refuses-later restarts"),
            ("admission/pod-security/enforce", Some("restricted"), Some("baseline"), "restarts"),
            ("admission/pod-security/enforce", None, Some("privileged"), "restarts"),
            ("admission/pod-security/enforce", None, Some("baseline"), "refuses-later restarts"),
            ("admission/pod-security/enforce", Some("baseline"), None, "restarts"),
            (
                "namespace/shop/labels/pod-security.kubernetes.io/enforce",
                Some("privileged"),
                Some("baseline"),
                "refuses-later none",
            ),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce", Some("restricted"), Some("baseline"), "none"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce", None, Some("baseline"), "refuses-later none"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce", None, Some("privileged"), "none"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce", Some("baseline"), None, "none"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce-version", Some("v1.35"), Some("v1.36"), "none"),
            ("namespace/shop/labels/pod-security.kubernetes.io/warn", Some("privileged"), Some("baseline"), "none"),
            ("admission/pod-security/exempt/shop", Some("shop"), None, "refuses-later restarts"),
            ("admission/pod-security/exempt/shop", None, Some("shop"), "restarts"),
            ("network/shop/NetworkPolicy/default-deny", None, Some("{}"), "refuses-later none"),
            ("network/shop/NetworkPolicy/default-deny", Some("{}"), None, "none"),
            ("encryption/stage", None, Some("prepare"), "restarts"),
            ("encryption/stage", Some("prepare"), Some("write"), "one-way restarts"),
            ("encryption/stage", Some("write"), Some("enforce"), "refuses-later restarts"),
            ("encryption/stage", None, Some("enforce"), "one-way refuses-later restarts"),
            ("encryption/stage", Some("enforce"), Some("write"), "restarts"),
            ("apiserver/flag/anonymous-auth", Some("true"), Some("false"), "refuses-later restarts"),
            ("apiserver/flag/anonymous-auth", Some("false"), Some("true"), "restarts"),
            ("authentication/anonymous", Some("/livez,/readyz"), Some("/livez"), "refuses-later restarts"),
            ("authentication/anonymous", Some("/livez"), Some("/livez,/readyz"), "restarts"),
            ("authentication/anonymous", None, Some("/livez"), "refuses-later restarts"),
            ("authentication/anonymous", Some("/livez"), None, "restarts"),
            ("apiserver/flag/enable-admission-plugins", Some("A"), Some("A,AlwaysPullImages"), "refuses-later restarts"),
            ("apiserver/flag/enable-admission-plugins", Some("A,AlwaysPullImages"), Some("A"), "restarts"),
            ("kubelet/field/podPidsLimit", Some("4096"), Some("1024"), "refuses-later rolls"),
            ("kubelet/field/podPidsLimit", Some("1024"), Some("4096"), "rolls"),
            ("kubelet/field/seccompDefault", Some("true"), None, "rolls"),
            ("admission/event-rate-limit/server", Some("20 a second"), Some("10 a second"), "refuses-later restarts"),
            ("admission/event-rate-limit/server", Some("10 a second"), None, "restarts"),
            ("network/pay/NetworkPolicy/flow-a-in", None, Some("{}"), "none"),
            ("network/pay/NetworkPolicy/flow-a-in", Some("{}"), None, "refuses-later none"),
            ("network/pay/NetworkPolicy/default-deny", None, Some("{}"), "refuses-later none"),
            ("node/web/firewall/allow/tcp/10255/open-1", None, Some("open"), "none"),
            ("node/web/firewall/allow/tcp/10255/open-1", Some("open"), None, "refuses-later"),
            ("node/web/firewall/group/admins/8.0.0.0/7", None, Some("member"), "none"),
            ("node/web/firewall/group/admins/8.0.0.0/7", Some("member"), None, "refuses-later"),
        ];
        for (key, from, to, expected) in cases {
            assert_eq!(impact(key, from, to), expected, "{key}: {from:?} to {to:?}");
        }
    }

    /// Of a namespace: with no default of the cluster, and with one.
    #[test]
    fn labels_of_pod_security_are_held_against_the_default() {
        let label = "namespace/shop/labels/pod-security.kubernetes.io/enforce";
        for (default, level, comes, goes) in [
            ("", "privileged", Direction::Unclear, Direction::Unclear),
            ("privileged", "privileged", Direction::Unclear, Direction::Unclear),
            ("baseline", "privileged", Direction::Weakens, Direction::Hardens),
            ("restricted", "baseline", Direction::Weakens, Direction::Hardens),
            ("baseline", "restricted", Direction::Hardens, Direction::Weakens),
            ("", "baseline", Direction::Hardens, Direction::Weakens),
            ("baseline", "baseline", Direction::Hardens, Direction::Weakens),
        ] {
            let version = format!("{label}-version");
            let before: &[(&str, &str)] = &[("admission/pod-security/enforce", default)];
            let before = if default.is_empty() { &[] } else { before };
            let after = [before, &[(label, level), (&version, "latest")]].concat();
            let expected = |direction| vec![(label.to_owned(), direction), (version.clone(), direction)];
            assert_eq!(directions(before, &after), expected(comes), "{level} comes, the default is {default}");
            assert_eq!(directions(&after, before), expected(goes), "{level} goes, the default is {default}");
            let refuses = |old: &[(&str, &str)], new: &[(&str, &str)]| {
                compare(&side(old), &side(new))[0].impact.iter().any(|impact| matches!(impact, Impact::RefusesLater(_)))
            };
            let rank =
                |level: &str| ["privileged", "baseline", "restricted"].iter().position(|known| *known == level).unwrap_or(0);
            assert_eq!(refuses(before, &after), rank(level) > rank(default), "{level} comes, the default is {default}");
            assert_eq!(refuses(&after, before), rank(default) > rank(level), "{level} goes, the default is {default}");
        }
    }

    #[test]
    fn another_version_has_an_impact() {
        let side = |platform: &str, version: &str, settings: &[&str]| {
            let list: Vec<Value> = settings.iter().map(|key| json!({ "key": key, "value": "x", "controls": [] })).collect();
            Side::new(&json!({ "platform": platform, "kubernetesVersion": version, "settings": list }), &[]).unwrap()
        };
        let impact = |platform: &str, from: &str, to: &str| {
            let settings: &[&str] = if platform == "kubeadm" { &["etcd/flag/data-dir", "kube-proxy/field/mode"] } else { &[] };
            let changes = compare(&side(platform, from, settings), &side(platform, to, settings));
            assert_eq!((changes.len(), changes[0].direction), (1, Direction::Unclear));
            changes[0].impact.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let restarts = |program: &str| format!("restarts {program} on each control-plane node");
        let rolls = |program: &str| format!("restarts {program} on every node: roll the pools");
        let one_way = "cannot be undone by taking the setting back".to_owned();
        let control_plane = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map(restarts);
        let nodes = ["kubelet", "kube-proxy"].map(rolls);
        let all = [&[one_way.clone()][..], &control_plane, &[restarts("etcd")], &nodes].concat();
        assert_eq!(impact("kubeadm", "1.36.3", "1.37.1"), all);
        assert_eq!(impact("kubeadm", "1.37.1", "1.36.3"), all[1..]);
        assert_eq!(impact("eks", "1.36", "1.37"), [one_way, rolls("kubelet")]);
        assert_eq!(impact("eks", "", "1.37"), Vec::<String>::new());
    }
}
