//! The components' own types read every emitted document strictly; a kubelet starts with its configuration up to the runtime's socket.

use std::{fs, path::Path, process::Command};

use harden::{
    diag::Source,
    yaml::{self, Node as Yaml},
};
use serde_json::{Value, json};

use crate::node::{AUTHORIZERS, ISSUER, KMS, Node, Set, sets};

/// Every YAML file of the tree that a component reads.
fn documents(tree: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["kubeadm", "control-plane/etc"] {
        for entry in walkdir::WalkDir::new(tree.join(folder)).sort_by_file_name() {
            let entry = entry.expect("a file");
            let name = entry.path().display().to_string();
            if entry.file_type().is_file() && name.ends_with(".yaml") && !name.ends_with("template.yaml") {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn documents_are_read_strictly() {
    for set in sets() {
        let (Some(kubeadm), Some(strict)) = (set.kube("kubeadm"), set.kube("strictdecode")) else { continue };
        let node = Node::new(set, &kubeadm);
        let files = documents(&node.tree);
        assert!(files.len() >= 8, "{files:?}");
        let mut files = files;
        files.push(node.path("/etc/kubernetes/encryption/encryption.yaml").display().to_string());
        let said = strict.must(&files);
        for kind in [
            "ClusterConfiguration",
            "InitConfiguration",
            "JoinConfiguration",
            "KubeletConfiguration",
            "KubeProxyConfiguration",
            "Policy",
            "AdmissionConfiguration",
            "PodSecurityConfiguration",
            "AuthenticationConfiguration",
            "EncryptionConfiguration",
        ] {
            assert!(said.lines().any(|line| line.starts_with("ok ") && line.ends_with(kind)), "{kind}: {said}");
        }
        eprintln!("the types of Kubernetes {} read {} emitted documents strictly", set.version, said.lines().count());
        mutants(&node, &strict, &MUTANTS);
        let node = Node::of(set, &kubeadm, &[AUTHORIZERS, ISSUER, KMS]);
        let said = strict.must(&documents(&node.tree));
        for (kind, file, holds) in [
            ("AuthorizationConfiguration", AUTHORIZATION, "type: RBAC"),
            ("AuthenticationConfiguration", AUTHENTICATION, "jwt:"),
            ("EncryptionConfiguration", ENCRYPTION, "kms:"),
        ] {
            let text = fs::read_to_string(node.tree.join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
            assert!(text.contains(holds), "{file} does not hold {holds}");
            assert!(said.lines().any(|line| line.starts_with("ok ") && line.ends_with(kind)), "{kind}: {said}");
        }
        mutants(&node, &strict, &MUTANTS_OF_FILES);
        eprintln!("the types of Kubernetes {} read authorizers, issuers and a key behind a plug-in strictly", set.version);
    }
}

const AUTHORIZATION: &str = "control-plane/etc/kubernetes/authorization/authorization.yaml";
const AUTHENTICATION: &str = "control-plane/etc/kubernetes/authentication/authentication.yaml";
const ENCRYPTION: &str = "control-plane/etc/kubernetes/encryption/encryption.yaml";

/// A file, what stands in it, and the misspelling of it that must be seen.
type Mutant = (&'static str, &'static str, &'static str);

const MUTANTS: [Mutant; 5] = [
    ("kubeadm/init.yaml", "readOnlyPort: 0", "readOnlyPorts: 0"),
    ("kubeadm/init.yaml", "metricsBindAddress:", "metricBindAddress:"),
    ("kubeadm/init.yaml", "controlPlaneEndpoint:", "controlPlaneEndpoints:"),
    ("control-plane/etc/kubernetes/audit/policy.yaml", "omitManagedFields:", "omitManagedField:"),
    ("control-plane/etc/kubernetes/admission/event-rate-limit.yaml", "burst:", "bursts:"),
];

const MUTANTS_OF_FILES: [Mutant; 4] = [
    (AUTHORIZATION, "type: Node", "kinds: Node"),
    (AUTHENTICATION, "audiences:", "audience:"),
    (AUTHENTICATION, "claimMappings:", "claimMapping:"),
    (ENCRYPTION, "endpoint:", "endpoints:"),
];

/// One misspelt field in each lenient file must be seen.
fn mutants(node: &Node, strict: &crate::programs::Built, mutants: &[Mutant]) {
    for (file, from, to) in mutants {
        let text = fs::read_to_string(node.tree.join(file)).expect("a file");
        assert!(text.contains(from), "{file} does not hold {from}");
        let spoilt = node.scratch().join("spoilt.yaml");
        fs::write(&spoilt, text.replacen(from, to, 1)).expect("written");
        let output = Command::new(strict.path()).arg(&spoilt).output().expect("starts");
        assert!(!output.status.success(), "{file}: {to} was taken");
    }
}

/// The document of a kind in the emitted kubeadm configuration.
fn document(node: &Node, kind: &str) -> Value {
    let text = fs::read_to_string(node.tree.join("kubeadm/init.yaml")).expect("a file");
    yaml::read(&Source::new("init.yaml", text))
        .into_iter()
        .filter_map(|document| document.root)
        .find(|root| root.get("kind").and_then(Yaml::as_str) == Some(kind))
        .map(|root| root.to_json())
        .expect("a document")
}

#[test]
fn a_kubelet_takes_its_configuration() {
    for set in sets() {
        let (Some(kubeadm), Some(kubelet)) = (set.kube("kubeadm"), set.kube("kubelet")) else { continue };
        let node = Node::new(set, &kubeadm);
        let log = start_kubelet(&node, set, &kubelet, |_| {});
        assert!(log.contains("validate service connection"), "kubelet {} stopped earlier:\n{log}", set.version);
        let spoilt = start_kubelet(&node, set, &kubelet, |config| config["tlsCipherSuites"] = json!(["TLS_NOT_A_SUITE"]));
        assert!(!spoilt.contains("validate service connection"), "an unknown suite was taken:\n{spoilt}");
        eprintln!("kubelet {} took its emitted configuration up to the runtime's socket", set.version);
    }
}

/// Runs the kubelet with the emitted configuration; only what needs a cluster or another machine is replaced.
fn start_kubelet(node: &Node, _set: &Set, kubelet: &crate::programs::Built, spoil: impl Fn(&mut Value)) -> String {
    let mut config = document(node, "KubeletConfiguration");
    config["authentication"]["webhook"]["enabled"] = json!(false);
    config["authentication"]["x509"]["clientCAFile"] = json!(node.path("/etc/kubernetes/pki/ca.crt"));
    config["authorization"]["mode"] = json!("AlwaysAllow");
    config["failCgroupV1"] = json!(false);
    config["containerRuntimeEndpoint"] = json!("unix:///nowhere/runtime.sock");
    spoil(&mut config);
    let file = node.scratch().join("kubelet.json");
    fs::write(&file, config.to_string()).expect("written");
    let state = node.scratch().join("kubelet");
    let output = Command::new("timeout")
        .arg("30")
        .arg(kubelet.path())
        .arg(format!("--config={}", file.display()))
        .arg(format!("--root-dir={}", state.display()))
        .arg(format!("--cert-dir={}", state.display()))
        .output()
        .expect("starts");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
