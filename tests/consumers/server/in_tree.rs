//! In-tree policies in an API server without the plugin whose place they take.

use std::{fs, path::Path};

use harden::{
    diag::Source,
    plan::{Action, in_tree_actions},
    policy::ALWAYS_PULL,
    yaml,
};
use serde_json::{Value, json};

use crate::node::{Client, Person, Set, eventually};

use super::{Cluster, await_ready, server_pod};

/// The policies are those of the tree of a provider: they do not differ between minors.
const TREE: &str = "golden/build/aks-1.36/out/cloud/k8s/admission/always-pull.yaml";

struct Server<'a> {
    client: Client,
    admin: &'a Person,
}

impl Server<'_> {
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let answer = self.client.send(Some(self.admin), method, path, body);
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_else(|_| Value::String(answer.body)))
    }

    fn create(&self, namespace: &str, pod: &Value) -> (u16, Value) {
        self.send("POST", &format!("/api/v1/namespaces/{namespace}/pods"), Some(pod))
    }

    /// As [`Self::create`], and nothing is kept.
    fn try_to_create(&self, namespace: &str, pod: &Value) -> (u16, Value) {
        self.send("POST", &format!("/api/v1/namespaces/{namespace}/pods?dryRun=All"), Some(pod))
    }
}

/// The kind, the name and the whole of each object of the tree.
fn objects() -> Vec<(String, String, Value)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TREE)).expect("the policies of a golden tree");
    let roots = yaml::read(&Source::new(TREE, text)).into_iter().filter_map(|document| document.root);
    let object = |root: yaml::Node| {
        let json = root.to_json();
        let word = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).expect("a word").to_owned();
        (word("/kind"), word("/metadata/name"), json.clone())
    };
    roots.map(object).collect()
}

fn collection(kind: &str) -> String {
    let plural = match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    };
    format!("/apis/admissionregistration.k8s.io/v1/{}", plural.to_lowercase())
}

fn pulls(pod: &Value) -> Vec<&str> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let containers = lists.iter().filter_map(|list| pod["spec"][*list].as_array()).flatten();
    let volumes = pod["spec"]["volumes"].as_array().into_iter().flatten().filter(|volume| !volume["image"].is_null());
    let of_containers = containers.map(|container| container["imagePullPolicy"].as_str().expect("a policy"));
    of_containers.chain(volumes.map(|volume| volume["image"]["pullPolicy"].as_str().expect("a policy"))).collect()
}

/// A pod with everything that may have an image, and with what a careless merge would lose.
fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "finalizers": ["harden.dev/judged"] },
        "spec": {
            "automountServiceAccountToken": false,
            "initContainers": [{ "name": "first", "image": "registry.example/first:1", "imagePullPolicy": "Never" }],
            "containers": [
                {
                    "name": "app", "image": "registry.example/app:1", "imagePullPolicy": "IfNotPresent",
                    "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }, { "name": "A", "value": "3" }],
                    "ports": [{ "containerPort": 53, "protocol": "UDP" }, { "containerPort": 53, "protocol": "TCP" }],
                    "volumeMounts": [{ "name": "model", "mountPath": "/model" }, { "name": "scratch", "mountPath": "/scratch" }],
                },
                { "name": "side", "image": "registry.example/side:1" },
            ],
            "volumes": [
                { "name": "scratch", "emptyDir": {} },
                { "name": "model", "image": { "reference": "registry.example/model:1", "pullPolicy": "IfNotPresent" } },
            ],
        },
    })
}

/// The pod without what is set.
fn otherwise(pod: &Value) -> String {
    pod["spec"].to_string().replace("\"IfNotPresent\"", "\"Always\"").replace("\"Never\"", "\"Always\"")
}

/// Changes a pod as it stands on the server; `part` is the sub-resource.
fn change(server: &Server<'_>, name: &str, part: &str, edit: impl Fn(&mut Value)) -> (u16, Value) {
    let path = format!("/api/v1/namespaces/spared/pods/{name}");
    let (status, mut pod) = server.send("GET", &path, None);
    assert_eq!(status, 200, "{pod}");
    edit(&mut pod);
    server.send("PUT", &format!("{path}{part}"), Some(&pod))
}

fn add_ephemeral(server: &Server<'_>, pod: &str, name: &str) -> (u16, Value) {
    let one = json!({ "name": name, "image": "registry.example/debug:1", "imagePullPolicy": "Never" });
    change(server, pod, "/ephemeralcontainers", |pod| {
        let mut all = pod["spec"]["ephemeralContainers"].as_array().cloned().unwrap_or_default();
        all.push(one.clone());
        pod["spec"]["ephemeralContainers"] = Value::Array(all);
    })
}

/// The actions of a binding before the day from which on it denies: what violates is admitted, and recorded, and with `Warn` the caller is told.
fn admits_before_it_refuses(server: &Server<'_>, audit_log: impl Fn() -> String) {
    let binding = format!("{}/harden-always-pull", collection("ValidatingAdmissionPolicyBinding"));
    let act = |actions: &[&str]| server.send("PATCH", &binding, Some(&json!({ "spec": { "validationActions": actions } }))).0;
    let says = "container `app`, container `side`";
    let send = |method: &str, path: &str, body: &Value| {
        let answer = server.client.send(Some(server.admin), method, path, Some(body));
        (answer.status, answer.warning)
    };
    // An environment that names a variable twice is warned about by the server itself.
    let pod = |name: &str| {
        let mut pod = pod(name);
        pod["spec"]["containers"][0]["env"] = json!([]);
        pod
    };
    let create = |pod: &Value| send("POST", "/api/v1/namespaces/spared/pods?dryRun=All", pod);
    let recorded = || {
        let log = audit_log();
        log.lines().filter(|line| line.contains("validation.policy.admission.k8s.io/validation_failure")).count()
    };

    let before = recorded();
    let audit = in_tree_actions(Action::DryRun);
    assert_eq!(act(audit), 200);
    eventually(20, "a violation is admitted", || create(&pod("tried")) == (201, String::new()));
    eventually(20, "it is recorded", || recorded() > before);

    let warn = in_tree_actions(Action::Warn);
    assert_eq!(act(warn), 200);
    eventually(20, "a violation is admitted with a warning", || {
        let (status, warning) = create(&pod("tried"));
        status == 201 && warning.starts_with("299 ") && warning.contains("harden-always-pull") && warning.contains(says)
    });
    let (status, mut after) = server.send("GET", "/api/v1/namespaces/spared/pods/after", None);
    assert_eq!(status, 200, "{after}");
    let late = json!({ "name": "late", "image": "registry.example/debug:1", "imagePullPolicy": "Never" });
    after["spec"]["ephemeralContainers"].as_array_mut().expect("those from before").push(late);
    let (status, warning) = send("PUT", "/api/v1/namespaces/spared/pods/after/ephemeralcontainers?dryRun=All", &after);
    assert!(status == 200 && warning.contains("ephemeral container `late`") && !warning.contains("`one`"), "{status} {warning}");
    let sound: Value = serde_json::from_str(
        &pod("sound").to_string().replace("\"IfNotPresent\"", "\"Always\"").replace("\"Never\"", "\"Always\""),
    )
    .map(|mut pod: Value| {
        pod["spec"]["containers"][1]["imagePullPolicy"] = json!("Always");
        pod
    })
    .expect("a pod");
    assert_eq!(create(&sound), (201, String::new()), "what keeps to the policy is not warned about");

    // Both at once would say the same twice: the server takes no such binding.
    assert_eq!(act(&["Deny", "Warn"]), 422);
    assert_eq!(act(in_tree_actions(Action::Deny)), 200);
    eventually(20, "a violation is refused again", || create(&pod("tried")).0 == 403);
}

/// New pods and new ephemeral containers are set; what was there before is left alone; what could not be set is refused.
pub(super) fn hold(cluster: &Cluster, set: &Set) {
    let Some(program) = set.kube("kube-apiserver") else { return };
    let (mut pod_of_server, port) = server_pod(&cluster.node, cluster.etcd_port);
    let plugins = pod_of_server.value("enable-admission-plugins").expect("plugins").to_owned();
    assert!(plugins.split(',').any(|plugin| plugin == "AlwaysPullImages"), "{plugins}");
    let others: Vec<&str> = plugins.split(',').filter(|plugin| *plugin != "AlwaysPullImages").collect();
    pod_of_server.set(&[("enable-admission-plugins", others.join(","))]);
    let mut running = pod_of_server.start(&cluster.node, &program).unwrap_or_else(|why| panic!("kube-apiserver: {why}"));
    let server = Server { client: Client::new(&cluster.node, port), admin: &cluster.admin };
    await_ready(&mut running, &server.client, server.admin);

    // Without the policies nothing is set.
    let (status, before) = server.create("spared", &pod("before"));
    assert_eq!(status, 201, "{before}");
    assert_eq!(pulls(&before), ["IfNotPresent", "IfNotPresent", "Never", "IfNotPresent"]);

    let objects = objects();
    assert_eq!(objects.len(), 6, "three policies with their bindings");
    for (kind, name, object) in &objects {
        let mut spoilt = object.clone();
        spoilt["spec"]["failurePolicies"] = json!("Fail");
        let (status, answer) = server.send("POST", &format!("{}?fieldValidation=Strict", collection(kind)), Some(&spoilt));
        assert_eq!(status, 400, "{kind} {name} with a field that does not exist: {answer}");
        let (status, answer) = server.send("POST", &format!("{}?fieldValidation=Strict", collection(kind)), Some(object));
        assert_eq!(status, 201, "{kind} {name}: {answer}");
    }
    eventually(20, "pods are set", || {
        let (status, tried) = server.try_to_create("spared", &pod("tried"));
        status == 201 && pulls(&tried).iter().all(|policy| *policy == "Always")
    });
    let (status, set_now) = server.create("spared", &pod("after"));
    assert_eq!(status, 201, "{set_now}");
    assert_eq!(pulls(&set_now), ["Always"; 4], "{set_now}");
    assert_eq!(otherwise(&set_now), otherwise(&before), "nothing else of a pod is changed");

    eventually(20, "the policy on ephemeral containers is in force", || {
        let (status, answer) = add_ephemeral(&server, "after", "one");
        status == 200 && pulls(&answer).contains(&"Always") && !pulls(&answer).contains(&"Never")
    });
    let (status, answer) = add_ephemeral(&server, "after", "two");
    assert_eq!((status, pulls(&answer)), (200, vec!["Always"; 6]), "{answer}");
    // The system is spared: it must start while a registry is away.
    let (status, spared) = server.try_to_create("kube-system", &pod("spared"));
    assert_eq!(status, 201, "{spared}");
    assert_eq!(pulls(&spared), pulls(&before));

    // A pod from before: labels, finalizers and debuggers come and go, but another image is as good as another container.
    let (status, answer) = change(&server, "before", "", |pod| {
        pod["metadata"]["labels"] = json!({ "a": "b" });
        pod["metadata"]["finalizers"] = json!(null);
    });
    assert_eq!(status, 200, "{answer}");
    let (status, answer) =
        change(&server, "before", "", |pod| pod["spec"]["containers"][0]["image"] = json!("registry.example/app:2"));
    assert_eq!(status, 403, "{answer}");
    assert!(answer.to_string().contains("container `app` would start from an image that the node holds"), "{answer}");
    let (status, answer) = add_ephemeral(&server, "before", "debug");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(pulls(&answer), ["IfNotPresent", "IfNotPresent", "Never", "Always", "IfNotPresent"]);

    // Without the mutations the validation stands alone: it says what the policy says.
    for (kind, name, _) in objects.iter().filter(|(kind, _, _)| kind == "MutatingAdmissionPolicyBinding") {
        assert_eq!(server.send("DELETE", &format!("{}/{name}", collection(kind)), None).0, 200);
    }
    eventually(20, "what is not set is refused", || server.try_to_create("spared", &pod("tried")).0 == 403);
    eventually(20, "ephemeral containers too", || add_ephemeral(&server, "after", "late").0 == 403);
    let mut judged = 0;
    for case in ALWAYS_PULL.cases {
        let text = yaml::read(&Source::new(case.name, case.text)).into_iter().find_map(|document| document.root).expect("a case");
        let mut body = text.to_json();
        if body["kind"] != "Pod" {
            continue;
        }
        body["metadata"]["namespace"] = json!("spared");
        let (status, answer) = server.try_to_create("spared", &body);
        let expected = if case.is_denied() == Some(true) { 403 } else { 201 };
        assert_eq!(status, expected, "{}: {answer}", case.name);
        judged += 1;
    }
    assert!(judged > 3, "{judged} cases");
    let (status, _) = server.try_to_create("kube-system", &pod("spared"));
    assert_eq!(status, 201);
    let audit_log = cluster.node.path("/var/log/kubernetes/audit/audit.log");
    admits_before_it_refuses(&server, || fs::read_to_string(&audit_log).expect("an audit log"));

    for (kind, name, _) in &objects {
        server.send("DELETE", &format!("{}/{name}", collection(kind)), None);
    }
    for name in ["before", "after"] {
        let path = format!("/api/v1/namespaces/spared/pods/{name}");
        server.send("PATCH", &path, Some(&json!({ "metadata": { "finalizers": null } })));
        server.send("DELETE", &format!("{path}?gracePeriodSeconds=0"), None);
    }
    eprintln!(
        "kube-apiserver {}: in-tree policies set the pull policy, {judged} cases of the policy are judged alike",
        set.version
    );
}
