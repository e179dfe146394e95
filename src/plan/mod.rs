//! The plan: what must hold, and why. The only thing that back ends, checks and reports see. Built by `controls` through [`Lowering`].

pub mod cloud;
mod cluster;
mod component;
mod decisions;
mod diagnostics;
mod files;
mod gates;
mod host;
mod host_impact;
pub mod host_paths;
mod impact;
mod in_tree;
mod log_agent;
mod logging;
mod lowering;
mod namespaces;
mod network;
mod patching;
mod pod_logs;
mod pod_security;
mod policies;
mod ports;
mod presence;
mod rbac;
mod runtime;
mod setting;
mod strictness;
mod topic;
mod verdict;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};

pub use cloud::CloudPlan;
pub use cluster::{
    AccessPlan, Cluster, ExternalEtcd, KubeadmCluster, NodeAddress, NodePlan, OwnerDocument, OwnerField, OwnerNote, PoolRole,
};
pub use component::{Component, Flag, FlagValue, Held, HostMount, MountType, PER_NODE};
pub use decisions::{Decisions, Step, WaiverPlan};
pub use diagnostics::ALL;
pub use files::{
    AnonymousPlan, AuthenticationPlan, AuthorizationPlan, EncryptionPlan, EncryptionProvider, EncryptionRecord, EncryptionStage,
    EventLimit, IssuerPlan, LimitType, PodSecurityPlan, PrefixedClaim, TokenRule,
};
pub use gates::SetGate;
pub use host::{HostContext, HostOs, HostRule, SystemdFile};
pub use impact::{Impact, OwnerValue};
pub use in_tree::{InTree, in_tree_actions, in_tree_binding_key, in_tree_binding_text, in_tree_rules_key, in_tree_rules_text};
pub use log_agent::{AGENT_CA, AGENT_NAME, AGENT_NAMESPACE, AgentPart, AgentPlan, agent_key, agent_pods};
pub use logging::{KindPlan, LogKind, LogPlan, ShippingPlan, kind_key, shipping_key};
pub use lowering::{Locate, Lowering};
pub use namespaces::{NamespacePlan, label_key, namespace_path, namespace_reasons};
pub use network::{
    DNS_NAMESPACE, DNS_PORTS, End, FlowPlan, NetworkPlan, NetworkView, NodeSource, Unmatched, policy_key, policy_text,
};
pub use patching::{AcceptedVulnerability, PatchPlan, RebootWindow, patching_key};
pub use pod_logs::{POD_LOGS, kube_system_logs};
pub use policies::{
    Action, Engine, Judges, OWN_TEMPLATE, PolicyPlan, Pulls, SYNCED, constraint_key, constraint_text, mutation_key,
    mutation_text, sync_key, template_key,
};
pub use presence::Presence;
pub use rbac::{CLUSTER_ADMIN, Grant, KUBEADM_ADMINS, RbacPlan, RolePlan, ScopedName, account_key, binding_text, role_ref};
pub use runtime::{runtime_of_socket, socket_path};
pub use setting::{Program, SettingKey, values_of};
pub use strictness::{is_list, strictness};
pub use topic::Topic;
pub use verdict::{ControlVerdict, Ground, IntentVerdict, Outcome, Scope, Verdict};
pub use webhook::{MUTATION_CONDITION, WebhookRule, WhenAway, webhook_key};

use crate::{
    base::{ControlId, Reason},
    kube::audit::ExplainedRule,
};

/// Every setting by its key: the value as text, and who asked for it.
pub type Settings = BTreeMap<SettingKey, Held<String>>;

/// Everything that must hold in one cluster, with the reasons.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The cluster that is hardened.
    pub cluster: Cluster,
    /// Flags, fields and mounts by program.
    pub components: BTreeMap<Program, Component>,
    /// The anonymous block and the issuers of the API server, where they are a file.
    pub authentication: Option<AuthenticationPlan>,
    /// The authorizers, where they are a file.
    pub authorization: Option<AuthorizationPlan>,
    /// The audit policy, first match wins.
    pub audit_rules: Option<Held<Vec<ExplainedRule>>>,
    /// The limits of the EventRateLimit plugin.
    pub event_limits: Option<Held<Vec<EventLimit>>>,
    /// The cluster-wide Pod Security defaults and exemptions.
    pub pod_security: Option<PodSecurityPlan>,
    /// Encryption of stored objects.
    pub encryption: Option<Held<EncryptionPlan>>,
    /// The node pools by name.
    pub pools: BTreeMap<String, NodePlan>,
    /// What runs above the hosts of the pools.
    pub host: HostContext,
    /// The governed namespaces by name.
    pub namespaces: BTreeMap<String, NamespacePlan>,
    /// Patching and scanning.
    pub patching: PatchPlan,
    /// The admission policies by name, whichever engine enforces them.
    pub policies: BTreeMap<&'static str, PolicyPlan>,
    /// Why Gatekeeper is told of them; nothing where it is not declared.
    pub gatekeeper: Option<BTreeSet<Reason>>,
    /// Whether the spec says that it runs with the values that are built.
    pub gatekeeper_installed: bool,
    /// What the API server is to do while Gatekeeper does not answer.
    pub gatekeeper_away: Option<Held<WhenAway>>,
    /// What holds later, or not for everything, because somebody decided so.
    pub decisions: Decisions,
    /// Who may talk to whom.
    pub network: NetworkPlan,
    /// Where logs are written, who ships them and where they go.
    pub logs: LogPlan,
    /// Service accounts, roles and bindings.
    pub rbac: RbacPlan,
    /// Who may reach the API server.
    pub access: AccessPlan,
    /// What is set at the provider of a managed cluster.
    pub cloud: Option<CloudPlan>,
    /// What became of the fields of the owner's own configuration.
    pub owner: Vec<OwnerNote>,
    /// What the owner's own configuration set flags and fields to: what their cluster runs with today.
    pub before: BTreeMap<SettingKey, String>,
    /// The flags of the owner's that a control took away, with the values that they had.
    pub taken: BTreeMap<SettingKey, (ControlId, String)>,
    /// What became of every control.
    pub verdicts: Vec<ControlVerdict>,
    /// What became of every intent of the spec.
    pub intents: Vec<IntentVerdict>,
}

impl Plan {
    /// A plan that asks for nothing.
    #[must_use]
    pub fn new(cluster: Cluster) -> Self {
        Plan {
            cluster,
            components: BTreeMap::new(),
            authentication: None,
            authorization: None,
            audit_rules: None,
            event_limits: None,
            pod_security: None,
            encryption: None,
            pools: BTreeMap::new(),
            host: HostContext::default(),
            namespaces: BTreeMap::new(),
            patching: PatchPlan::default(),
            policies: BTreeMap::new(),
            gatekeeper: None,
            gatekeeper_installed: false,
            gatekeeper_away: None,
            decisions: Decisions::default(),
            network: NetworkPlan::default(),
            logs: LogPlan::default(),
            rbac: RbacPlan::default(),
            access: AccessPlan::default(),
            cloud: None,
            owner: Vec::new(),
            before: BTreeMap::new(),
            taken: BTreeMap::new(),
            verdicts: Vec::new(),
            intents: Vec::new(),
        }
    }

    /// The component of a program; empty where nothing was asked of it.
    #[must_use]
    pub fn component(&self, program: Program) -> &Component {
        static EMPTY: Component = Component::EMPTY;
        self.components.get(&program).unwrap_or(&EMPTY)
    }

    /// The waivers that verdicts rest on.
    pub fn waivers(&self) -> impl Iterator<Item = &str> {
        let controls = self.verdicts.iter().flat_map(|control| &control.verdicts);
        let intents = self.intents.iter().flat_map(|intent| &intent.verdicts);
        controls.chain(intents).filter_map(|verdict| match &verdict.ground {
            Ground::Waiver(id) => Some(id.as_str()),
            Ground::Fact(_) | Ground::Settings(_) => None,
        })
    }

    /// The settings of who may reach the API server.
    #[must_use]
    pub fn access_settings(&self) -> Settings {
        let mut out = Settings::new();
        setting::access(&self.access, &mut out);
        out
    }

    /// Every setting as `key -> (value as text, reasons)`, in the order of the keys: what reports, `diff` and `explain` show.
    #[must_use]
    pub fn settings(&self) -> Settings {
        setting::all(self)
    }
}
