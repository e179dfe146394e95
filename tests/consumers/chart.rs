//! Helm's own engine renders the chart of Gatekeeper with the emitted values; the chart lies in Gatekeeper's module.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use harden::{diag::Source, yaml};
use serde_json::{Value, json};

use crate::{images::tree, node::run, programs};

/// Where the module of Gatekeeper lies that is judged with, and its version.
pub(crate) fn module() -> (PathBuf, String) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/go/gator");
    let list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}} {{.Version}}", "github.com/open-policy-agent/gatekeeper/v3"];
    let output = run(Command::new("go").current_dir(folder).args(list));
    let (module, version) = output.trim().rsplit_once(' ').expect("a folder and a version");
    (PathBuf::from(module), version.to_owned())
}

/// The objects that the chart makes of a file of values for a server of a version, whose minor may be no plain number; nothing where the
/// program is missing, which is said.
pub(crate) fn objects(values: &Path, version: &str, minor: Option<&str>) -> Option<Vec<Value>> {
    let helm = programs::find("helm", "helmtemplate")?;
    let chart = module().0.join("charts/gatekeeper");
    let mut arguments = vec![chart.to_str().expect("a path"), values.to_str().expect("a path"), "gatekeeper-system", version];
    arguments.extend(minor);
    Some(documents("the chart", &helm.must(&arguments)))
}

/// The webhook of a kind among the objects.
pub(crate) fn webhook(objects: &[Value], kind: &str) -> Value {
    objects.iter().find(|object| object["kind"] == kind).unwrap_or_else(|| panic!("no {kind}")).clone()
}

/// The values of a file.
pub(crate) fn values(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    documents("values", &text).pop().expect("a map")
}

fn documents(name: &str, text: &str) -> Vec<Value> {
    yaml::read(&Source::new(name, text)).into_iter().filter_map(|document| document.root).map(|root| root.to_json()).collect()
}

/// Whether the webhook is asked about who enters a pod.
fn asks_about_entry(webhook: &Value) -> bool {
    let rules = webhook["webhooks"][0]["rules"].as_array().expect("rules");
    rules.iter().any(|rule| rule["operations"].as_array().is_some_and(|list| list.contains(&json!("CONNECT"))))
}

/// Every key of the emitted values is one of the chart's, and the webhooks are what the values ask for; where the minor of the server is no
/// number, the chart leaves the conditions out, as the file says.
#[test]
fn gatekeepers_chart_does_what_the_values_say() {
    let Some(_) = programs::find("helm", "helmtemplate") else { return };
    let (module, version) = module();
    let known = values(&module.join("charts/gatekeeper/values.yaml"));
    let golden = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/build").join(name);
    let folder = tempfile::tempdir().expect("a folder");
    let closed = tree(folder.path(), "github");
    let files = [
        golden("three-nodes-1.36/out/shop/helm/gatekeeper.values.yaml"),
        golden("eks-1.36/out/cloud/helm/gatekeeper.values.yaml"),
        closed.join("helm/gatekeeper.values.yaml"),
    ];
    let mut conditions = 0;
    for file in &files {
        let given = values(file);
        for key in given.as_object().expect("a map").keys() {
            assert!(known.get(key).is_some(), "{}: the chart has no `{key}`", file.display());
        }
        let Some(made) = objects(file, "v1.36.3", None) else { return };
        let validating = webhook(&made, "ValidatingWebhookConfiguration");
        let first = &validating["webhooks"][0];
        assert_eq!(first["failurePolicy"], given["validatingWebhookFailurePolicy"]);
        assert_eq!(asks_about_entry(&validating), given["enableConnectOperations"] == true, "{}", file.display());
        if let Some(rules) = given.get("validatingWebhookCustomRules") {
            assert_eq!(&first["rules"], rules);
        }
        let mutating = webhook(&made, "MutatingWebhookConfiguration");
        let unclear = objects(file, "v1.36.3-eks-1", Some("36+")).expect("rendered");
        for (kind, made, key) in [
            ("ValidatingWebhookConfiguration", &validating, "validatingWebhookMatchConditions"),
            ("MutatingWebhookConfiguration", &mutating, "mutatingWebhookMatchConditions"),
        ] {
            let Some(wanted) = given.get(key) else { continue };
            assert_eq!(&made["webhooks"][0]["matchConditions"], wanted, "{}: {key}", file.display());
            assert!(webhook(&unclear, kind)["webhooks"][0].get("matchConditions").is_none(), "{}: {key}", file.display());
            conditions += 1;
        }
    }
    assert!(conditions > 1, "{conditions}");
    eprintln!("the chart of Gatekeeper {version} took {} files of values", files.len());
}
