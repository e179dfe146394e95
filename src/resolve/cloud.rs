//! What the spec says of a managed cluster's provider, with an answer to every question.

use std::collections::BTreeSet;

use crate::{
    base::SpecPath,
    plan::cloud::{Destination, Forward, Owner},
    spec::{
        model::{self, Provider, Sink, Spec},
        words::{self, AksAccess, AksTier, AzurePolicyEngine, EksNodes, Endpoint},
    },
};

/// The provider of a managed cluster.
#[derive(Debug, Clone)]
pub struct CloudAnswers {
    /// The region (EKS) or location (AKS), with its field.
    pub place: Option<(String, SpecPath)>,
    /// The versions of the Terraform provider, with their field.
    pub provider: Option<(String, SpecPath)>,
    /// What only one of the two has.
    pub kind: CloudKind,
    /// The groups of people, in the order of their keys.
    pub groups: Vec<CloudGroup>,
    /// The group for emergencies.
    pub break_glass: Option<CloudGroup>,
    /// Where logs are shipped to.
    pub siem: Option<SiemAnswer>,
}

/// What only one provider has.
#[derive(Debug, Clone)]
pub enum CloudKind {
    /// Amazon EKS.
    Eks(EksAnswers),
    /// Azure AKS.
    Aks(AksAnswers),
}

/// What only EKS has.
#[derive(Debug, Clone)]
pub struct EksAnswers {
    /// Whether the endpoint answers inside the VPC.
    pub private: bool,
    /// Whether it answers on the internet.
    pub public: bool,
    /// Who runs the nodes.
    pub nodes: Nodes,
    /// Who owns the log group of the control plane.
    pub log_group: Owner,
    /// Who owns the key of Secrets; nothing where the spec does not say that there is one.
    pub secrets_key: Option<Owner>,
    /// Who owns the add-on of the VPC CNI.
    pub vpc_cni: Owner,
    /// Who owns the access entries of people.
    pub entries: Owner,
    /// Who owns the subscription filter of the log group.
    pub filter: Owner,
}

/// Who runs the nodes of an EKS cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// Managed node groups.
    Managed,
    /// Auto scaling groups of the owner.
    SelfManaged,
    /// Auto Mode.
    Auto,
}

/// What only AKS has.
#[derive(Debug, Clone)]
pub struct AksAnswers {
    /// Whether it is a private cluster; else authorized ranges guard it.
    pub private: bool,
    /// The tier, where the spec says it.
    pub tier: Option<&'static str>,
    /// Object ids of the groups that administer the cluster; nothing where Entra ID is not declared.
    pub admin_groups: Option<Vec<String>>,
    /// Who owns the diagnostic setting of the cluster.
    pub diagnostic_setting: Owner,
    /// What enforces network policies, where the spec says it.
    pub policy_engine: Option<&'static str>,
    /// Whether pods have addresses of an overlay, where the spec says it.
    pub overlay: Option<bool>,
}

/// A group of people.
#[derive(Debug, Clone)]
pub struct CloudGroup {
    /// Where the spec declares it.
    pub path: SpecPath,
    /// Its name in RBAC.
    pub kubernetes: Option<String>,
    /// Its IAM principals.
    pub aws: Vec<String>,
    /// Its object id in Entra ID.
    pub entra: Option<String>,
    /// Whether a duty or an impersonation names it.
    pub used: bool,
}

impl CloudGroup {
    /// Whether an entry would give it anything: roles are bound to its name.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.kubernetes.is_some()
    }
}

/// Where logs are shipped to.
#[derive(Debug, Clone)]
pub struct SiemAnswer {
    /// The receiver, as the spec writes it.
    pub sink: &'static str,
    /// The receiver where Azure sends to it by itself.
    pub azure: Option<Destination>,
    /// What passes logs on, on EKS.
    pub forward: Option<Forward>,
    /// What passes logs on, on AKS.
    pub hub: Option<Destination>,
}

/// The answers; nothing on a self-managed cluster.
pub(super) fn cloud(spec: &Spec) -> Option<CloudAnswers> {
    let at = |field: &str| SpecPath::new("/platform").child(spec.platform.kind().name()).child(field);
    let (place, provider, kind) = match &spec.platform.provider {
        Provider::Kubeadm(_) => return None,
        Provider::Eks(eks) => (
            eks.region.clone().map(|region| (region, at("region"))),
            eks.terraform.clone().map(|bounds| (bounds, at("terraform").child("aws"))),
            CloudKind::Eks(self::eks(eks)),
        ),
        Provider::Aks(aks) => (
            aks.location.clone().map(|location| (location, at("location"))),
            aks.terraform.clone().map(|bounds| (bounds, at("terraform").child("azurerm"))),
            CloudKind::Aks(self::aks(aks, spec.platform.cni.as_ref())),
        ),
    };
    let duties = spec.identity.duties.iter().map(|duty| duty.group.as_str());
    let acting = spec.identity.impersonation.iter().map(|may| may.by.as_str());
    let used: BTreeSet<&str> = duties.chain(acting).collect();
    let groups = SpecPath::new("/identity/groups");
    let group = |(key, group): (&String, &model::Group)| self::group(group, groups.child(key), used.contains(key.as_str()));
    Some(CloudAnswers {
        place,
        provider,
        kind,
        groups: spec.identity.groups.iter().map(group).collect(),
        break_glass: spec.identity.break_glass.as_ref().map(|group| {
            let path = SpecPath::new("/identity/breakGlass");
            self::group(group, path, true)
        }),
        siem: spec.logging.siem.as_ref().map(siem),
    })
}

fn eks(eks: &model::Eks) -> EksAnswers {
    let endpoint = eks.endpoint.unwrap_or(Endpoint::Private);
    EksAnswers {
        private: endpoint != Endpoint::Public,
        public: endpoint != Endpoint::Private,
        nodes: match eks.nodes {
            Some(EksNodes::Managed) | None => Nodes::Managed,
            Some(EksNodes::SelfManaged) => Nodes::SelfManaged,
            Some(EksNodes::Auto) => Nodes::Auto,
        },
        log_group: owner(eks.owns.log_group),
        secrets_key: eks.owns.kms_key.map(|key| owner(Some(key))),
        vpc_cni: owner(eks.owns.vpc_cni),
        entries: owner(eks.owns.access_entries),
        filter: owner(eks.owns.subscription_filter),
    }
}

/// What may exist already exists, unless the spec says otherwise.
fn owner(said: Option<words::Owner>) -> Owner {
    match said {
        Some(words::Owner::Harden) => Owner::Harden,
        Some(words::Owner::Module) => Owner::Module,
        Some(words::Owner::Existing) | None => Owner::Existing,
    }
}

fn aks(aks: &model::Aks, cni: Option<&model::Cni>) -> AksAnswers {
    let (engine, overlay) = match cni {
        Some(model::Cni::AzureCni { network_policy, overlay }) => (*network_policy, *overlay),
        Some(_) | None => (None, None),
    };
    AksAnswers {
        private: aks.access == Some(AksAccess::Private),
        tier: aks.tier.map(AksTier::name),
        admin_groups: aks.entra.as_ref().map(|entra| entra.admin_groups.clone()),
        diagnostic_setting: owner(aks.owns.diagnostic_setting),
        policy_engine: engine.map(AzurePolicyEngine::name),
        overlay,
    }
}

fn group(group: &model::Group, path: SpecPath, used: bool) -> CloudGroup {
    CloudGroup { path, kubernetes: group.kubernetes.clone(), aws: group.aws.clone(), entra: group.entra.clone(), used }
}

fn siem(siem: &model::Siem) -> SiemAnswer {
    let azure = match &siem.sink {
        Sink::EventHub(hub) => Some(Destination::EventHub {
            namespace: Some(hub.namespace.clone()),
            rule: hub.authorization_rule.clone(),
            hub: Some(hub.name.clone()),
        }),
        Sink::AzureMonitor(monitor) => Some(Destination::Workspace(Some(monitor.workspace.clone()))),
        Sink::Syslog(_)
        | Sink::Splunk(_)
        | Sink::Elasticsearch(_)
        | Sink::Opensearch(_)
        | Sink::Loki(_)
        | Sink::Kafka(_)
        | Sink::S3(_) => None,
    };
    let relay = siem.relay.as_ref();
    SiemAnswer {
        sink: siem.sink.name(),
        azure,
        forward: relay.map(|relay| Forward { destination: relay.destination.clone(), role: relay.role.clone() }),
        hub: relay.map(|relay| Destination::EventHub {
            namespace: None,
            rule: Some(relay.destination.clone()),
            hub: relay.name.clone(),
        }),
    }
}
