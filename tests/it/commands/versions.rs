//! Kubernetes versions over several builds: up by one minor at a time, and how the report says to go there.

use std::{fs, path::Path};

use crate::{
    commands::small,
    managed::says,
    support::{harden, root},
};

/// Builds over what is there; gives the exit code and what was said.
fn build(folder: &Path, version: &str) -> (i32, String) {
    fs::write(folder.join("c.yaml"), small("c").replace("1.36.3", version)).unwrap();
    let run = harden(folder, &["build", "c.yaml", "--as-of", "2026-11-26", "--out", "out"]);
    (run.status.code().unwrap(), String::from_utf8(run.stderr).unwrap())
}

fn recorded(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("out/c/manifest.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap()["kubernetesVersion"].as_str().unwrap().to_owned()
}

#[test]
fn a_build_goes_up_one_minor_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let of = |version| build(folder.path(), version);
    assert_eq!(of("1.35.4").0, 0);
    let (code, said) = of("1.37.2");
    assert_eq!(code, 2, "{said}");
    for words in ["minor-skipped", "the last build was for Kubernetes 1.35.4", "write a version of 1.36", "c.yaml:"] {
        says(&said, words);
    }
    assert_eq!(recorded(folder.path()), "1.35.4", "nothing is written");
    for (version, back) in [("1.36.3", false), ("1.36.3", false), ("1.37.2", false), ("1.37.0", true), ("1.35.4", true)] {
        let (code, said) = of(version);
        assert_eq!((code, said.contains("version-back")), (0, back), "{version}: {said}");
        assert_eq!(recorded(folder.path()), version);
    }
}

/// A manifest of an earlier harden names no version: nothing is known, nothing is refused.
#[test]
fn a_manifest_without_a_version_refuses_none() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(build(folder.path(), "1.35.4").0, 0);
    let path = folder.path().join("out/c/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    let without: String =
        text.lines().filter(|line| !line.contains("kubernetesVersion")).map(|line| format!("{line}\n")).collect();
    assert_ne!(text, without);
    fs::write(&path, without).unwrap();
    let (code, said) = build(folder.path(), "1.37.2");
    assert_eq!(code, 0, "{said}");
}

/// API servers come before kubelets, and what kubeadm stores comes before what it writes.
#[test]
fn the_report_has_the_way_to_another_version() {
    let report = fs::read_to_string(root().join("golden/build/three-nodes-1.36/out/shop/REPORT.md")).unwrap();
    let list = report.split("\n### ").find(|part| part.starts_with("Another Kubernetes version")).expect("the list");
    let list = list.split("\n### ").next().unwrap().split("\n## ").next().unwrap();
    let order = [
        "One minor at a time",
        "with what its encryption needs",
        "install kubeadm 1.36.3",
        "kubeadm init phase upload-config kubeadm --config kubeadm/init.yaml",
        "kubeadm upgrade apply v1.36.3",
        "kubeadm upgrade node",
        "Kubelets when every API server runs 1.36.3",
        "from its step on the nodes on",
    ];
    let places: Vec<usize> =
        order.iter().map(|words| list.find(words).unwrap_or_else(|| panic!("`{words}` is not in:\n{list}"))).collect();
    assert!(places.is_sorted(), "{places:?} in:\n{list}");
    let running = report.split("\n### ").find(|part| part.starts_with("A running cluster")).unwrap();
    says(running.split("\n2. ").next().unwrap(), "(#another-kubernetes-version)");
}
