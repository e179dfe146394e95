//! Reading back in-tree policies and their bindings, emitted or foreign.

use crate::{
    plan::{InTree, SettingKey, WhenAway, in_tree_binding_key, in_tree_binding_text, in_tree_rules_key, in_tree_rules_text},
    targets::observed::{Leaves, text},
    yaml::Node,
};

use super::NAMESPACE_LABEL;

fn texts<'a>(root: &'a Node, pointer: &str) -> Vec<&'a str> {
    root.at_pointer(pointer).and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str).collect()
}

/// What a policy says: the rules of harden, or other ones.
pub(in crate::targets) fn rules(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let (kind, name) = (text(root, "/kind"), text(root, "/metadata/name"));
    let json = root.to_json();
    let own = InTree::find(kind, name).and_then(|one| {
        [WhenAway::Refuses, WhenAway::LetsPass].into_iter().find(|errors| super::rules(one, *errors).to_json() == json)
    });
    if own.is_some() {
        leaves.take_below("");
    }
    Some((in_tree_rules_key(kind, name), own.map_or_else(|| "other rules".to_owned(), in_tree_rules_text)))
}

/// What a binding puts into force, and where it does not.
pub(in crate::targets) fn binding(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let kind = text(root, "/kind").strip_suffix("Binding")?;
    let name = leaves.take("/metadata/name")?.text;
    let actions = texts(root, "/spec/validationActions");
    leaves.take_below("/spec/validationActions");
    let selector = "/spec/matchResources/namespaceSelector/matchExpressions/0";
    let is = |field: &str, wanted: &str| text(root, &format!("{selector}/{field}")) == wanted;
    let mut exempt = Vec::new();
    if is("key", NAMESPACE_LABEL) && is("operator", "NotIn") {
        exempt = texts(root, &format!("{selector}/values"));
        leaves.take_below(selector);
    }
    if text(root, "/spec/policyName") == name {
        leaves.take("/spec/policyName");
    }
    Some((in_tree_binding_key(kind, &name), in_tree_binding_text(&actions, &exempt)))
}
