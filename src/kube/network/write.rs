//! Writing: the `spec` of a policy object.

use crate::yaml::Out;

use super::{Dialect, Labels, Policy, calico, cilium, kubernetes};

/// The `spec` of a policy object.
#[must_use]
pub fn spec(policy: &Policy) -> Out {
    match policy.dialect {
        Dialect::Kubernetes => kubernetes::spec(policy),
        Dialect::Cilium | Dialect::CiliumClusterwide => cilium::spec(policy),
        Dialect::CalicoGlobal => calico::spec(policy),
    }
}

/// Labels as a map, with a prefix before each key.
pub(super) fn labels(labels: &Labels, prefix: &str) -> Out {
    Out::map(labels.iter().map(|(key, value)| (format!("{prefix}{key}"), Out::str(value.as_str()))))
}
