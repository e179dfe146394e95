//! What the docs show is true: every example builds, and so does the spec of the README.

use std::fs;

use crate::support::{DAY, harden, none, root};

#[test]
fn every_example_builds() {
    let mut wrong = Vec::new();
    let mut built = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        let out = tempfile::tempdir().unwrap();
        let output = harden(&folder, &["build", "--as-of", DAY, "--out", out.path().to_str().unwrap()]);
        built += fs::read_dir(out.path()).unwrap().count();
        if !output.status.success() || !output.stderr.is_empty() {
            wrong.push(format!("{}:\n{}", folder.display(), String::from_utf8_lossy(&output.stderr)));
        }
    }
    none(&wrong);
    assert!(built >= 6, "{built} clusters");
}

#[test]
fn the_spec_of_the_readme_builds() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let spec = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a spec in README.md");
    assert!(spec.lines().count() <= 20, "the smallest spec has at most 20 lines");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("out/my-cluster/kubeadm/init.yaml").exists());
}

/// What `harden init` prints builds without a word.
#[test]
fn what_init_writes_builds() {
    for platform in ["kubeadm", "eks", "aks"] {
        let folder = tempfile::tempdir().unwrap();
        let spec = harden(folder.path(), &["init", "--platform", platform, "--name", "first"]);
        fs::write(folder.path().join("cluster.yaml"), &spec.stdout).unwrap();
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
        assert!(output.status.success() && output.stderr.is_empty(), "{platform}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// `--from` takes version, endpoint and subnets of a live cluster.
#[test]
fn init_starts_from_a_live_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let live = root().join("examples/kubeadm/live/kubeadm.yaml");
    fs::copy(&live, folder.path().join("kubeadm.yaml")).unwrap();
    let spec = harden(folder.path(), &["init", "--from", "kubeadm.yaml"]);
    let text = String::from_utf8_lossy(&spec.stdout).into_owned();
    assert!(
        text.contains(r#"controlPlaneEndpoint: "api.shop.example:6443""#) && text.contains(r#"config: "kubeadm.yaml""#),
        "{text}"
    );
    fs::write(folder.path().join("cluster.yaml"), &text).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
