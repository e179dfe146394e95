//! One of two builds: what it records of itself, and the files that are compared rule by rule.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    facts::ConfigKind,
    plan::{SettingKey, Topic},
    targets::{Form, Observed},
};

/// A setting as `coverage.json` records it.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) value: String,
    /// Whether a control asks for it.
    pub(super) by_control: bool,
}

/// A build, as its tree says.
#[derive(Debug, Clone)]
pub struct Side {
    pub(super) version: String,
    /// Who runs the control plane.
    pub(super) platform: String,
    pub(super) settings: BTreeMap<String, Recorded>,
    /// The rules of the audit policy, in order.
    pub(super) audit: Vec<String>,
}

impl Side {
    /// Whether it has a setting whose key begins so.
    pub(super) fn has_any(&self, prefix: &str) -> bool {
        self.settings.keys().any(|key| key.starts_with(prefix))
    }

    /// Reads a build from its `coverage.json` and from its other files, each with its name.
    ///
    /// # Errors
    /// When the document records no settings.
    pub fn new(coverage: &Value, files: &[(String, String)]) -> Result<Self, String> {
        let list = coverage["settings"].as_array().ok_or("`coverage.json` records no settings")?;
        let setting = |setting: &Value| {
            let key = setting["key"].as_str()?.to_owned();
            let value = setting["value"].as_str()?.to_owned();
            let by_control = setting["controls"].as_array().is_some_and(|controls| !controls.is_empty());
            Some((key, Recorded { value, by_control }))
        };
        let mut observed = Observed::default();
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with("control-plane/etc/")) {
            observed.read(name, text);
        }
        let key = SettingKey::Part(Topic::AuditPolicy, "rules".to_owned());
        let rules = observed.of(Form::Configuration(ConfigKind::AuditPolicy)).filter_map(|sighting| sighting.settings.get(&key));
        Ok(Side {
            version: coverage["kubernetesVersion"].as_str().unwrap_or_default().to_owned(),
            platform: coverage["platform"].as_str().unwrap_or_default().to_owned(),
            settings: list.iter().filter_map(setting).collect(),
            audit: rules.flatten().map(|rule| rule.text.clone()).collect(),
        })
    }
}
