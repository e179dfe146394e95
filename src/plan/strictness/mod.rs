//! Which of two values of a setting is the stricter one: used when two ask, by "weakening needs a waiver", and by `diff`.

mod admission;
mod flows;

use std::{cmp::Ordering, collections::BTreeSet};

use crate::base::{Cidr, Date, go_bool, go_nanoseconds};

use super::{
    SettingKey,
    decisions::{NEVER, UNTIL},
};

/// How values of a setting compare.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// `false` is stricter.
    False,
    /// `true` is stricter.
    True,
    /// The larger number is stricter.
    Higher,
    /// The larger number is stricter; 0 means "for ever" and is the strictest.
    HigherOrZero,
    /// The smaller number is stricter; 0 means "no limit" and is the weakest.
    LowerButZero,
    /// The smaller number is stricter.
    Lower,
    /// Fewer days are stricter: `7d`.
    Days,
    /// The earlier day is stricter, and none at all the weakest.
    Sooner,
    /// What is let off ends on a day, the earlier the stricter: `WHAT, until 2027-03-01`.
    Until,
    /// Zero is strict, anything else is not.
    LowerIsZero,
    /// The shorter duration is stricter; zero means "no limit".
    Duration,
    /// More items are stricter.
    More,
    /// Fewer items are stricter.
    Fewer,
    /// Ranges that lie within the others are stricter.
    Ranges,
    /// From weakest to strictest.
    Ladder(&'static [&'static str]),
    /// What is done with a violation, from weakest to strictest, then where it is not: `Deny outside kube-system, shop`.
    Admission(&'static [&'static str]),
    /// The network policy that lets pass less is stricter.
    Flows,
}

/// The rules, by the beginning of the key. First match counts; what is not listed cannot be compared.
const RULES: &[(&str, Rule)] = &[
    ("apiserver/flag/anonymous-auth", Rule::False),
    ("apiserver/flag/audit-log-maxage", Rule::Higher),
    ("apiserver/flag/audit-log-maxbackup", Rule::Higher),
    ("apiserver/flag/audit-log-maxsize", Rule::Higher),
    ("apiserver/flag/enable-admission-plugins", Rule::More),
    ("apiserver/flag/disable-admission-plugins", Rule::Fewer),
    ("apiserver/flag/profiling", Rule::False),
    ("apiserver/flag/service-account-lookup", Rule::True),
    ("apiserver/flag/service-account-extend-token-expiration", Rule::False),
    ("cloud/log-group/retention", Rule::HigherOrZero),
    ("cloud/settings/admin_group_object_ids", Rule::Fewer),
    ("cloud/settings/authentication_mode", Rule::Ladder(&["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"])),
    ("cloud/settings/authorized_ip_ranges", Rule::Ranges),
    ("cloud/settings/cloudwatch_log_group_retention_in_days", Rule::HigherOrZero),
    ("cloud/settings/enabled_cluster_log_types", Rule::More),
    ("cloud/settings/endpoint_public_access", Rule::False),
    ("cloud/settings/local_account_disabled", Rule::True),
    ("cloud/settings/log_analytics_retention_in_days", Rule::HigherOrZero),
    ("cloud/settings/private_cluster_enabled", Rule::True),
    ("cloud/settings/private_cluster_public_fqdn_enabled", Rule::False),
    ("cloud/settings/public_access_cidrs", Rule::Ranges),
    ("cloud/settings/run_command_enabled", Rule::False),
    ("controller-manager/flag/profiling", Rule::False),
    ("controller-manager/flag/use-service-account-credentials", Rule::True),
    ("controller-manager/flag/terminated-pod-gc-threshold", Rule::LowerButZero),
    ("scheduler/flag/profiling", Rule::False),
    ("controller-manager/flag/bind-address", LOOPBACK),
    ("scheduler/flag/bind-address", LOOPBACK),
    ("kube-proxy/field/metricsBindAddress", Rule::Ladder(&["[::]:10249", "0.0.0.0:10249", "0.0.0.0", "127.0.0.1:10249"])),
    ("kube-proxy/field/enableProfiling", Rule::False),
    ("apiserver/flag/tls-min-version", TLS),
    ("controller-manager/flag/tls-min-version", TLS),
    ("scheduler/flag/tls-min-version", TLS),
    ("etcd/flag/tls-min-version", Rule::Ladder(&["TLS1.2", "TLS1.3"])),
    ("kubelet/field/tlsMinVersion", TLS),
    ("apiserver/flag/tls-cipher-suites", Rule::Fewer),
    ("controller-manager/flag/tls-cipher-suites", Rule::Fewer),
    ("scheduler/flag/tls-cipher-suites", Rule::Fewer),
    ("etcd/flag/cipher-suites", Rule::Fewer),
    ("kubelet/field/tlsCipherSuites", Rule::Fewer),
    ("etcd/flag/auto-tls", Rule::False),
    ("etcd/flag/peer-auto-tls", Rule::False),
    ("etcd/flag/client-cert-auth", Rule::True),
    ("etcd/flag/peer-client-cert-auth", Rule::True),
    ("kubelet/field/authentication.anonymous.enabled", Rule::False),
    ("kubelet/field/authentication.webhook.enabled", Rule::True),
    ("kubelet/field/authorization.mode", Rule::Ladder(&["AlwaysAllow", "Webhook"])),
    ("kubelet/field/readOnlyPort", Rule::LowerIsZero),
    ("kubelet/field/rotateCertificates", Rule::True),
    ("kubelet/field/serverTLSBootstrap", Rule::True),
    ("kubelet/field/seccompDefault", Rule::True),
    ("kubelet/field/makeIPTablesUtilChains", Rule::True),
    ("kubelet/field/protectKernelDefaults", Rule::True),
    ("kubelet/field/podPidsLimit", Rule::LowerButZero),
    ("kubelet/field/eventRecordQPS", Rule::Higher),
    ("kubelet/field/streamingConnectionIdleTimeout", Rule::Duration),
    (
        "kubelet/field/imagePullCredentialsVerificationPolicy",
        Rule::Ladder(&["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"]),
    ),
    ("admission/pod-security/exempt", Rule::Fewer),
    ("admission/pod-security/", POD_SECURITY),
    ("admission/event-rate-limit/", Rule::Lower),
    ("access/load-balancer/preserves-client-ip", Rule::True),
    ("access/", Rule::Ranges),
    ("audit-policy/rules/", Rule::Ladder(&["None", "Metadata", "Request", "RequestResponse"])),
    ("authentication/anonymous", Rule::Fewer),
    ("encryption/stage", Rule::Ladder(&["prepare", "write", "enforce"])),
    ("encryption/resources", Rule::More),
    ("logging/shipping/tls", Rule::True),
    ("network/", Rule::Flows),
    ("patching/accepted/", Rule::Until),
    ("patching/deadlines/", Rule::Days),
    ("policy/gatekeeper/constraint/", GATEKEEPER),
    ("policy/gatekeeper/mutation/", MUTATION),
    ("policy/gatekeeper/webhook/failure", Rule::Ladder(&["Ignore", "Fail"])),
    ("policy/gatekeeper/webhook/spares", Rule::Fewer),
    (
        "policy/in-tree/rules/",
        Rule::Ladder(&[
            "the rules of harden, and Ignore where they cannot be read",
            "the rules of harden, and Fail where they cannot be read",
        ]),
    ),
    ("policy/in-tree/binding/MutatingAdmissionPolicy/", MUTATION),
    ("policy/in-tree/binding/ValidatingAdmissionPolicy/", IN_TREE),
    ("policy/rollout/", Rule::Sooner),
    ("rbac/accounts/", Rule::False),
    ("waivers/", Rule::Until),
];
const POD_SECURITY: Rule = Rule::Ladder(&["privileged", "baseline", "restricted"]);
/// The actions of a binding and of a constraint; those of a mutation have none.
const IN_TREE: Rule = Rule::Admission(&["Audit", "Warn, Audit", "Deny"]);
const GATEKEEPER: Rule = Rule::Admission(&["dryrun", "warn", "deny"]);
const MUTATION: Rule = Rule::Admission(&[]);
const FIREWALL: Rule = Rule::Ladder(&["count", "enforce"]);
const LOOPBACK: Rule = Rule::Ladder(&["::", "0.0.0.0", "127.0.0.1"]);
const TLS: Rule = Rule::Ladder(&["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"]);

/// Compares two values of a setting: `Greater` when `a` is stricter than `b`; `None` when they cannot be compared.
#[must_use]
pub fn strictness(key: &SettingKey, a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    match rule_of(&key.to_string())? {
        Rule::True => Some(go_bool(a)?.cmp(&go_bool(b)?)),
        Rule::False => Some(go_bool(b)?.cmp(&go_bool(a)?)),
        Rule::Higher => Some(number_of(a)?.cmp(&number_of(b)?)),
        Rule::HigherOrZero => Some(unlimited(number_of(a)?).cmp(&unlimited(number_of(b)?))),
        Rule::Days => Some(days_of(b)?.cmp(&days_of(a)?)),
        Rule::Sooner => Some(day_of(b)?.cmp(&day_of(a)?)),
        Rule::Until => until(a, b),
        Rule::Lower => Some(number_of(b)?.cmp(&number_of(a)?)),
        Rule::LowerIsZero => Some((number_of(a)? == 0).cmp(&(number_of(b)? == 0))),
        Rule::LowerButZero => Some(unlimited(number_of(b)?).cmp(&unlimited(number_of(a)?))),
        Rule::Duration => Some(unlimited(go_nanoseconds(b)?).cmp(&unlimited(go_nanoseconds(a)?))),
        Rule::More => subset(b, a),
        Rule::Fewer => subset(a, b),
        Rule::Ranges => within(a, b),
        Rule::Ladder(steps) => {
            let rank = |value: &str| steps.iter().position(|step| *step == value);
            Some(rank(a)?.cmp(&rank(b)?))
        }
        Rule::Admission(steps) => admission::compare(steps, a, b),
        Rule::Flows => flows::compare(a, b),
    }
}

/// Whether the values of a setting are lists of what is let in or allowed: what the one has and the other has not is new.
#[must_use]
pub fn is_list(key: &SettingKey) -> bool {
    matches!(rule_of(&key.to_string()), Some(Rule::Fewer | Rule::Ranges))
}

fn rule_of(key: &str) -> Option<&'static Rule> {
    RULES.iter().find(|(prefix, _)| key.starts_with(prefix)).map(|(_, rule)| rule).or_else(|| by_end(key))
}

/// The rules of settings that begin with a name.
fn by_end(key: &str) -> Option<&'static Rule> {
    if key.starts_with("node/") {
        return key.ends_with("/firewall/mode").then_some(&FIREWALL);
    }
    if key.starts_with("cloud/access-entries/") {
        return (key.ends_with("/groups") || key.ends_with("/policy")).then_some(&Rule::Fewer);
    }
    // An issuer is one of those that are trusted, whatever it is called.
    if let Some(issuer) = key.strip_prefix("authentication/issuers/") {
        return (!issuer.contains('/') || issuer.ends_with("/audiences")).then_some(&Rule::Fewer);
    }
    let label = key.strip_prefix("namespace/")?.split_once("/labels/pod-security.kubernetes.io/")?.1;
    matches!(label, "enforce" | "warn" | "audit").then_some(&POD_SECURITY)
}

/// The first number of a text: `10 a second, 20 at once` is compared by its rate.
fn number_of(text: &str) -> Option<i64> {
    text.split(' ').next()?.parse().ok()
}

fn days_of(text: &str) -> Option<i64> {
    text.strip_suffix('d')?.parse().ok()
}

/// A day, or nothing for the one that never comes, which is later than every other.
fn day_of(text: &str) -> Option<(bool, Option<Date>)> {
    if text == NEVER { Some((true, None)) } else { Some((false, Some(text.parse().ok()?))) }
}

/// What ends earlier is stricter, where both are about the same.
fn until(a: &str, b: &str) -> Option<Ordering> {
    let ((what, a), (other, b)) = (a.rsplit_once(UNTIL)?, b.rsplit_once(UNTIL)?);
    let (a, b): (Date, Date) = (a.parse().ok()?, b.parse().ok()?);
    (what == other).then(|| b.cmp(&a))
}

/// Zero and negative limits mean "no limit".
fn unlimited(value: i64) -> i64 {
    if value <= 0 { i64::MAX } else { value }
}

/// `Greater` when `inner` is a proper subset of `outer`, `Less` the other way round.
fn subset(inner: &str, outer: &str) -> Option<Ordering> {
    let set = |text: &str| -> BTreeSet<String> {
        text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    };
    let (inner, outer) = (set(inner), set(outer));
    by_cover(inner.is_subset(&outer), outer.is_subset(&inner))
}

/// `Greater` when every range of `a` lies within one of `b`, `Less` the other way round.
fn within(a: &str, b: &str) -> Option<Ordering> {
    let ranges = |text: &str| text.split(", ").map(|range| range.parse().ok()).collect::<Option<Vec<Cidr>>>();
    let (a, b) = (ranges(a)?, ranges(b)?);
    let inside = |inner: &[Cidr], outer: &[Cidr]| inner.iter().all(|range| outer.iter().any(|other| other.covers(range)));
    by_cover(inside(&a, &b), inside(&b, &a))
}

/// The order of two values by whether the second holds all of the first, and the first all of the second: the one that is held is
/// stricter.
fn by_cover(within: bool, around: bool) -> Option<Ordering> {
    match (within, around) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Greater),
        (false, true) => Some(Ordering::Less),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{WhenAway, in_tree_rules_text};

    fn compare(key: &str, a: &str, b: &str) -> Option<Ordering> {
        strictness(&key.parse().unwrap(), a, b)
    }

    #[test]
    fn knows_the_stricter_value() {
        assert_eq!(compare("apiserver/flag/profiling", "false", "true"), Some(Ordering::Greater));
        assert_eq!(compare("apiserver/flag/tls-min-version", "VersionTLS13", "VersionTLS12"), Some(Ordering::Greater));
        assert_eq!(compare("kubelet/field/podPidsLimit", "4096", "-1"), Some(Ordering::Greater));
        assert_eq!(compare("node/workers/firewall/mode", "count", "enforce"), Some(Ordering::Less));
        assert_eq!(compare("kubelet/field/streamingConnectionIdleTimeout", "5m", "0s"), Some(Ordering::Greater));
        assert_eq!(compare("kubelet/field/streamingConnectionIdleTimeout", "5m", "4h0m0s"), Some(Ordering::Greater));
        assert_eq!(compare("apiserver/flag/enable-admission-plugins", "A,B", "A"), Some(Ordering::Greater));
        assert_eq!(compare("apiserver/flag/tls-cipher-suites", "A", "A,B"), Some(Ordering::Greater));
        assert_eq!(compare("apiserver/flag/tls-cipher-suites", "A,C", "A,B"), None);
        assert_eq!(compare("apiserver/flag/advertise-address", "a", "b"), None);
        assert_eq!(compare("access/admins", "203.0.113.0/25", "203.0.113.0/24, 192.0.2.1/32"), Some(Ordering::Greater));
        assert_eq!(compare("access/admins", "203.0.113.0/24, 192.0.2.1/32", "203.0.113.0/24"), Some(Ordering::Less));
        assert_eq!(compare("access/admins", "203.0.113.0/24", "198.51.100.0/24"), None);
        assert_eq!(compare("audit-policy/rules/get", "None", "Metadata"), Some(Ordering::Less));
        assert_eq!(compare("admission/pod-security/enforce", "baseline", "restricted"), Some(Ordering::Less));
    }

    #[test]
    fn knows_the_stricter_policy() {
        let binding = "policy/in-tree/binding/ValidatingAdmissionPolicy/a";
        let mutation = "policy/in-tree/binding/MutatingAdmissionPolicy/a";
        let constraint = "policy/gatekeeper/constraint/a";
        let stricter = [
            (binding, "Deny", "Warn, Audit"),
            (binding, "Deny", "Audit"),
            (binding, "Warn, Audit", "Audit"),
            (binding, "Deny outside kube-system", "Warn, Audit outside kube-system"),
            (binding, "Deny outside kube-system", "Deny outside kube-system, shop"),
            (binding, "Deny", "Deny outside kube-system"),
            (binding, "Deny outside kube-system", "Warn, Audit outside kube-system, shop"),
            (mutation, "in force", "in force outside kube-system"),
            (mutation, "in force outside kube-system", "in force outside kube-system, shop"),
            (constraint, "deny on /Pod", "warn on /Pod"),
            (constraint, "warn on /Pod", "dryrun on /Pod"),
            (constraint, "deny on /Pod outside a with {\"x\":1}", "deny on /Pod outside a, b with {\"x\":1}"),
            ("policy/gatekeeper/mutation/containers", "x is Always on CREATE", "x is Always on CREATE outside shop"),
            ("policy/gatekeeper/webhook/failure", "Fail", "Ignore"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce", "baseline", "privileged"),
            ("namespace/shop/labels/pod-security.kubernetes.io/warn", "restricted", "baseline"),
        ];
        for (key, a, b) in stricter {
            assert_eq!(compare(key, a, b), Some(Ordering::Greater), "{key}: {a} / {b}");
            assert_eq!(compare(key, b, a), Some(Ordering::Less), "{key}: {b} / {a}");
        }
        assert_eq!(
            compare(
                "policy/in-tree/rules/MutatingAdmissionPolicy/a",
                &in_tree_rules_text(WhenAway::Refuses),
                &in_tree_rules_text(WhenAway::LetsPass)
            ),
            Some(Ordering::Greater)
        );
        for (key, a, b) in [
            (binding, "Deny outside kube-system, shop", "Warn, Audit outside kube-system"),
            (binding, "Deny outside shop", "Deny outside bank"),
            (constraint, "deny on /Pod", "deny on /Pod, apps/Deployment"),
            (constraint, "deny on /Pod with {\"x\":1}", "deny on /Pod with {\"x\":2}"),
            (mutation, "in force", "in force; in part"),
            ("namespace/shop/labels/pod-security.kubernetes.io/enforce-version", "v1.36", "v1.35"),
        ] {
            assert_eq!(compare(key, a, b), None, "{key}: {a} / {b}");
        }
    }
}
