//! What an audit log is wanted for.

use std::fmt;

/// A question that the audit log must be able to answer; `logging.audit.goals` of the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// Who read or changed a secret, a configuration map or asked for a token.
    SecretsAccess,
    /// Who went into a running workload: exec, attach, port forwarding, proxies, debug containers.
    Exec,
    /// Who changed what an identity may do, or had one signed.
    RbacChanges,
    /// Who acted as somebody else.
    Impersonation,
    /// Who changed admission, network or namespace rules.
    PolicyChanges,
    /// Who was refused at the front door.
    AuthenticationFailures,
    /// Who changed a node object.
    NodeChanges,
    /// Who changed anything, and to what.
    AllWrites,
}

impl Goal {
    /// Every goal.
    pub const ALL: [Goal; 8] = [
        Goal::SecretsAccess,
        Goal::Exec,
        Goal::RbacChanges,
        Goal::Impersonation,
        Goal::PolicyChanges,
        Goal::AuthenticationFailures,
        Goal::NodeChanges,
        Goal::AllWrites,
    ];

    /// The stable name, as the spec writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Goal::SecretsAccess => "secrets-access",
            Goal::Exec => "exec",
            Goal::RbacChanges => "rbac-changes",
            Goal::Impersonation => "impersonation",
            Goal::PolicyChanges => "policy-changes",
            Goal::AuthenticationFailures => "authentication-failures",
            Goal::NodeChanges => "node-changes",
            Goal::AllWrites => "all-writes",
        }
    }
}

impl Goal {
    /// The goal of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Goal::ALL.into_iter().find(|goal| goal.name() == name)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
