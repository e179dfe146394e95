//! The answers: everything that controls ask of a cluster.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Cidr, ControlId, Date, KubeVersion, Minor, Platform, SpecPath},
    diag::{Place, Source},
    kube::audit::Goal,
    plan::{EncryptionPlan, EncryptionRecord, IssuerPlan, KubeadmCluster, Locate, NodePlan, OwnerNote, Verdict},
    spec::model::ProgramVersion,
    yaml::Node,
};

use super::{
    choices::{Choice, ParamValue},
    hosts::HostAnswers,
    profiles::{Flat, GivenParam},
    waivers::{Due, Waiver},
};

/// Who signs the serving certificates of kubelets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServingCertificates {
    /// Nobody: each kubelet signs its own.
    SelfSigned,
    /// An approver of `kubernetes.io/kubelet-serving` requests runs in the cluster.
    Approver(String),
}

/// How kube-proxy is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KubeProxyAnswers {
    /// It does not run.
    Absent,
    /// It runs in this mode.
    Runs {
        /// `iptables`, `ipvs`, `nftables`; `None` leaves it to the profile.
        mode: Option<String>,
        /// The addresses node ports listen on: CIDRs or `primary`; empty means all.
        node_port_addresses: Vec<String>,
    },
}

/// The network plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cni {
    /// `calico`, `cilium`, `flannel`, `weave`, `aws-vpc-cni`, `azure-cni`, `none`.
    pub name: String,
    /// Its version, where declared.
    pub version: Option<ProgramVersion>,
}

/// The container runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// `containerd`, `crio`, `docker`.
    pub name: String,
    /// Its version as declared.
    pub version: String,
}

/// How large the cluster is: what numbers such as event rates are derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Nodes, at least 1.
    pub nodes: i64,
    /// Pods, at least 1.
    pub pods: i64,
    /// Where the numbers come from.
    pub from: SizeFrom,
}

/// Where the size of a cluster comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeFrom {
    /// The spec says both numbers.
    Declared,
    /// The nodes are declared or all named, with the kubelet's default of 110 pods each.
    Nodes,
    /// Some pool names no nodes: the most that its ranges hold.
    Ranges,
}

/// Who may reach the API server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Ranges of administrators.
    pub admins: Vec<Cidr>,
    /// Addresses of the load balancer.
    pub load_balancer: Vec<Cidr>,
    /// Whether it keeps the client's address; `None` without a load balancer.
    pub preserves_client_ip: Option<bool>,
    /// NAT addresses of runners, hubs, the cluster itself.
    pub egress: Vec<Cidr>,
}

/// A system component that the spec declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addon {
    /// Its name in the catalogue.
    pub name: String,
    /// Where the spec declares it.
    pub path: SpecPath,
}

/// A namespace that the spec governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceAnswer {
    /// Its name.
    pub name: String,
    /// The Pod Security level asked for; `None` takes the profile's.
    pub pod_security: Option<String>,
    /// The waiver that a weaker level names.
    pub waiver: Option<String>,
}

/// What the spec says of images.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageAnswers {
    /// `images.alwaysPull`; `None` when it is not said.
    pub always_pull: Option<bool>,
    /// Registries that stand in for others: `docker.io` to its mirror.
    pub mirrors: BTreeMap<String, String>,
}

/// What the audit log is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditAnswers {
    /// The goals, each with where it was asked for; without any a hardened default is taken.
    pub goals: Vec<(Goal, Cause)>,
    /// Days that events are kept on the node before they are shipped or dropped.
    pub retention_days: Option<i64>,
    /// Events a second, for volume estimates.
    pub events_per_second: Option<i64>,
    /// Whether `logging.audit` is declared at all.
    pub declared: bool,
}

/// When policies begin to warn and to deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicyAnswers {
    /// From this day on violations are warned about.
    pub warn: Option<Date>,
    /// From this day on they are denied.
    pub deny: Option<Date>,
}

/// What the spec says of one control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Whether it is to be applied, where the spec says so.
    pub apply: Option<bool>,
    /// The waiver that it names.
    pub waiver: Option<String>,
    /// Its parameters.
    pub with: Vec<GivenParam>,
    /// Where it stands.
    pub path: SpecPath,
}

/// A cluster in which no question is open.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Whether the spec could be read whole; else choices can be judged by the answers, and nothing may be lowered.
    pub whole: bool,
    /// `metadata.name`.
    pub name: String,
    /// Who runs the control plane.
    pub platform: Platform,
    /// The version to build for.
    pub version: KubeVersion,
    /// The day to build for.
    pub as_of: Date,
    /// The profiles in their order.
    pub profiles: Vec<String>,
    /// What the profiles ask for, in their order.
    pub flats: Vec<Flat>,
    /// What the spec says of single controls, by id.
    pub given: BTreeMap<String, Given>,
    /// Waivers that took effect.
    pub used_waivers: BTreeSet<String>,
    /// What became of the selection of each control that a profile or the spec mentions.
    pub choices: BTreeMap<ControlId, Choice>,
    /// Every waiver with its state on the day.
    pub waivers: Vec<Waiver>,
    /// What became due between the recorded date and today.
    pub due: Vec<Due>,
    /// What a self-managed control plane needs to know; `None` on the clouds.
    pub kubeadm: Option<KubeadmCluster>,
    /// Who signs the serving certificates of kubelets.
    pub serving_certificates: ServingCertificates,
    /// How kube-proxy is to run.
    pub kube_proxy: KubeProxyAnswers,
    /// The network plugin.
    pub cni: Cni,
    /// The container runtime.
    pub runtime: Runtime,
    /// Whether a DNS cache runs on every node.
    pub node_local_dns: bool,
    /// Who talks to whom, and over what.
    pub network: super::NetworkAnswers,
    /// How large the cluster is.
    pub size: Size,
    /// The node pools, in the order of the spec.
    pub pools: Vec<NodePlan>,
    /// The hosts under the nodes.
    pub hosts: HostAnswers,
    /// Who may reach the API server.
    pub sources: Sources,
    /// The provider of a managed cluster; `None` on kubeadm.
    pub cloud: Option<super::cloud::CloudAnswers>,
    /// Who may do what.
    pub identity: super::identity::IdentityAnswers,
    /// Token issuers, in the order of the spec.
    pub issuers: Vec<IssuerPlan>,
    /// Encryption of stored objects, where declared.
    pub encryption: Option<EncryptionPlan>,
    /// How the last build encrypted stored objects, where there was a build: what it encrypted must stay readable.
    pub last_encryption: Option<EncryptionRecord>,
    /// The issuers of service-account tokens that the last build named: tokens of theirs must stay good.
    pub last_issuers: Vec<String>,
    /// System components.
    pub addons: Vec<Addon>,
    /// Namespaces.
    pub namespaces: Vec<NamespaceAnswer>,
    /// Images.
    pub images: ImageAnswers,
    /// The audit log.
    pub audit: AuditAnswers,
    /// Patching and scanning.
    pub vulnerabilities: super::VulnerabilityAnswers,
    /// Which logs are shipped, by whom and where to.
    pub logs: super::LogAnswers,
    /// Rollout of policies.
    pub rollout: PolicyAnswers,
    /// Policies and the engines that enforce them.
    pub engines: super::policies::EngineAnswers,
    /// The first day on which these inputs may give other bytes, where one is known.
    pub next_date: Option<Date>,
    /// The input files, relative to the workspace, with their digests.
    pub inputs: BTreeMap<String, String>,
    /// The owner's own configuration.
    pub owner: super::owner::Owner,
    /// What became of the owner's own configuration before any control wrote.
    pub owner_notes: Vec<OwnerNote>,
    /// Every intent of the spec.
    pub intents: Vec<SpecPath>,
    /// Verdicts of intents that are answered by the answers themselves (names, versions, sizes).
    pub answered: BTreeMap<SpecPath, Verdict>,
    /// The merged spec, for places.
    pub tree: Node,
    /// Texts of profiles and owner files by name, for places.
    pub sources_by_name: BTreeMap<String, (Source, Node)>,
}

impl Resolved {
    /// The minor to build for.
    #[must_use]
    pub fn minor(&self) -> Minor {
        self.version.minor
    }

    /// What became of the selection of a control.
    #[must_use]
    pub fn choice(&self, id: ControlId) -> Choice {
        self.choices.get(&id).cloned().unwrap_or_else(Choice::nobody)
    }

    /// Whether a control is selected and not waived.
    #[must_use]
    pub fn selects(&self, id: &str) -> bool {
        self.choices.iter().any(|(control, choice)| control.0 == id && matches!(choice, Choice::Selected { .. }))
    }

    /// A parameter of a selected control; the resolver made sure that every parameter has a value of its kind.
    #[must_use]
    pub fn param(&self, id: &str, name: &str) -> ParamValue {
        let choice = self.choices.iter().find(|(control, _)| control.0 == id).map(|(_, choice)| choice);
        match choice {
            Some(Choice::Selected { params, .. }) => params.get(name).cloned(),
            Some(Choice::Waived { .. } | Choice::NotSelected { .. }) | None => None,
        }
        .unwrap_or_else(|| ParamValue { value: serde_json::Value::Null, cause: Cause::Spec(SpecPath::root()) })
    }

    /// A whole-number parameter.
    #[must_use]
    pub fn int(&self, id: &str, name: &str) -> (i64, Cause) {
        let param = self.param(id, name);
        (param.value.as_i64().unwrap_or_default(), param.cause)
    }

    /// A word parameter.
    #[must_use]
    pub fn text(&self, id: &str, name: &str) -> (String, Cause) {
        let param = self.param(id, name);
        (param.value.as_str().unwrap_or_default().to_owned(), param.cause)
    }

    /// A list parameter.
    #[must_use]
    pub fn list(&self, id: &str, name: &str) -> (Vec<String>, Cause) {
        let param = self.param(id, name);
        let items = param
            .value
            .as_array()
            .map_or_else(Vec::new, |items| items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect());
        (items, param.cause)
    }

    /// A yes-or-no parameter.
    #[must_use]
    pub fn bool(&self, id: &str, name: &str) -> (bool, Cause) {
        let param = self.param(id, name);
        (param.value.as_bool().unwrap_or_default(), param.cause)
    }

    /// The waivers in force for a control, narrowed to a namespace where one is given.
    pub fn waivers_for<'a>(&'a self, control: &'a str) -> impl Iterator<Item = &'a Waiver> + 'a {
        self.waivers.iter().filter(move |waiver| waiver.control == control && waiver.counts())
    }

    /// The waiver of a control that lets the whole internet in, where the spec does.
    #[must_use]
    pub fn open_by(&self, control: &'static str) -> Option<&Waiver> {
        let by_choice = matches!(self.choice(ControlId(control)), Choice::Waived { .. });
        self.waivers_for(control).find(|waiver| !by_choice && self.used_waivers.contains(&waiver.id))
    }

    /// The waiver that takes a pool out of a control.
    #[must_use]
    pub fn waiver_of_pool(&self, control: &str, pool: &str) -> Option<&Waiver> {
        let of_control = self.waivers.iter().filter(|waiver| waiver.control == control && waiver.counts());
        of_control.filter(|waiver| waiver.holds_by_itself()).find(|waiver| waiver.pool.as_deref() == Some(pool))
    }

    /// A text that is equal when every input of the build is equal.
    #[must_use]
    pub fn digest_text(&self) -> String {
        self.tree.to_json().to_string()
    }

    /// The verdict of an intent that the answers themselves settle.
    #[must_use]
    pub fn answered(&self, path: &SpecPath) -> Option<Verdict> {
        self.answered.get(path).cloned()
    }
}

impl Locate for Resolved {
    fn locate(&self, cause: &Cause) -> Option<Place> {
        match cause {
            Cause::Spec(path) => crate::spec::locate(&self.tree, path),
            Cause::Profile { profile, path } => {
                let (_, tree) = self.sources_by_name.get(&**profile)?;
                crate::spec::locate(tree, path)
            }
            Cause::Owner(place) => {
                let (file, pointer) = place.split_once('#')?;
                let (_, tree) = self.sources_by_name.get(file)?;
                crate::spec::locate(tree, &SpecPath::new(pointer))
            }
            Cause::Shape(_) | Cause::Derived(_) => None,
        }
    }
}
