//! What looks as if nobody reads it, and is applied all the same: it is judged, or said not to be.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{DAY, harden};

/// A pod that every policy refuses.
pub(super) const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: bad, namespace: shop }\nspec:\n  hostPID: true\n  \
    containers: [{ name: a, image: evil.example.com/a, securityContext: { privileged: true } }]\n";

/// One that nobody minds, as the kubelet starts it.
const HARMLESS: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: good, namespace: kube-system }\nspec:\n  \
    containers: [{ name: a, image: registry.example.com/a }]\n";

pub(super) const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

fn spec() -> String {
    format!(
        "{}  controls: {{ policy/privileged: {{ apply: true }} }}\n  \
         policies: {{ engines: {{ gatekeeper: {{ version: \"3.20\", installed: values }} }}, failure: closed }}\n",
        super::super::commands::small("shop")
    )
}

fn put(folder: &Path, files: &[(&str, &str)]) {
    fs::write(folder.join("cluster.yaml"), spec()).unwrap();
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn judged(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = harden(folder, &[&["check", "--as-of", DAY, "--format", "json"][..], arguments].concat());
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code(), value)
}

pub(super) fn by_spec(files: &[(&str, &str)]) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), files);
    judged(folder.path(), &["apps", "--spec", "cluster.yaml"])
}

/// Whether a list has an entry of a file whose text holds a word.
pub(super) fn says(list: &Value, file: &str, word: &str) -> bool {
    let of = |entry: &&Value| entry["file"] == file && entry.to_string().contains(word);
    list.as_array().unwrap().iter().any(|entry| of(&entry))
}

#[test]
fn what_no_program_of_a_node_reads_is_judged_as_a_manifest() {
    let second = format!("{KUBELET}---\n{POD}");
    let pods = format!("{HARMLESS}---\n{POD}");
    let (second, pods) = (second.as_str(), pods.as_str());
    let cases: [&[(&str, &str)]; 8] = [
        &[("apps/shop/etc/kubernetes/manifests/ok.yaml", HARMLESS), ("apps/shop/etc/kubernetes/bad.yaml", POD)],
        &[("apps/shop/etc/kubernetes/manifests/.keep", ""), ("apps/shop/etc/kubernetes/bad.yaml", POD)],
        &[("apps/shop/etc/kubernetes/manifests/.bad.yaml", POD)],
        &[("apps/shop/etc/kubernetes/manifests/below/bad.yaml", POD)],
        &[("apps/shop/etc/kubernetes/manifests/bad.yaml", pods)],
        &[("apps/shop/var/lib/kubelet/config.yaml", KUBELET), ("apps/shop/var/lib/kubelet/bad.yaml", POD)],
        &[("apps/shop/var/lib/kubelet/config.yaml", second)],
        &[("apps/shop/var/lib/kubelet/config.yaml", POD)],
    ];
    for files in cases {
        let (code, found) = by_spec(files);
        let told = says(&found["findings"], files.last().unwrap().0, "policy/privileged");
        assert!(code == Some(1) && told, "{files:?}: {found}");
        // A profile in place of a cluster has no programs at all.
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), files);
        let (code, found) = judged(folder.path(), &["apps", "--profile", "restricted", "--kubernetes", "1.36"]);
        let told = says(&found["findings"], files.last().unwrap().0, "policy/privileged");
        assert!(code == Some(1) && told, "{files:?}: {found}");
    }
}

#[test]
fn what_lies_on_a_node_and_is_no_object_is_said() {
    let streams = format!("{KUBELET}---\nnote: more\n");
    let backup = format!("{HARMLESS}---\nnote: more\n");
    let (_, found) = by_spec(&[
        ("apps/etc/kubernetes/manifests/etcd.yaml.bak", &backup),
        ("apps/etc/kubernetes/note.yaml", "note: this\n"),
        ("apps/etc/kubernetes/old.yaml", KUBELET),
        ("apps/var/lib/kubelet/config.yaml", &streams),
    ]);
    let skipped = &found["summary"]["skipped"];
    assert!(says(skipped, "apps/etc/kubernetes/manifests/etcd.yaml.bak", "only the first document of a static pod"), "{found}");
    assert!(says(skipped, "apps/var/lib/kubelet/config.yaml", "takes only its first document"), "{found}");
    assert!(says(skipped, "apps/etc/kubernetes/note.yaml", "no program of the node is told to read it"), "{found}");
    assert!(says(skipped, "apps/etc/kubernetes/old.yaml", "no program of the node is told to read it"), "{found}");
    assert!(!says(&found["findings"], "apps/etc/kubernetes/old.yaml", ""), "{found}");
    assert_eq!(found["summary"]["documents"], 4, "{found}");
}

#[test]
fn a_kustomization_that_does_more_than_list_files_cannot_be_told() {
    let kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    for (name, text, word) in [
        ("kustomization.yaml", "namespace: kube-system\n", "`namespace`"),
        ("kustomization.yaml", "images: [{ name: a, newName: evil.example.com/a }]\n", "`images`"),
        ("kustomization.yaml", "patches: [{ patch: \"{}\" }]\n", "`patches`"),
        ("kustomization.yaml", "helmCharts: [{ name: a }]\n", "`helmCharts`"),
        ("kustomization.yaml", "components: [../c]\n", "`components`"),
        ("kustomization.yaml", "replacements: [{ path: r.yaml }]\n", "`replacements`"),
        ("kustomization.yaml", "resources: [a.yaml, https://example.com/a.yaml]\n", "`resources` from elsewhere"),
        ("kustomization.yaml", "resources: [GitHub.com/org/repo/path]\n", "`resources` from elsewhere"),
        ("kustomization.yaml", "resources: [\"git@example.com:org/repo\"]\n", "`resources` from elsewhere"),
        ("Kustomization", "namespace: kube-system\n", "`namespace`"),
    ] {
        let whole = format!("{kustomization}{text}");
        let other = whole.replace("v1beta1", "v1");
        let component = whole.replace("v1beta1", "v1alpha1").replace("Kustomization", "Component");
        // What says neither version nor kind is one by the name of its file.
        for text in [whole.as_str(), other.as_str(), component.as_str(), text] {
            let file = format!("apps/{name}");
            let (code, found) = by_spec(&[(file.as_str(), text)]);
            assert!(says(&found["unknown"], &file, word), "{text}: {found}");
            assert!(says(&found["unknown"], &file, "kubectl kustomize FOLDER | harden check --spec FILE -"), "{text}: {found}");
            assert!(code == Some(0) && found["summary"]["objects"] == 0, "{text}: {found}");
        }
    }
    let lists = "resources: [a.yaml, ../base, ./v1.2/x.yaml]\npatches: []\nsortOptions: { order: fifo }\n";
    let (_, found) = by_spec(&[("apps/kustomization.yaml", &format!("{kustomization}{lists}"))]);
    assert!(found["unknown"] == Value::Array(Vec::new()) && found["summary"]["objects"] == 1, "{found}");
}

/// Padding is no way past.
#[test]
fn what_is_too_large_to_read_is_a_finding() {
    let padded = format!("{POD}{}", format!("#{}\n", "x".repeat(99)).repeat(170_000));
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("apps/padded.yaml", &padded), ("padded", &padded)]);
    for path in ["apps", "apps/padded.yaml", "padded"] {
        let (code, found) = judged(folder.path(), &[path, "--spec", "cluster.yaml"]);
        let file = if path == "apps" { "apps/padded.yaml" } else { path };
        assert!(code == Some(1) && says(&found["findings"], file, "larger than 16 MiB"), "{path}: {found}");
    }
}

/// The API server keeps one object under every version of its group.
#[test]
fn another_version_of_the_same_object_is_judged() {
    let other_rules = |version: &str| {
        format!(
            "apiVersion: templates.gatekeeper.sh/{version}\nkind: ConstraintTemplate\nmetadata: {{ name: hardenprivileged }}\n\
             spec: {{ crd: {{ spec: {{ names: {{ kind: HardenPrivileged }} }} }}, targets: [] }}\n"
        )
    };
    for version in ["v1", "v1beta1", "v1alpha1"] {
        let (code, found) = by_spec(&[("apps/template.yaml", &other_rules(version))]);
        assert!(code == Some(1) && says(&found["findings"], "apps/template.yaml", "other rules"), "{version}: {found}");
    }
}

#[test]
fn what_nothing_is_asked_of_is_said_with_its_version() {
    let of =
        |version: &str, kind: &str| POD.replacen("apiVersion: v1\nkind: Pod", &format!("apiVersion: {version}\nkind: {kind}"), 1);
    let reason = |text: &str| {
        let (_, found) = by_spec(&[("apps/a.yaml", text)]);
        found["summary"]["skipped"][0]["reason"].as_str().unwrap_or_default().to_owned()
    };
    let old = reason(&of("extensions/v1beta1", "Deployment"));
    assert_eq!(old, "no API server has served extensions/v1beta1 Deployment since 1.16: write it for a version that is served");
    assert_eq!(
        reason(&of("serving.knative.dev/v1", "Service")),
        "nothing is asked of this kind yet: serving.knative.dev/v1 Service"
    );
}
