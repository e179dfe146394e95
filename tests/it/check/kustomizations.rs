//! Files that a kustomization moves, and tokens that pods ask for themselves.

use std::fs;

use serde_json::Value;

use crate::support::{DAY, harden};

/// A pod without a namespace that runs with the network of its node.
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: agent }\nspec:\n  hostNetwork: true\n  automountServiceAccountToken: false\n  \
    containers: [{ name: a, image: registry.example.com/a:1 }]\n";
const BASE: &str = "resources: [pod.yaml]\n";

fn judged(more: &str, files: &[(&str, &str)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let spec = format!(
        "{}  controls: {{ policy/privileged: {{ apply: true }}, policy/service-account-token: {{ apply: true }} }}\n  \
         policies: {{ engines: {{ gatekeeper: {{ version: \"3.20\", installed: values }} }}, failure: closed }}\n{more}",
        super::super::commands::small("shop")
    );
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    for (path, text) in files {
        let path = folder.path().join("apps").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = harden(folder.path(), &["check", "apps", "--spec", "cluster.yaml", "--as-of", DAY, "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The messages of a list about a file.
fn of(answer: &Value, list: &str, file: &str) -> Vec<String> {
    let entries = answer[list].as_array().unwrap().iter().filter(|entry| entry["file"] == file);
    entries.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
}

/// Every policy spares `kube-system`: what is refused elsewhere is let in there.
#[test]
fn what_an_overlay_moves_is_not_told_where_it_counts() {
    let pod = "apps/base/pod.yaml";
    let over = |overlay: &str| {
        judged("", &[("base/pod.yaml", POD), ("base/kustomization.yaml", BASE), ("over/kustomization.yaml", overlay)])
    };
    let still = over("resources: [../base]\n");
    assert_eq!((of(&still, "findings", pod).len(), of(&still, "unknown", pod).len()), (1, 0), "{still}");
    let moved = over("resources: [../base/]\nnamespace: kube-system\n");
    let unknown = of(&moved, "unknown", pod);
    assert_eq!((of(&moved, "findings", pod).len(), unknown.len()), (0, 1), "{moved}");
    assert!(unknown[0].contains("`apps/over/kustomization.yaml` puts it into namespace `kube-system`"), "{unknown:?}");
    let elsewhere = over("resources: [../base]\nnamespace: pay\n");
    assert_eq!((of(&elsewhere, "findings", pod).len(), of(&elsewhere, "unknown", pod).len()), (1, 0), "{elsewhere}");
}

#[test]
fn the_outermost_kustomization_counts() {
    let files = [
        ("base/pod.yaml", POD),
        ("base/kustomization.yaml", "resources: [pod.yaml]\nnamespace: kube-system\n"),
        ("over/kustomization.yaml", "resources: [../base]\nnamespace: pay\n"),
    ];
    let answer = judged("", &files);
    assert_eq!(of(&answer, "findings", "apps/base/pod.yaml").len(), 1, "{answer}");
}

#[test]
fn an_account_is_known_where_it_is_moved_too() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: a, image: registry.example.com/a:1 }] }\n";
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: default }\nautomountServiceAccountToken: false\n";
    let all = format!("{pod}{account}");
    let answer = judged("", &[("pod.yaml", &all), ("kustomization.yaml", "resources: [pod.yaml]\nnamespace: pay\n")]);
    assert_eq!(of(&answer, "unknown", "apps/pod.yaml"), [""; 0], "{answer}");
}

/// The policy lets it in on purpose; that it is there is said.
#[test]
fn a_token_of_the_default_account_that_a_pod_projects_is_told() {
    let pod = |more: &str, audience: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{ name: p, namespace: shop }}\nspec:\n  automountServiceAccountToken: false\n{more}  \
             volumes: [{{ name: t, projected: {{ sources: [{{ serviceAccountToken: {{ path: token{audience} }} }}] }} }}]\n  \
             containers: [{{ name: a, image: registry.example.com/a:1 }}]\n"
        )
    };
    let notices = |text: &str| of(&judged("", &[("p.yaml", text)]), "notices", "apps/p.yaml");
    let own = "volume `t` holds a token of service account `default` for the API server: no policy refuses what a pod projects by itself";
    assert_eq!(notices(&pod("", "")), [own]);
    assert_eq!(notices(&pod("", ", audience: vault")), [own.replace("the API server", "`vault`")]);
    assert_eq!(notices(&pod("  serviceAccountName: web\n", "")), [""; 0]);
}
