//! Feature gates and admission plugins inside of values: a name that the version does not know stops its program, and so does the
//! other value of a locked gate.

use std::fs;

use serde_json::Value;

use crate::support::{DAY, harden, none, root};

/// What is said of names that the version does not have, in a file against a cluster of a version.
fn told(version: &str, file: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let spec = fs::read_to_string(root().join("golden/check/older-cluster/harden.yaml")).unwrap();
    fs::write(folder.path().join("c.yaml"), spec.replace("1.28.3", version)).unwrap();
    fs::write(folder.path().join("file.yaml"), file).unwrap();
    let output = harden(folder.path(), &["check", "file.yaml", "--spec", "c.yaml", "--as-of", DAY, "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = value["findings"].as_array().unwrap().iter();
    let of_version = findings.filter(|finding| finding["control"] == "not-in-version");
    of_version.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

fn pod(program: &str, argument: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: {program}, namespace: kube-system, labels: {{ component: {program} }} }}\n\
         spec:\n  containers:\n    - name: {program}\n      image: registry.k8s.io/{program}:v1\n      command: [{program}, \"{argument}\"]\n"
    )
}

fn kubeadm(argument: &str, value: &str) -> String {
    format!(
        "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer: {{ extraArgs: {{ {argument}: \"{value}\" }} }}\n"
    )
}

fn kubelet(kind: &str, gates: &str) -> String {
    let group = if kind == "KubeletConfiguration" { "kubelet.config.k8s.io/v1beta1" } else { "kubeproxy.config.k8s.io/v1alpha1" };
    format!("apiVersion: {group}\nkind: {kind}\nfeatureGates: {{ {gates} }}\n")
}

#[test]
fn names_inside_of_values_are_judged() {
    let (api, kcm) = ("kube-apiserver", "kube-controller-manager");
    let mut wrong = Vec::new();
    for (version, file, expected) in [
        ("1.28.9", pod(api, "--feature-gates=PodSecurity=true"), &["gate `PodSecurity` is gone since"][..]),
        ("1.28.9", pod(kcm, "--feature-gates=PodSecurity=true"), &["gate `PodSecurity` is gone since"]),
        ("1.36.3", pod(api, "--feature-gates=Foo=true,NodeSwap=true"), &["gate `Foo` does not exist"]),
        ("1.36.3", pod(api, "--feature-gates=kube:Foo=true"), &["gate `Foo` does not exist"]),
        ("1.36.3", pod(api, "--feature-gates=GitRepoVolumeDriver=true"), &["gate `GitRepoVolumeDriver` is locked to false"]),
        ("1.36.3", pod(api, "--feature-gates=AllAlpha=false"), &[]),
        ("1.36.3", pod("kube-scheduler", "--feature-gates=Foo=true"), &["gate `Foo` does not exist"]),
        (
            "1.28.9",
            pod(api, "--enable-admission-plugins=NodeRestriction,DenyEscalatingExec"),
            &["admission plugin `DenyEscalatingExec` is gone since 1.21"],
        ),
        ("1.36.3", pod(api, "--enable-admission-plugins=NodeRestriction,Foo"), &["admission plugin `Foo` does not exist"]),
        ("1.36.3", pod(api, "--disable-admission-plugins=Foo"), &["admission plugin `Foo` does not exist"]),
        ("1.36.3", pod(api, "--enable-admission-plugins=NodeRestriction,PodNodeSelector"), &[]),
        ("1.36.3", kubeadm("feature-gates", "Foo=true"), &["gate `Foo` does not exist"]),
        ("1.28.9", kubeadm("enable-admission-plugins", "NodeRestriction,Foo"), &["admission plugin `Foo` does not exist"]),
        ("1.36.3", kubelet("KubeletConfiguration", "SeccompDefault: true"), &["gate `SeccompDefault` is gone since"]),
        ("1.36.3", kubelet("KubeletConfiguration", "RotateKubeletServerCertificate: true"), &[]),
        ("1.36.3", kubelet("KubeProxyConfiguration", "Foo: true"), &["gate `Foo` does not exist"]),
        // kubelet and kube-proxy go on without a field that they do not know.
        (
            "1.36.3",
            kubelet("KubeletConfiguration", "").replace("featureGates: {  }", "readonlyPort: 0"),
            &["the field `readonlyPort` does not exist: the program starts without it"],
        ),
        (
            "1.36.3",
            kubelet("KubeProxyConfiguration", "").replace("featureGates: {  }", "foo: 1"),
            &["the field `foo` does not exist: the program starts without it"],
        ),
    ] {
        let found = told(version, &file);
        let same = found.len() == expected.len() && found.iter().zip(expected).all(|(found, part)| found.starts_with(part));
        if !same {
            wrong.push(format!("{version}\n{file}{found:?}, expected {expected:?}"));
        }
    }
    none(&wrong);
}
