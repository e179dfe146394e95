//! The subjects that have settings which are neither a flag nor a field of a program.

use super::{Impact, Program};

/// A subject of settings; the first word of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The sources that may reach the API server: no program reads it, firewalls are made from it.
    Access,
    /// The configuration of admission plugins.
    Admission,
    /// The audit policy.
    AuditPolicy,
    /// The AuthenticationConfiguration.
    Authentication,
    /// The AuthorizationConfiguration.
    Authorization,
    /// What is set at the provider of a managed cluster.
    Cloud,
    /// The EncryptionConfiguration.
    Encryption,
    /// Who may act as whom.
    Impersonation,
    /// Where logs are written, and what ships them.
    Logging,
    /// Labels of governed namespaces.
    Namespace,
    /// Which pods may talk to whom.
    Network,
    /// How nodes and programs are kept up to date, and what is scanned.
    Patching,
    /// What admission engines refuse.
    Policy,
    /// Service accounts, roles and bindings.
    Rbac,
    /// The container runtime of the nodes.
    Runtime,
    /// What is let off, by whose leave and until when.
    Waivers,
}

impl Topic {
    /// Every subject.
    pub const ALL: [Topic; 16] = [
        Topic::Access,
        Topic::Admission,
        Topic::AuditPolicy,
        Topic::Authentication,
        Topic::Authorization,
        Topic::Cloud,
        Topic::Encryption,
        Topic::Impersonation,
        Topic::Logging,
        Topic::Namespace,
        Topic::Network,
        Topic::Patching,
        Topic::Policy,
        Topic::Rbac,
        Topic::Runtime,
        Topic::Waivers,
    ];

    /// The first word of the names of its settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Access => "access",
            Topic::Admission => "admission",
            Topic::AuditPolicy => "audit-policy",
            Topic::Authentication => "authentication",
            Topic::Authorization => "authorization",
            Topic::Cloud => "cloud",
            Topic::Encryption => "encryption",
            Topic::Impersonation => "impersonation",
            Topic::Logging => "logging",
            Topic::Namespace => "namespace",
            Topic::Network => "network",
            Topic::Patching => "patching",
            Topic::Policy => "policy",
            Topic::Rbac => "rbac",
            Topic::Runtime => "runtime",
            Topic::Waivers => "waivers",
        }
    }

    /// The subject of a first word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// What a change of any of its settings does; single settings may do more.
    pub(super) const fn impact(self) -> Impact {
        match self {
            Topic::Admission | Topic::AuditPolicy | Topic::Authentication | Topic::Authorization | Topic::Encryption => {
                Impact::Restarts(Program::KubeApiserver)
            }
            Topic::Access
            | Topic::Cloud
            | Topic::Impersonation
            | Topic::Logging
            | Topic::Namespace
            | Topic::Network
            | Topic::Patching
            | Topic::Policy
            | Topic::Rbac
            | Topic::Waivers => Impact::None,
            // Kubelets ask another one from then on.
            Topic::Runtime => Impact::Rolls(Program::Kubelet),
        }
    }
}
