//! What a change of a setting does to a running cluster: restarts, rolls, refuses later, or cannot be undone.

mod table;

use std::fmt;

use crate::base::ControlId;

use super::{
    Flag, FlagValue, HostRule, Plan, Presence, Program, SettingKey, Topic, WhenAway, cloud::Owner, setting::with_others,
};

use table::{EXTRA_BY_TOPIC, EXTRA_IMPACT, Extra, OF_CHANGES, PLUGIN_IMPACT, PLUGINS, When, added_plugins};

/// What the change of a setting does to a running cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing is restarted or refused.
    None,
    /// Restarts a component on each control-plane node.
    Restarts(Program),
    /// Restarts the kubelet (or kube-proxy) of every node: roll the pools one node at a time.
    Rolls(Program),
    /// Restarts the container runtime of a node: drain it first.
    RollsRuntime,
    /// What runs stays; something fails later, as the words say.
    RefusesLater(&'static str),
    /// Cannot be undone by taking the setting back.
    OneWay,
}

impl Impact {
    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Impact::None => "none",
            Impact::Restarts(_) => "restarts",
            Impact::Rolls(_) | Impact::RollsRuntime => "rolls",
            Impact::RefusesLater(_) => "refuses-later",
            Impact::OneWay => "one-way",
        }
    }
}

impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Impact::None => f.write_str("none"),
            Impact::Restarts(program) => write!(f, "restarts {} on each control-plane node", program.name()),
            Impact::Rolls(program) => write!(f, "restarts {} on every node: roll the pools", program.name()),
            Impact::RollsRuntime => f.write_str("restarts the container runtime of every node: drain one after the other"),
            Impact::RefusesLater(what) => f.write_str(what),
            Impact::OneWay => f.write_str("cannot be undone by taking the setting back"),
        }
    }
}

impl SettingKey {
    /// What a change of this setting does, the gravest first, whatever its value; [`Plan::impact`] knows more.
    #[must_use]
    pub fn impact(&self) -> Vec<Impact> {
        let mut impacts = match self {
            SettingKey::Flag(program, _) | SettingKey::Field(program, _) | SettingKey::Mount(program, _) => match program {
                Program::Kubelet | Program::KubeProxy => vec![Impact::Rolls(*program)],
                Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => {
                    vec![Impact::Restarts(*program)]
                }
            },
            SettingKey::Part(topic, _) => vec![topic.impact()],
            SettingKey::Node(name) => {
                let rule = name.split_once('/').and_then(|(_, rule)| HostRule::of(rule));
                rule.map_or_else(|| vec![Impact::None], HostRule::impact)
            }
        };
        let mut rows = self.extra_impacts().filter(|extra| extra.is_about(self));
        if let Some(first) = rows.next() {
            let alike = rows.filter(|extra| extra.prefix == first.prefix && matches!(extra.when, When::Stricter));
            let extra: Vec<Impact> = std::iter::once(first).chain(alike).map(|extra| extra.impact).collect();
            impacts.splice(0..0, extra);
        }
        impacts
    }

    /// The rows that may be about the setting: those of its topic.
    fn extra_impacts(&self) -> impl Iterator<Item = &'static Extra> {
        let [topic, ..] = self.pieces();
        EXTRA_BY_TOPIC.get(topic).into_iter().flatten().copied()
    }

    /// What holds where the setting is not there, as a value of it; nothing where no value says the same, or it is not known.
    #[must_use]
    pub fn unset(&self) -> Option<&'static str> {
        let rows = self.extra_impacts().chain(OF_CHANGES).filter(|extra| extra.is_about(self));
        rows.map(|extra| extra.unset).find(|unset| !unset.is_empty())
    }

    /// What a change of this setting from one value to another does, the gravest first; `None` stands for "not set".
    #[must_use]
    pub fn impact_of_change(&self, from: Option<&str>, to: Option<&str>) -> Vec<Impact> {
        // What lets pass more cuts nothing.
        let passes = self.presence() == Presence::LetsIn;
        match (self, from, to) {
            (SettingKey::Part(Topic::Network, _) | SettingKey::Node(_), None, _) if passes => return vec![Impact::None],
            (SettingKey::Node(_), _, None) if passes => return HostRule::FirewallMode.impact(),
            _ => {}
        }
        let restarts = self.impact().into_iter().filter(|impact| !EXTRA_IMPACT.iter().any(|extra| extra.impact == *impact));
        let extra = self.extra_impacts().chain(OF_CHANGES).filter(|extra| extra.is_about(self));
        let mut impacts: Vec<Impact> = match self.begins_with(PLUGINS) {
            true => added_plugins(from, to),
            false => extra.filter(|extra| extra.arises(self, from, to)).map(|extra| extra.impact).collect(),
        };
        impacts.extend(restarts);
        impacts
    }
}

impl Plan {
    /// What a setting of the plan does to a running cluster: nothing where what runs has the same by itself. That is what the owner's own
    /// configuration says, else what the installer writes. In a list of plugins only those count that the control asks for.
    #[must_use]
    pub fn impact(&self, key: &SettingKey, control: Option<ControlId>) -> Vec<Impact> {
        if let Some(before) = self.before.get(key) {
            return match self.value_of(key) {
                Some(now) if now == *before => vec![Impact::None],
                now => self.impact_over(key, before, now.as_deref(), control),
            };
        }
        let is_installers_own = match key {
            SettingKey::Flag(program, name) => self.component(*program).flags.get(name).is_some_and(Flag::is_installers_own),
            SettingKey::Field(program, path) => self.component(*program).is_installers_own_field(path),
            SettingKey::Mount(program, path) => {
                self.component(*program).mounts.get(path).is_some_and(|mount| mount.value.installer)
            }
            SettingKey::Part(..) | SettingKey::Node(_) => false,
        };
        if is_installers_own {
            return vec![Impact::None];
        }
        let installer = match key {
            SettingKey::Flag(program, name) => {
                self.component(*program).flags.get(name).and_then(|flag| flag.installer.as_deref()).unwrap_or_default()
            }
            SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => "",
        };
        self.impact_beyond(key, installer, control)
    }

    /// What it does that a control takes flags of the owner's away.
    pub fn impact_of_taking(&self, control: ControlId) -> impl Iterator<Item = Impact> {
        let taken = self.taken.iter().filter(move |(_, (by, _))| *by == control);
        taken.flat_map(|(key, (_, value))| key.impact_of_change(Some(value), None))
    }

    /// What a setting of the plan does where a cluster has another value, whoever writes it now.
    #[must_use]
    pub fn impact_where_new(&self, key: &SettingKey, control: Option<ControlId>) -> Vec<Impact> {
        let stricter = OF_CHANGES.iter().filter(|extra| matches!(extra.when, When::Stricter) && extra.is_about(key));
        stricter.map(|extra| extra.impact).chain(self.impact_beyond(key, "", control)).collect()
    }

    /// What a setting does whose value the owner's configuration has differently.
    fn impact_over(&self, key: &SettingKey, before: &str, now: Option<&str>, control: Option<ControlId>) -> Vec<Impact> {
        match (control, key.begins_with(PLUGINS)) {
            (Some(_), true) => self.impact_beyond(key, before, control),
            (None, _) | (_, false) => key.impact_of_change(Some(before), now),
        }
    }

    /// What a setting does; of a list of the API server's, that of the items which a control adds to those that are there.
    fn impact_beyond(&self, key: &SettingKey, present: &str, control: Option<ControlId>) -> Vec<Impact> {
        match key {
            SettingKey::Flag(program, name) => match self.component(*program).flags.get(name) {
                Some(flag) => flag_impact(key, flag, present, control),
                None => key.impact(),
            },
            SettingKey::Part(..) if self.leaves_key(key) => vec![Impact::None],
            SettingKey::Part(..) if self.refuses_no_pod(key) => vec![Impact::Restarts(Program::KubeApiserver)],
            SettingKey::Part(..) if self.lets_pass(key) || self.label_refuses_no_pod(key) => vec![Impact::None],
            SettingKey::Node(name) if self.counts(name) => vec![Impact::None],
            SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => key.impact(),
        }
    }

    /// The value of a flag or field as text, as the list of all settings has it.
    fn value_of(&self, key: &SettingKey) -> Option<String> {
        match key {
            SettingKey::Flag(program, name) => {
                self.component(*program).flags.get(name).map(|flag| with_others(&flag.held.value, &flag.also))
            }
            SettingKey::Field(program, path) => {
                self.component(*program).fields.get(path).map(|held| super::lowering::plain(&held.value))
            }
            SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
        }
    }

    /// Writes down what the owner's own configuration sets a flag or field to.
    pub fn was(&mut self, key: SettingKey, value: &OwnerValue<'_>) {
        let text = match value {
            OwnerValue::Flag(values) => values.join(", then "),
            OwnerValue::Field(value) => super::lowering::plain(value),
        };
        self.before.insert(key, text);
    }

    /// Whether a key is that of what happens while Gatekeeper does not answer, and everything passes then.
    fn lets_pass(&self, key: &SettingKey) -> bool {
        key.is("policy/gatekeeper/webhook/failure")
            && self.gatekeeper_away.as_ref().is_some_and(|away| away.value == WhenAway::LetsPass)
    }

    /// Whether a rule is one of a firewall that counts and drops nothing.
    fn counts(&self, name: &str) -> bool {
        let Some((pool, rule)) = name.split_once('/') else { return false };
        let of_firewall = matches!(
            HostRule::of(rule),
            Some(HostRule::FirewallMode | HostRule::FirewallAllow(..) | HostRule::FirewallServices(_))
        );
        let mode = self.pools.get(pool).and_then(|pool| pool.file_rules.get("firewall/mode"));
        of_firewall && mode.is_some_and(|mode| mode.value == "count")
    }

    /// Whether a key is that of the owner of the key of Secrets, and the key stays what it is.
    fn leaves_key(&self, key: &SettingKey) -> bool {
        let owner = self.cloud.as_ref().and_then(|cloud| cloud.secrets_key.as_ref());
        key.is("cloud/secrets-key/owner") && owner.is_some_and(|owner| owner.value != Owner::Harden)
    }

    /// Whether a key is that of the enforced level of Pod Security, and the level asks for nothing.
    fn refuses_no_pod(&self, key: &SettingKey) -> bool {
        let level = self.pod_security.as_ref().map(|levels| levels.enforce.value.as_str());
        key.is("admission/pod-security/enforce") && level == Some("privileged")
    }
}

/// A value of the owner's own configuration.
#[derive(Debug, Clone, Copy)]
pub enum OwnerValue<'a> {
    /// That of a flag, and those that follow under its name.
    Flag(&'a [String]),
    /// That of a field.
    Field(&'a serde_json::Value),
}

/// The impact of a flag; of a list of plugins, that of the items that a control adds to those that are there.
fn flag_impact(key: &SettingKey, flag: &Flag, present: &str, control: Option<ControlId>) -> Vec<Impact> {
    let (FlagValue::List(items), Some(control)) = (&flag.held.value, control) else { return key.impact() };
    let present: Vec<&str> = present.split(',').map(str::trim).collect();
    let asked = items.iter().filter(|item| item.reasons.iter().any(|reason| reason.control == Some(control)));
    let added: Vec<&str> = asked.map(|item| item.value.as_str()).filter(|item| !present.contains(item)).collect();
    if added.is_empty() {
        return vec![Impact::None];
    }
    let by_plugin = |plugin: &&str| PLUGIN_IMPACT.iter().find(|(name, _)| name == plugin).map(|(_, impact)| *impact);
    let restarts = key.impact().into_iter().filter(|impact| !matches!(impact, Impact::RefusesLater(_)));
    added.iter().filter_map(by_plugin).chain(restarts).collect()
}
