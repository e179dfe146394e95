//! The level of Pod Security that pods of a namespace are held to.

use crate::facts::PodLevel;

use super::{Plan, SettingKey, Topic};

/// The label of a namespace by which it refuses pods.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

impl Plan {
    /// The level that pods of a namespace are held to, as far as the plan knows: none where the API server leaves the namespace
    /// alone, that of its label, else that of the whole cluster.
    #[must_use]
    pub fn enforced_level(&self, namespace: &str) -> &str {
        let default = self.pod_security.as_ref();
        if default.is_some_and(|default| default.exempt_namespaces.iter().any(|exempt| exempt.value == namespace)) {
            return PodLevel::Privileged.name();
        }
        let default = default.map_or(PodLevel::Privileged.name(), |default| default.enforce.value.as_str());
        self.labelled_level(namespace).unwrap_or(default)
    }

    /// The level that the label of a governed namespace enforces.
    fn labelled_level(&self, namespace: &str) -> Option<&str> {
        self.namespaces.get(namespace)?.labels.get(ENFORCE).map(|level| level.value.as_str())
    }

    /// Whether a key is that of the label by which a namespace refuses pods, and its level refuses none.
    pub(super) fn label_refuses_no_pod(&self, key: &SettingKey) -> bool {
        let SettingKey::Part(Topic::Namespace, part) = key else { return false };
        let Some((namespace, ENFORCE)) = part.split_once("/labels/") else { return false };
        self.labelled_level(namespace) == Some(PodLevel::Privileged.name())
    }
}
