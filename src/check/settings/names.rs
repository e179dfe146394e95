//! Names inside of values: feature gates and admission plugins. One that the version does not know stops the program, whatever
//! else it is told, and so does a gate that is locked to the other value.

use crate::{
    facts::{self, Lookup},
    plan::{Program, SettingKey},
    targets::Written,
};

use super::{Judge, STOPS};

/// The lists of admission plugins.
const PLUGIN_LISTS: [&str; 3] = ["admission-control", "disable-admission-plugins", "enable-admission-plugins"];

impl Judge<'_, '_> {
    /// Judges the names in the values of a setting.
    pub(super) fn names(&mut self, key: &SettingKey, values: &[Written]) {
        for value in values.iter().filter(|value| value.exact) {
            match key {
                SettingKey::Flag(program, flag) if flag == "feature-gates" => {
                    let pairs = value.text.split(',').filter_map(|pair| pair.split_once('='));
                    // A gate may stand with the component that it belongs to.
                    let pairs = pairs.map(|(name, on)| (name.trim().trim_start_matches("kube:"), on.trim()));
                    for (name, on) in pairs.filter(|(name, _)| !name.contains(':')) {
                        self.gate(*program, name, on, value);
                    }
                }
                SettingKey::Flag(Program::KubeApiserver, flag) if PLUGIN_LISTS.contains(&flag.as_str()) => {
                    let minor = self.plan().cluster.minor();
                    for name in value.text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                        self.unknown_name(&format!("admission plugin `{name}`"), &facts::plugin(name, minor), value, STOPS);
                    }
                }
                SettingKey::Field(program, path) => {
                    if let Some(name) = path.strip_prefix("featureGates.") {
                        self.gate(*program, name, &value.text, value);
                    }
                }
                SettingKey::Flag(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => {}
            }
        }
    }

    fn gate(&mut self, program: Program, name: &str, on: &str, value: &Written) {
        let found = facts::gate_of(program, name, self.plan().cluster.minor());
        let Lookup::Known(gate) = found else { return self.unknown_name(&format!("gate `{name}`"), &found, value, STOPS) };
        if on.parse().is_ok_and(|on| !gate.accepts(on)) {
            let message = format!("gate `{name}` is locked to {}: with another value the program does not start", gate.default);
            let fix = format!("take `{name}` out of the gates: {} is its only value", gate.default);
            let finding = self.subject.finding(self.plan(), Some("not-in-version"), value.place.clone(), message, fix);
            self.found.findings.push(finding);
        }
    }
}
