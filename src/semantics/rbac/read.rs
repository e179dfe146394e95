//! Reads roles, bindings and service accounts from their text. What cannot be read is an error: an evaluator must not guess.

use std::fmt;

use crate::{
    diag::Source,
    kube::rbac::{GROUP, Rule, Subject},
    yaml::{self, Node},
};

use super::{Binding, Policy};

/// A document that is not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// The file.
    pub file: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.why)
    }
}

/// Reads files, each with its name and text. Documents of other kinds say nothing here.
///
/// # Errors
/// When a document is broken, or holds a role, a binding or a service account with a field that is not known.
pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Policy, NotRead> {
    let mut policy = Policy::default();
    for (name, text) in files {
        let failed = |why: String| NotRead { file: name.to_owned(), why };
        for document in yaml::read(&Source::new(name, text)) {
            if let Some(problem) = document.problems.first() {
                return Err(failed(problem.message.clone()));
            }
            if let Some(root) = &document.root {
                object(root, &mut policy).map_err(failed)?;
            }
        }
    }
    Ok(policy)
}

fn object(root: &Node, policy: &mut Policy) -> Result<(), String> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let v1 = format!("{GROUP}/v1");
    match (text("apiVersion"), text("kind")) {
        (version, "Role" | "ClusterRole") if version == v1 => {
            only(root, &["apiVersion", "kind", "metadata", "rules"])?;
            let id = id(root, text("kind") == "Role")?;
            let rules = root.get("rules").and_then(Node::as_seq).unwrap_or(&[]);
            policy.roles.insert(id, rules.iter().map(rule).collect::<Result<_, _>>()?);
        }
        (version, "RoleBinding" | "ClusterRoleBinding") if version == v1 => {
            only(root, &["apiVersion", "kind", "metadata", "roleRef", "subjects"])?;
            policy.bindings.push(binding(root, text("kind") == "RoleBinding")?);
        }
        ("v1", "ServiceAccount") => {
            let automount = root.get("automountServiceAccountToken").and_then(Node::as_bool);
            policy.accounts.insert(id(root, true)?, automount);
        }
        _ => {}
    }
    Ok(())
}

/// Namespace (empty where it has none) and name.
fn id(root: &Node, namespaced: bool) -> Result<(String, String), String> {
    let text = |pointer| root.at_pointer(pointer).and_then(Node::as_str).map(str::to_owned);
    let name = text("/metadata/name").ok_or("an object without a name")?;
    match (namespaced, text("/metadata/namespace")) {
        (true, Some(namespace)) => Ok((namespace, name)),
        (false, None) => Ok((String::new(), name)),
        (true, None) => Err(format!("`{name}` names no namespace")),
        (false, Some(_)) => Err(format!("`{name}` has no namespace and names one")),
    }
}

fn rule(node: &Node) -> Result<Rule, String> {
    only(node, &["apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs"])?;
    Ok(Rule {
        api_groups: texts(node, "apiGroups")?,
        resources: texts(node, "resources")?,
        resource_names: texts(node, "resourceNames")?,
        non_resource_urls: texts(node, "nonResourceURLs")?,
        verbs: texts(node, "verbs")?,
    })
}

fn binding(root: &Node, namespaced: bool) -> Result<Binding, String> {
    let (namespace, name) = id(root, namespaced)?;
    let reference = root.get("roleRef").ok_or_else(|| format!("`{name}` names no role"))?;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let role_namespace = match text(reference, "kind").as_str() {
        "Role" if namespaced => namespace.clone(),
        "ClusterRole" => String::new(),
        other => return Err(format!("`{name}` names a role of kind `{other}`")),
    };
    if text(reference, "apiGroup") != GROUP {
        return Err(format!("`{name}` names a role of another API group"));
    }
    let mut subjects = Vec::new();
    for subject in root.get("subjects").and_then(Node::as_seq).unwrap_or(&[]) {
        let of_rbac = text(subject, "apiGroup") == GROUP;
        subjects.push(match text(subject, "kind").as_str() {
            "Group" if of_rbac => Subject::Group(text(subject, "name")),
            "User" if of_rbac => Subject::User(text(subject, "name")),
            "ServiceAccount" if text(subject, "apiGroup").is_empty() => {
                Subject::ServiceAccount { namespace: text(subject, "namespace"), name: text(subject, "name") }
            }
            other => return Err(format!("`{name}` names a subject of kind `{other}` in another API group")),
        });
    }
    Ok(Binding { namespace, role_namespace, role: text(reference, "name"), subjects })
}

fn texts(node: &Node, key: &str) -> Result<Vec<String>, String> {
    let Some(list) = node.get(key) else { return Ok(Vec::new()) };
    let items = list.as_seq().ok_or_else(|| format!("`{key}` is no list"))?;
    let text = |item: &Node| item.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` holds something else than texts"));
    items.iter().map(text).collect()
}

fn only(node: &Node, known: &[&str]) -> Result<(), String> {
    let entries = node.as_map().ok_or("a list or a scalar where an object is expected")?;
    match entries.iter().find(|entry| !known.contains(&entry.key.as_str())) {
        None => Ok(()),
        Some(entry) => Err(format!("field `{}` is not known", entry.key)),
    }
}
