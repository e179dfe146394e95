//! How manifests are read: streams, templates, what no API server takes, namespaces of the call, suites.

use std::fs;

use serde_json::Value;

use crate::support::{DAY, harden, root};

use super::evasions::says;

/// Judges files of a folder against the cluster of `golden/check/workloads`.
fn judged(files: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let spec = root().join("golden/check/workloads/harden.yaml");
    fs::copy(spec, folder.path().join("cluster.yaml")).unwrap();
    for (name, text) in files {
        let path = folder.path().join("apps").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let call = ["check", "--as-of", DAY, "--format", "json", "--spec", "cluster.yaml", "apps"];
    let output = harden(folder.path(), &[&call[..], arguments].concat());
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code(), value)
}

fn pod(container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: p }}\nspec:\n  automountServiceAccountToken: false\n  containers:\n  - {{ name: a, {container} }}\n"
    )
}

const SOUND: &str = "securityContext: { allowPrivilegeEscalation: false }";

/// `kubectl apply -n legacy` puts it there, and there the waiver counts.
#[test]
fn the_namespace_of_the_call_counts_for_waivers() {
    let text = pod("image: registry.example.com/a, securityContext: { allowPrivilegeEscalation: false, privileged: true }");
    let privileged = |list: &Value| list.to_string().contains("policy/privileged");
    for (arguments, waived) in [(&["-n", "legacy"][..], true), (&["-n", "shop"], false), (&[], false)] {
        let (_, found) = judged(&[("p.yaml", &text)], arguments);
        assert_eq!((privileged(&found["waived"]), privileged(&found["findings"])), (waived, !waived), "{arguments:?}: {found}");
    }
    let elsewhere = text.replace("name: p }", "name: p, namespace: shop }");
    let (code, _) = judged(&[("p.yaml", &elsewhere)], &["-n", "legacy"]);
    assert_eq!(code, Some(1));
}

/// What `kubectl get -o json | jq '.items[]'` writes.
#[test]
fn json_values_one_after_the_other_are_all_judged() {
    let pod =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"hostPID\":true,\"containers\":[]}}";
    let map = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"}}";
    for name in ["a.json", "a.yaml"] {
        let (code, found) = judged(&[(name, &format!("{map}\n{pod}\n{pod}\n"))], &[]);
        let lines: Vec<u64> = found["findings"].as_array().unwrap().iter().filter_map(|one| one["line"].as_u64()).collect();
        assert_eq!((code, lines.contains(&2), lines.contains(&3), lines.contains(&1)), (Some(1), true, true, false), "{found}");
        assert_eq!(found["summary"]["documents"], 3, "{found}");
    }
    // What is broken does not hide what stands before it.
    let (_, found) = judged(&[("a.json", &format!("{pod}\n{{\"a\":"))], &[]);
    assert!(
        found["findings"].to_string().contains("hostPID") && found["findings"].to_string().contains("never closed"),
        "{found}"
    );
}

#[test]
fn what_is_filled_in_later_cannot_be_told() {
    for image in ["\"{{ .Values.image }}:{{ .Values.tag }}\"", "\"${REGISTRY}/shop/x:${TAG}\""] {
        let (code, found) = judged(&[("t.yaml", &pod(&format!("image: {image}, {SOUND}")))], &[]);
        assert!(code == Some(0) && says(&found["unknown"], "apps/t.yaml", "is filled in later"), "{found}");
        assert!(says(&found["unknown"], "apps/t.yaml", "helm template"), "{found}");
    }
    let privileged =
        "image: registry.example.com/a, securityContext: { allowPrivilegeEscalation: false, privileged: \"{{ .p }}\" }";
    let (_, found) = judged(&[("t.yaml", &pod(privileged))], &[]);
    assert!(says(&found["unknown"], "apps/t.yaml", "{{ .p }}"), "{found}");
    // What stands fast beside it is found all the same, and what programs read is their own.
    let (code, found) = judged(&[("t.yaml", &pod("image: \"{{ .x }}\", securityContext: { privileged: true }"))], &[]);
    assert!(code == Some(1) && found["findings"].to_string().contains("policy/privileged"), "{found}");
    let (_, found) =
        judged(&[("t.yaml", &pod(&format!("image: registry.example.com/a, args: [\"{{{{.Names}}}}\"], {SOUND}")))], &[]);
    assert_eq!(found["unknown"], Value::Array(Vec::new()), "{found}");
}

#[test]
fn what_no_api_server_takes_is_said() {
    let (_, found) = judged(&[("p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: []\n")], &[]);
    assert!(says(&found["summary"]["skipped"], "apps/p.yaml", "no map stands at `spec`"), "{found}");
    let text = "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { automountServiceAccountToken: false, containers: { name: a } }\n";
    let (_, found) = judged(&[("p.yaml", text)], &[]);
    assert!(says(&found["unknown"], "apps/p.yaml", "`containers` is a map, and no API server takes it"), "{found}");
}

/// A suite leaves out the objects of its cases where gator could run it; what a kustomization lists is applied all the same.
#[test]
fn a_suite_of_other_files_hides_nothing() {
    let evil = "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { hostPID: true, containers: [] }\n";
    let suite = |template: &str, constraint: &str| {
        format!(
            "apiVersion: test.gatekeeper.sh/v1alpha1\nkind: Suite\ntests: [{{ name: x, template: {template}, constraint: {constraint}, \
             cases: [{{ name: a, object: evil.yaml, assertions: [{{ violations: no }}] }}] }}]\n"
        )
    };
    let template = ("template.yaml", "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: { name: x }\n");
    let constraint = ("constraint.yaml", "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: X\nmetadata: { name: x }\n");
    let kustomization = ("kustomization.yaml", "resources: [./evil.yaml]\n");
    let (own, right) = (suite("evil.yaml", "evil.yaml"), suite("template.yaml", "constraint.yaml"));
    for (files, code) in [
        (&[("evil.yaml", evil), ("suite.yaml", &own)][..], 1),
        (&[("evil.yaml", evil), ("suite.yaml", &own), template, constraint], 1),
        (&[("evil.yaml", evil), ("suite.yaml", &right), template, constraint], 0),
        (&[("evil.yaml", evil), ("suite.yaml", &right), template, constraint, kustomization], 1),
    ] {
        let (exit, found) = judged(files, &[]);
        assert!(found["findings"].to_string().contains("hostPID") == (code == 1), "{files:?}: {found}");
        assert!(code == 0 || exit == Some(1), "{files:?}: {found}");
    }
}
