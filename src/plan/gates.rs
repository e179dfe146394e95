//! Feature gates that somebody sets, by flags of the components and by fields of their files.

use crate::base::go_bool;

use super::{Held, Plan, Program, SettingKey};

/// A gate that somebody sets.
#[derive(Debug, Clone)]
pub struct SetGate {
    /// The component.
    pub program: Program,
    /// Its name.
    pub name: String,
    /// The setting that holds it.
    pub key: SettingKey,
    /// Its value, as it is written.
    pub held: Held<String>,
}

impl SetGate {
    /// Whether it is switched off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        go_bool(&self.held.value) == Some(false)
    }
}

impl Plan {
    /// Every gate that the plan sets: flags before fields, over which they win. etcd has gates of its own, which no table covers.
    #[must_use]
    pub fn gates(&self) -> Vec<SetGate> {
        let mut out = Vec::new();
        for (program, component) in self.components.iter().filter(|(program, _)| **program != Program::Etcd) {
            if let Some(flag) = component.flags.get("feature-gates") {
                let key = SettingKey::Flag(*program, "feature-gates".to_owned());
                let first = flag.held.value.to_string();
                let values = std::iter::once(first.as_str()).chain(flag.also.iter().map(|held| held.value.as_str()));
                for (name, value) in values.flat_map(|text| text.split(',')).filter_map(|pair| pair.split_once('=')) {
                    // A gate may stand with the component that it belongs to.
                    let name = name.trim().trim_start_matches("kube:").to_owned();
                    let held = flag.held.as_ref().map(|_| value.trim().to_owned());
                    out.push(SetGate { program: *program, name, key: key.clone(), held });
                }
            }
            for (path, held) in &component.fields {
                let key = SettingKey::Field(*program, path.clone());
                let gate = |name: &str, value: &serde_json::Value| {
                    let held = held.as_ref().map(|_| value.to_string());
                    SetGate { program: *program, name: name.to_owned(), key: key.clone(), held }
                };
                if let Some(name) = path.strip_prefix("featureGates.") {
                    out.push(gate(name, &held.value));
                } else if let (true, Some(gates)) = (path == "featureGates", held.value.as_object()) {
                    out.extend(gates.iter().map(|(name, value)| gate(name, value)));
                }
            }
        }
        out
    }

    /// What sets a gate of a program, where anybody does.
    #[must_use]
    pub fn gate(&self, program: Program, name: &str) -> Option<SetGate> {
        self.gates().into_iter().find(|gate| gate.program == program && gate.name == name)
    }
}
