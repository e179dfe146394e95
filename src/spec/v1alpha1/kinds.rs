//! The kinds: the documents around specs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ClusterSpec, List, Waiver};
use crate::spec::words::SelectLevel;

/// The name of a document.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["name"]))]
pub struct Metadata {
    /// The name: lower-case letters, digits and hyphens, at most 63. Names a folder of the output.
    #[schemars(example = &"shop-prod")]
    pub name: Option<String>,
}

/// One cluster and everything that must hold in it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["apiVersion", "kind", "metadata", "spec"]))]
pub struct Cluster {
    /// The version of the language: `harden.dev/v1alpha1`.
    #[schemars(extend("enum" = ["harden.dev/v1alpha1"]))]
    pub api_version: Option<String>,
    /// `Cluster`.
    #[schemars(extend("enum" = ["Cluster"]))]
    pub kind: Option<String>,
    /// The name of the cluster.
    pub metadata: Option<Metadata>,
    /// What the cluster must be.
    pub spec: Option<ClusterSpec>,
}

/// A hardening level or a shared base: which controls are selected, with which parameters, and any part of a cluster's spec.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["apiVersion", "kind", "metadata"]))]
pub struct Profile {
    /// The version of the language: `harden.dev/v1alpha1`.
    #[schemars(extend("enum" = ["harden.dev/v1alpha1"]))]
    pub api_version: Option<String>,
    /// `Profile`.
    #[schemars(extend("enum" = ["Profile"]))]
    pub kind: Option<String>,
    /// The name that clusters and other profiles use.
    pub metadata: Option<Metadata>,
    /// One sentence on who it is for.
    pub description: Option<String>,
    /// Profiles that this one starts from.
    #[schemars(example = ["restricted"])]
    pub extends: Option<List<String>>,
    /// Which controls it selects.
    pub select: Option<Select>,
    /// Parameters of controls, by their id.
    pub with: Option<BTreeMap<String, Map<String, Value>>>,
    /// Any part of `Cluster.spec`: maps merge deep, lists by name, the cluster wins.
    pub spec: Option<ClusterSpec>,
}

/// Which controls a profile selects: those of a level, those of a benchmark, those named; without those dropped.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Select {
    /// Every control of these levels.
    pub levels: Option<List<SelectLevel>>,
    /// Every control that these benchmarks ask for.
    #[schemars(example = ["cis"])]
    pub benchmarks: Option<List<String>>,
    /// These controls, by their id.
    pub controls: Option<List<String>>,
    /// Not these controls, by their id.
    pub drop: Option<List<String>>,
}

/// A fleet. Lies in `harden.yaml`; its folder is the root that no path leaves.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["apiVersion", "kind", "metadata", "spec"]))]
pub struct Workspace {
    /// The version of the language: `harden.dev/v1alpha1`.
    #[schemars(extend("enum" = ["harden.dev/v1alpha1"]))]
    pub api_version: Option<String>,
    /// `Workspace`.
    #[schemars(extend("enum" = ["Workspace"]))]
    pub kind: Option<String>,
    /// The name of the fleet.
    pub metadata: Option<Metadata>,
    /// Where its files are.
    pub spec: Option<WorkspaceSpec>,
}

/// Where the files of a fleet are. Patterns are relative to the workspace: `*` stays inside a folder, `**` crosses them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkspaceSpec {
    /// Files with clusters.
    #[schemars(example = ["clusters/*.yaml"])]
    pub clusters: Option<List<String>>,
    /// Files with profiles.
    #[schemars(example = ["profiles/*.yaml"])]
    pub profiles: Option<List<String>>,
    /// Files with waivers, also those that application teams own.
    #[schemars(example = ["waivers/**/*.yaml"])]
    pub waivers: Option<List<String>>,
    /// Which manifests `harden check` judges against which clusters.
    pub check: Option<List<WorkspaceCheck>>,
}

/// Manifests and the clusters they go to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["paths", "clusters"]))]
pub struct WorkspaceCheck {
    /// The manifests.
    #[schemars(example = ["apps/shop/**"])]
    pub paths: Option<List<String>>,
    /// The names of the clusters; `*` stands for any text.
    #[schemars(example = ["shop-*"])]
    pub clusters: Option<List<String>>,
}

/// Waivers in a file of their own, for example one that an application team owns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["apiVersion", "kind", "metadata", "waivers"]))]
pub struct Waivers {
    /// The version of the language: `harden.dev/v1alpha1`.
    #[schemars(extend("enum" = ["harden.dev/v1alpha1"]))]
    pub api_version: Option<String>,
    /// `Waivers`.
    #[schemars(extend("enum" = ["Waivers"]))]
    pub kind: Option<String>,
    /// The name of the list.
    pub metadata: Option<Metadata>,
    /// The waivers.
    pub waivers: Option<List<Waiver>>,
}
