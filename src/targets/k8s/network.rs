//! Network policies: a file for each namespace, and one for the whole cluster.

use std::collections::BTreeMap;

use crate::{
    kube::network::{Policy, PolicyId, spec},
    plan::{Held, Plan, policy_key},
    targets::origins,
    yaml::Out,
};

use super::{ObjectFile, Stage, object};

pub(super) const STAGE: Stage = Stage {
    name: "network",
    purpose: |_| {
        "Network policies: what is denied, and the flows that may pass. Applied when the namespaces are there, before anything that they \
        must not cut off is started."
    },
    files,
};

fn files(plan: &Plan) -> Vec<ObjectFile> {
    let mut by_namespace: BTreeMap<Option<&str>, Vec<(&PolicyId, &Held<Policy>)>> = BTreeMap::new();
    for (id, held) in &plan.network.policies {
        by_namespace.entry(id.namespace.as_deref()).or_default().push((id, held));
    }
    by_namespace.into_iter().map(|(namespace, policies)| file(namespace, policies)).collect()
}

/// What denies comes last: what may pass is known before.
fn file(namespace: Option<&str>, mut policies: Vec<(&PolicyId, &Held<Policy>)>) -> ObjectFile {
    policies.sort_by_key(|(id, _)| (id.name.starts_with("default-deny"), *id));
    let (name, whose) = match namespace {
        Some(namespace) => (format!("namespace-{namespace}.yaml"), format!("namespace {namespace}")),
        None => ("cluster.yaml".to_owned(), "the whole cluster".to_owned()),
    };
    let purpose = vec![
        format!(
            "Network policies of {whose}. Ports are those of pods, not of Services; pods in the host network are held by none."
        ),
        "Connections that must and must not pass are in tests/connectivity.csv.".to_owned(),
    ];
    ObjectFile { name, purpose, documents: policies.into_iter().map(|(id, held)| document(id, held)).collect() }
}

fn document(id: &PolicyId, held: &Held<Policy>) -> Out {
    let mut out = object(id.dialect.api_version(), id.dialect.kind(), &id.name, id.namespace.as_deref());
    out.set("spec", spec(&held.value));
    out.with(&origins::setting(&policy_key(id), held))
}
