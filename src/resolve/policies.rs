//! What the spec says of policies and of the engines that enforce them.

use crate::{
    policy::{AllowedPath, PortSpan},
    spec::{
        model::{ProgramVersion, Spec},
        words,
    },
};

/// The engines, and what policies are made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineAnswers {
    /// Gatekeeper, where it is declared.
    pub gatekeeper: Option<GatekeeperAnswers>,
    /// Whether in-tree policies are declared.
    pub admission_policy: bool,
    /// Whether the Azure Policy add-on is declared.
    pub azure_policy: bool,
    /// Whether an unavailable webhook is to let requests pass; nothing when it is not said.
    pub fails_open: Option<bool>,
    /// The registries that images may come from, where they are limited.
    pub registries: Option<Vec<String>>,
    /// Whether images must be named by digest.
    pub require_digest: bool,
    /// Ports of nodes that pods may take.
    pub host_ports: Vec<PortSpan>,
    /// Folders of nodes that pods may mount.
    pub host_paths: Vec<AllowedPath>,
}

/// Gatekeeper as it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatekeeperAnswers {
    /// Its version, where it is declared.
    pub version: Option<ProgramVersion>,
    /// Whether the owner declares that it is installed, and how.
    pub installed: Option<words::Installed>,
    /// Whether the owner declares that its webhook is called for CONNECT.
    pub connect: bool,
}

impl EngineAnswers {
    /// Whether Gatekeeper is declared, and an unavailable webhook is to refuse.
    #[must_use]
    pub fn fails_closed(&self) -> bool {
        self.gatekeeper.is_some() && self.fails_open != Some(true)
    }

    /// Whether Gatekeeper runs with the values that are built here.
    #[must_use]
    pub fn has_our_values(&self) -> bool {
        self.gatekeeper.is_some_and(|declared| declared.installed == Some(words::Installed::Values))
    }
}

pub(super) fn engines(spec: &Spec) -> EngineAnswers {
    let engines = &spec.policies.engines;
    let ports = spec.workloads.host_ports.iter().flatten();
    let paths = spec.workloads.host_paths.iter().flatten();
    EngineAnswers {
        gatekeeper: engines.gatekeeper.map(|declared| GatekeeperAnswers {
            version: declared.version,
            installed: declared.installed,
            connect: declared.connect,
        }),
        admission_policy: engines.admission_policy,
        azure_policy: engines.azure_policy,
        fails_open: spec.policies.failure.map(|failure| failure == words::Failure::Open),
        registries: spec.images.allowed_registries.clone(),
        require_digest: spec.images.require_digest == Some(true),
        host_ports: ports.map(|span| PortSpan { first: span.first.number(), last: span.last.number() }).collect(),
        host_paths: paths.map(|path| AllowedPath { path: path.path.clone(), read_only: path.read_only == Some(true) }).collect(),
    }
}
