//! Parameters of policies: their kinds, and values that constraints carry.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// A parameter of a policy.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// What it is, in one line.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// `true` or `false`.
    Flag,
    /// A list of texts.
    Texts,
    /// Ranges of ports.
    Ports,
    /// Folders of nodes.
    Paths,
    /// Workloads by kind and name.
    Workloads,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamValue {
    /// `true` or `false`.
    Flag(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// Ranges of ports.
    Ports(Vec<PortSpan>),
    /// Folders of nodes.
    Paths(Vec<AllowedPath>),
    /// Workloads by kind and name.
    Workloads(Vec<WorkloadName>),
}

/// Ports from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortSpan {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// A folder of nodes that may be mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AllowedPath {
    /// The folder; what lies below it is meant too.
    pub path: String,
    /// Whether only read-only mounts are allowed.
    pub read_only: bool,
}

/// A workload by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkloadName {
    /// The namespace; nothing where it is meant in every one.
    pub namespace: Option<String>,
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// The values of the parameters of a policy, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(pub BTreeMap<&'static str, ParamValue>);

impl Params {
    /// Whether a yes-or-no parameter says yes.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(ParamValue::Flag(true)))
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(ParamValue::Texts(texts)) => texts,
            Some(ParamValue::Flag(_) | ParamValue::Ports(_) | ParamValue::Paths(_) | ParamValue::Workloads(_)) | None => &[],
        }
    }

    /// Ranges of ports.
    #[must_use]
    pub fn ports(&self, name: &str) -> &[PortSpan] {
        match self.0.get(name) {
            Some(ParamValue::Ports(ports)) => ports,
            Some(ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Paths(_) | ParamValue::Workloads(_)) | None => &[],
        }
    }

    /// Folders of nodes.
    #[must_use]
    pub fn paths(&self, name: &str) -> &[AllowedPath] {
        match self.0.get(name) {
            Some(ParamValue::Paths(paths)) => paths,
            Some(ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Ports(_) | ParamValue::Workloads(_)) | None => &[],
        }
    }

    /// Workloads by kind and name.
    #[must_use]
    pub fn workloads(&self, name: &str) -> &[WorkloadName] {
        match self.0.get(name) {
            Some(ParamValue::Workloads(workloads)) => workloads,
            Some(ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Ports(_) | ParamValue::Paths(_)) | None => &[],
        }
    }

    /// As constraints carry them.
    #[must_use]
    pub fn to_json(&self) -> Json {
        Json::Object(self.0.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect())
    }

    /// Reads what constraints carry; what is not of its kind is left out.
    #[must_use]
    pub fn from_json(params: &'static [Param], json: &Json) -> Self {
        Params(params.iter().filter_map(|param| Some((param.name, param.kind.read(json.get(param.name)?)?))).collect())
    }
}

impl ParamValue {
    /// As constraints carry it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            ParamValue::Flag(value) => json!(value),
            ParamValue::Texts(texts) => json!(texts),
            ParamValue::Ports(ports) => ports.iter().map(|span| json!({ "first": span.first, "last": span.last })).collect(),
            ParamValue::Paths(paths) => {
                paths.iter().map(|path| json!({ "path": path.path, "readOnly": path.read_only })).collect()
            }
            ParamValue::Workloads(workloads) => workloads.iter().map(WorkloadName::to_json).collect(),
        }
    }
}

impl WorkloadName {
    fn to_json(&self) -> Json {
        match &self.namespace {
            Some(namespace) => json!({ "namespace": namespace, "kind": self.kind, "name": self.name }),
            None => json!({ "kind": self.kind, "name": self.name }),
        }
    }

    fn from_json(json: &Json) -> Option<Self> {
        let text = |key: &str| json.get(key)?.as_str().map(str::to_owned);
        let namespace = match json.get("namespace").filter(|namespace| !namespace.is_null()) {
            Some(namespace) => Some(namespace.as_str()?.to_owned()),
            None => None,
        };
        Some(WorkloadName { namespace, kind: text("kind")?, name: text("name")? })
    }
}

impl ParamKind {
    fn read(self, json: &Json) -> Option<ParamValue> {
        let port = |item: &Json, name| item.get(name)?.as_u64().and_then(|port| u16::try_from(port).ok());
        Some(match self {
            ParamKind::Flag => ParamValue::Flag(json.as_bool()?),
            ParamKind::Texts => {
                ParamValue::Texts(json.as_array()?.iter().filter_map(|t| t.as_str().map(str::to_owned)).collect())
            }
            ParamKind::Ports => {
                let span = |item| Some(PortSpan { first: port(item, "first")?, last: port(item, "last")? });
                ParamValue::Ports(json.as_array()?.iter().filter_map(span).collect())
            }
            ParamKind::Paths => {
                let path = |item: &Json| {
                    let read_only = item.get("readOnly").and_then(Json::as_bool).unwrap_or_default();
                    Some(AllowedPath { path: item.get("path")?.as_str()?.to_owned(), read_only })
                };
                ParamValue::Paths(json.as_array()?.iter().filter_map(path).collect())
            }
            ParamKind::Workloads => ParamValue::Workloads(json.as_array()?.iter().filter_map(WorkloadName::from_json).collect()),
        })
    }
}
