//! Service-account issuers over several builds: what an earlier one named stays good until the spec retires it.

use std::{fs, path::Path};

use crate::support::{harden, root};

const OWNER: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";

/// A folder with a cluster of three named control-plane nodes.
fn cluster(folder: &Path, version: &str, controls: &str) {
    let text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let nodes = "cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.1 }, { name: cp-2, address: 192.0.2.2 }]";
    let text = text
        .replace("VERSION", version)
        .replace("PROFILE", "baseline")
        .replacen("cidrs: [192.0.2.0/28]", nodes, 1)
        .replace("    cni:", "      config: owner.yaml\n    cni:");
    fs::write(folder.join("c.yaml"), format!("{text}{controls}")).unwrap();
}

/// Builds over what is there, with these issuers of the owner's.
fn build(folder: &Path, issuers: &[&str]) {
    let arguments: String =
        issuers.iter().map(|issuer| format!("    - {{ name: service-account-issuer, value: \"{issuer}\" }}\n")).collect();
    let arguments = if issuers.is_empty() { String::new() } else { format!("apiServer:\n  extraArgs:\n{arguments}") };
    fs::write(folder.join("owner.yaml"), format!("{OWNER}{arguments}")).unwrap();
    let output = harden(folder, &["build", "c.yaml", "--out", "out"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The issuers of the flag set, in their order.
fn emitted(folder: &Path) -> Vec<String> {
    let flags = fs::read_to_string(folder.join("out/matrix/control-plane/flags/kube-apiserver.flags")).unwrap();
    flags.lines().filter_map(|line| line.strip_prefix("--service-account-issuer=")).map(str::to_owned).collect()
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("out/matrix").join(name)).unwrap()
}

const X: &str = "https://x.example";
const Y: &str = "https://y.example";
const OWN: &str = "https://kubernetes.default.svc.cluster.local";

#[test]
fn an_issuer_that_changes_stays_second() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    cluster(folder, "1.36.3", "");
    build(folder, &[X]);
    assert_eq!(emitted(folder), [X]);
    assert!(harden(folder, &["build", "c.yaml", "--out", "before"]).status.success());
    build(folder, &[Y]);
    assert_eq!(emitted(folder), [Y, X], "the first one signs");
    let kubeadm = read(folder, "kubeadm/init.yaml");
    assert!(kubeadm.find(Y).unwrap() < kubeadm.find(X).unwrap(), "{kubeadm}");
    let pod = read(folder, "control-plane/cp-2/manifests/kube-apiserver.yaml");
    assert!(pod.find(Y).unwrap() < pod.find(X).unwrap(), "{pod}");
    let report = read(folder, "REPORT.md");
    assert!(report.contains(&format!("retired-issuers: [{X}]")), "{report}");
    // A rebuild keeps it, a check finds nothing to do, and the tree says what is planned.
    build(folder, &[Y]);
    assert_eq!(emitted(folder), [Y, X]);
    for call in [&["build", "c.yaml", "--check", "--out", "out"][..], &["verify", "out/matrix", "--spec", "c.yaml"][..]] {
        let output = harden(folder, call);
        assert!(output.status.success(), "{call:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let check = harden(folder, &["check", "out/matrix/control-plane", "--spec", "c.yaml", "--format", "json"]);
    assert!(!String::from_utf8_lossy(&check.stdout).contains("service-account-issuer"), "an old issuer is no finding");
    let diff = harden(folder, &["diff", "before/matrix", "out/matrix"]);
    let diff = String::from_utf8(diff.stdout).unwrap();
    assert!(diff.contains(&format!("{Y}, then {X}")), "{diff}");
    assert!(diff.contains("service-account-issuer"), "{diff}");
    // Without the owner's file the issuer of kubeadm signs, and both others stay.
    build(folder, &[]);
    assert_eq!(emitted(folder), [OWN, Y, X]);
    // Back again: none is named twice.
    build(folder, &[X]);
    assert_eq!(emitted(folder), [X, OWN, Y]);
    // The spec retires them; once they are gone, the word may go.
    cluster(
        folder,
        "1.36.3",
        &format!("  controls: {{ apiserver/service-account-keys: {{ with: {{ retired-issuers: [\"{OWN}\", \"{Y}\"] }} }} }}\n"),
    );
    build(folder, &[X]);
    assert_eq!(emitted(folder), [X]);
    cluster(folder, "1.36.3", "");
    build(folder, &[X]);
    assert_eq!(emitted(folder), [X]);
    assert!(!read(folder, "REPORT.md").contains("retired-issuers"));
}

/// kubeadm of these versions sorts repeated arguments by value: a patch puts the signer first again.
#[test]
fn the_signer_is_first_where_kubeadm_sorts() {
    let folder = tempfile::tempdir().unwrap();
    cluster(folder.path(), "1.34.3", "");
    build(folder.path(), &[X]);
    build(folder.path(), &[Y]);
    let patch = read(folder.path(), "kubeadm/patches/kube-apiserver0+json.yaml");
    assert!(patch.contains(X) && patch.contains(Y), "{patch}");
    let pod = read(folder.path(), "control-plane/cp-1/manifests/kube-apiserver.yaml");
    assert!(pod.find(Y).unwrap() < pod.find(X).unwrap(), "{pod}");
}

/// A new issuer is announced second before it signs.
#[test]
fn an_announced_issuer_moves_first() {
    let folder = tempfile::tempdir().unwrap();
    cluster(folder.path(), "1.36.3", "");
    build(folder.path(), &[X, Y]);
    assert_eq!(emitted(folder.path()), [X, Y]);
    build(folder.path(), &[Y]);
    assert_eq!(emitted(folder.path()), [Y, X]);
}
