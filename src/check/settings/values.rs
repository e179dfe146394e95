//! Values as programs take them, and as people read them.

use std::cmp::Ordering;

use crate::{
    base::{ControlId, go_bool, go_nanoseconds},
    facts::ValueKind,
    plan::{Outcome, Plan, Program, SettingKey, strictness},
    targets::{Form, Written, kind_of_flag},
};

/// The values that count: a repeated flag appends, or the last one wins, by its kind.
pub(super) fn effective(key: &SettingKey, values: &[Written]) -> Vec<String> {
    let texts = || values.iter().map(|value| value.text.clone());
    match key {
        SettingKey::Flag(program, name) => match kind_of_flag(*program, name) {
            Some(ValueKind::List | ValueKind::Ints | ValueKind::Cidrs | ValueKind::Map | ValueKind::Taints) => {
                vec![texts().collect::<Vec<_>>().join(",")]
            }
            Some(ValueKind::Strings | ValueKind::CertKeyPairs) => texts().collect(),
            Some(_) | None => texts().next_back().into_iter().collect(),
        },
        SettingKey::Field(..) => texts().next_back().into_iter().collect(),
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => texts().collect(),
    }
}

/// Whether older values may follow the one that counts: those of earlier builds, which a spec does not tell of.
fn keeps_old(key: &SettingKey) -> bool {
    matches!(key, SettingKey::Flag(Program::KubeApiserver, name) if name == "service-account-issuer")
}

/// Whether two values are one to the program.
pub(super) fn equal(key: &SettingKey, texts: &[String], wanted: &[String]) -> bool {
    if texts == wanted || keeps_old(key) && texts.starts_with(wanted) {
        return true;
    }
    let ([text], [wanted]) = (texts, wanted) else { return false };
    match key {
        SettingKey::Flag(program, name) if kind_of_flag(*program, name) == Some(ValueKind::Bool) => {
            go_bool(text).is_some_and(|value| go_bool(wanted) == Some(value))
        }
        SettingKey::Flag(..) | SettingKey::Field(..) => {
            go_nanoseconds(text).is_some_and(|value| go_nanoseconds(wanted) == Some(value))
        }
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => false,
    }
}

/// Whether values are those that are planned, or stricter.
pub(super) fn is_at_least(key: &SettingKey, texts: &[String], wanted: &[String]) -> bool {
    let stricter = |text: &str, wanted: &str| matches!(strictness(key, text, wanted), Some(Ordering::Greater | Ordering::Equal));
    equal(key, texts, wanted) || matches!((texts, wanted), ([text], [wanted]) if stricter(text, wanted))
}

/// The value of a flag of the kubelet as the field of its file writes it.
pub(in crate::check) fn as_field(flag: &str, text: &str) -> String {
    let switch = kind_of_flag(Program::Kubelet, flag) == Some(ValueKind::Bool);
    go_bool(text).filter(|_| switch).map_or_else(|| text.to_owned(), |on| on.to_string())
}

/// A setting as its document names it.
pub(super) fn name(key: &SettingKey) -> String {
    match key {
        SettingKey::Flag(_, name) => format!("`--{name}`"),
        SettingKey::Field(_, path) => format!("`{path}`"),
        SettingKey::Mount(_, path) => format!("the mount at `{path}`"),
        SettingKey::Part(..) | SettingKey::Node(_) => format!("`{key}`"),
    }
}

/// A list of values on one line.
pub(super) fn shown(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [first, second, .., last] if values.len() > 4 => format!("{first}`, `{second}`, ... `{last}"),
        values => values.join("`, `"),
    }
}

/// What differs between values and those that are planned.
pub(super) fn differs(key: &SettingKey, texts: &[String], wanted: &[String]) -> String {
    let name = name(key);
    if let ([text], [wanted]) = (texts, wanted) {
        return format!("{name} is `{text}`, planned is `{wanted}`");
    }
    let missing: Vec<&String> = wanted.iter().filter(|wanted| !texts.contains(wanted)).collect();
    let more: Vec<&String> = texts.iter().filter(|text| !wanted.contains(text)).collect();
    let others = |count: usize| if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    match (missing.first(), more.first()) {
        (Some(first), _) => format!("{name} lacks `{first}`{}", others(missing.len())),
        (None, Some(first)) => format!("{name} holds `{first}`{}, which is not planned", others(more.len())),
        (None, None) => format!("the values of {name} stand in another order than planned"),
    }
}

/// What to write.
pub(super) fn fix(form: Form, key: &SettingKey, wanted: &[String]) -> String {
    let value = shown(wanted);
    match key {
        SettingKey::Flag(program, name) if super::is_kubeadm(form) => {
            format!("set the argument `{name}` of {program} to `{value}`")
        }
        SettingKey::Flag(_, name) => format!("write `--{name}={value}`"),
        SettingKey::Field(_, path) => format!("set `{path}` to `{value}`"),
        SettingKey::Mount(_, path) => format!("mount `{path}` as `{value}` (path of the host, access, kind)"),
        SettingKey::Part(..) | SettingKey::Node(_) => format!("make it `{value}`, as the file that `harden build` writes"),
    }
}

/// Flags that a control keeps away, with the value that is harmless.
const ABSENT: &[(&str, Program, &str, &[&str])] = &[
    ("apiserver/no-token-file", Program::KubeApiserver, "token-auth-file", &[]),
    ("apiserver/insecure-port", Program::KubeApiserver, "insecure-port", &["0"]),
    ("apiserver/anonymous-access", Program::KubeApiserver, "anonymous-auth", &["false", "False", "FALSE", "f", "F", "0"]),
];

/// Plugins that are on by themselves, and the controls that keep them on.
const PLUGINS: &[(&str, &str)] = &[
    ("admission/namespace-lifecycle", "NamespaceLifecycle"),
    ("admission/node-restriction", "NodeRestriction"),
    ("admission/pod-security", "PodSecurity"),
    ("admission/service-account", "ServiceAccount"),
];

/// The control, where it is asked for in the cluster as a whole.
pub(super) fn in_force(plan: &Plan, id: &str) -> Option<ControlId> {
    let verdict = plan.verdicts.iter().find(|verdict| verdict.id.0 == id)?;
    let asked = !matches!(verdict.of_cluster(), Outcome::NotApplicable | Outcome::Provider | Outcome::Waived);
    asked.then_some(verdict.id)
}

/// The control that keeps a flag away, where one does.
pub(super) fn must_be_absent(plan: &Plan, program: Program, name: &str, text: &str) -> Option<ControlId> {
    if (program, name) == (Program::KubeApiserver, "disable-admission-plugins") {
        let off = |plugin: &str| text.split(',').any(|item| item.trim() == plugin);
        let asked = plan.policies.values().find(|policy| policy.plugins().iter().any(|plugin| off(plugin)));
        let by_policy = || asked?.reasons.iter().find_map(|reason| reason.control);
        return PLUGINS.iter().filter(|(_, plugin)| off(plugin)).find_map(|(id, _)| in_force(plan, id)).or_else(by_policy);
    }
    let row = ABSENT.iter().find(|(_, of, flag, _)| (*of, *flag) == (program, name))?;
    // A control that does not hold here leaves the flag to its owner: probes need it where anonymous requests cannot be limited.
    let weaker = plan.verdicts.iter().any(|verdict| verdict.id.0 == row.0 && verdict.of_cluster() == Outcome::Weaker);
    if weaker || row.3.contains(&text) { None } else { in_force(plan, row.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_go_reads_them() {
        let key = |text: &str| text.parse::<SettingKey>().unwrap();
        let same = |name: &str, a: &str, b: &str| equal(&key(name), &[a.to_owned()], &[b.to_owned()]);
        assert!(same("apiserver/flag/profiling", "F", "false"));
        assert!(!same("apiserver/flag/profiling", "no", "false"));
        assert!(same("apiserver/flag/request-timeout", "1m0s", "60s"));
        assert!(same("kubelet/field/streamingConnectionIdleTimeout", "300s", "5m0s"));
        assert!(!same("apiserver/flag/tls-cert-file", "", "/a"));
    }
}
