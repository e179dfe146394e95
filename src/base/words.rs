//! The closed vocabularies: the ten areas, the levels, the platforms.

use std::fmt;

/// One of the ten areas of a hardened cluster; reports are ordered by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Operating system, runtime and orchestration layer of the nodes.
    Node,
    /// Who is let in at the API server, and over which connections.
    Authentication,
    /// What an identity may do.
    Authorization,
    /// What the API server changes or refuses.
    Admission,
    /// Acting as somebody else.
    Impersonation,
    /// Gatekeeper and its in-tree twin.
    Policies,
    /// Traffic between workloads.
    Network,
    /// What is recorded, and where it goes.
    Logging,
    /// Which sources reach the API server.
    ApiAccess,
    /// Patching and scanning.
    Vulnerabilities,
}

impl Area {
    /// Every area, in the order of reports.
    pub const ALL: [Area; 10] = [
        Area::Node,
        Area::Authentication,
        Area::Authorization,
        Area::Admission,
        Area::Impersonation,
        Area::Policies,
        Area::Network,
        Area::Logging,
        Area::ApiAccess,
        Area::Vulnerabilities,
    ];

    /// The stable name, as in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Area::Node => "node",
            Area::Authentication => "authentication",
            Area::Authorization => "authorization",
            Area::Admission => "admission",
            Area::Impersonation => "impersonation",
            Area::Policies => "policies",
            Area::Network => "network",
            Area::Logging => "logging",
            Area::ApiAccess => "api-access",
            Area::Vulnerabilities => "vulnerabilities",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How demanding a control is; profiles select by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Sound for every cluster: workloads keep running.
    Baseline,
    /// Costs something (restarts, a mirror, adapted workloads) and is worth it in production.
    Restricted,
    /// Only on request: known to break common set-ups, asked for by a benchmark or by name.
    Optional,
}

impl Level {
    /// The stable name, as profiles write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
            Level::Optional => "optional",
        }
    }
}

/// Who runs the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Self-managed with kubeadm.
    Kubeadm,
    /// Amazon EKS.
    Eks,
    /// Azure AKS.
    Aks,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Platform; 3] = [Platform::Kubeadm, Platform::Eks, Platform::Aks];

    /// The stable name, as the spec writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Platform::Kubeadm => "kubeadm",
            Platform::Eks => "eks",
            Platform::Aks => "aks",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
