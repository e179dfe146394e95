//! Objects of the cluster: one kustomize tree for each stage, in the order in which they must be applied.

mod admission;
mod logging;
mod namespaces;
mod network;
mod network_engine;
mod observe;
mod observe_rbac;
mod policies;
mod rbac;

use crate::{
    base::{Artifact, FactId, Mode, Origin, OutPath},
    plan::Plan,
    yaml::{self, Out},
};

use super::{Mark, Target, head};

pub(crate) use network_engine::NAME as NETWORK_ENGINE;
pub use observe::ObjectKind;
pub(super) use observe::observe;

/// The kustomize trees.
pub(super) const TARGET: Target = Target {
    name: "k8s",
    wanted: |_| true,
    emit,
    marks: &[
        Mark { path: "k8s/*/kustomization.yaml", says: "kubectl apply --server-side -k k8s/" },
        Mark { path: "k8s/namespaces/namespaces.yaml", says: "The namespaces that the spec governs" },
        Mark { path: "k8s/admission/always-pull.yaml", says: admission::ALWAYS_PULL },
        Mark { path: "k8s/policy-templates/*", says: "For Gatekeeper" },
        Mark { path: "k8s/policies/*", says: "For Gatekeeper" },
        Mark { path: "k8s/network/**", says: "Network policies of" },
        Mark { path: "k8s/network-engine/auto-mode.yaml", says: network_engine::SWITCH },
        Mark { path: "k8s/rbac/service-accounts.yaml", says: rbac::ACCOUNTS },
        Mark { path: "k8s/rbac/roles.yaml", says: rbac::ROLES },
        Mark { path: "k8s/rbac/bindings.yaml", says: rbac::BINDINGS },
        Mark { path: "k8s/logging/log-collector.yaml", says: logging::AGENT },
    ],
};

/// The stages that people need before they are let in by another way than today.
pub(crate) const FOR_PEOPLE: [&str; 2] = ["namespaces", "rbac"];

/// A part of the objects that is applied as a whole, before the next one.
struct Stage {
    /// The name of its folder.
    name: &'static str,
    /// What it holds and what comes before it, for the head of its kustomization.
    purpose: fn(&[ObjectFile]) -> &'static str,
    /// Its files, in the order of the kustomization.
    files: fn(&Plan) -> Vec<ObjectFile>,
}

/// A file of objects.
struct ObjectFile {
    /// Its name, with the ending.
    name: String,
    /// What it is for, a paragraph each.
    purpose: Vec<String>,
    /// Its objects.
    documents: Vec<Out>,
}

/// Every stage, in the order in which they are applied.
const STAGES: &[Stage] = &[
    namespaces::STAGE,
    rbac::STAGE,
    network::STAGE,
    admission::STAGE,
    // The kinds of the constraints come with the templates.
    policies::TEMPLATES,
    policies::CONSTRAINTS,
    logging::STAGE,
    network_engine::STAGE,
];

/// The names of all stages, in the order in which they are applied.
#[must_use]
pub fn stage_names() -> Vec<&'static str> {
    STAGES.iter().map(|stage| stage.name).collect()
}

/// The names of the stages that a tree has, in the order in which they are applied.
#[must_use = "an iterator does nothing by itself"]
pub fn stages(artifacts: &[Artifact]) -> impl Iterator<Item = &'static str> {
    let is_there = |name: &str| {
        let list = format!("k8s/{name}/kustomization.yaml");
        artifacts.iter().any(|artifact| artifact.path.as_str() == list)
    };
    STAGES.iter().map(|stage| stage.name).filter(move |name| is_there(name))
}

/// The names of the stages that a plan has objects for, in the order in which they are applied.
pub(super) fn stages_of(plan: &Plan) -> Vec<&'static str> {
    STAGES.iter().filter(|stage| !(stage.files)(plan).is_empty()).map(|stage| stage.name).collect()
}

fn emit(plan: &Plan) -> Vec<Artifact> {
    STAGES.iter().flat_map(|stage| tree(stage, (stage.files)(plan))).collect()
}

/// The files of a stage with the kustomization that lists them; nothing where there are none.
fn tree(stage: &Stage, files: Vec<ObjectFile>) -> Vec<Artifact> {
    if files.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let kustomization = Out::map([
        ("apiVersion", Out::str("kustomize.config.k8s.io/v1beta1")),
        ("kind", Out::str("Kustomization")),
        ("resources", Out::list(names.iter().map(String::as_str))),
        // kubectl orders by kind and name otherwise: what denies would come before what allows.
        ("sortOptions", Out::map([("order", Out::str("fifo"))])),
    ]);
    let list = ObjectFile {
        name: "kustomization.yaml".to_owned(),
        purpose: vec![(stage.purpose)(&files).to_owned(), format!("    kubectl apply --server-side -k k8s/{}", stage.name)],
        documents: vec![kustomization],
    };
    std::iter::once((list, "kustomization"))
        .chain(files.into_iter().map(|file| (file, "kubernetes-object")))
        .filter_map(|(file, form)| artifact(stage, file, form))
        .collect()
}

/// A file of a stage; `form` is the fact that demands the lines nobody else asks for.
fn artifact(stage: &Stage, file: ObjectFile, form: &'static str) -> Option<Artifact> {
    let path = OutPath::new(&format!("k8s/{}/{}", stage.name, file.name)).ok()?;
    let head = head::lines(&file.purpose, &file.documents);
    let lines = yaml::write(&file.documents, &head, &Origin::shape(FactId(form)));
    Some(Artifact { path, mode: Mode::Plain, lines })
}

/// An object with its name and, where it lives in one, its namespace.
fn object(api_version: &str, kind: &str, name: &str, namespace: Option<&str>) -> Out {
    let mut metadata = Out::map([("name", Out::str(name))]);
    if let Some(namespace) = namespace {
        metadata.set("namespace", Out::str(namespace));
    }
    Out::map([("apiVersion", Out::str(api_version)), ("kind", Out::str(kind)), ("metadata", metadata)])
}
