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
    let mut stages: Vec<String> = Vec::new();
    for word in step.split('`').filter(|word| word.starts_with("k8s/")) {
        if !stages.iter().any(|stage| stage == word) {
            stages.push(word.to_owned());
        }
    }
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
    super::network::definitions(cluster, &program);
    let minor = set.version.rsplit_once('.').expect("a version").0;
    for tree in trees().into_iter().filter(|tree| tree.to_string_lossy().contains(&format!("-{minor}/"))) {
        for stage in stages(&tree) {
            let folder = tree.join(&stage);
            let name = folder.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a golden tree").display();
            eprintln!("{name}: {}", run(&mut apply(cluster, &program, &folder)).lines().count());
            if stage == "k8s/policy-templates" {
                super::gatekeeper::kinds(cluster, &program, &tree);
            }
        }
    }
}

/// Argo CD's own objects of its example, against its definitions, and the waves that they bring.
pub(super) fn argo_cd(cluster: &Cluster) {
    let Some(program) = crate::programs::find("k136", "kubectl") else { return };
    let folder = cluster.node.scratch().join("argocd");
    crate::argocd::example(&folder);
    let crds = crate::argocd::definitions();
    for name in ["application-crd.yaml", "appproject-crd.yaml"] {
        define(cluster, &program, &crds.join(name));
    }
    run(kubectl(cluster, &program).args(["create", "namespace", "argocd"]));
    let strictly = |file: &Path| {
        let mut command = kubectl(cluster, &program);
        command.args(["apply", "--server-side", "--validate=strict", "-f"]).arg(file);
        command
    };
    eprintln!("Argo CD: {}", run(&mut strictly(&folder.join("argocd"))).lines().count());
    let mutants = [
        ("application.yaml", "syncOptions:", "syncOption:"),
        ("application.yaml", "repoURL:", "repoUrl:"),
        ("application.yaml", "limit: 10", "limit: \"10\""),
        ("project.yaml", "clusterResourceWhitelist:", "clusterResourcesWhitelist:"),
        ("project.yaml", "kind: Namespace", "kinds: Namespace"),
    ];
    for (file, from, to) in mutants {
        let text = fs::read_to_string(folder.join("argocd").join(file)).expect("a file");
        assert!(text.contains(from), "{file} does not hold {from}");
        let spoilt = cluster.node.scratch().join("spoilt.yaml");
        fs::write(&spoilt, text.replacen(from, to, 1)).expect("a file");
        assert!(!strictly(&spoilt).output().expect("kubectl starts").status.success(), "{file}: `{to}` was taken");
    }
    super::gatekeeper::kinds(cluster, &program, &folder.join("out/shop-argocd"));
    let text = run(&mut apply(cluster, &program, &folder.join("stages")));
    eprintln!("the waves of Argo CD: {}", text.lines().count());
}

/// Has the server serve the kinds of a file of definitions.
pub(super) fn define(cluster: &Cluster, program: &Built, file: &Path) {
    run(kubectl(cluster, program).args(["apply", "--server-side", "-f"]).arg(file));
    run(kubectl(cluster, program).args(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]));
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
