//! Reading back service accounts, roles and bindings.

use crate::{
    kube::rbac::{GROUP, Rule, Subject},
    plan::{ScopedName, account_key, binding_text},
    targets::observed::{Leaves, Sighting, Written},
    yaml::Node,
};

use super::ObjectKind;

/// Whether an object of the kind would say a setting.
pub(super) fn can_say(kind: ObjectKind, part: &str) -> bool {
    let says = match kind {
        ObjectKind::ServiceAccount => "accounts/",
        ObjectKind::Role => "roles/",
        ObjectKind::ClusterRole => "cluster-roles/",
        ObjectKind::RoleBinding => "bindings/",
        ObjectKind::ClusterRoleBinding => "cluster-bindings/",
        ObjectKind::Kustomization
        | ObjectKind::Namespace
        | ObjectKind::Assign
        | ObjectKind::Constraint
        | ObjectKind::ConstraintTemplate
        | ObjectKind::SyncSet
        | ObjectKind::InTreeRules
        | ObjectKind::InTreeBinding
        | ObjectKind::NetworkPolicy(_)
        | ObjectKind::LogAgent(_)
        | ObjectKind::NetworkEngine => return false,
    };
    part.starts_with(says)
}

fn text(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
}

/// The name of an object, taken out of what is left over.
fn name(root: &Node, leaves: &mut Leaves) -> ScopedName {
    leaves.take("/metadata/name");
    leaves.take("/metadata/namespace");
    let of = |pointer| root.at_pointer(pointer).and_then(Node::as_str).map(str::to_owned);
    ScopedName { namespace: of("/metadata/namespace"), name: of("/metadata/name").unwrap_or_default() }
}

pub(super) fn account(root: &Node, sighting: &mut Sighting, leaves: &mut Leaves) {
    let name = name(root, leaves);
    if let Some(value) = leaves.take("/automountServiceAccountToken") {
        sighting.set(account_key(&name.namespace.unwrap_or_default(), &name.name), value);
    }
}

pub(super) fn role(root: &Node, sighting: &mut Sighting, leaves: &mut Leaves) {
    let name = name(root, leaves);
    let rules = root.get("rules").and_then(Node::as_seq).unwrap_or(&[]);
    for (index, node) in rules.iter().enumerate() {
        leaves.take_below(&format!("/rules/{index}"));
        let list = |key: &str| {
            let items = node.get(key).and_then(Node::as_seq).unwrap_or(&[]);
            items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
        };
        let rule = Rule {
            api_groups: list("apiGroups"),
            resources: list("resources"),
            resource_names: list("resourceNames"),
            non_resource_urls: list("nonResourceURLs"),
            verbs: list("verbs"),
        };
        let value = Written { text: rule.to_string(), place: node.place.clone(), exact: true };
        sighting.set(name.rule_key(index + 1), value);
    }
}

pub(super) fn binding(root: &Node, sighting: &mut Sighting, leaves: &mut Leaves) {
    let name = name(root, leaves);
    leaves.take_below("/roleRef");
    leaves.take_below("/subjects");
    let Some(reference) = root.get("roleRef") else { return };
    let subjects = root.get("subjects").and_then(Node::as_seq).unwrap_or(&[]);
    let subjects: Vec<Subject> = subjects.iter().map(subject).collect();
    let kind = in_group(reference, text(reference, "kind"));
    let value = binding_text(&kind, &text(reference, "name"), &subjects);
    sighting.set(name.binding_key(), Written { text: value, place: root.place.clone(), exact: true });
}

fn subject(node: &Node) -> Subject {
    let name = text(node, "name");
    match text(node, "kind").as_str() {
        "ServiceAccount" => Subject::ServiceAccount { namespace: text(node, "namespace"), name },
        "Group" => Subject::Group(in_group(node, name)),
        _ => Subject::User(in_group(node, name)),
    }
}

/// A text of something in the API group of roles; of another one it is told apart.
fn in_group(node: &Node, name: String) -> String {
    let group = text(node, "apiGroup");
    if group == GROUP { name } else { format!("{name} of API group `{group}`") }
}
