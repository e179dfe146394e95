//! A suite for gator: the cases of every policy, and one pod that the constraints of this cluster let in and one that they refuse.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::{
    base::{Artifact, FactId, Mode, Origin, OutPath},
    diag::Source,
    plan::{Judges, Plan, PolicyPlan},
    policy::{Case, ParamValue, Policy, Subject},
    targets::{Mark, Target, head},
    yaml::{self, Out},
};

use super::{kind, out};

/// The suite.
pub(in crate::targets) const TARGET: Target = Target {
    name: "gator",
    wanted: |plan| plan.gatekeeper.is_some(),
    emit,
    marks: &[Mark { path: "tests/gator/**", says: HEAD }],
};

const HEAD: &str = "Part of the suite for gator";
const SUITE: &str = "Part of the suite for gator, the command line program of Gatekeeper: the cases of every policy, and two pods for each \
     constraint of this cluster. Run it with `gator verify tests/gator/suite.yaml`.";
const SAMPLE: FactId = FactId("policy-sample");

fn emit(plan: &Plan) -> Vec<Artifact> {
    let mut files: BTreeMap<String, Out> = BTreeMap::new();
    let mut tests = Vec::new();
    for policy in plan.policies.values() {
        tests.push(of_cluster(policy, &mut files));
        tests.extend(of_cases(policy.policy, &mut files));
    }
    let suite = Out::map([
        ("apiVersion", Out::str("test.gatekeeper.sh/v1alpha1")),
        ("kind", Out::str("Suite")),
        ("metadata", Out::map([("name", "harden")])),
        ("tests", Out::list(tests)),
    ]);
    files.insert("suite.yaml".to_owned(), suite);
    files.into_iter().filter_map(|(name, document)| file(&name, document)).collect()
}

fn file(name: &str, document: Out) -> Option<Artifact> {
    let path = OutPath::new(&format!("tests/gator/{name}")).ok()?;
    let documents = [document];
    let purpose = if name == "suite.yaml" { SUITE.to_owned() } else { format!("{HEAD}.") };
    let head = head::lines(&[purpose], &documents);
    Some(Artifact { path, mode: Mode::Plain, lines: yaml::write(&documents, &head, &Origin::shape(SAMPLE)) })
}

/// The constraint of this cluster, with a pod that it lets in and one that it refuses.
fn of_cluster(plan: &PolicyPlan, files: &mut BTreeMap<String, Out>) -> Out {
    let policy = plan.policy;
    let folder = format!("{}/this-cluster", policy.name);
    let cases = if policy.subject == Subject::EnteredPod {
        let escalated = pod(plan, "escalated", &json!({ "hostPID": true, "containers": [{ "name": "app", "image": "app" }] }));
        let plain = pod(plan, "plain", &json!({ "containers": [{ "name": "app", "image": "app" }] }));
        for (name, object) in [("inventory-escalated", &escalated), ("inventory-plain", &plain)] {
            files.insert(format!("{folder}/{name}.yaml"), out(object));
        }
        for (name, object) in [("allowed", "plain"), ("denied", "escalated")] {
            files.insert(format!("{folder}/{name}.yaml"), out(&exec(plan, object)));
        }
        let inventory = ["escalated", "plain"].map(|name| format!("{folder}/inventory-{name}.yaml"));
        vec![case("allowed", &folder, false, &inventory), case("denied", &folder, true, &inventory)]
    } else {
        files.insert(format!("{folder}/allowed.yaml"), out(&pod(plan, "allowed", &good(plan))));
        files.insert(format!("{folder}/denied.yaml"), out(&pod(plan, "denied", &bad(plan))));
        vec![case("allowed", &folder, false, &[]), case("denied", &folder, true, &[])]
    };
    let constraint = format!("../../k8s/policies/{}.yaml", plan.constraint_name(Judges::Pods));
    test(policy.name, policy, &constraint, cases)
}

/// The cases of a policy, for each set of parameters.
fn of_cases(policy: &'static Policy, files: &mut BTreeMap<String, Out>) -> Vec<Out> {
    let inventory: Vec<String> =
        policy.cases.iter().filter(|case| case.is_denied().is_none()).map(|case| path(policy, case)).collect();
    for one in policy.cases {
        files.insert(path(policy, one), document(one.name, one.text));
    }
    let of_set = |(set, params): (usize, &&str)| {
        let constraint = format!("{}/constraint-{}.yaml", policy.name, set + 1);
        files.insert(constraint.clone(), with_params(policy, params));
        let cases = policy.cases.iter().filter(|case| case.set == set);
        let cases = cases.filter_map(|one| Some(case(one.name, policy.name, one.is_denied()?, &inventory)));
        test(&format!("{}-cases-{}", policy.name, set + 1), policy, &constraint, cases.collect())
    };
    policy.case_params.iter().enumerate().map(of_set).collect()
}

fn path(policy: &Policy, case: &Case) -> String {
    format!("{}/{}.yaml", policy.name, case.name)
}

/// A text that is part of the program, as something to write.
fn document(name: &str, text: &str) -> Out {
    let documents = yaml::read(&Source::new(name, text));
    documents.first().and_then(|document| document.root.as_ref()).map_or_else(Out::empty_map, yaml::Node::to_out)
}

/// A constraint over everything with the parameters of cases.
fn with_params(policy: &Policy, params: &str) -> Out {
    let mut spec = Out::empty_map();
    let kinds: Vec<&str> = match policy.subject {
        Subject::EnteredPod => vec!["PodExecOptions", "PodAttachOptions"],
        Subject::Pods | Subject::AdmittedPods => policy.holders().map(|(_, kind, _)| kind).collect(),
    };
    let kinds = Out::map([("apiGroups", Out::list(["*"])), ("kinds", Out::list(kinds))]);
    spec.set("match", Out::map([("kinds", Out::list([kinds]))]));
    let params = document("params.yaml", params);
    if !params.is_empty() {
        spec.set("parameters", params);
    }
    Out::map([
        ("apiVersion", Out::str("constraints.gatekeeper.sh/v1beta1")),
        ("kind", Out::str(kind(policy))),
        ("metadata", Out::map([("name", "cases")])),
        ("spec", spec),
    ])
}

fn test(name: &str, policy: &Policy, constraint: &str, cases: Vec<Out>) -> Out {
    Out::map([
        ("name", Out::str(name)),
        ("template", Out::str(format!("../../k8s/policy-templates/{}.yaml", policy.name))),
        ("constraint", Out::str(constraint)),
        ("cases", Out::list(cases)),
    ])
}

fn case(name: &str, folder: &str, denied: bool, inventory: &[String]) -> Out {
    let mut case = Out::map([("name", Out::str(name)), ("object", Out::str(format!("{folder}/{name}.yaml")))]);
    if !inventory.is_empty() {
        case.set("inventory", Out::list(inventory.iter()));
    }
    case.set("assertions", Out::list([Out::map([("violations", if denied { "yes" } else { "no" })])]));
    case
}

/// A namespace that the constraint looks at.
fn namespace(plan: &PolicyPlan) -> String {
    let mut name = "harden-sample".to_owned();
    while plan.exempt.contains_key(&name) {
        name.push_str("-x");
    }
    name
}

fn pod(plan: &PolicyPlan, name: &str, spec: &Json) -> Json {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": namespace(plan) }, "spec": spec })
}

fn exec(plan: &PolicyPlan, name: &str) -> Json {
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "00000000-0000-0000-0000-000000000001",
            "kind": { "group": "", "version": "v1", "kind": "PodExecOptions" },
            "resource": { "group": "", "version": "v1", "resource": "pods" },
            "subResource": "exec",
            "name": name,
            "namespace": namespace(plan),
            "operation": "CONNECT",
            "userInfo": { "username": "somebody", "groups": ["system:authenticated"] },
            "object": { "apiVersion": "v1", "kind": "PodExecOptions", "command": ["true"] },
        },
    })
}

/// A pod that keeps to every policy; it takes what the parameters of this one allow.
fn good(plan: &PolicyPlan) -> Json {
    let registry = plan.params.get("registries").and_then(|held| match &held.value {
        ParamValue::Texts(texts) => texts.first().cloned(),
        ParamValue::Flag(_) | ParamValue::Ports(_) | ParamValue::Paths(_) | ParamValue::Workloads(_) => None,
    });
    let image = format!("{}/app@sha256:{}", registry.unwrap_or_else(|| "registry.example".to_owned()), "0".repeat(64));
    let mut pod = json!({
        "automountServiceAccountToken": false,
        "containers": [{
            "name": "app",
            "image": image,
            "imagePullPolicy": "Always",
            "ports": [{ "containerPort": 8080 }],
            "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
        }],
    });
    for held in plan.params.values() {
        match &held.value {
            ParamValue::Ports(spans) => {
                if let Some(span) = spans.first() {
                    pod["containers"][0]["ports"][0]["hostPort"] = json!(span.first);
                }
            }
            ParamValue::Paths(paths) => {
                if let Some(allowed) = paths.first() {
                    pod["containers"][0]["volumeMounts"] = json!([{ "name": "host", "mountPath": "/host", "readOnly": true }]);
                    pod["volumes"] = json!([{ "name": "host", "hostPath": { "path": allowed.path } }]);
                }
            }
            ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Workloads(_) => {}
        }
    }
    pod
}

/// A pod that breaks every policy, whatever its parameters.
fn bad(plan: &PolicyPlan) -> Json {
    let taken = |port: u32| {
        plan.params.values().any(|held| match &held.value {
            ParamValue::Ports(spans) => spans.iter().any(|span| u32::from(span.first) <= port && port <= u32::from(span.last)),
            ParamValue::Flag(_) | ParamValue::Texts(_) | ParamValue::Paths(_) | ParamValue::Workloads(_) => false,
        })
    };
    let port = (1..=65_536).find(|port| !taken(*port)).unwrap_or_default();
    json!({
        "hostPID": true,
        "automountServiceAccountToken": true,
        "containers": [{
            "name": "app",
            "image": "registry.invalid/app:latest",
            "imagePullPolicy": "Never",
            "ports": [{ "containerPort": 8080, "hostPort": port }],
            "securityContext": { "privileged": true },
        }],
        "volumes": [{ "name": "host", "hostPath": { "path": "/var/../etc" } }],
    })
}
