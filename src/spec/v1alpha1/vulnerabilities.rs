//! `vulnerabilities`: how fast holes are closed, and where images are scanned.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::words::{ClusterScanner, Pipeline, Reboot};

/// How fast holes are closed, and where images are scanned.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vulnerabilities {
    /// How nodes are patched.
    pub patching: Option<Patching>,
    /// Where images are scanned.
    pub scanning: Option<Scanning>,
}

/// How nodes are patched.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Patching {
    /// When it starts: a day (Mon to Sun) and a time (UTC).
    #[schemars(example = &"Sun 02:00")]
    pub window: Option<String>,
    /// Who reboots nodes.
    pub reboot: Option<Reboot>,
    /// In how many days a hole must be closed, by severity.
    pub deadlines: Option<Deadlines>,
}

/// In how many days a hole must be closed, by severity.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deadlines {
    /// Of critical severity.
    #[schemars(example = &"7d")]
    pub critical: Option<String>,
    /// Of high severity.
    #[schemars(example = &"30d")]
    pub high: Option<String>,
    /// Of medium severity.
    #[schemars(example = &"90d")]
    pub medium: Option<String>,
    /// Of low severity.
    #[schemars(example = &"180d")]
    pub low: Option<String>,
}

/// Where images are scanned.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scanning {
    /// In the pipeline, after the build and before the push.
    pub pipeline: Option<Pipeline>,
    /// In the registry.
    pub registry: Option<bool>,
    /// While they run.
    pub cluster: Option<ClusterScanner>,
}
