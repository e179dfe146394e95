//! Policies: every case has the verdict of its name, natively and in every engine.

use std::{collections::BTreeSet, fs};

use harden::{
    diag::Source,
    policy::{self, Case, POLICIES, Params, Policy, Request, Subject, Violation},
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
