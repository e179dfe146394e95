//! The governed namespaces: what each must carry.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Cause, Reason, SpecPath};

use super::{Held, Plan, SettingKey, Topic};

/// A governed namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamespacePlan {
    /// Why it is there.
    pub reasons: BTreeSet<Reason>,
    /// The labels that it must carry.
    pub labels: BTreeMap<String, Held<String>>,
}

/// The place that declares a namespace.
#[must_use]
pub fn namespace_path(name: &str) -> SpecPath {
    SpecPath::new("/namespaces").child(name)
}

/// Why a namespace is there: the spec declares it.
#[must_use]
pub fn namespace_reasons(name: &str) -> BTreeSet<Reason> {
    BTreeSet::from([Reason { control: None, cause: Cause::Spec(namespace_path(name)) }])
}

/// The key of a label of a namespace.
#[must_use]
pub fn label_key(namespace: &str, label: &str) -> SettingKey {
    SettingKey::Part(Topic::Namespace, format!("{namespace}/labels/{label}"))
}

/// Adds the settings of namespaces to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (name, namespace) in &plan.namespaces {
        for (label, held) in &namespace.labels {
            out.insert(label_key(name, label), held.clone());
        }
    }
}
