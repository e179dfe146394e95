//! Strict reading: every field must exist in the exact version and hold the right kind of value. kubeadm, kubelet and kube-proxy only warn.

use crate::{
    base::{KubeVersion, Minor},
    diag::Diagnostics,
    facts::{self, FieldKind, KubeadmKind, Lookup},
    yaml::{Node, Value},
};

use super::diagnostics::{UnknownField, WrongValue};

/// Reports every field that the version lacks, and every value of the wrong kind.
pub(super) fn check(root: &Node, version: KubeVersion, diags: &mut Diagnostics) {
    for entry in root.as_map().unwrap_or(&[]) {
        let document = &entry.value;
        let api = document.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        let mut walk = Walk { kind: &entry.key, api, version, diags };
        walk.map(document, "");
    }
}

struct Walk<'a> {
    kind: &'a str,
    api: &'a str,
    version: KubeVersion,
    diags: &'a mut Diagnostics,
}

impl Walk<'_> {
    fn map(&mut self, node: &Node, path: &str) {
        for entry in node.as_map().unwrap_or(&[]) {
            if path.is_empty() && matches!(entry.key.as_str(), "apiVersion" | "kind") {
                continue;
            }
            let below = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            let found = lookup(self.kind, self.api, &below, self.version.minor);
            match found {
                Lookup::Known(kind) => self.value(&entry.value, kind, &below),
                Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => {
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
            | (FieldKind::String | FieldKind::Duration, Value::Str(_))
            | (FieldKind::Map | FieldKind::Object, Value::Map(_))
            | (FieldKind::List | FieldKind::Objects, Value::Seq(_)) => true,
            (
                FieldKind::Bool
                | FieldKind::Int
                | FieldKind::Float
                | FieldKind::String
                | FieldKind::Duration
                | FieldKind::Map
                | FieldKind::Object
                | FieldKind::List
                | FieldKind::Objects,
                _,
            ) => false,
        };
        if !fits {
            let problem = WrongValue {
                field: format!("{}.{path}", self.kind),
                found: node.kind_name(),
                expected: expected(kind),
                quote: matches!(kind, FieldKind::String | FieldKind::Duration),
                at: node.used_at().clone(),
            };
            self.diags.push(problem);
            return;
        }
        match kind {
            FieldKind::Object => self.map(node, path),
            FieldKind::Objects => {
                for item in node.as_seq().unwrap_or(&[]) {
                    self.map(item, &format!("{path}[]"));
                }
            }
            FieldKind::Map if path.ends_with("xtraArgs") => self.texts(node, path),
            FieldKind::Bool
            | FieldKind::Duration
            | FieldKind::Float
            | FieldKind::Int
            | FieldKind::List
            | FieldKind::Map
            | FieldKind::Open
            | FieldKind::String => {}
        }
    }

    /// The values of arguments are texts, whatever they look like.
    fn texts(&mut self, node: &Node, path: &str) {
        for entry in node.as_map().unwrap_or(&[]) {
            if entry.value.as_str().is_none() && !entry.value.is_null() {
                self.value(&entry.value, FieldKind::String, &format!("{path}.{}", entry.key));
            }
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
        FieldKind::List | FieldKind::Objects => "a list",
        FieldKind::Map | FieldKind::Object => "a map",
        FieldKind::String => "a text",
        FieldKind::Open => "a value",
    }
}
