//! Reading back: objects of the cluster, emitted or foreign.

use crate::{
    plan::{SettingKey, Topic, label_key},
    targets::observed::{Form, Leaves, Sighting, escaped},
    yaml::Node,
};

use super::observe_rbac as rbac;

/// The kinds of objects that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The list of files of a stage.
    Kustomization,
    /// A namespace.
    Namespace,
    /// A service account.
    ServiceAccount,
    /// A role of a namespace.
    Role,
    /// A role of the whole cluster.
    ClusterRole,
    /// Who has a role in a namespace.
    RoleBinding,
    /// Who has a role everywhere.
    ClusterRoleBinding,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [ObjectKind; 7] = [
        ObjectKind::Kustomization,
        ObjectKind::Namespace,
        ObjectKind::ServiceAccount,
        ObjectKind::Role,
        ObjectKind::ClusterRole,
        ObjectKind::RoleBinding,
        ObjectKind::ClusterRoleBinding,
    ];

    /// The name of the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Kustomization => "Kustomization",
            ObjectKind::Namespace => "Namespace",
            ObjectKind::ServiceAccount => "ServiceAccount",
            ObjectKind::Role => "Role",
            ObjectKind::ClusterRole => "ClusterRole",
            ObjectKind::RoleBinding => "RoleBinding",
            ObjectKind::ClusterRoleBinding => "ClusterRoleBinding",
        }
    }

    fn of(api_version: &str, kind: &str) -> Option<Self> {
        match (api_version, kind) {
            ("kustomize.config.k8s.io/v1beta1", "Kustomization") => Some(ObjectKind::Kustomization),
            ("v1", "Namespace") => Some(ObjectKind::Namespace),
            ("v1", "ServiceAccount") => Some(ObjectKind::ServiceAccount),
            ("rbac.authorization.k8s.io/v1", "Role") => Some(ObjectKind::Role),
            ("rbac.authorization.k8s.io/v1", "ClusterRole") => Some(ObjectKind::ClusterRole),
            ("rbac.authorization.k8s.io/v1", "RoleBinding") => Some(ObjectKind::RoleBinding),
            ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding") => Some(ObjectKind::ClusterRoleBinding),
            _ => None,
        }
    }

    /// Whether an object of the kind would say a setting.
    #[must_use]
    pub fn can_say(self, key: &SettingKey) -> bool {
        match (self, key) {
            (ObjectKind::Namespace, SettingKey::Part(topic, _)) => *topic == Topic::Namespace,
            (
                ObjectKind::ServiceAccount
                | ObjectKind::Role
                | ObjectKind::ClusterRole
                | ObjectKind::RoleBinding
                | ObjectKind::ClusterRoleBinding,
                SettingKey::Part(Topic::Rbac, part),
            ) => rbac::can_say(self, part),
            (
                _,
                SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_),
            ) => false,
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
        ObjectKind::ServiceAccount => rbac::account(root, &mut sighting, &mut leaves),
        ObjectKind::Role | ObjectKind::ClusterRole => rbac::role(root, &mut sighting, &mut leaves),
        ObjectKind::RoleBinding | ObjectKind::ClusterRoleBinding => rbac::binding(root, &mut sighting, &mut leaves),
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
