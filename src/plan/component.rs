//! What is asked of one program: flags, fields of its file, mounts of its pod.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    base::{Cause, Reason},
    facts::Program,
};

/// A value that somebody asked for. Two controls may ask for one setting: both reasons stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<T> {
    /// The value.
    pub value: T,
    /// Who asked for it and why; at least one.
    pub reasons: BTreeSet<Reason>,
}

impl<T> Held<T> {
    /// A value with its first reason.
    pub fn new(value: T, reason: Reason) -> Self {
        Held { value, reasons: BTreeSet::from([reason]) }
    }

    /// A view of it.
    pub fn as_ref(&self) -> Held<&T> {
        Held { value: &self.value, reasons: self.reasons.clone() }
    }

    /// Whether nobody but the installer and the owner's own configuration asked.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.reasons.iter().all(|reason| matches!(reason.cause, Cause::Shape(_) | Cause::Owner(_)))
    }

    /// Whether the owner's own configuration asked.
    #[must_use]
    pub fn is_owners(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason.cause, Cause::Owner(_)))
    }

    /// The same reasons for a value made from this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Held<U> {
        Held { value: make(self.value), reasons: self.reasons }
    }
}

/// The value of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagValue {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other single value.
    Text(String),
    /// Items joined by commas; each with the reasons of its own, in their order.
    List(Vec<Held<String>>),
}

impl FlagValue {
    /// Whether it is written so.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        match self {
            FlagValue::Bool(value) => text == if *value { "true" } else { "false" },
            FlagValue::Text(value) => text == value,
            FlagValue::Int(_) | FlagValue::List(_) => text == self.text(),
        }
    }

    /// The text, as `to_string` gives it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            FlagValue::Bool(value) => value.to_string(),
            FlagValue::Int(value) => value.to_string(),
            FlagValue::Text(value) => value.clone(),
            FlagValue::List(items) => items.iter().map(|item| item.value.as_str()).collect::<Vec<_>>().join(","),
        }
    }
}

impl fmt::Display for FlagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlagValue::Bool(value) => write!(f, "{value}"),
            FlagValue::Int(value) => write!(f, "{value}"),
            FlagValue::Text(value) => f.write_str(value),
            FlagValue::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        f.write_str(",")?;
                    }
                    f.write_str(&item.value)?;
                }
                Ok(())
            }
        }
    }
}

/// One flag of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The value and who asked.
    pub held: Held<FlagValue>,
    /// What the installer itself writes for this flag; equal to the value where nobody else asked.
    pub installer: Option<String>,
    /// Further values that follow under the same name (an old service-account issuer stays second).
    pub also: Vec<Held<String>>,
}

impl Flag {
    /// A flag that somebody asks for.
    #[must_use]
    pub fn new(held: Held<FlagValue>) -> Self {
        Flag { held, installer: None, also: Vec::new() }
    }

    /// Whether the installer writes it just so without being told.
    #[must_use]
    pub fn is_installers_own(&self) -> bool {
        self.also.is_empty() && self.installer.as_deref().is_some_and(|own| self.held.value.is(own))
    }
}

/// Flags whose value belongs to one node: no setting of the plan holds them, and files for every node leave them out.
pub const PER_NODE: &[(Program, &str)] = &[
    (Program::KubeApiserver, "advertise-address"),
    (Program::Etcd, "advertise-client-urls"),
    (Program::Etcd, "initial-advertise-peer-urls"),
    (Program::Etcd, "initial-cluster"),
    (Program::Etcd, "initial-cluster-state"),
    (Program::Etcd, "listen-client-urls"),
    (Program::Etcd, "listen-peer-urls"),
    (Program::Etcd, "name"),
];

/// What Kubernetes checks about a mounted host path before the pod starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MountType {
    /// The file must exist.
    File,
    /// The folder must exist.
    Directory,
    /// The folder is made when it is missing.
    DirectoryOrCreate,
    /// An empty file is made when it is missing.
    FileOrCreate,
    /// A Unix socket must exist.
    Socket,
    /// Nothing is checked.
    Unchecked,
}

impl MountType {
    /// The word of the Kubernetes API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MountType::File => "File",
            MountType::Directory => "Directory",
            MountType::DirectoryOrCreate => "DirectoryOrCreate",
            MountType::FileOrCreate => "FileOrCreate",
            MountType::Socket => "Socket",
            MountType::Unchecked => "",
        }
    }

    /// The kind behind a word of the Kubernetes API.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        const ALL: [MountType; 6] = [
            MountType::File,
            MountType::Directory,
            MountType::DirectoryOrCreate,
            MountType::FileOrCreate,
            MountType::Socket,
            MountType::Unchecked,
        ];
        ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A path of the host that a program's container sees under the same path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostMount {
    /// The name of the volume, a DNS label.
    pub name: String,
    /// The path on the host.
    pub host_path: String,
    /// The path in the container.
    pub mount_path: String,
    /// Whether the container may not write.
    pub read_only: bool,
    /// What must be there.
    pub kind: MountType,
    /// Whether the installer mounts it without being told.
    pub installer: bool,
}

impl fmt::Display for HostMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = if self.read_only { "ro" } else { "rw" };
        write!(f, "{} {access} {}", self.host_path, self.kind.name())
    }
}

/// What is asked of one program.
#[derive(Debug, Clone, Default)]
pub struct Component {
    /// Flags by name, without dashes.
    pub flags: BTreeMap<String, Flag>,
    /// Fields of its configuration file by dotted path.
    pub fields: BTreeMap<String, Held<serde_json::Value>>,
    /// The fields that the installer itself writes, and with which values.
    pub installer_fields: BTreeMap<String, serde_json::Value>,
    /// Mounts by path in the container.
    pub mounts: BTreeMap<String, Held<HostMount>>,
}

impl Component {
    pub(super) const EMPTY: Component =
        Component { flags: BTreeMap::new(), fields: BTreeMap::new(), installer_fields: BTreeMap::new(), mounts: BTreeMap::new() };

    /// Whether nothing is asked of the program.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty() && self.fields.is_empty() && self.mounts.is_empty()
    }

    /// Whether the installer writes a field just so without being told.
    #[must_use]
    pub fn is_installers_own_field(&self, path: &str) -> bool {
        self.fields.get(path).is_some_and(|held| self.installer_fields.get(path) == Some(&held.value))
    }

    /// The value of a flag as text.
    #[must_use]
    pub fn flag_text(&self, name: &str) -> Option<String> {
        self.flags.get(name).map(|flag| flag.held.value.to_string())
    }

    /// Whether a list flag holds an item.
    #[must_use]
    pub fn flag_has(&self, name: &str, item: &str) -> bool {
        self.flag_text(name).is_some_and(|text| text.split(',').any(|part| part == item))
    }
}
