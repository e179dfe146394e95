//! The proof of API versions: every object that is to be applied, read back from its bytes, is one that the API server of the cluster serves.

use crate::{
    base::{Artifact, Minor},
    diag::Source,
    facts,
    yaml::{self, Node},
};

/// The folder of the objects that are applied.
const APPLIED: &str = "k8s/";

/// Objects that the API server of a minor does not serve, and documents that name none; nothing where it takes them all. A row is a bug of
/// ours. Kinds of other projects come with their definitions and follow no version of Kubernetes.
#[must_use]
pub fn unserved(minor: Minor, artifacts: &[Artifact]) -> Vec<String> {
    let files = artifacts.iter().filter(|file| file.path.as_str().starts_with(APPLIED) && file.path.as_str().ends_with(".yaml"));
    files.flat_map(|file| of_file(minor, file.path.as_str(), file.text())).collect()
}

fn of_file(minor: Minor, name: &str, text: &str) -> Vec<String> {
    let documents = yaml::read(&Source::new(name, text));
    let roots = documents.iter().filter_map(|document| document.root.as_ref());
    roots.filter_map(|root| refusal(minor, root)).map(|why| format!("{name}: {why}")).collect()
}

fn refusal(minor: Minor, root: &Node) -> Option<String> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let (api, kind) = (text("apiVersion"), text("kind"));
    if facts::is_foreign_api(api) {
        return None;
    }
    facts::object_api(api, kind, minor).refusal().map(|why| format!("`{kind}` of `{api}` {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(minor: u16, text: &str) -> Vec<String> {
        of_file(Minor(minor), "k8s/a/a.yaml", text)
    }

    #[test]
    fn what_is_not_served_is_found() {
        let policy = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: { name: a }\n";
        assert_eq!(
            found(35, policy),
            ["k8s/a/a.yaml: `MutatingAdmissionPolicy` of `admissionregistration.k8s.io/v1` exists only from 1.36 on"]
        );
        assert!(found(36, policy).is_empty());
        assert_eq!(found(38, policy).len(), 1, "what no row covers is not taken for served");
        let two = "apiVersion: v1\nkind: Namespace\n---\napiVersion: batch/v1beta1\nkind: CronJob\n";
        assert_eq!(found(36, two), ["k8s/a/a.yaml: `CronJob` of `batch/v1beta1` does not exist"]);
        assert_eq!(found(36, "kind: Namespace\n").len(), 1);
        assert!(found(31, "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: HardenPrivileged\n").is_empty());
    }
}
