//! The document that a finding stands in: its object, its containers, pointers to places in it.

use crate::{
    diag::{Place, Severity},
    facts,
    plan::Plan,
    yaml::{Node, Value},
};

use super::{Finding, Object};

/// A document, or an item of a list in one.
#[derive(Debug, Clone)]
pub(super) struct Subject<'a> {
    /// 1-based among the documents of the file.
    pub(super) document: usize,
    /// The object itself; nothing in files that are no YAML.
    pub(super) root: Option<&'a Node>,
    /// Where the object stands in its document, as a JSON pointer.
    pub(super) above: String,
    /// What is shown where a finding has no better place.
    pub(super) place: Place,
    /// Who reads it.
    pub(super) reader: Reader,
}

/// Who reads a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The program that it is written for, or the API server.
    Own,
    /// kubeadm first: it writes what is left out.
    Kubeadm,
    /// No program of the node that it lies on: an API server, where somebody applies it.
    ApiServerAlone,
}

impl<'a> Subject<'a> {
    pub(super) fn of(document: usize, root: &'a Node, above: String) -> Self {
        let place = head(root);
        Subject { document, root: Some(root), above, place, reader: Reader::Own }
    }

    pub(super) fn text(place: Place) -> Self {
        Subject { document: 1, root: None, above: String::new(), place, reader: Reader::Own }
    }

    pub(super) fn finding(&self, plan: &Plan, control: Option<&str>, place: Place, message: String, fix: String) -> Finding {
        Finding {
            control: control.map(str::to_owned),
            benchmarks: control.map_or_else(Vec::new, |control| facts::benchmarks::ids(control, plan.cluster.minor())),
            ..self.of_no_control(place, message, fix)
        }
    }

    /// What no control asks about.
    pub(super) fn of_no_control(&self, place: Place, message: String, fix: String) -> Finding {
        let inner = self.root.and_then(|root| pointer(root, &place)).unwrap_or_default();
        Finding {
            control: None,
            severity: Severity::Error,
            message,
            document: self.document,
            object: self.root.and_then(object),
            namespace: None,
            container: self.root.and_then(|root| container(root, &inner)),
            path: format!("{}{inner}", self.above),
            benchmarks: Vec::new(),
            fix,
            place,
            waiver: None,
        }
    }
}

/// The place that stands for a whole document: its kind, else its beginning.
fn head(root: &Node) -> Place {
    root.get("kind").map_or_else(|| root.place.clone(), |kind| kind.place.clone())
}

/// What an object is called; nothing for what is none.
pub(super) fn object(root: &Node) -> Option<Object> {
    let text = |pointer: &str| root.at_pointer(pointer).and_then(Node::as_str).map(str::to_owned);
    Some(Object {
        api_version: text("/apiVersion")?,
        kind: text("/kind")?,
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        generate_name: text("/metadata/generateName").filter(|_| text("/metadata/name").is_none()),
    })
}

/// The pointer of the smallest value, or key, around a place.
pub(super) fn pointer(root: &Node, place: &Place) -> Option<String> {
    let around =
        |other: &Place| other.source == place.source && other.span.start <= place.span.start && place.span.end <= other.span.end;
    let mut out = String::new();
    let mut node = root;
    loop {
        let next = match &node.value {
            Value::Map(entries) => entries.iter().find_map(|entry| {
                let hit = around(entry.value.used_at()) || around(&entry.key_place);
                hit.then(|| (entry.key.replace('~', "~0").replace('/', "~1"), &entry.value))
            }),
            Value::Seq(items) => {
                items.iter().enumerate().find(|(_, item)| around(item.used_at())).map(|(n, item)| (n.to_string(), item))
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => None,
        };
        let Some((segment, inner)) = next else { break };
        out.push('/');
        out.push_str(&segment);
        if inner.alias.is_some() {
            break;
        }
        node = inner;
    }
    (!out.is_empty()).then_some(out)
}

/// The name of the container that a pointer leads into.
fn container(root: &Node, pointer: &str) -> Option<String> {
    let segments: Vec<&str> = pointer.split('/').collect();
    let at = segments.iter().position(|segment| matches!(*segment, "containers" | "initContainers" | "ephemeralContainers"))?;
    let container = root.at_pointer(&segments.get(..at + 2)?.join("/"))?;
    container.get("name").and_then(Node::as_str).map(str::to_owned)
}
