//! `controls` and `waivers`: choices about single controls, and accepted exceptions.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A choice about one control.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ControlChoice {
    /// Whether it is applied. `false` needs a waiver.
    pub apply: Option<bool>,
    /// The id of the waiver that allows a weaker choice.
    #[schemars(example = &"W-9")]
    pub waiver: Option<String>,
    /// Its parameters. A value weaker than the profile's needs a waiver.
    #[schemars(extend("examples" = [{"limit": 4096}]))]
    pub with: Option<Map<String, Value>>,
}

/// An accepted exception. Unused it is a warning; expired it fails the build.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("required" = ["id"]))]
pub struct Waiver {
    /// Its id: letters, digits, `.`, `_` and `-`.
    #[schemars(example = &"W-7")]
    pub id: Option<String>,
    /// The control that is not held, or held weaker. `harden controls` lists every id.
    #[schemars(example = &"admission/pod-security")]
    pub control: Option<String>,
    /// Where. Without it: in the whole cluster.
    pub scope: Option<Scope>,
    /// Who answers for it.
    #[schemars(example = &"sre")]
    pub owner: Option<String>,
    /// Why.
    #[schemars(example = &"node exporter")]
    pub reason: Option<String>,
    /// The last day on which it holds.
    #[schemars(example = &"2027-03-01", extend("format" = "date"))]
    pub expires: Option<String>,
}

/// Where a waiver holds. Several fields narrow it further.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Scope {
    /// In the clusters of this name; `*` stands for any text.
    #[schemars(example = &"shop-*")]
    pub cluster: Option<String>,
    /// In this namespace.
    #[schemars(example = &"monitoring")]
    pub namespace: Option<String>,
    /// On the nodes of this pool.
    #[schemars(example = &"workers")]
    pub pool: Option<String>,
    /// For this workload, as KIND/NAME. Admission spares a Pod by its name, and the pods that a DaemonSet, StatefulSet, ReplicaSet,
    /// ReplicationController or Job makes; of other kinds it cannot tell whose a pod is.
    #[schemars(example = &"DaemonSet/node-exporter")]
    pub workload: Option<String>,
    /// For this vulnerability, by its CVE id.
    #[schemars(example = &"CVE-2026-1234")]
    pub vulnerability: Option<String>,
}
