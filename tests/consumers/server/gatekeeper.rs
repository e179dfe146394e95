//! What Gatekeeper brings before its objects can be applied: its own definitions, and the one that it makes of each template.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    chart,
    gatekeeper::{files, kinds_of},
    node::{Set, eventually},
    programs::{self, Built},
};

use super::{
    Cluster,
    objects::{apply, define},
};

/// Gatekeeper's own definitions, as its chart of the judged version installs them.
pub(super) fn definitions(cluster: &Cluster, program: &Built) {
    let (module, version) = chart::module();
    eprintln!("the definitions of Gatekeeper {version}");
    define(cluster, program, &module.join("charts/gatekeeper/crds"));
}

/// The kinds that Gatekeeper makes of the templates of a tree, made by its own library.
pub(super) fn kinds(cluster: &Cluster, program: &Built, tree: &Path) {
    let Some(judge) = programs::find("gator", "constraintkinds") else { return };
    let file = cluster.node.scratch().join("kinds.json");
    fs::write(&file, kinds_of(&judge, &files(&tree.join("k8s/policy-templates"))).expect("templates")).expect("a file");
    define(cluster, program, &file);
}

/// A file of a stage, what is done to it, and what the server must say.
const MUTANTS: &[(&str, &str, &str, &str)] = &[
    ("policies/allowed-ports.yaml", "first: 8443", "first: \"8443\"", ".spec.parameters.ports[0].first"),
    (
        "policies/allowed-images.yaml",
        "requireDigest:",
        "requireDigests:",
        ".spec.parameters.requireDigests: field not declared in schema",
    ),
    (
        "policies/privileged.yaml",
        "enforcementAction:",
        "enforcementActions:",
        ".spec.enforcementActions: field not declared in schema",
    ),
    ("policies/privileged.yaml", "- kube-system", "- kube_system", "spec.match.excludedNamespaces"),
    ("policies/privileged.yaml", "kind: HardenPrivileged", "kind: HardenPrivilege", "no matches for kind \"HardenPrivilege\""),
    ("policies/sync.yaml", "kind: Pod", "kinds: Pod", ".spec.gvks[0].kinds: field not declared in schema"),
    ("policy-templates/privileged.yaml", "targets:", "target:", ".spec.target: field not declared in schema"),
];

/// Spoilt objects are refused by the server, each for the reason that it is spoilt for.
pub(super) fn spoilt_are_refused(cluster: &Cluster, program: &Built) {
    let copy = cluster.node.scratch().join("spoilt");
    for (path, from, to, says) in MUTANTS {
        let text = fs::read_to_string(cluster.node.tree.join("k8s").join(path)).expect("a file");
        assert!(text.contains(from), "{path} does not hold {from}");
        fs::create_dir_all(&copy).expect("a folder");
        fs::write(copy.join("object.yaml"), text.replacen(from, to, 1)).expect("a file");
        let list = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [object.yaml]\n";
        fs::write(copy.join("kustomization.yaml"), list).expect("a file");
        let output = apply(cluster, program, &copy).output().expect("kubectl starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(says), "{path} with `{to}`: {text}");
    }
    eprintln!("{} spoilt objects of Gatekeeper are refused", MUTANTS.len());
}

/// A webhook as the chart makes it of a file of values, with a Gatekeeper that never answers; nothing where nobody can render the chart,
/// which is said.
fn webhook(set: &Set, values: &Path, kind: &str) -> Option<Value> {
    let version = format!("v{}", set.version);
    let mut made = chart::webhook(&chart::objects(values, &version, None)?, kind);
    for webhook in made["webhooks"].as_array_mut().expect("webhooks") {
        let path = webhook["clientConfig"]["service"]["path"].as_str().expect("a path").to_owned();
        webhook["clientConfig"] = json!({ "url": format!("https://127.0.0.1:1{path}") });
    }
    Some(made)
}

const AWAY: &str = "failed calling webhook";
const WEBHOOKS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// With the condition of the emitted values the mutating webhook is asked about what is new, and never about what can no longer be changed.
/// The webhook never answers: who is refused was asked about.
pub(super) fn mutation(cluster: &Cluster, set: &Set) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/build/eks-1.36/out/cloud/helm/gatekeeper.values.yaml");
    let Some(mut made) = webhook(set, &file, "MutatingWebhookConfiguration") else { return };
    // Who is refused was asked about, in the one namespace that is looked at; all else is the chart's.
    made["webhooks"][0]["failurePolicy"] = json!("Fail");
    made["webhooks"][0]["namespaceSelector"] = json!({ "matchLabels": { "kubernetes.io/metadata.name": "spared" } });
    assert!(made["webhooks"][0]["matchConditions"][0]["expression"].is_string(), "{made}");
    let send = |method: &str, path: &str, body: Option<&Value>| {
        let answer = cluster.client.send(Some(&cluster.admin), method, path, body);
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap_or(Value::String(answer.body)))
    };
    let pods = "/api/v1/namespaces/spared/pods";
    let pod = |name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
            "spec": { "automountServiceAccountToken": false, "containers": [{ "name": "c", "image": "registry.example/app:1" }] },
        })
    };
    let add = |name: &str, more: &str, all: &str| {
        let (_, mut pod) = send("GET", &format!("{pods}/{name}"), None);
        let one = json!({ "name": more, "image": "registry.example/debug:1", "imagePullPolicy": "Never" });
        let mut list = pod["spec"]["ephemeralContainers"].as_array().cloned().unwrap_or_default();
        list.push(one);
        list.iter_mut().filter(|_| !all.is_empty()).for_each(|one| one["imagePullPolicy"] = json!(all));
        pod["spec"]["ephemeralContainers"] = Value::Array(list);
        send("PUT", &format!("{pods}/{name}/ephemeralcontainers"), Some(&pod))
    };
    for name in ["debugged", "plain-one"] {
        let (status, answer) = send("POST", pods, Some(&pod(name)));
        assert_eq!(status, 201, "{answer}");
    }
    let (status, answer) = add("debugged", "old", "");
    assert_eq!(status, 200, "{answer}");
    // What Gatekeeper would make of it without the condition: the server takes no change of what stands.
    let (status, answer) = add("debugged", "new", "Always");
    assert_eq!(status, 422, "{answer}");
    let config = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    let label =
        |value: &str| send("PATCH", &format!("{pods}/debugged"), Some(&json!({ "metadata": { "labels": { "a": value } } })));
    let (status, answer) = send("POST", config, Some(&made));
    assert_eq!(status, 201, "{answer}");
    eventually(20, "new pods are asked about", || send("POST", pods, Some(&pod("asked"))).1.to_string().contains(AWAY));
    let (status, answer) = label("b");
    assert_eq!(status, 200, "a pod from before takes a label: {answer}");
    let (status, answer) = add("debugged", "second", "");
    assert_eq!(status, 200, "and a second debugger: {answer}");
    let (_, answer) = add("plain-one", "first", "");
    assert!(answer.to_string().contains(AWAY), "a first debugger is asked about: {answer}");
    let named = format!("{config}/gatekeeper-mutating-webhook-configuration");
    send("DELETE", &named, None);
    made["webhooks"][0]["matchConditions"] = json!([]);
    let (status, answer) = send("POST", config, Some(&made));
    assert_eq!(status, 201, "{answer}");
    eventually(20, "without the condition every change of a pod waits", || label("c").1.to_string().contains(AWAY));
    send("DELETE", &named, None);
    eventually(20, "the webhook is gone", || label("d").0 == 200);
    for name in ["debugged", "plain-one"] {
        send("DELETE", &format!("{pods}/{name}?gracePeriodSeconds=0"), None);
    }
    eprintln!("the mutating webhook is asked about what is new alone");
}

/// While Gatekeeper does not answer, pods of applications are refused and nobody enters a pod, those of the system included; what the cluster
/// needs to heal is not asked about. Without the condition the pods of the system would be refused as well.
pub(super) fn away(cluster: &Cluster, set: &Set) {
    let file = cluster.node.tree.join("helm/gatekeeper.values.yaml");
    let Some(made) = webhook(set, &file, "ValidatingWebhookConfiguration") else { return };
    let admin = Some(&cluster.admin);
    let send = |method: &str, path: &str, body: Option<&Value>| {
        let answer = cluster.client.send(admin, method, path, body);
        (answer.status, answer.body)
    };
    let post = |path: &str, body: &Value| send("POST", path, Some(body));
    let pod = |name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
            "spec": { "automountServiceAccountToken": false, "containers": [{ "name": "c", "image": "registry.example/app:1" }] },
        })
    };
    let pods = |namespace: &str| format!("/api/v1/namespaces/{namespace}/pods");
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default" } });
    for namespace in ["kube-system", "spared"] {
        let (status, body) = post(&format!("/api/v1/namespaces/{namespace}/serviceaccounts"), &account);
        assert!(matches!(status, 201 | 409), "{body}");
    }
    let (status, body) = post(WEBHOOKS, &made);
    assert_eq!(status, 201, "{body}");
    eventually(20, "the webhook is asked", || post(&pods("spared"), &pod("away")).1.contains(AWAY));
    let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "away" }, "spec": {} });
    let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "away" } });
    let let_through = [
        (pods("kube-system"), pod("away")),
        ("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases".to_owned(), lease),
        ("/api/v1/nodes".to_owned(), node),
    ];
    for (path, body) in &let_through {
        let (status, text) = post(path, body);
        assert_eq!(status, 201, "{path}: {text}");
    }
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "away" } });
    let (_, text) = post("/api/v1/namespaces", &namespace);
    assert!(text.contains(AWAY) && text.contains("check-ignore-label"), "a namespace is not made: {text}");
    let exec = format!("{}/away/exec?command=id&stdout=true", pods("kube-system"));
    for method in ["POST", "GET"] {
        let (_, text) = send(method, &exec, None);
        assert!(text.contains(AWAY), "{method}: {text}");
    }
    let config = format!("{WEBHOOKS}/gatekeeper-validating-webhook-configuration");
    let mut all = made.clone();
    all["webhooks"][0]["matchConditions"] = json!([]);
    send("DELETE", &config, None);
    let (status, body) = post(WEBHOOKS, &all);
    assert_eq!(status, 201, "{body}");
    eventually(20, "without the condition the pods of the system wait", || {
        post(&pods("kube-system"), &pod("waits")).1.contains(AWAY)
    });
    send("DELETE", &config, None);
    for (path, _) in let_through {
        send("DELETE", &format!("{path}/away?gracePeriodSeconds=0"), None);
    }
    send("DELETE", &format!("{}/waits?gracePeriodSeconds=0", pods("kube-system")), None);
    eventually(20, "the webhook is gone", || post(&pods("spared"), &pod("back")).0 == 201);
    send("DELETE", &format!("{}/back?gracePeriodSeconds=0", pods("spared")), None);
    eprintln!("with Gatekeeper away pods are refused, and those that come first are not");
}
