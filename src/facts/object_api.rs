//! Objects that the API server serves, with the version of their group, by minor.

use super::{
    Lookup,
    row::{Period, Row},
    tables,
};
use crate::base::Minor;

/// The resources of the core group that the API server stores (kubernetes/api, core/v1, source 1.36.3; no minor from 1.20 on adds or drops one).
pub const CORE_RESOURCES: [&str; 15] = [
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "podtemplates",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "serviceaccounts",
    "services",
];

/// A row of the table of objects.
#[derive(Debug)]
pub(super) struct ObjectRow {
    pub(super) name: &'static str,
    pub(super) api: &'static str,
    pub(super) kind: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
}

impl Row for ObjectRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
}

/// What the API server of a minor knows of an object: the name of its `apiVersion` and its kind.
#[must_use]
pub fn object_api(api_version: &str, kind: &str, minor: Minor) -> Lookup<(&'static str, &'static str)> {
    tables::OBJECTS.find(&format!("{api_version} {kind}"), minor).map(|row| (row.api, row.kind))
}

/// Groups of other projects, whose kinds come with a custom resource or stay with a client, and follow no version of Kubernetes.
const FOREIGN: &[&str] = &[
    "cilium.io",
    "constraints.gatekeeper.sh",
    "kustomize.config.k8s.io",
    "mutations.gatekeeper.sh",
    "projectcalico.org",
    "syncset.gatekeeper.sh",
    "templates.gatekeeper.sh",
];

/// Whether the group of an `apiVersion` is one of another project, that no table of Kubernetes can know.
#[must_use]
pub fn is_foreign_api(api_version: &str) -> bool {
    api_version.split_once('/').is_some_and(|(group, _)| FOREIGN.contains(&group))
}

/// Kinds of which an `apiVersion` has ended before the oldest minor of the tables, with the first minor without it: the guide to
/// removed API versions of Kubernetes and the release notes of GKE 1.16, read in public text 2026-11-27.
const GONE: &[(&str, &str, Minor)] = &[
    ("extensions/v1beta1", "DaemonSet", Minor(16)),
    ("extensions/v1beta1", "Deployment", Minor(16)),
    ("extensions/v1beta1", "NetworkPolicy", Minor(16)),
    ("extensions/v1beta1", "PodSecurityPolicy", Minor(16)),
    ("extensions/v1beta1", "ReplicaSet", Minor(16)),
];

/// The first minor whose API server no longer serves a kind under an `apiVersion`, where no minor of the tables does.
#[must_use]
pub fn object_api_gone(api_version: &str, kind: &str) -> Option<Minor> {
    GONE.iter().find(|(api, name, _)| (*api, *name) == (api_version, kind)).map(|(_, _, minor)| *minor)
}

/// Every `apiVersion` with a kind that is served at a minor, sorted; none where the table does not cover the minor.
pub fn object_apis(minor: Minor) -> impl Iterator<Item = (&'static str, &'static str)> {
    tables::OBJECTS.at(minor).map(|row| (row.api, row.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_mutate_come_with_1_36() {
        let api = "admissionregistration.k8s.io/v1";
        let found = |kind: &str, minor: u16| object_api(api, kind, Minor(minor));
        assert_eq!(found("MutatingAdmissionPolicy", 35), Lookup::NotYet { since: Minor(36) });
        assert_eq!(found("MutatingAdmissionPolicy", 36), Lookup::Known((api, "MutatingAdmissionPolicy")));
        assert_eq!(found("ValidatingAdmissionPolicyBinding", 29), Lookup::NotYet { since: Minor(30) });
        assert_eq!(found("MutatingAdmissionPolicy", 38), Lookup::NotCovered);
        assert!(matches!(object_api("apps/v1beta1", "DaemonSet", Minor(36)), Lookup::Unknown { .. }));
        assert!(matches!(object_api("v1", "Namespaces", Minor(36)), Lookup::Unknown { nearest: Some("v1 Namespace") }));
    }

    #[test]
    fn what_is_foreign_is_in_no_row() {
        assert!(is_foreign_api("constraints.gatekeeper.sh/v1beta1"));
        for (api, kind) in object_apis(Minor(37)) {
            assert!(!is_foreign_api(api), "{api} {kind}");
        }
    }
}
