//! The governed namespaces with their labels.

use crate::{
    plan::{NamespacePlan, Plan, label_key},
    targets::origins,
    yaml::Out,
};

use super::{ObjectFile, Stage, object};

pub(super) const STAGE: Stage =
    Stage { name: "namespaces", purpose: |_| "The namespaces that the spec governs, with their labels. Applied first.", files };

fn files(plan: &Plan) -> Vec<ObjectFile> {
    if plan.namespaces.is_empty() {
        return Vec::new();
    }
    let documents = plan.namespaces.iter().map(|(name, namespace)| document(name, namespace)).collect();
    let purpose = [
        "The namespaces that the spec governs. A label is merged into a namespace that exists already; labels and annotations of others stay \
         as they are with `--server-side`.",
        "Never prune or delete from this list: deleting a namespace deletes everything in it.",
    ];
    vec![ObjectFile { name: "namespaces.yaml".to_owned(), purpose: purpose.map(str::to_owned).into(), documents }]
}

fn document(name: &str, namespace: &NamespacePlan) -> Out {
    let mut out = object("v1", "Namespace", name, None);
    if let Some(metadata) = out.get_mut("metadata")
        && !namespace.labels.is_empty()
    {
        let label = |(label, held): (&String, &crate::plan::Held<String>)| {
            (label.clone(), Out::str(held.value.as_str()).with(&origins::setting(&label_key(name, label), held)))
        };
        metadata.set("labels", Out::map(namespace.labels.iter().map(label)));
    }
    out.with(&origins::of_reasons(None, namespace.reasons.clone()))
}
