//! Why a value is there: the cause behind every setting and every emitted line.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::SpecPath;

/// The stable id of a control, `topic/name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct ControlId(pub &'static str);

impl ControlId {
    /// The topic: what is configured (`apiserver`, `kubelet` ...).
    #[must_use]
    pub fn topic(self) -> &'static str {
        self.0.split_once('/').map_or(self.0, |(topic, _)| topic)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The id of a fact in `facts` (`kubeadm-static-pod`, `anon-probes` ...), whose sentence reports print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct FactId(pub &'static str);

/// What made somebody ask for a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A place in the cluster's spec.
    Spec(SpecPath),
    /// A profile and the place in it (`restricted`, `/select` or `/spec/logging`).
    Profile {
        /// The name of the profile.
        profile: Arc<str>,
        /// The place in the profile.
        path: SpecPath,
    },
    /// A place in the owner's own configuration (`kubeadm.yaml#/apiServer/certSANs`), carried unchanged.
    Owner(Arc<str>),
    /// The shape that the consumer itself demands; a fact says so (kubeadm's own `hostNetwork: true`).
    Shape(FactId),
    /// Follows from other settings (their keys).
    Derived(Arc<[String]>),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Spec(path) => write!(f, "spec {path}"),
            Cause::Profile { profile, path } => write!(f, "profile {profile} {path}"),
            Cause::Owner(place) => write!(f, "owner {place}"),
            Cause::Shape(fact) => write!(f, "shape {}", fact.0),
            Cause::Derived(keys) => write!(f, "derived {}", keys.join(", ")),
        }
    }
}

/// One reason for a value: the control that asked (none for pure shape and carried values) and what made it ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    /// The control, where one asked.
    pub control: Option<ControlId>,
    /// What made it ask.
    pub cause: Cause,
}

/// The origin of an emitted line: the setting it carries and every reason for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The key of the setting (`apiserver/flag/profiling`), where the line carries one.
    pub setting: Option<String>,
    /// Every reason, sorted, at least one.
    pub reasons: BTreeSet<Reason>,
}

impl Origin {
    /// The origin of lines that only the consumer's format asks for.
    #[must_use]
    pub fn shape(fact: FactId) -> Arc<Self> {
        Arc::new(Origin { setting: None, reasons: BTreeSet::from([Reason { control: None, cause: Cause::Shape(fact) }]) })
    }
}
