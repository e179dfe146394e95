//! The objects of the cluster: kubectl applies them stage by stage as the report says, and the server keeps to them.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{
    kustomize::trees,
    node::{Set, run},
    programs::Built,
};

use super::Cluster;

/// kubectl as an administrator of the cluster.
pub(super) fn kubectl(cluster: &Cluster, program: &Built) -> Command {
    let mut command = Command::new(program.path());
    command
        .env("HOME", cluster.node.scratch())
        .arg(format!("--cache-dir={}", cluster.node.scratch().join("kubectl-cache").display()))
        .arg(format!("--server=https://127.0.0.1:{}", cluster.client.port()))
        .arg(format!("--certificate-authority={}", cluster.node.path("/etc/kubernetes/pki/ca.crt").display()))
        .arg("--tls-server-name=kubernetes")
        .arg(format!("--client-certificate={}", cluster.admin.certificate().display()))
        .arg(format!("--client-key={}", cluster.admin.key().display()));
    command
}

/// The stages of a tree in the order that its report gives.
fn stages(tree: &Path) -> Vec<String> {
    let report = fs::read_to_string(tree.join("REPORT.md")).expect("a report");
    let step = report.lines().find(|line| line.contains("kubectl apply --server-side -k")).expect("a step for the objects");
    let stages: Vec<String> = step.split('`').filter(|word| word.starts_with("k8s/")).map(str::to_owned).collect();
    let folders = fs::read_dir(tree.join("k8s")).expect("a folder").count();
    assert_eq!(stages.len(), folders, "the report names every stage: {stages:?}");
    stages
}

/// A stage, applied as the report says, and strictly.
pub(super) fn apply(cluster: &Cluster, program: &Built, folder: &Path) -> Command {
    let mut command = kubectl(cluster, program);
    command.args(["apply", "--server-side", "--validate=strict", "-k"]).arg(folder);
    command
}

/// Every stage is taken by the server, twice; constraints before their kinds are there are not.
pub(super) fn applied(cluster: &Cluster) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let stages = stages(&cluster.node.tree);
    super::gatekeeper::definitions(cluster, &program);
    let early = apply(cluster, &program, &cluster.node.tree.join("k8s/policies")).output().expect("kubectl starts");
    assert!(!early.status.success(), "constraints were taken before their templates");
    for round in ["first", "second"] {
        for stage in &stages {
            let text = run(&mut apply(cluster, &program, &cluster.node.tree.join(stage)));
            eprintln!("{round} time {stage}: {}", text.lines().count());
            if stage == "k8s/policy-templates" {
                super::gatekeeper::kinds(cluster, &program, &cluster.node.tree);
            }
        }
    }
    refused(cluster, &program);
    super::gatekeeper::spoilt_are_refused(cluster, &program);
    labels(cluster);
}

/// The golden trees of the server's minor: other platforms emit other objects.
pub(super) fn elsewhere(cluster: &Cluster, set: &Set) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let minor = set.version.rsplit_once('.').expect("a version").0;
    for tree in trees().into_iter().filter(|tree| tree.to_string_lossy().contains(&format!("-{minor}/"))) {
        for stage in stages(&tree) {
            let folder = tree.join(&stage);
            let name = folder.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a golden tree").display();
            if holds(&folder, "apiVersion: projectcalico.org/") {
                eprintln!("{name}: not applied here, the definitions of Calico are in no module");
                continue;
            }
            eprintln!("{name}: {}", run(&mut apply(cluster, &program, &folder)).lines().count());
            if stage == "k8s/policy-templates" {
                super::gatekeeper::kinds(cluster, &program, &tree);
            }
        }
    }
}

/// Whether a file of the stage holds a text.
fn holds(stage: &Path, text: &str) -> bool {
    let mut files = fs::read_dir(stage).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.any(|file| fs::read_to_string(file).expect("a file").contains(text))
}

/// A field that does not exist is refused: the judge is awake.
fn refused(cluster: &Cluster, program: &Built) {
    let file = cluster.node.scratch().join("mutant.yaml");
    fs::write(&file, "apiVersion: v1\nkind: Namespace\nmetadata: { name: mutant, label: { a: b } }\n").expect("a file");
    let output = kubectl(cluster, program).args(["apply", "--server-side", "--validate=strict", "-f"]).arg(&file).output();
    assert!(!output.expect("kubectl starts").status.success(), "a misspelt field was taken");
}

/// The label of a namespace counts more than the default of the cluster.
fn labels(cluster: &Cluster) {
    let (client, admin) = (&cluster.client, Some(&cluster.admin));
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default" } });
    let answer = client.send(admin, "POST", "/api/v1/namespaces/labelled/serviceaccounts", Some(&account));
    assert!(matches!(answer.status, 201 | 409), "{}", answer.body);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "plain" },
        "spec": { "containers": [{ "name": "c", "image": "registry.example/app:1" }] },
    });
    let answer = client.send(admin, "POST", "/api/v1/namespaces/labelled/pods", Some(&pod));
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("restricted"), "{}", answer.body);
}
