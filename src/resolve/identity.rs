//! Who may do what: delivery, duties, impersonation, each with the names that RBAC knows on this platform.

use crate::{
    base::{Platform, SpecPath},
    kube::rbac::Subject,
    spec::{
        Spec,
        model::{Delivery, Group},
        words::May,
    },
};

/// A group of the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAnswer {
    /// Its name in RBAC; none where only a provider knows it.
    pub rbac: Option<String>,
    /// Whether the provider has no name for it, so that nobody comes in it by what the spec says.
    pub memberless: bool,
    /// Its IAM principals, on EKS.
    pub principals: Vec<String>,
    /// The name that the spec has for other platforms, where AKS knows the group under its object id.
    pub unused_name: Option<String>,
    /// Where the spec declares it.
    pub path: SpecPath,
}

impl GroupAnswer {
    /// Whether its members come in under a name.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.rbac.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// What makes whoever is in the other group be in this one too: its name, or a principal.
    #[must_use]
    pub fn shares(&self, other: &GroupAnswer) -> Option<&str> {
        let name = self.rbac.as_deref().filter(|name| other.is_named(name));
        name.or_else(|| self.principals.iter().find(|principal| other.principals.contains(principal)).map(String::as_str))
    }
}

/// An identity that deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryAnswer {
    /// Who.
    pub subject: Subject,
    /// Where the spec declares it.
    pub path: SpecPath,
}

/// What a group may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyAnswer {
    /// Its name.
    pub name: String,
    /// Who.
    pub group: GroupAnswer,
    /// Where; none means the whole cluster.
    pub namespaces: Option<Vec<String>>,
    /// What.
    pub may: Vec<May>,
    /// Where the spec declares it.
    pub path: SpecPath,
}

/// Who may act as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpersonationAnswer {
    /// Its name.
    pub name: String,
    /// Who acts.
    pub by: GroupAnswer,
    /// The users that may be taken on.
    pub users: Vec<String>,
    /// The groups that may be taken on.
    pub groups: Vec<GroupAnswer>,
    /// Where; none means the whole cluster.
    pub namespaces: Option<Vec<String>>,
    /// What may be done meanwhile.
    pub may: Vec<May>,
    /// Where the spec declares it.
    pub path: SpecPath,
}

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityAnswers {
    /// Every group, in the order of their names.
    pub groups: Vec<GroupAnswer>,
    /// What deploys.
    pub delivery: Vec<DeliveryAnswer>,
    /// The group for emergencies.
    pub break_glass: Option<GroupAnswer>,
    /// Who may do what.
    pub duties: Vec<DutyAnswer>,
    /// Who may act as whom.
    pub impersonation: Vec<ImpersonationAnswer>,
}

pub(super) fn identity(spec: &Spec) -> IdentityAnswers {
    let root = SpecPath::new("/identity");
    let platform = spec.platform.kind();
    let named = |name: &str| {
        let path = root.child("groups").child(name);
        match spec.identity.groups.get(name) {
            Some(group) => self::group(group, platform, path),
            None => GroupAnswer { rbac: None, memberless: true, principals: Vec::new(), unused_name: None, path },
        }
    };
    let delivery = spec.identity.delivery.iter().enumerate().map(|(index, Delivery::ServiceAccount { namespace, name })| {
        let subject = Subject::ServiceAccount { namespace: namespace.clone(), name: name.clone() };
        DeliveryAnswer { subject, path: root.child("delivery").index(index) }
    });
    let duties = spec.identity.duties.iter().map(|duty| DutyAnswer {
        name: duty.name.clone(),
        group: named(&duty.group),
        namespaces: duty.namespaces.clone(),
        may: duty.may.clone(),
        path: root.child("duties").child(&duty.name),
    });
    let impersonation = spec.identity.impersonation.iter().map(|grant| ImpersonationAnswer {
        name: grant.name.clone(),
        by: named(&grant.by),
        users: grant.users.clone(),
        groups: grant.groups.iter().map(|name| named(name)).collect(),
        namespaces: grant.namespaces.clone(),
        may: grant.may.clone(),
        path: root.child("impersonation").child(&grant.name),
    });
    let break_glass = spec.identity.break_glass.as_ref();
    IdentityAnswers {
        groups: spec.identity.groups.keys().map(|name| named(name)).collect(),
        delivery: delivery.collect(),
        break_glass: break_glass.map(|group| self::group(group, platform, root.child("breakGlass"))),
        duties: duties.collect(),
        impersonation: impersonation.collect(),
    }
}

/// A group under the name with which its members come: on AKS that is the object id, whatever its name is elsewhere.
fn group(group: &Group, platform: Platform, path: SpecPath) -> GroupAnswer {
    let kubernetes = group.kubernetes.clone();
    let entra = group.object_id().filter(|_| platform == Platform::Aks);
    let memberless = match platform {
        Platform::Kubeadm => false,
        Platform::Eks => group.aws.is_empty(),
        Platform::Aks => entra.is_none(),
    };
    let unused_name = kubernetes.clone().filter(|name| entra.as_ref().is_some_and(|id| !id.eq_ignore_ascii_case(name)));
    let principals = if platform == Platform::Eks { group.aws.clone() } else { Vec::new() };
    GroupAnswer { rbac: entra.or(kubernetes), memberless, principals, unused_name, path }
}
