//! `namespaces`, `images`, `workloads` and `policies`: what may run.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Empty, List};
use crate::spec::words::{Failure, Installed, PodSecurity};

/// A namespace that this spec governs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Namespace {
    /// Its name.
    #[schemars(example = &"shop")]
    pub name: Option<String>,
    /// Its Pod Security level; the profile's where nothing is said.
    pub pod_security: Option<PodSecurity>,
    /// The waiver that a weaker level needs.
    #[schemars(example = &"W-7")]
    pub waiver: Option<String>,
}

/// Which images may run.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Images {
    /// The registries, or folders in them, that images may come from, never single images. Compared by whole segments.
    #[schemars(example = ["registry.example.com/shop"])]
    pub allowed_registries: Option<List<String>>,
    /// Whether an image must be named by its digest.
    pub require_digest: Option<bool>,
    /// Whether images are pulled, with the pod's own credentials, at every start.
    pub always_pull: Option<bool>,
}

/// What workloads may use of their nodes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workloads {
    /// The host ports that pods may take: ports, or ranges such as `"30000-30010"`. An empty list: none.
    #[schemars(extend("examples" = [[8080, "30000-30010"]]))]
    pub host_ports: Option<List<HostPort>>,
    /// The folders of a node that pods may mount. An empty list: none.
    pub host_paths: Option<List<HostPath>>,
}

/// A host port or a range of them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HostPort {
    /// One port.
    One(#[schemars(range(min = 1, max = 65535))] u16),
    /// A range, FIRST-LAST.
    Range(String),
}

/// A folder of a node that pods may mount.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostPath {
    /// The folder; what lies below it is meant too.
    #[schemars(example = &"/var/log")]
    pub path: Option<String>,
    /// Whether only read-only mounts are allowed.
    pub read_only: Option<bool>,
}

/// Which engines judge workloads, and from when on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policies {
    /// The engines.
    pub engines: Option<Engines>,
    /// What an unavailable webhook means. A decision that is never guessed.
    pub failure: Option<Failure>,
    /// From when on violations are shown, and refused. Holds for Pod Security, Gatekeeper and in-tree policies alike.
    pub rollout: Option<Rollout>,
}

/// The engines that judge workloads.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Engines {
    /// Gatekeeper.
    pub gatekeeper: Option<Gatekeeper>,
    /// In-tree policies in CEL (ValidatingAdmissionPolicy and MutatingAdmissionPolicy).
    pub admission_policy: Option<Empty>,
    /// The Azure Policy add-on of AKS; never beside Gatekeeper.
    pub azure_policy: Option<Empty>,
}

/// Gatekeeper.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gatekeeper {
    /// Its version, in quotes.
    #[schemars(example = &"3.23", extend("format" = "version"))]
    pub version: Option<String>,
    /// Who installs it: `owner`, or `values` once it runs with `helm/gatekeeper.values.yaml`: with those alone it is known that
    /// an unavailable webhook does what `failure` says, and its policies can count as enforced.
    pub installed: Option<Installed>,
    /// Whether its webhook is called for CONNECT (`enableConnectOperations` in the values of its chart). Without this the policy on exec and
    /// attach is not counted as enforced.
    pub connect: Option<bool>,
}

/// From when on violations are shown, and refused.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollout {
    /// From this day on violations warn.
    #[schemars(example = &"2026-12-01", extend("format" = "date"))]
    pub warn: Option<String>,
    /// From this day on violations are refused.
    #[schemars(example = &"2027-01-15", extend("format" = "date"))]
    pub deny: Option<String>,
}
