//! Public names of settings (`apiserver/flag/profiling`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use crate::base::Reason;
pub use crate::facts::Program;

use super::{AccessPlan, FlagValue, Held, Plan, Topic};

/// The public, documented name of one setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKey {
    /// A command line flag of a program, without dashes.
    Flag(Program, String),
    /// A field of a program's configuration file, dotted path.
    Field(Program, String),
    /// A folder or file of the host that a program's container sees, by its path in the container.
    Mount(Program, String),
    /// A part of what has a subject of its own: a file that the API server reads, objects of the cluster, the provider.
    Part(Topic, String),
    /// A rule for files on the node: `kubeconfig/super-admin.conf/mode` and the like.
    Node(String),
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().into_iter().try_for_each(|piece| f.write_str(piece))
    }
}

impl SettingKey {
    /// The name as one text, as `to_string` gives it.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces().concat()
    }

    /// What the name is put together from.
    pub(super) fn pieces(&self) -> [&str; 3] {
        match self {
            SettingKey::Flag(program, name) => [topic(*program), "/flag/", name],
            SettingKey::Field(program, path) => [topic(*program), "/field/", path],
            SettingKey::Mount(program, path) => [topic(*program), "/mount", path],
            SettingKey::Part(topic, part) => [topic.name(), "/", part],
            SettingKey::Node(name) => ["node", "/", name],
        }
    }

    /// Whether this is its name.
    pub(super) fn is(&self, text: &str) -> bool {
        let pieces = self.pieces();
        pieces.iter().map(|piece| piece.len()).sum::<usize>() == text.len() && self.begins_with(text)
    }

    pub(super) fn begins_with(&self, text: &str) -> bool {
        let mut rest = text;
        for piece in self.pieces() {
            match rest.strip_prefix(piece) {
                Some(more) => rest = more,
                None => return piece.starts_with(rest),
            }
        }
        rest.is_empty()
    }
}

/// The topic of a program in setting keys and control ids.
fn topic(program: Program) -> &'static str {
    match program {
        Program::KubeApiserver => "apiserver",
        Program::KubeControllerManager => "controller-manager",
        Program::KubeScheduler => "scheduler",
        Program::Etcd => "etcd",
        Program::Kubelet => "kubelet",
        Program::KubeProxy => "kube-proxy",
    }
}

impl FromStr for SettingKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, rest) = text.split_once('/').ok_or(())?;
        if head == "node" {
            return Ok(SettingKey::Node(rest.to_owned()));
        }
        if let Some(topic) = Topic::from_name(head) {
            return Ok(SettingKey::Part(topic, rest.to_owned()));
        }
        let program = Program::ALL.into_iter().find(|p| topic(*p) == head).ok_or(())?;
        let (kind, name) = rest.split_once('/').ok_or(())?;
        match kind {
            "flag" => Ok(SettingKey::Flag(program, name.to_owned())),
            "field" => Ok(SettingKey::Field(program, name.to_owned())),
            "mount" => Ok(SettingKey::Mount(program, format!("/{name}"))),
            _ => Err(()),
        }
    }
}

/// The values of the settings under a name: `apiserver/flag/profiling`, or every one that matches `namespace/*/labels/x`.
#[must_use]
pub fn values_of(settings: &super::Settings, name: &str) -> Vec<String> {
    if let Some((head, tail)) = name.split_once('*') {
        let matches = |key: &SettingKey| key.begins_with(head) && key.text().ends_with(tail);
        return settings.iter().filter(|(key, _)| matches(key)).map(|(_, held)| held.value.clone()).collect();
    }
    let found = name.parse().ok().and_then(|key: SettingKey| settings.get(&key));
    found.map(|held| held.value.clone()).into_iter().collect()
}

/// Every setting of a plan as text.
pub(super) fn all(plan: &Plan) -> BTreeMap<SettingKey, Held<String>> {
    let mut out = BTreeMap::new();
    for (program, component) in &plan.components {
        for (name, flag) in &component.flags {
            out.insert(SettingKey::Flag(*program, name.clone()), flag.held.as_ref().map(|v| with_others(v, &flag.also)));
        }
        for (path, field) in &component.fields {
            out.insert(SettingKey::Field(*program, path.clone()), field.as_ref().map(super::lowering::plain));
        }
        for (path, mount) in &component.mounts {
            out.insert(SettingKey::Mount(*program, path.clone()), mount.as_ref().map(|m| m.to_string()));
        }
    }
    super::files::settings(plan, &mut out);
    super::namespaces::settings(plan, &mut out);
    super::patching::settings(plan, &mut out);
    super::policies::settings(plan, &mut out);
    super::webhook::settings(plan, &mut out);
    super::decisions::settings(plan, &mut out);
    super::network::settings(plan, &mut out);
    super::logging::settings(plan, &mut out);
    super::rbac::settings(plan, &mut out);
    super::runtime::settings(&plan.cluster, &mut out);
    access(&plan.access, &mut out);
    super::cloud::settings(plan, &mut out);
    for pool in plan.pools.values() {
        for (name, rule) in &pool.file_rules {
            out.insert(SettingKey::Node(format!("{}/{name}", pool.name)), rule.clone());
        }
    }
    out
}

/// The value of a flag, and those that follow under its name.
pub(super) fn with_others(value: &FlagValue, also: &[Held<String>]) -> String {
    also.iter().fold(value.to_string(), |text, other| format!("{text}, then {}", other.value))
}

/// The sources that may reach the API server.
pub(super) fn access(plan: &AccessPlan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (part, ranges) in [("admins", &plan.admins), ("load-balancer", &plan.load_balancer), ("egress", &plan.egress)] {
        let reasons: BTreeSet<Reason> = ranges.iter().flat_map(|range| range.reasons.iter().cloned()).collect();
        let value = ranges.iter().map(|range| range.value.to_string()).collect::<Vec<_>>().join(", ");
        if !ranges.is_empty() {
            out.insert(SettingKey::Part(Topic::Access, part.to_owned()), Held { value, reasons });
        }
    }
    if let (Some(preserves), Some(first)) = (plan.preserves_client_ip, plan.load_balancer.first()) {
        let key = SettingKey::Part(Topic::Access, "load-balancer/preserves-client-ip".to_owned());
        out.insert(key, Held { value: preserves.to_string(), reasons: first.reasons.clone() });
    }
}
