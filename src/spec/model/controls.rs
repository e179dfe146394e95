//! Choices about controls, and accepted exceptions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::Date;

/// A choice about one control.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ControlChoice {
    /// Whether it is applied; `false` always comes with a waiver.
    pub apply: Option<bool>,
    /// The id of the waiver.
    pub waiver: Option<String>,
    /// Parameters by name.
    pub with: BTreeMap<String, Value>,
}

/// An accepted exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The id.
    pub id: String,
    /// The control.
    pub control: String,
    /// Where it holds.
    pub scope: Scope,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Date,
}

/// Where a waiver holds; nothing said means the whole cluster, several fields narrow it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// In clusters of this name (`*` for any text).
    pub cluster: Option<String>,
    /// In this namespace.
    pub namespace: Option<String>,
    /// On the nodes of this pool.
    pub pool: Option<String>,
    /// For this workload, KIND/NAME.
    pub workload: Option<String>,
    /// For this vulnerability.
    pub vulnerability: Option<String>,
}
