//! The objects of the cluster: kubectl applies them stage by stage as the report says, and the server keeps to them.

use std::{fs, process::Command};

use serde_json::json;

use crate::{node::run, programs::Built};

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

/// The stages in the order that the report gives.
fn stages(cluster: &Cluster) -> Vec<String> {
    let report = fs::read_to_string(cluster.node.tree.join("REPORT.md")).expect("a report");
    let step = report.lines().find(|line| line.contains("kubectl apply --server-side -k")).expect("a step for the objects");
    step.split('`').filter(|word| word.starts_with("k8s/")).map(str::to_owned).collect()
}

/// Every stage is taken by the server, twice, and by nobody's leave a second time differently.
pub(super) fn applied(cluster: &Cluster) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let stages = stages(cluster);
    let folders = fs::read_dir(cluster.node.tree.join("k8s")).expect("a folder").count();
    assert_eq!(stages.len(), folders, "the report names every stage: {stages:?}");
    for round in ["first", "second"] {
        for stage in &stages {
            match stage.as_str() {
                "k8s/policy-templates" => super::gatekeeper::definitions(cluster, &program),
                "k8s/policies" => super::gatekeeper::kinds(cluster, &program),
                _ => {}
            }
            let folder = cluster.node.tree.join(stage);
            let mut command = kubectl(cluster, &program);
            command.args(["apply", "--server-side", "--validate=strict", "-k"]).arg(&folder);
            eprintln!("{round} time {stage}: {}", run(&mut command).lines().count());
        }
    }
    refused(cluster, &program);
    labels(cluster);
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
