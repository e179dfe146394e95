//! Public names of settings (`apiserver/flag/profiling`) and what a change of one costs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use crate::base::Reason;
pub use crate::facts::Program;

use super::{AccessPlan, FlagValue, Held, Plan};

/// The public, documented name of one setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKey {
    /// A command line flag of a program, without dashes.
    Flag(Program, String),
    /// A field of a program's configuration file, dotted path.
    Field(Program, String),
    /// A folder or file of the host that a program's container sees, by its path in the container.
    Mount(Program, String),
    /// A part of a file that the API server reads (`audit-policy`, `authentication`, `authorization`, `admission`, `encryption`), or of
    /// the list of sources that may reach it (`access`).
    File(&'static str, String),
    /// A rule for files on the node: `kubeconfig/super-admin.conf/mode` and the like.
    Node(String),
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingKey::Flag(program, name) => write!(f, "{}/flag/{name}", topic(*program)),
            SettingKey::Field(program, path) => write!(f, "{}/field/{path}", topic(*program)),
            SettingKey::Mount(program, path) => write!(f, "{}/mount{path}", topic(*program)),
            SettingKey::File(file, part) => write!(f, "{file}/{part}"),
            SettingKey::Node(name) => write!(f, "node/{name}"),
        }
    }
}

/// The file of the sources that may reach the API server: no program reads it, firewalls are made from it.
const ACCESS: &str = "access";

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

/// What the change of a setting does to a running cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Nothing is restarted or refused.
    None,
    /// Restarts a component on each control-plane node.
    Restarts(Program),
    /// Restarts the kubelet (or kube-proxy) of every node: roll the pools one node at a time.
    Rolls(Program),
    /// Running workloads stay; some are refused when they are next created.
    RefusesLater,
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
            Impact::Rolls(_) => "rolls",
            Impact::RefusesLater => "refuses-later",
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
            Impact::RefusesLater => f.write_str("refuses workloads when they are next created"),
            Impact::OneWay => f.write_str("cannot be undone by taking the setting back"),
        }
    }
}

impl SettingKey {
    /// What a change of this setting does, the gravest first.
    #[must_use]
    pub fn impact(&self) -> Vec<Impact> {
        let mut impacts = match self {
            SettingKey::Flag(program, _) | SettingKey::Field(program, _) | SettingKey::Mount(program, _) => match program {
                Program::Kubelet | Program::KubeProxy => vec![Impact::Rolls(*program)],
                Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => {
                    vec![Impact::Restarts(*program)]
                }
            },
            SettingKey::File(ACCESS, _) => vec![Impact::None],
            SettingKey::File(..) => vec![Impact::Restarts(Program::KubeApiserver)],
            SettingKey::Node(_) => vec![Impact::None],
        };
        let text = self.to_string();
        if let Some((_, extra)) = EXTRA_IMPACT.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            impacts.insert(0, *extra);
        }
        impacts
    }
}

/// Settings that do more than restart their reader, by the beginning of their key.
const EXTRA_IMPACT: &[(&str, Impact)] = &[
    ("admission/pod-security", Impact::RefusesLater),
    ("apiserver/flag/enable-admission-plugins", Impact::RefusesLater),
    ("apiserver/flag/service-account-extend-token-expiration", Impact::RefusesLater),
    ("encryption/stage", Impact::OneWay),
    ("kubelet/field/imagePullCredentialsVerificationPolicy", Impact::RefusesLater),
    ("kubelet/field/podPidsLimit", Impact::RefusesLater),
    ("kubelet/field/seccompDefault", Impact::RefusesLater),
];

impl FromStr for SettingKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, rest) = text.split_once('/').ok_or(())?;
        if head == "node" {
            return Ok(SettingKey::Node(rest.to_owned()));
        }
        for file in [ACCESS, "admission", "audit-policy", "authentication", "authorization", "encryption"] {
            if head == file {
                return Ok(SettingKey::File(file, rest.to_owned()));
            }
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
    access(&plan.access, &mut out);
    for pool in plan.pools.values() {
        for (name, rule) in &pool.file_rules {
            out.insert(SettingKey::Node(format!("{}/{name}", pool.name)), rule.clone());
        }
    }
    out
}

/// The value of a flag, and those that follow under its name.
fn with_others(value: &FlagValue, also: &[Held<String>]) -> String {
    also.iter().fold(value.to_string(), |text, other| format!("{text}, then {}", other.value))
}

/// The sources that may reach the API server.
fn access(plan: &AccessPlan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (part, ranges) in [("admins", &plan.admins), ("load-balancer", &plan.load_balancer), ("egress", &plan.egress)] {
        let reasons: BTreeSet<Reason> = ranges.iter().flat_map(|range| range.reasons.iter().cloned()).collect();
        let value = ranges.iter().map(|range| range.value.to_string()).collect::<Vec<_>>().join(", ");
        if !ranges.is_empty() {
            out.insert(SettingKey::File(ACCESS, part.to_owned()), Held { value, reasons });
        }
    }
    if let (Some(preserves), Some(first)) = (plan.preserves_client_ip, plan.load_balancer.first()) {
        let key = SettingKey::File(ACCESS, "load-balancer/preserves-client-ip".to_owned());
        out.insert(key, Held { value: preserves.to_string(), reasons: first.reasons.clone() });
    }
}
