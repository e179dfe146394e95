//! Policies: every case has the verdict of its name, natively and in every engine.

mod components;
mod engine;
mod published;
mod said;

use std::{collections::BTreeSet, fs};

use harden::{
    diag::Source,
    policy::{self, Case, POLICIES, Params, Policy, Request, Subject, Violation},
    targets::rego,
    yaml,
};
use serde_json::Value as Json;

use crate::support::root;

/// The only document of a text.
pub(crate) fn json(name: &str, text: &str) -> Json {
    let documents = yaml::read(&Source::new(name, text));
    assert!(documents.len() == 1 && !documents[0].has_errors(), "{name}: {:?}", documents[0].problems);
    documents[0].root.as_ref().unwrap_or_else(|| panic!("{name} is empty")).to_json()
}

/// The parameters of a case.
fn params(policy: &Policy, case: &Case) -> Params {
    Params::from_json(policy.params, &json("params.yaml", policy.case_params[case.set]))
}

fn inventory(policy: &Policy) -> Vec<Json> {
    policy.cases.iter().filter(|case| case.is_denied().is_none()).map(|case| json(case.name, case.text)).collect()
}

/// What a policy says natively of a file.
fn native(policy: &Policy, params: &Params, file: &Json, inventory: &[Json]) -> Vec<Violation> {
    let request = Request::of(file);
    if policy.subject != Subject::EnteredPod {
        return policy::judge(policy, params, &request);
    }
    let at = |object: &Json, pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    let is = |pod: &&Json| at(pod, "/metadata/name") == request.name && at(pod, "/metadata/namespace") == request.namespace;
    policy::judge_entry(policy, params, inventory.iter().find(is), &request)
}

#[test]
fn cases_have_the_verdict_of_their_name() {
    let mut wrong = Vec::new();
    for policy in POLICIES {
        let inventory = inventory(policy);
        for case in policy.cases {
            let Some(denied) = case.is_denied() else { continue };
            let found = native(policy, &params(policy, case), &json(case.name, case.text), &inventory);
            if denied == found.is_empty() {
                wrong.push(format!("{}/{}: {found:?}", policy.name, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every rule is broken by some case, and every file of the folder is a case.
#[test]
fn cases_are_complete() {
    for policy in POLICIES {
        let inventory = inventory(policy);
        let broken: BTreeSet<&str> = policy
            .cases
            .iter()
            .filter(|case| case.is_denied().is_some())
            .flat_map(|case| native(policy, &params(policy, case), &json(case.name, case.text), &inventory))
            .map(|violation| violation.rule)
            .collect();
        let unbroken: Vec<&str> = policy.rules.iter().map(|rule| rule.name).filter(|rule| !broken.contains(rule)).collect();
        assert!(unbroken.is_empty(), "{}: no case breaks {unbroken:?}", policy.name);
        let folder = if policy.subject == Subject::EnteredPod { "entry".to_owned() } else { policy.name.replace('-', "_") };
        let files = fs::read_dir(root().join("src/policy").join(folder).join("cases")).unwrap();
        let files: BTreeSet<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let listed: BTreeSet<String> = policy.cases.iter().map(|case| format!("{}.yaml", case.name)).collect();
        assert_eq!(files, listed, "{}", policy.name);
    }
}

/// The engine that runs the Rego of a policy.
fn engine(policy: &Policy, inventory: &[Json]) -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    engine.set_rego_v0(true);
    engine.set_strict_builtin_errors(false);
    let text = rego(policy);
    engine
        .add_policy(format!("{}.rego", policy.name), text.clone())
        .unwrap_or_else(|why| panic!("{}: {why}\n{text}", policy.name));
    let mut data = serde_json::json!({ "inventory": { "namespace": {} } });
    for object in inventory {
        let at = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        data["inventory"]["namespace"][at("/metadata/namespace")]["v1"]["Pod"][at("/metadata/name")] = object.clone();
    }
    engine.add_data(regorus::Value::from(data)).unwrap();
    engine
}

/// What the Rego of a policy says of a file: rule, list, container, pointer, message.
fn in_rego(engine: &regorus::Engine, policy: &Policy, params: &Params, file: &Json) -> BTreeSet<[String; 5]> {
    let review = match file.get("request") {
        Some(request) => request.clone(),
        None => serde_json::json!({ "operation": "CREATE", "object": file }),
    };
    let mut engine = engine.clone();
    engine.set_input(regorus::Value::from(serde_json::json!({ "review": review, "parameters": params.to_json() })));
    let rule = format!("data.{}.violation", harden::targets::constraint_kind(policy).to_lowercase());
    let value = engine.eval_rule(rule).unwrap_or_else(|why| panic!("{}: {why}", policy.name));
    let found: Json = serde_json::from_str(&value.to_json_str().unwrap()).unwrap();
    let text = |violation: &Json, pointer: &str| violation.pointer(pointer).and_then(Json::as_str).unwrap().to_owned();
    let violation = |violation: &Json| {
        ["/details/rule", "/details/list", "/details/container", "/details/pointer", "/msg"]
            .map(|pointer| text(violation, pointer))
    };
    found.as_array().map(|found| found.iter().map(violation).collect()).unwrap_or_default()
}

fn natively(policy: &Policy, params: &Params, file: &Json, inventory: &[Json]) -> BTreeSet<[String; 5]> {
    let row = |violation: Violation| {
        let list = violation.list.map_or("", |list| list.field()).to_owned();
        [violation.rule.to_owned(), list, violation.container, violation.pointer, violation.message]
    };
    native(policy, params, file, inventory).into_iter().map(row).collect()
}

/// What a value is replaced with, one at a time; a place that is not there is tried as well.
fn replacements() -> Vec<Json> {
    serde_json::from_str(
        r#"[null, true, false, 0, 1, 8080, 30011, "", "x", "SYS_ADMIN", "Always", "default", "windows", "/var/log", "..",
            "registry.example/shop/a@sha256:0:x", "Registry.example/shop/a:1", "a:b:c@d@e", "//", [], [null], ["x"], [{}], {}, {"name": "x"}]"#,
    )
    .unwrap()
}

/// The pointers of everything within the request that policies may look at.
fn pointers(file: &Json, at: &str, out: &mut Vec<String>) {
    match file {
        Json::Object(entries) => {
            for (key, value) in entries {
                // What the API server itself answers for.
                if matches!(
                    key.as_str(),
                    "apiVersion" | "kind" | "operation" | "resource" | "uid" | "name" | "namespace" | "metadata"
                ) && at.matches('/').count() < 3
                {
                    continue;
                }
                let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                out.push(pointer.clone());
                pointers(value, &pointer, out);
            }
        }
        Json::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                out.push(format!("{at}/{n}"));
                pointers(value, &format!("{at}/{n}"), out);
            }
        }
        _ => {}
    }
}

/// The file with one value replaced, or taken out where there is no replacement.
fn mutated(file: &Json, pointer: &str, with: Option<&Json>) -> Json {
    let mut file = file.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match (file.pointer_mut(parent), with) {
        (Some(Json::Object(entries)), None) => _ = entries.shift_remove(&last.replace("~1", "/").replace("~0", "~")),
        (Some(Json::Array(items)), None) => _ = items.remove(last.parse().unwrap()),
        (Some(_), Some(value)) => *file.pointer_mut(pointer).unwrap() = value.clone(),
        _ => {}
    }
    file
}

/// Native evaluation and Rego say the same to the letter of every case and of every change of one value in it.
#[test]
fn rego_says_the_same() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    let replacements = replacements();
    for policy in POLICIES {
        let inventory = inventory(policy);
        let engine = engine(policy, &inventory);
        for case in policy.cases.iter().filter(|case| case.is_denied().is_some()) {
            let (params, file) = (params(policy, case), json(case.name, case.text));
            let mut files = vec![(String::new(), file.clone())];
            let mut places = Vec::new();
            pointers(&file, "", &mut places);
            for (n, pointer) in places.iter().enumerate().filter(|(_, pointer)| *pointer != "/request") {
                files.push((format!("without {pointer}"), mutated(&file, pointer, None)));
                // Every value at every place takes minutes: each place takes some, and all cases together take all.
                for value in replacements.iter().skip(n % 3).step_by(3) {
                    files.push((format!("{pointer} = {value}"), mutated(&file, pointer, Some(value))));
                }
            }
            for (what, file) in files {
                compared += 1;
                let (native, rego) = (natively(policy, &params, &file, &inventory), in_rego(&engine, policy, &params, &file));
                if native != rego {
                    wrong.push(format!("{}/{} {what}:\n  native {native:?}\n  rego   {rego:?}", policy.name, case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
    assert!(compared > 5_000, "{compared}");
}

/// Who is exempt is the same natively and in Rego, for every policy that spares workloads, whatever callers, owners and parameters say.
#[test]
fn exemptions_say_the_same() {
    let object = |owner: Json, kind: &str, name: &str| {
        let pod = serde_json::json!({ "hostPID": true, "hostNetwork": true, "automountServiceAccountToken": true,
            "volumes": [{ "name": "h", "hostPath": { "path": "/etc" } }],
            "containers": [{ "name": "a", "image": "a", "ports": [{ "containerPort": 1, "hostPort": 1 }],
                "volumeMounts": [{ "name": "t", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount" }, { "name": "h", "mountPath": "/h" }],
                "securityContext": { "privileged": true } }] });
        let (version, spec) =
            if kind == "Pod" { ("v1", pod) } else { ("apps/v1", serde_json::json!({ "template": { "spec": pod } })) };
        serde_json::json!({ "apiVersion": version, "kind": kind, "spec": spec,
            "metadata": { "name": name, "namespace": "shop", "ownerReferences": owner } })
    };
    let owner =
        |kind: &str, name: &str, controller: Json| serde_json::json!([{ "kind": kind, "name": name, "controller": controller }]);
    let mut owners = vec![Json::Null, serde_json::json!("x"), serde_json::json!([null]), serde_json::json!([{}])];
    let mut users = vec![serde_json::json!("jane"), serde_json::json!(""), Json::Null, serde_json::json!(5)];
    for (kind, account) in policy::CONTROLLERS {
        users.push(serde_json::json!(account));
        owners.extend([true.into(), false.into(), Json::Null, "true".into()].map(|controller| owner(kind, "agent", controller)));
        owners.push(owner(kind, "other", true.into()));
    }
    owners.extend(["Deployment", "CronJob", "Pod"].map(|kind| owner(kind, "agent", true.into())));
    let params = ["DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet", "Deployment", "Pod"]
        .map(|kind| serde_json::json!({ "exemptWorkloads": [{ "kind": kind, "name": "agent", "namespace": "shop" }] }));
    let odd = [
        serde_json::json!({ "exemptWorkloads": [{ "kind": "DaemonSet", "name": "agent" }, null, 5] }),
        serde_json::json!({ "exemptWorkloads": [{ "kind": "DaemonSet", "name": "agent", "namespace": "other" }] }),
        serde_json::json!({ "exemptWorkloads": [{ "kind": "DaemonSet", "name": "agent", "namespace": 5 }, { "kind": "Pod" }] }),
        serde_json::json!({}),
    ];
    let (mut spared, mut judged, mut wrong) = (0, 0, Vec::new());
    for policy in POLICIES.iter().filter(|policy| policy.subject != Subject::EnteredPod) {
        let engine = engine(policy, &[]);
        let others = json("params.yaml", policy.case_params[0]);
        for (n, params) in params.iter().chain(&odd).enumerate() {
            let mut with = others.clone();
            with.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
            let params = Params::from_json(policy.params, &with);
            let kinds =
                [("Pod", "agent-x"), ("Pod", "agent"), ("DaemonSet", "agent"), ("Deployment", "agent"), ("StatefulSet", "other")];
            for (m, (user, operation)) in users.iter().flat_map(|user| ["CREATE", "UPDATE", ""].map(|op| (user, op))).enumerate()
            {
                for (k, owners) in owners.iter().enumerate().filter(|(k, _)| (k + m + n) % 41 == 0) {
                    let (kind, name) = kinds[if k % 2 == 0 { 0 } else { (k + m) % kinds.len() }];
                    let file = serde_json::json!({ "kind": "AdmissionReview", "request": {
                        "operation": operation, "namespace": "shop", "userInfo": { "username": user }, "object": object(owners.clone(), kind, name) } });
                    let (native, rego) = (natively(policy, &params, &file, &[]), in_rego(&engine, policy, &params, &file));
                    judged += 1;
                    spared += usize::from(native.is_empty());
                    if native != rego {
                        wrong.push(format!("{} {with} {file}:\n  native {native:?}\n  rego   {rego:?}", policy.name));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
    assert!(judged > 1_000 && spared > 20, "{spared} of {judged}");
}

/// The version of Gatekeeper decides what may be written for it, and CONNECT can be declared.
#[test]
fn versions_of_gatekeeper_decide() {
    use harden::plan::{Ground, Outcome};
    let spec_of = |version: &str, images: &str, connect: &str| {
        format!(
            "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: c }}\nspec:\n  profiles: [restricted]\n  platform:\n    eks: {{ \
             kubernetesVersion: \"1.36\", region: eu-west-1, endpoint: private, nodes: managed }}\n    cni: {{ aws-vpc-cni: {{}} }}\n    nodePools: \
             [{{ name: workers, role: worker, os: other, cidrs: [192.0.2.64/26] }}]\n  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}\n  images: {{ \
             {images} }}\n  policies: {{ engines: {{ gatekeeper: {{ version: \"{version}\", installed: owner{connect} }} }}, failure: closed }}\n"
        )
    };
    let said_of = |text: &str| {
        let mut diags = harden::diag::Diagnostics::default();
        let planned = crate::support::with_cluster(text, "", None, &mut diags, harden::build::plan);
        let said = diags.list().iter().filter(|one| one.code.starts_with("gatekeeper-"));
        let said: Vec<String> = said.map(|one| format!("{}: {} ({})", one.code, one.message, one.help)).collect();
        let entry = planned.map(|harden::build::Planned { plan, .. }| {
            let found = plan.verdicts.iter().find(|verdict| verdict.id.0 == "admission/deny-escalating-exec");
            let found = found.expect("a verdict");
            let unheard =
                found.verdicts.iter().any(|verdict| verdict.ground == Ground::Fact(harden::facts::id::GATEKEEPER_CONNECT));
            (found.outcome(), unheard)
        });
        (said.join("\n"), entry)
    };
    let said = |version: &str, images: &str, connect: &str| said_of(&spec_of(version, images, connect));
    let always = "alwaysPull: true";
    for (version, images, parts) in [
        ("3.1", always, &["import future.keywords", "SyncSet", "applyTo"][..]),
        ("3.14", "", &["SyncSet", "`Config`"]),
        ("3.22", always, &["applyTo", "3.23 or newer"]),
        ("9.9", always, &["gatekeeper-unknown"]),
    ] {
        let (text, _) = said(version, images, "");
        assert!(parts.iter().all(|part| text.contains(part)), "{version}: {text}");
    }
    for (version, images) in [("3.15", ""), ("3.22", ""), ("3.23", always), ("3.23.1", always)] {
        assert_eq!(said(version, images, "").0, "", "{version}");
    }
    assert_eq!(said("3.23", "", "").1, Some((Outcome::Weaker, true)));
    assert_eq!(said("3.23", "", ", connect: false").1, Some((Outcome::Weaker, true)));
    // What values of the owner's do while Gatekeeper is away is not known; those of the tree answer both.
    assert_eq!(said("3.23", "", ", connect: true").1, Some((Outcome::Weaker, false)));
    let values = |text: &str| text.replace("installed: owner", "installed: values");
    assert_eq!(said_of(&values(&spec_of("3.23", "", ""))).1, Some((Outcome::Enforced, false)));
}
