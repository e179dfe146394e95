//! Policies: every case has the verdict of its name, natively and in every engine.

mod components;
mod published;

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
    let groups: Vec<&str> = request.groups.iter().filter_map(Json::as_str).collect();
    policy::judge_entry(policy, params, inventory.iter().find(is), &groups)
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
