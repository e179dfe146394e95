//! Reading back: objects of the cluster, emitted or foreign.

use crate::{
    kube::network::{Dialect, PolicyId},
    plan::{SettingKey, Topic, label_key, policy_key},
    targets::observed::{Form, Leaves, Sighting, Written, escaped},
    yaml::Node,
};

/// The kinds of objects that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The list of files of a stage.
    Kustomization,
    /// A namespace.
    Namespace,
    /// A network policy, in one of its forms.
    NetworkPolicy(Dialect),
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [ObjectKind; 6] = [
        ObjectKind::Kustomization,
        ObjectKind::Namespace,
        ObjectKind::NetworkPolicy(Dialect::Kubernetes),
        ObjectKind::NetworkPolicy(Dialect::Cilium),
        ObjectKind::NetworkPolicy(Dialect::CiliumClusterwide),
        ObjectKind::NetworkPolicy(Dialect::CalicoGlobal),
    ];

    /// The name of the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Kustomization => "Kustomization",
            ObjectKind::Namespace => "Namespace",
            ObjectKind::NetworkPolicy(dialect) => dialect.kind(),
        }
    }

    fn of(api_version: &str, kind: &str) -> Option<Self> {
        match (api_version, kind) {
            ("kustomize.config.k8s.io/v1beta1", "Kustomization") => Some(ObjectKind::Kustomization),
            ("v1", "Namespace") => Some(ObjectKind::Namespace),
            _ => Dialect::of(api_version, kind).map(ObjectKind::NetworkPolicy),
        }
    }

    /// Whether an object of the kind would say a setting.
    #[must_use]
    pub fn can_say(self, key: &SettingKey) -> bool {
        match (self, key) {
            (ObjectKind::Namespace, SettingKey::Part(topic, _)) => *topic == Topic::Namespace,
            (ObjectKind::NetworkPolicy(dialect), SettingKey::Part(Topic::Network, part)) => {
                part.split('/').nth(1).is_some_and(|kind| kind == dialect.kind())
            }
            (ObjectKind::Namespace | ObjectKind::Kustomization | ObjectKind::NetworkPolicy(_), _) => false,
        }
    }
}

/// What a document says, where it is one of these.
pub(in crate::targets) fn observe(file: &str, root: &Node) -> Option<Sighting> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let kind = ObjectKind::of(text("apiVersion"), text("kind"))?;
    let mut sighting = Sighting::new(file, Form::Object(kind), root.place.clone());
    let mut leaves = Leaves::of_document(root);
    match kind {
        ObjectKind::Kustomization => {}
        ObjectKind::Namespace => namespace(root, &mut sighting, &mut leaves),
        ObjectKind::NetworkPolicy(dialect) => network_policy(dialect, root, &mut sighting, &mut leaves),
    }
    sighting.keep(leaves);
    Some(sighting)
}

fn namespace(root: &Node, sighting: &mut Sighting, leaves: &mut Leaves) {
    let name = root.at_pointer("/metadata/name").and_then(Node::as_str).unwrap_or_default();
    let labels = root.at_pointer("/metadata/labels").and_then(Node::as_map).unwrap_or(&[]);
    for entry in labels {
        if let Some(value) = leaves.take(&format!("/metadata/labels/{}", escaped(&entry.key))) {
            sighting.set(label_key(name, &entry.key), value);
        }
    }
}

/// A policy is one setting: all that it says.
fn network_policy(dialect: Dialect, root: &Node, sighting: &mut Sighting, leaves: &mut Leaves) {
    let word = |pointer: &str| root.at_pointer(pointer).and_then(Node::as_str).map(str::to_owned);
    let (Some(name), Some(spec)) = (word("/metadata/name"), root.get("spec")) else { return };
    let id = PolicyId { namespace: word("/metadata/namespace"), dialect, name };
    leaves.take_below("/spec");
    let text = spec.to_json().to_string();
    sighting.set(policy_key(&id), Written { text, place: spec.place.clone(), exact: true });
}
