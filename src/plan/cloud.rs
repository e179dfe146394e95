//! What is set at the provider of a managed cluster: values of the cluster resource, and resources that stand beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::base::{Platform, Reason, SpecPath};

use super::{Held, Plan, SettingKey, Topic};

/// What is set at the provider of a managed cluster.
#[derive(Debug, Clone)]
pub struct CloudPlan {
    /// The region (EKS) or location (AKS) of the cluster, where the spec says it.
    pub place: Option<Held<String>>,
    /// The minor of Kubernetes that the cluster runs.
    pub version: Held<String>,
    /// The versions of the Terraform provider that the owner takes.
    pub provider: Held<String>,
    /// What must be set on the cluster resource, by the name of its argument.
    pub settings: BTreeMap<&'static str, Held<CloudValue>>,
    /// The log group of the control plane (EKS).
    pub log_group: Option<LogGroup>,
    /// Where the log group is passed on to (EKS).
    pub forward: Option<Held<Forward>>,
    /// Who owns the subscription filter that does it (EKS).
    pub filter_owner: Option<Held<Owner>>,
    /// The Kubernetes groups of each IAM principal (EKS).
    pub entries: BTreeMap<String, Vec<Held<String>>>,
    /// Who owns the access entries (EKS).
    pub entries_owner: Option<Held<Owner>>,
    /// The IAM principals that administer the cluster whatever its objects say (EKS).
    pub admins: BTreeMap<String, BTreeSet<Reason>>,
    /// Who owns the key of Secrets (EKS).
    pub secrets_key: Option<Held<Owner>>,
    /// Who owns the add-on of the network plugin (EKS).
    pub vpc_cni: Option<Held<Owner>>,
    /// The version of that add-on, where the spec declares it (EKS).
    pub vpc_cni_version: Option<Held<String>>,
    /// Who owns the ConfigMap that has Auto Mode enforce network policies (EKS).
    pub auto_mode_engine: Option<Held<Owner>>,
    /// Who owns the diagnostic setting (AKS).
    pub diagnostics_owner: Option<Held<Owner>>,
    /// The log categories that the diagnostic setting keeps (AKS).
    pub categories: BTreeMap<&'static str, BTreeSet<Reason>>,
    /// Where the diagnostic setting sends them (AKS).
    pub destinations: Vec<Held<Destination>>,
}

impl CloudPlan {
    /// A plan that asks for nothing.
    #[must_use]
    pub fn new(place: Option<Held<String>>, version: Held<String>, provider: Held<String>) -> Self {
        CloudPlan {
            place,
            version,
            provider,
            settings: BTreeMap::new(),
            log_group: None,
            forward: None,
            filter_owner: None,
            entries: BTreeMap::new(),
            entries_owner: None,
            admins: BTreeMap::new(),
            secrets_key: None,
            vpc_cni: None,
            vpc_cni_version: None,
            auto_mode_engine: None,
            diagnostics_owner: None,
            categories: BTreeMap::new(),
            destinations: Vec::new(),
        }
    }
}

/// A value of an argument of the cluster resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloudValue {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(u32),
    /// A text.
    Text(String),
    /// A list, each item with its reasons.
    Texts(Vec<Held<String>>),
    /// An object that the argument takes as JSON in a text.
    Json(Vec<(&'static str, String)>),
}

impl fmt::Display for CloudValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloudValue::Bool(value) => value.fmt(f),
            CloudValue::Number(value) => value.fmt(f),
            CloudValue::Text(value) => value.fmt(f),
            CloudValue::Texts(items) => {
                let items: Vec<&str> = items.iter().map(|item| item.value.as_str()).collect();
                f.write_str(&items.join(", "))
            }
            CloudValue::Json(entries) => {
                let entries: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                f.write_str(&entries.join(", "))
            }
        }
    }
}

/// The step of an adoption that takes a value, each an apply of its own, so that nobody is locked out of a running cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// What opens the way that stays, or changes nothing for anybody.
    Open,
    /// What closes a way that may be in use.
    Close,
    /// What takes the private endpoint away, once the ranges of the public one have held.
    Private,
    /// What gives pods addresses of an overlay, before an engine acts: there is no way back.
    Overlay,
    /// What lets network policies take effect, those that lie dormant too.
    Network,
}

/// Values of the cluster resource that no data source of the provider shows.
const UNSEEN: [&str; 10] = [
    "access_entries",
    "diagnostic_setting",
    "local_account_disabled",
    "log_analytics_retention_in_days",
    "network_data_plane",
    "network_plugin_mode",
    "private_cluster_public_fqdn_enabled",
    "run_command_enabled",
    "sku_tier",
    "subscription_filter",
];

/// The ConfigMap of kube-system that has Auto Mode enforce network policies, its key, and what it must say (EKS user guide, auto-net-pol).
pub const AUTO_MODE_ENGINE: [&str; 3] = ["amazon-vpc-cni", "enable-network-policy-controller", "true"];

/// Whether a data source of the provider shows a value of the cluster resource, so that a check can compare it.
#[must_use]
pub fn is_seen(name: &str) -> bool {
    !UNSEEN.contains(&name)
}

impl CloudPlan {
    /// The ConfigMap of Auto Mode, where this tree has it.
    #[must_use]
    pub fn own_auto_mode_engine(&self) -> Option<&Held<Owner>> {
        self.auto_mode_engine.as_ref().filter(|owner| owner.value == Owner::Harden)
    }

    /// The step that takes a value of the cluster resource.
    #[must_use]
    pub fn stage(name: &str, value: &CloudValue) -> Stage {
        match name {
            "authentication_mode" if *value != CloudValue::Text("API".to_owned()) => Stage::Open,
            "endpoint_private_access" if *value != CloudValue::Bool(false) => Stage::Open,
            "endpoint_private_access" => Stage::Private,
            "authentication_mode"
            | "authorized_ip_ranges"
            | "endpoint_public_access"
            | "local_account_disabled"
            | "private_cluster_enabled"
            | "private_cluster_public_fqdn_enabled"
            | "public_access_cidrs"
            | "run_command_enabled" => Stage::Close,
            "network_plugin_mode" | "pod_cidr" => Stage::Overlay,
            "network_data_plane" | "network_plugin" | "network_policy" | "vpc_cni_configuration_values" => Stage::Network,
            _ => Stage::Open,
        }
    }

    /// Whether a step has anything to take.
    #[must_use]
    pub fn has(&self, stage: Stage) -> bool {
        self.settings.iter().any(|(name, held)| Self::stage(name, &held.value) == stage)
    }

    /// Whether the mode of authentication ends where aws-auth is no longer read, which takes a step between.
    #[must_use]
    pub fn ends_aws_auth(&self) -> bool {
        self.settings.get("authentication_mode").is_some_and(|held| held.value == CloudValue::Text("API".to_owned()))
    }
}

/// Who owns a resource that may exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is created by what is emitted.
    Harden,
    /// The owner's module creates it.
    Module,
    /// It exists.
    Existing,
}

impl Owner {
    /// The word of the spec.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Owner::Harden => "harden",
            Owner::Module => "module",
            Owner::Existing => "existing",
        }
    }
}

/// The log group of a control plane.
#[derive(Debug, Clone)]
pub struct LogGroup {
    /// Who owns it.
    pub owner: Held<Owner>,
    /// For how many days events are kept; 0 means for ever.
    pub days: Held<u32>,
}

/// Where a log group is passed on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The ARN of the receiver.
    pub destination: String,
    /// The role that delivers.
    pub role: Option<String>,
}

/// Where a diagnostic setting sends logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// An Event Hub, by the id of an authorization rule of its namespace; without one the caller of the module names it.
    EventHub {
        /// The Event Hubs namespace, where the spec names it.
        namespace: Option<String>,
        /// The id of the rule.
        rule: Option<String>,
        /// The name of the hub.
        hub: Option<String>,
    },
    /// A Log Analytics workspace, by its id; without one the caller of the module names it.
    Workspace(Option<String>),
}

impl Destination {
    /// Whether the spec names all of it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        match self {
            Destination::EventHub { rule, .. } => rule.is_some(),
            Destination::Workspace(id) => id.is_some(),
        }
    }

    /// The last word of its key.
    fn name(&self) -> &'static str {
        match self {
            Destination::EventHub { .. } => "event-hub",
            Destination::Workspace(_) => "workspace",
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::EventHub { namespace, rule, hub } => {
                match hub {
                    Some(hub) => write!(f, "hub {hub}")?,
                    None => f.write_str("a hub for each category")?,
                }
                if let Some(namespace) = namespace {
                    write!(f, " of namespace {namespace}")?;
                }
                match rule {
                    Some(rule) => write!(f, ", by rule {rule}"),
                    None => f.write_str(", by a rule that the spec does not name"),
                }
            }
            Destination::Workspace(Some(id)) => f.write_str(id),
            Destination::Workspace(None) => f.write_str("a workspace that the caller of the module names"),
        }
    }
}

/// The key of a setting at the provider.
#[must_use]
pub fn cloud_key(part: &str) -> SettingKey {
    SettingKey::Part(Topic::Cloud, part.to_owned())
}

/// The key of a value of the cluster resource.
#[must_use]
pub fn cloud_setting(name: &str) -> SettingKey {
    cloud_key(&format!("settings/{name}"))
}

/// The key of the groups of a principal.
#[must_use]
pub fn entry_key(principal: &str) -> SettingKey {
    cloud_key(&format!("access-entries/{principal}/groups"))
}

/// The key of the policy of a principal.
#[must_use]
pub fn admin_key(principal: &str) -> SettingKey {
    cloud_key(&format!("access-entries/{principal}/policy"))
}

/// The key of a log category.
#[must_use]
pub fn category_key(category: &str) -> SettingKey {
    cloud_key(&format!("diagnostics/categories/{category}"))
}

/// The key of a destination of the diagnostic setting.
#[must_use]
pub fn destination_key(destination: &Destination) -> SettingKey {
    cloud_key(&format!("diagnostics/destinations/{}", destination.name()))
}

/// The key of what has Auto Mode enforce network policies.
#[must_use]
pub fn auto_mode_engine_key() -> SettingKey {
    cloud_key("auto-mode/enable-network-policy-controller")
}

/// The place in the spec of the table of who owns what.
#[must_use]
pub fn owner_place(platform: Platform, field: &str) -> SpecPath {
    SpecPath::new("/platform").child(platform.name()).child("owns").child(field)
}

/// Adds the settings at the provider to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let Some(cloud) = &plan.cloud else { return };
    let mut add = |key: SettingKey, value: Held<String>| {
        out.insert(key, value);
    };
    if let Some(place) = &cloud.place {
        add(cloud_key("place"), place.clone());
    }
    add(cloud_key("version"), cloud.version.clone());
    add(cloud_key("provider"), cloud.provider.clone());
    for (name, held) in &cloud.settings {
        let mut text = held.as_ref().map(ToString::to_string);
        if let CloudValue::Texts(items) = &held.value {
            text.reasons.extend(items.iter().flat_map(|item| item.reasons.iter().cloned()));
        }
        add(cloud_setting(name), text);
    }
    if let Some(group) = &cloud.log_group {
        add(cloud_key("log-group/owner"), group.owner.as_ref().map(|owner| owner.name().to_owned()));
        add(cloud_key("log-group/retention"), group.days.as_ref().map(|days| format!("{days}")));
    }
    if let Some(forward) = &cloud.forward {
        add(cloud_key("log-group/forward"), forward.as_ref().map(|forward| forward.destination.clone()));
    }
    let owners = [
        ("access-entries", &cloud.entries_owner),
        ("diagnostics", &cloud.diagnostics_owner),
        ("secrets-key", &cloud.secrets_key),
        ("subscription-filter", &cloud.filter_owner),
        ("vpc-cni", &cloud.vpc_cni),
    ];
    for (name, owner) in owners {
        if let Some(owner) = owner {
            add(cloud_key(&format!("{name}/owner")), owner.as_ref().map(|owner| owner.name().to_owned()));
        }
    }
    if let Some(version) = &cloud.vpc_cni_version {
        add(cloud_key("vpc-cni/version"), version.clone());
    }
    if let Some(owner) = cloud.own_auto_mode_engine() {
        let [_, _, value] = AUTO_MODE_ENGINE;
        add(auto_mode_engine_key(), owner.as_ref().map(|_| value.to_owned()));
    }
    for (principal, groups) in &cloud.entries {
        let value = groups.iter().map(|group| group.value.as_str()).collect::<Vec<_>>().join(", ");
        let admin = cloud.admins.get(principal).into_iter().flatten();
        let reasons = groups.iter().flat_map(|group| &group.reasons).chain(admin).cloned().collect();
        add(entry_key(principal), Held { value, reasons });
    }
    for (principal, reasons) in &cloud.admins {
        add(admin_key(principal), Held { value: "cluster administrator".to_owned(), reasons: reasons.clone() });
    }
    for (category, reasons) in &cloud.categories {
        add(category_key(category), Held { value: "kept".to_owned(), reasons: reasons.clone() });
    }
    for destination in &cloud.destinations {
        add(destination_key(&destination.value), destination.as_ref().map(ToString::to_string));
    }
}
