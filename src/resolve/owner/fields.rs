//! Strict reading: every field must exist in the exact version and hold the right kind of value. kubeadm, kubelet and kube-proxy only warn.

use std::collections::BTreeSet;

use crate::{
    base::{KubeVersion, Minor, SpecPath, go_nanoseconds},
    diag::Diagnostics,
    facts::{self, FieldKind, KubeadmKind, Lookup, Support},
    yaml::{Node, Value},
};

use super::{
    diagnostics::{UnknownField, WrongValue},
    values,
};

/// Reports every field that the version lacks, and every value of the wrong kind. Gives where they are: what seems to be missing there may
/// be what was meant.
pub(super) fn check(root: &Node, version: KubeVersion, diags: &mut Diagnostics) -> BTreeSet<SpecPath> {
    let mut unread = BTreeSet::new();
    for entry in root.as_map().unwrap_or(&[]) {
        let document = &entry.value;
        let api = document.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        let mut walk = Walk { kind: &entry.key, api, version, unread: &mut unread, diags };
        walk.map(document, "");
    }
    unread
}

struct Walk<'a> {
    kind: &'a str,
    api: &'a str,
    version: KubeVersion,
    unread: &'a mut BTreeSet<SpecPath>,
    diags: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn at(&self, path: &str) -> SpecPath {
        path.split('.').filter(|part| !part.is_empty()).fold(SpecPath::root().child(self.kind), |at, part| at.child(part))
    }

    fn map(&mut self, node: &Node, path: &str) {
        for entry in node.as_map().unwrap_or(&[]) {
            if path.is_empty() && matches!(entry.key.as_str(), "apiVersion" | "kind") {
                continue;
            }
            let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            let found = lookup(self.kind, self.api, &below, self.version.minor);
            match found {
                Lookup::Known(kind) => {
                    self.value(&entry.value, kind, &below);
                    values::field(self.kind, self.api, &below, &entry.value, self.version, self.diags);
                    values::arguments(self.kind, &below, &entry.value, self.version, self.diags);
                }
                // Nothing is written from what is known too little of; files are judged by the rest.
                Lookup::NotCovered if facts::support(self.version.minor) == Support::CheckOnly => {}
                Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => {
                    self.unread.insert(self.at(path));
                    self.diags.push(UnknownField {
                        kind: self.kind.to_owned(),
                        field: below,
                        version: self.version.to_string(),
                        nearest: match found {
                            Lookup::Unknown { nearest } => nearest,
                            Lookup::Known(_) | Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::NotCovered => None,
                        },
                        why: why(found),
                        at: entry.key_place.clone(),
                    });
                }
            }
        }
    }

    fn value(&mut self, node: &Node, kind: FieldKind, path: &str) {
        if node.is_null() {
            return;
        }
        let fits = match (kind, &node.value) {
            (FieldKind::Open, _)
            | (FieldKind::Bool, Value::Bool(_))
            | (FieldKind::Int, Value::Int(_))
            | (FieldKind::Float, Value::Int(_) | Value::Float(_))
            | (FieldKind::String, Value::Str(_))
            | (FieldKind::Amounts | FieldKind::Map | FieldKind::Object | FieldKind::Switches | FieldKind::Whole, Value::Map(_))
            | (FieldKind::List | FieldKind::Numbers | FieldKind::Objects, Value::Seq(_)) => true,
            // An empty text of a component's document is not carried.
            (FieldKind::Duration, Value::Str(text)) => {
                go_nanoseconds(text).is_some()
                    || text.is_empty() && matches!(self.kind, "KubeletConfiguration" | "KubeProxyConfiguration")
            }
            (
                FieldKind::Amounts
                | FieldKind::Bool
                | FieldKind::Duration
                | FieldKind::Float
                | FieldKind::Int
                | FieldKind::List
                | FieldKind::Map
                | FieldKind::Numbers
                | FieldKind::Object
                | FieldKind::Objects
                | FieldKind::String
                | FieldKind::Switches
                | FieldKind::Whole,
                _,
            ) => false,
        };
        if !fits {
            let problem = WrongValue {
                field: format!("{}.{path}", self.kind),
                found: node.kind_name().to_owned(),
                expected: expected(kind).to_owned(),
                quote: matches!(kind, FieldKind::String | FieldKind::Duration) && node.as_str().is_none(),
                at: node.used_at().clone(),
            };
            self.unread.insert(self.at(path));
            self.diags.push(problem);
            return;
        }
        match kind {
            FieldKind::Object | FieldKind::Whole => self.map(node, path),
            FieldKind::Objects => {
                for item in node.as_seq().unwrap_or(&[]) {
                    self.value(item, FieldKind::Object, &format!("{path}[]"));
                }
            }
            FieldKind::Map => self.values(node, FieldKind::String, path),
            FieldKind::Switches => self.values(node, FieldKind::Bool, path),
            FieldKind::List => self.items(node, FieldKind::String, path),
            FieldKind::Numbers => self.items(node, FieldKind::Int, path),
            FieldKind::Amounts
            | FieldKind::Bool
            | FieldKind::Duration
            | FieldKind::Float
            | FieldKind::Int
            | FieldKind::Open
            | FieldKind::String => {}
        }
    }

    /// The values of a mapping with free keys.
    fn values(&mut self, node: &Node, kind: FieldKind, path: &str) {
        for entry in node.as_map().unwrap_or(&[]) {
            self.value(&entry.value, kind, &format!("{path}.{}", entry.key));
        }
    }

    /// The items of a list.
    fn items(&mut self, node: &Node, kind: FieldKind, path: &str) {
        for item in node.as_seq().unwrap_or(&[]) {
            self.value(item, kind, &format!("{path}[]"));
        }
    }
}

/// What the version knows of a field of a kind.
pub(super) fn lookup(kind: &str, api: &str, path: &str, minor: Minor) -> Lookup<FieldKind> {
    let kubeadm = |of| facts::kubeadm_field(of, api, path, minor).map(|field| field.kind);
    match kind {
        "ClusterConfiguration" => kubeadm(KubeadmKind::Cluster),
        "InitConfiguration" => kubeadm(KubeadmKind::Init),
        "JoinConfiguration" => kubeadm(KubeadmKind::Join),
        "KubeletConfiguration" => facts::kubelet_field(path, minor).map(|field| field.kind),
        _ => facts::kube_proxy_field(path, minor).map(|field| field.kind),
    }
}

fn why(found: Lookup<FieldKind>) -> String {
    match found {
        Lookup::Known(_) => String::new(),
        Lookup::Removed { in_, replacement } => {
            let instead = replacement.map_or_else(String::new, |text| format!("; {text}"));
            format!("it is gone since {in_}{instead}")
        }
        Lookup::NotYet { since } => format!("it exists since {since}"),
        Lookup::Unknown { .. } => "no version has it".to_owned(),
        Lookup::NotCovered => "the tables do not cover it for this version".to_owned(),
    }
}

fn expected(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "true or false",
        FieldKind::Duration => "a duration such as 1m30s",
        FieldKind::Float | FieldKind::Int => "a number",
        FieldKind::List | FieldKind::Numbers | FieldKind::Objects => "a list",
        FieldKind::Amounts | FieldKind::Map | FieldKind::Object | FieldKind::Switches | FieldKind::Whole => "a map",
        FieldKind::String => "a text",
        FieldKind::Open => "a value",
    }
}
