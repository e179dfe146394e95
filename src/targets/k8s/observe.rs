//! Reading back: objects of the cluster, emitted or foreign.

use crate::{
    kube::network::{Dialect, PolicyId},
    plan::{
        AGENT_NAME, AGENT_NAMESPACE, AgentPart, OWN_TEMPLATE, Pulls, SettingKey, Topic, agent_key, cloud::auto_mode_engine_key,
        constraint_key, constraint_text, label_key, mutation_key, mutation_text, policy_key, sync_key, template_key,
    },
    policy::POLICIES,
    targets::{
        gatekeeper, in_tree,
        observed::{Form, Leaves, Sighting, Written, escaped, text, written},
    },
    yaml::Node,
};

use super::{network_engine, observe_rbac as rbac};

/// The kinds of objects that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// The list of files of a stage.
    Kustomization,
    /// A namespace.
    Namespace,
    /// A mutation of Gatekeeper that sets one field.
    Assign,
    /// A constraint of Gatekeeper, of any kind.
    Constraint,
    /// A constraint template of Gatekeeper.
    ConstraintTemplate,
    /// What Gatekeeper keeps a copy of.
    SyncSet,
    /// A policy that the API server enforces itself, of either kind.
    InTreeRules,
    /// What puts such a policy into force.
    InTreeBinding,
    /// A network policy, in one of its forms.
    NetworkPolicy(Dialect),
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
    /// An object of the agent for logs.
    LogAgent(AgentPart),
    /// The ConfigMap that has EKS Auto Mode enforce network policies.
    NetworkEngine,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: &[ObjectKind] = &[
        ObjectKind::Kustomization,
        ObjectKind::Namespace,
        ObjectKind::Assign,
        ObjectKind::Constraint,
        ObjectKind::ConstraintTemplate,
        ObjectKind::SyncSet,
        ObjectKind::InTreeRules,
        ObjectKind::InTreeBinding,
        ObjectKind::NetworkPolicy(Dialect::Kubernetes),
        ObjectKind::NetworkPolicy(Dialect::Cilium),
        ObjectKind::NetworkPolicy(Dialect::CiliumClusterwide),
        ObjectKind::NetworkPolicy(Dialect::CalicoGlobal),
        ObjectKind::ServiceAccount,
        ObjectKind::Role,
        ObjectKind::ClusterRole,
        ObjectKind::RoleBinding,
        ObjectKind::ClusterRoleBinding,
        ObjectKind::LogAgent(AgentPart::ConfigMap),
        ObjectKind::LogAgent(AgentPart::DaemonSet),
        ObjectKind::NetworkEngine,
    ];

    /// The name of the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Kustomization => "Kustomization",
            ObjectKind::Namespace => "Namespace",
            ObjectKind::Assign => "Assign",
            ObjectKind::Constraint => "constraint",
            ObjectKind::ConstraintTemplate => "ConstraintTemplate",
            ObjectKind::SyncSet => "SyncSet",
            ObjectKind::InTreeRules => "admission policy",
            ObjectKind::InTreeBinding => "binding of an admission policy",
            ObjectKind::NetworkPolicy(dialect) => dialect.kind(),
            ObjectKind::ServiceAccount => "ServiceAccount",
            ObjectKind::Role => "Role",
            ObjectKind::ClusterRole => "ClusterRole",
            ObjectKind::RoleBinding => "RoleBinding",
            ObjectKind::ClusterRoleBinding => "ClusterRoleBinding",
            ObjectKind::LogAgent(part) => part.kind(),
            ObjectKind::NetworkEngine => "ConfigMap of the network plug-in",
        }
    }

    /// By the group alone: the API server keeps one object, under whichever version of its group it is sent.
    fn of(root: &Node) -> Option<Self> {
        let version = Some(text(root, "/apiVersion")).filter(|version| !version.is_empty())?;
        let (group, kind) = (group_of(version), text(root, "/kind"));
        let (namespace, name) = (text(root, "/metadata/namespace"), text(root, "/metadata/name"));
        let agent = namespace == AGENT_NAMESPACE && name == AGENT_NAME;
        match (group, kind) {
            ("kustomize.config.k8s.io", "Kustomization") => Some(ObjectKind::Kustomization),
            ("", "Namespace") => Some(ObjectKind::Namespace),
            ("mutations.gatekeeper.sh", "Assign") => Some(ObjectKind::Assign),
            ("constraints.gatekeeper.sh", _) => Some(ObjectKind::Constraint),
            ("templates.gatekeeper.sh", "ConstraintTemplate") => Some(ObjectKind::ConstraintTemplate),
            ("syncset.gatekeeper.sh", "SyncSet") => Some(ObjectKind::SyncSet),
            (group, "MutatingAdmissionPolicy" | "ValidatingAdmissionPolicy") if group == group_of(in_tree::API) => {
                Some(ObjectKind::InTreeRules)
            }
            (group, "MutatingAdmissionPolicyBinding" | "ValidatingAdmissionPolicyBinding") if group == group_of(in_tree::API) => {
                Some(ObjectKind::InTreeBinding)
            }
            ("", "ServiceAccount") => Some(ObjectKind::ServiceAccount),
            ("rbac.authorization.k8s.io", "Role") => Some(ObjectKind::Role),
            ("rbac.authorization.k8s.io", "ClusterRole") => Some(ObjectKind::ClusterRole),
            ("rbac.authorization.k8s.io", "RoleBinding") => Some(ObjectKind::RoleBinding),
            ("rbac.authorization.k8s.io", "ClusterRoleBinding") => Some(ObjectKind::ClusterRoleBinding),
            ("", "ConfigMap") if network_engine::is_it(namespace, name) => Some(ObjectKind::NetworkEngine),
            ("", "ConfigMap") if agent => Some(ObjectKind::LogAgent(AgentPart::ConfigMap)),
            ("apps", "DaemonSet") if agent => Some(ObjectKind::LogAgent(AgentPart::DaemonSet)),
            (group, kind) => {
                let is = |dialect: &Dialect| group_of(dialect.api_version()) == group && dialect.kind() == kind;
                Dialect::ALL.into_iter().find(is).map(ObjectKind::NetworkPolicy)
            }
        }
    }

    /// How the settings of policies begin that objects of the kind say.
    fn part(self) -> &'static str {
        match self {
            ObjectKind::Assign => "gatekeeper/mutation/",
            ObjectKind::Constraint => "gatekeeper/constraint/",
            ObjectKind::ConstraintTemplate => "gatekeeper/template/",
            ObjectKind::SyncSet => "gatekeeper/sync",
            ObjectKind::InTreeRules => "in-tree/rules/",
            ObjectKind::InTreeBinding => "in-tree/binding/",
            ObjectKind::Kustomization
            | ObjectKind::Namespace
            | ObjectKind::NetworkPolicy(_)
            | ObjectKind::ServiceAccount
            | ObjectKind::Role
            | ObjectKind::ClusterRole
            | ObjectKind::RoleBinding
            | ObjectKind::ClusterRoleBinding
            | ObjectKind::LogAgent(_)
            | ObjectKind::NetworkEngine => "",
        }
    }

    /// Whether an object of the kind would say a setting.
    #[must_use]
    pub fn can_say(self, key: &SettingKey) -> bool {
        match (self, key) {
            (ObjectKind::Namespace, SettingKey::Part(topic, _)) => *topic == Topic::Namespace,
            (
                ObjectKind::Assign
                | ObjectKind::Constraint
                | ObjectKind::ConstraintTemplate
                | ObjectKind::SyncSet
                | ObjectKind::InTreeRules
                | ObjectKind::InTreeBinding,
                SettingKey::Part(Topic::Policy, part),
            ) => part.starts_with(self.part()),
            (ObjectKind::NetworkPolicy(dialect), SettingKey::Part(Topic::Network, part)) => {
                part.split('/').nth(1).is_some_and(|kind| kind == dialect.kind())
            }
            (
                ObjectKind::ServiceAccount
                | ObjectKind::Role
                | ObjectKind::ClusterRole
                | ObjectKind::RoleBinding
                | ObjectKind::ClusterRoleBinding,
                SettingKey::Part(Topic::Rbac, part),
            ) => rbac::can_say(self, part),
            (ObjectKind::LogAgent(part), key) => *key == agent_key(part),
            (ObjectKind::NetworkEngine, key) => *key == auto_mode_engine_key(),
            (
                _,
                SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_),
            ) => false,
        }
    }
}

/// The group of an `apiVersion`; that of Kubernetes' first objects has no name.
fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// What a document says, where it is one of these.
pub(in crate::targets) fn observe(file: &str, root: &Node) -> Option<Sighting> {
    let kind = ObjectKind::of(root)?;
    let mut sighting = Sighting::new(file, Form::Object(kind), root.place.clone());
    let mut leaves = Leaves::of_document(root);
    match kind {
        ObjectKind::Kustomization => {}
        ObjectKind::Namespace => namespace(root, &mut sighting, &mut leaves),
        ObjectKind::Assign => said(root, &mut sighting, &mut leaves, assign),
        ObjectKind::Constraint => said(root, &mut sighting, &mut leaves, constraint),
        ObjectKind::ConstraintTemplate => said(root, &mut sighting, &mut leaves, template),
        ObjectKind::SyncSet => said(root, &mut sighting, &mut leaves, sync_set),
        ObjectKind::InTreeRules => said(root, &mut sighting, &mut leaves, in_tree::observe_rules),
        ObjectKind::InTreeBinding => said(root, &mut sighting, &mut leaves, in_tree::observe_binding),
        ObjectKind::NetworkPolicy(dialect) => network_policy(dialect, root, &mut sighting, &mut leaves),
        ObjectKind::ServiceAccount => rbac::account(root, &mut sighting, &mut leaves),
        ObjectKind::Role | ObjectKind::ClusterRole => rbac::role(root, &mut sighting, &mut leaves),
        ObjectKind::RoleBinding | ObjectKind::ClusterRoleBinding => rbac::binding(root, &mut sighting, &mut leaves),
        ObjectKind::NetworkEngine => network_engine::observe(&mut sighting, &mut leaves),
        ObjectKind::LogAgent(part) => {
            leaves.take_below("");
            let text = root.to_json().to_string();
            sighting.set(agent_key(part), Written { text, place: root.place.clone(), exact: true });
        }
    }
    sighting.keep(leaves);
    for name in ["apiVersion", "kind"] {
        sighting.others.extend(root.get(name).map(|node| (format!("/{name}"), written(node))));
    }
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

/// An object that says one setting: what its reader does not know is told behind it.
fn said(root: &Node, sighting: &mut Sighting, leaves: &mut Leaves, read: fn(&Node, &mut Leaves) -> Option<(SettingKey, String)>) {
    let Some((key, mut text)) = read(root, leaves) else { return };
    for leaf in leaves.take_below("") {
        text.push_str(&format!("; {} is {}", leaf.pointer, leaf.written.text));
    }
    sighting.set(key, Written { text, place: root.place.clone(), exact: true });
}

/// The texts of a list, taken.
fn texts<'a>(root: &'a Node, pointer: &str, leaves: &mut Leaves) -> Vec<&'a str> {
    leaves.take_below(pointer);
    root.at_pointer(pointer).and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::as_str).collect()
}

fn template(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let name = text(root, "/metadata/name");
    let own = POLICIES.iter().find(|policy| gatekeeper::kind(policy).to_lowercase() == name);
    let key = template_key(own.map_or(name, |policy| policy.name));
    let whole = own.is_some_and(|policy| gatekeeper::template(policy).to_json() == root.to_json());
    if whole {
        leaves.take_below("");
    }
    Some((key, if whole { OWN_TEMPLATE } else { "other rules" }.to_owned()))
}

fn constraint(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let name = leaves.take("/metadata/name")?.text;
    let kind = text(root, "/kind");
    let action = leaves.take("/spec/enforcementAction").map_or_else(|| "deny".to_owned(), |action| action.text);
    let matched = root.at_pointer("/spec/match/kinds").and_then(Node::as_seq).unwrap_or(&[]);
    let mut kinds = Vec::new();
    for n in 0..matched.len() {
        let groups = texts(root, &format!("/spec/match/kinds/{n}/apiGroups"), leaves);
        for kind in texts(root, &format!("/spec/match/kinds/{n}/kinds"), leaves) {
            kinds.extend(groups.iter().map(|group| format!("{group}/{kind}")));
        }
    }
    let exempt = texts(root, "/spec/match/excludedNamespaces", leaves);
    leaves.take_below("/spec/parameters");
    let params = root.at_pointer("/spec/parameters").map_or(serde_json::Value::Null, Node::to_json);
    let own = POLICIES.iter().any(|policy| {
        gatekeeper::kind(policy) == kind && name.strip_prefix(policy.name).is_some_and(|rest| matches!(rest, "" | "-templates"))
    });
    let of = if own { String::new() } else { format!(" by {kind}") };
    Some((constraint_key(&name), constraint_text(&action, &kinds, &exempt, &params) + &of))
}

fn assign(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let location = leaves.take("/spec/location")?.text;
    let of = Pulls::ALL.into_iter().find(|of| location == of.location())?;
    let one = |pointer: &str, wanted: &str, leaves: &mut Leaves| text(root, pointer) == wanted && leaves.take(pointer).is_some();
    let fixed = [
        ("/spec/applyTo/0/groups/0", ""),
        ("/spec/applyTo/0/kinds/0", "Pod"),
        ("/spec/applyTo/0/versions/0", "v1"),
        ("/spec/match/kinds/0/apiGroups/0", ""),
        ("/spec/match/kinds/0/kinds/0", "Pod"),
        ("/spec/match/scope", "Namespaced"),
        ("/spec/parameters/assign/value", "Always"),
    ];
    let tests = of
        .only_in()
        .map(|path| [("/spec/parameters/pathTests/0/subPath", path), ("/spec/parameters/pathTests/0/condition", "MustExist")]);
    let mut whole = true;
    for (pointer, wanted) in fixed.into_iter().chain(tests.into_iter().flatten()) {
        whole &= one(pointer, wanted, leaves);
    }
    let operations = texts(root, "/spec/applyTo/0/operations", leaves);
    let exempt = texts(root, "/spec/match/excludedNamespaces", leaves);
    whole &= leaves.take("/metadata/name").is_some_and(|name| name.text == format!("always-pull-{}", of.list().to_lowercase()));
    let text = mutation_text(of, &operations.join(", "), &exempt);
    Some((mutation_key(of), if whole { text } else { format!("{text}; in part") }))
}

fn sync_set(root: &Node, leaves: &mut Leaves) -> Option<(SettingKey, String)> {
    let name = leaves.take("/metadata/name")?;
    let kinds = root.at_pointer("/spec/gvks").and_then(Node::as_seq).unwrap_or(&[]);
    let kinds: Vec<String> = kinds
        .iter()
        .map(|kind| {
            ["/group", "/version", "/kind"].map(|part| kind.at_pointer(part).and_then(Node::as_str).unwrap_or("?")).join("/")
        })
        .collect();
    leaves.take_below("/spec/gvks");
    (name.text == "harden").then(|| (sync_key(), kinds.join(", ")))
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
