//! The `check` map of a workspace: what it says of no cluster is told, never passed over.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::support::{DAY, harden};

const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n";

fn workspace(map: &str) -> String {
    format!(
        "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: {{ name: fleet }}\n\
         spec:\n  clusters: [\"clusters/*.yaml\"]\n  check: {map}\n"
    )
}

/// A workspace with two clusters and files for both.
fn fleet(map: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "harden.yaml", &workspace(map));
    put(folder.path(), "clusters/shop.yaml", &super::super::commands::small("shop-prod"));
    put(folder.path(), "clusters/bank.yaml", &super::super::commands::small("bank-prod"));
    for name in ["shop/a.yaml", "shop/b.yaml", "shop/c.yaml", "bank/d.yaml", "bank/e.yaml"] {
        put(folder.path(), &format!("apps/{name}"), KUBELET);
    }
    folder
}

const BOTH: &str =
    "[{ paths: [\"apps/shop/**\"], clusters: [\"shop-*\"] }, { paths: [\"apps/bank/**\"], clusters: [bank-prod] }]";

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, Value) {
    let Output { status, stdout, stderr } = harden(folder, &[arguments, &["--as-of", DAY]].concat());
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code(), said, serde_json::from_slice(&stdout).unwrap_or_default())
}

#[test]
fn a_cluster_that_is_not_there_is_a_mistake_of_the_call() {
    let folder = fleet(BOTH);
    let (code, said, _) = run(folder.path(), &["check", "--cluster", "nosuch"]);
    assert!(code == Some(2) && said.contains("no cluster `nosuch` in `./harden.yaml`"), "{said}");
    let (code, said, _) = run(folder.path(), &["check", "--cluster", "bank-prod"]);
    assert!(code == Some(1) && said.contains("apps/bank/d.yaml:3:15"), "{said}");
    assert!(said.contains("the workspace's `check` map says that it does not go to `bank-prod`"), "{said}");
}

#[test]
fn a_cluster_that_was_renamed_does_not_switch_its_files_off() {
    let folder = fleet(BOTH);
    assert_eq!(run(folder.path(), &["build", "--out", "out"]).0, Some(0));
    put(folder.path(), "clusters/shop.yaml", &super::super::commands::small("shap-prod"));
    for arguments in [&["check"][..], &["check", "apps/shop"], &["build", "--out", "out"]] {
        let (code, said, _) = run(folder.path(), arguments);
        assert!(code == Some(2) && said.contains("`shop-*` in the `check` map fits no cluster of the workspace"), "{said}");
        assert!(said.contains("harden.yaml:6:") && said.contains("bank-prod, shap-prod"), "{said}");
    }
    // Of one cluster alone it is not known which others there are.
    assert_eq!(run(folder.path(), &["build", "clusters/bank.yaml", "--out", "out"]).0, Some(0));
}

#[test]
fn standard_input_without_a_cluster_is_a_mistake_of_the_call() {
    let folder = fleet(BOTH);
    let piped = |more: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
            .args(["check", "-", "--as-of", DAY])
            .args(more)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(KUBELET.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, said) = piped(&[]);
    assert!(code == Some(2) && said.contains("standard input") && said.contains("--spec FILE"), "{said}");
    assert_eq!(piped(&["--spec", "clusters/shop.yaml"]).0, Some(1));
    put(folder.path(), "harden.yaml", &workspace("[{ paths: [\"**\"], clusters: [\"*\"] }]"));
    assert_eq!(piped(&[]).0, Some(1));
}

/// Every file counts once, however many clusters it goes to.
#[test]
fn files_of_several_clusters_are_added_up() {
    let folder = fleet(BOTH);
    let (_, said, found) = run(folder.path(), &["check", "apps", "--format", "json"]);
    let summary = &found["summary"];
    assert_eq!((&summary["files"], &summary["documents"], &summary["objects"]), (&5.into(), &5.into(), &5.into()), "{said}");
    put(folder.path(), "harden.yaml", &workspace("[{ paths: [\"apps/**\"], clusters: [\"*\"] }]"));
    let (_, said, found) = run(folder.path(), &["check", "apps", "--format", "json"]);
    let summary = &found["summary"];
    assert_eq!((&summary["files"], &summary["documents"], &summary["objects"]), (&5.into(), &5.into(), &5.into()), "{said}");
}

#[test]
fn a_workspace_that_a_nearer_one_hides_is_named() {
    let folder = fleet(BOTH);
    put(folder.path(), "apps/shop/harden.yaml", &workspace("[{ paths: [\"x/**\"], clusters: [\"*\"] }]"));
    put(folder.path(), "apps/shop/clusters/own.yaml", &super::super::commands::small("own"));
    let (code, said, _) = run(&folder.path().join("apps/shop"), &["check"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("notice [plan]: the `check` map of `../../harden.yaml` names 5 files of this call too"), "{said}");
    let (_, said, _) = run(folder.path(), &["check"]);
    assert!(!said.contains("names 5 files"), "{said}");
}
