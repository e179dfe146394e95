//! Reading: strictly what evaluators understand. Anything else is an error, never an assumption.

use std::fmt;

use crate::yaml::{Entry, Node};

use super::{Dialect, Labels, Policy, calico, cilium, kubernetes};

/// Something in a policy that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread(pub String);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not understood: {}", self.0)
    }
}

/// Reads a document; nothing where it is no network policy.
///
/// # Errors
/// When the policy says something that is not understood.
pub fn read(root: &Node) -> Result<Option<Policy>, Unread> {
    let word = |pointer: &str| root.at_pointer(pointer).and_then(Node::as_str).unwrap_or_default();
    let Some(dialect) = Dialect::of(word("/apiVersion"), word("/kind")) else { return Ok(None) };
    let mut fields = Fields::of(root)?;
    let (_, _, metadata, spec) = (fields.take("apiVersion"), fields.take("kind"), fields.need("metadata")?, fields.need("spec")?);
    fields.end()?;
    let mut metadata = Fields::of(metadata)?;
    let name = text(metadata.need("name")?)?;
    let namespace = metadata.take("namespace").map(text).transpose()?;
    metadata.end()?;
    let policy = match (dialect, namespace) {
        (Dialect::Kubernetes, Some(namespace)) => kubernetes::read(&name, &namespace, spec)?,
        (Dialect::Cilium, Some(namespace)) => cilium::read(dialect, &name, Some(&namespace), spec)?,
        (Dialect::CiliumClusterwide, None) => cilium::read(dialect, &name, None, spec)?,
        (Dialect::CalicoGlobal, None) => calico::read(&name, spec)?,
        (Dialect::Kubernetes | Dialect::Cilium, None) => return Err(Unread("no namespace".to_owned())),
        (Dialect::CiliumClusterwide | Dialect::CalicoGlobal, Some(_)) => return Err(Unread("a namespace".to_owned())),
    };
    Ok(Some(policy))
}

/// The fields of a map; each is taken once, and none may be left.
pub(super) struct Fields<'n>(Vec<&'n Entry>);

impl<'n> Fields<'n> {
    pub(super) fn of(node: &'n Node) -> Result<Self, Unread> {
        node.as_map().map(|entries| Fields(entries.iter().collect())).ok_or_else(|| Unread("no map".to_owned()))
    }

    pub(super) fn take(&mut self, key: &str) -> Option<&'n Node> {
        let at = self.0.iter().position(|entry| entry.key == key)?;
        Some(&self.0.remove(at).value)
    }

    pub(super) fn need(&mut self, key: &str) -> Result<&'n Node, Unread> {
        self.take(key).ok_or_else(|| Unread(format!("no `{key}`")))
    }

    pub(super) fn end(self) -> Result<(), Unread> {
        self.0.first().map_or(Ok(()), |entry| Err(Unread(format!("`{}`", entry.key))))
    }
}

pub(super) fn text(node: &Node) -> Result<String, Unread> {
    node.as_str().map(str::to_owned).ok_or_else(|| Unread("no text".to_owned()))
}

pub(super) fn list(node: &Node) -> Result<&[Node], Unread> {
    node.as_seq().ok_or_else(|| Unread("no list".to_owned()))
}

pub(super) fn labels(node: &Node) -> Result<Labels, Unread> {
    let entries = node.as_map().ok_or_else(|| Unread("no map".to_owned()))?;
    entries.iter().map(|entry| Ok((entry.key.clone(), text(&entry.value)?))).collect()
}
