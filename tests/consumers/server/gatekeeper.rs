//! What Gatekeeper brings before its objects can be applied: its own definitions, and one for each template.

use std::{fs, path::PathBuf, process::Command};

use harden::{diag::Source, yaml};
use serde_json::{Value, json};

use crate::{node::run, programs::Built};

use super::{Cluster, objects::kubectl};

/// Definitions of its module that emitted objects need.
const DEFINITIONS: &[&str] = &[
    "constrainttemplate-customresourcedefinition.yaml",
    "mutations.gatekeeper.sh_assign.yaml",
    "syncset.gatekeeper.sh_syncsets.yaml",
];

/// Gatekeeper's own definitions, from its module.
pub(super) fn definitions(cluster: &Cluster, program: &Built) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/go/gator");
    let list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/gatekeeper/v3"];
    let output = Command::new("go").current_dir(folder).args(list).output().expect("go starts");
    let module = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    for name in DEFINITIONS {
        let mut command = kubectl(cluster, program);
        command.args(["apply", "--server-side", "-f"]).arg(module.join("config/crd/bases").join(name));
        run(&mut command);
    }
    let mut command = kubectl(cluster, program);
    run(command.args(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]));
}

/// The kinds that Gatekeeper would make of the templates, with their parameters judged strictly.
pub(super) fn kinds(cluster: &Cluster, program: &Built) {
    for entry in fs::read_dir(cluster.node.tree.join("k8s/policy-templates")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a file");
        let document = yaml::read(&Source::new("template.yaml", &text)).into_iter().next().expect("a document");
        let template = document.root.expect("a template").to_json();
        let Some(kind) = template.pointer("/spec/crd/spec/names/kind").and_then(Value::as_str) else { continue };
        let file = cluster.node.scratch().join("definition.json");
        fs::write(&file, definition(kind, &template["spec"]["crd"]["spec"]["validation"]["openAPIV3Schema"]).to_string())
            .expect("a file");
        run(kubectl(cluster, program).args(["apply", "--server-side", "-f"]).arg(&file));
    }
    run(kubectl(cluster, program).args(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]));
}

fn definition(kind: &str, parameters: &Value) -> Value {
    let lower = kind.to_lowercase();
    let open = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    let spec = json!({
        "type": "object",
        "properties": { "enforcementAction": { "type": "string" }, "match": open, "parameters": parameters },
    });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{lower}.constraints.gatekeeper.sh") },
        "spec": {
            "group": "constraints.gatekeeper.sh",
            "scope": "Cluster",
            "names": { "kind": kind, "listKind": format!("{kind}List"), "plural": lower, "singular": lower },
            "versions": [{
                "name": "v1beta1",
                "served": true,
                "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": spec } } },
            }],
        },
    })
}
