//! What may run: namespaces, images, workloads, engines.

use super::{PortRange, ProgramVersion};
use crate::{
    base::Date,
    spec::words::{Failure, Installed, PodSecurity},
};

/// A governed namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// The name.
    pub name: String,
    /// The Pod Security level, where it is not the profile's.
    pub pod_security: Option<PodSecurity>,
    /// The id of the waiver for a weaker level.
    pub waiver: Option<String>,
}

/// Which images may run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    /// Registries, or folders in them, in lower case, without a trailing slash.
    pub allowed_registries: Option<Vec<String>>,
    /// Whether an image must be named by its digest.
    pub require_digest: Option<bool>,
    /// Whether images are pulled at every start.
    pub always_pull: Option<bool>,
}

/// What workloads may use of their nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workloads {
    /// Host ports; an empty list means none.
    pub host_ports: Option<Vec<PortRange>>,
    /// Folders of a node; an empty list means none.
    pub host_paths: Option<Vec<HostPath>>,
}

/// A folder of a node that pods may mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath {
    /// The folder, absolute and normal.
    pub path: String,
    /// Whether only read-only mounts are allowed.
    pub read_only: Option<bool>,
}

/// The engines that judge workloads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// Which.
    pub engines: Engines,
    /// What an unavailable webhook means.
    pub failure: Option<Failure>,
    /// From when on.
    pub rollout: Rollout,
}

/// Which engines judge workloads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engines {
    /// Gatekeeper.
    pub gatekeeper: Option<Gatekeeper>,
    /// Whether in-tree policies do.
    pub admission_policy: bool,
    /// Whether the Azure Policy add-on does.
    pub azure_policy: bool,
}

/// Gatekeeper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gatekeeper {
    /// Its version.
    pub version: Option<ProgramVersion>,
    /// Who installs it.
    pub installed: Option<Installed>,
    /// Whether its webhook is called for CONNECT.
    pub connect: bool,
}

/// From when on violations are shown, and refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rollout {
    /// Shown from this day on.
    pub warn: Option<Date>,
    /// Refused from this day on.
    pub deny: Option<Date>,
}
