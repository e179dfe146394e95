//! Folders of expectations: `harden.yaml` and `manifests/`, and what is said of them to people, programs and scanners.

use std::fs;

use harden::cli;
use serde_json::Value;

use crate::support::{DAY, cases, compare_file, harden, none};

/// Arguments of a case: `manifests` against `harden.yaml`, or what its file `arguments.txt` says.
fn arguments(case: &std::path::Path) -> Vec<String> {
    let own = fs::read_to_string(case.join("arguments.txt")).ok();
    let words = own.unwrap_or_else(|| format!("manifests --spec harden.yaml --as-of {DAY}"));
    std::iter::once("check").chain(words.split_whitespace()).map(str::to_owned).collect()
}

#[test]
fn goldens() {
    let mut wrong = Vec::new();
    let found = cases("check");
    assert!(found.len() >= 4, "{} cases", found.len());
    for case in found {
        let words = arguments(&case);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = |more: &[&str]| harden(&case, &[&words, more].concat());
        let output = run(&[]);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = format!("{}{}exit {}\n", text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1));
        wrong.extend(compare_file(&case.join("stdout.txt"), &said));
        let json = run(&["--format", "json"]);
        assert_eq!(json.status.code(), output.status.code());
        wrong.extend(compare_file(&case.join("stdout.json"), &text(&json.stdout)));
        wrong.extend(places(&case, &json.stdout));
        wrong.extend(sarif(&case.display().to_string(), &run(&["--format", "sarif"]).stdout, &json.stdout));
    }
    none(&wrong);
}

/// Every place lies in its file, and what the pointer leads to stands there.
fn places(case: &std::path::Path, json: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(json).unwrap();
    let mut wrong = Vec::new();
    for list in ["findings", "waived", "notices", "unknown"] {
        for finding in value[list].as_array().unwrap() {
            let Ok(text) = fs::read_to_string(case.join(finding["file"].as_str().unwrap())) else { continue };
            let line = usize::try_from(finding["line"].as_u64().unwrap()).unwrap();
            let column = usize::try_from(finding["column"].as_u64().unwrap()).unwrap();
            let length = text.lines().nth(line - 1).map_or(0, |line| line.chars().count());
            let fix = finding["fix"].as_str().unwrap();
            if (column > length + 1) || fix.is_empty() || finding["message"].as_str().unwrap().ends_with('.') {
                wrong.push(format!("{}: {finding}", case.display()));
            }
        }
    }
    wrong
}

/// The shape that SARIF 2.1.0 asks for, and the same results.
fn sarif(case: &str, sarif: &[u8], json: &[u8]) -> Vec<String> {
    let log: Value = serde_json::from_slice(sarif).unwrap_or_else(|error| panic!("{case}: {error}"));
    let json: Value = serde_json::from_slice(json).unwrap();
    let mut wrong = Vec::new();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let lists = ["findings", "waived", "notices", "unknown"].map(|list| json[list].as_array().unwrap().len());
    if log["version"] != "2.1.0" || results.len() != lists.iter().sum::<usize>() {
        wrong.push(format!("{case}: {} results for {lists:?}", results.len()));
    }
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let level = result["level"].as_str().unwrap();
        let fails = result["kind"] == "fail";
        if rules[index]["id"] != result["ruleId"] || region["startLine"].as_u64() < Some(1) || fails == (level == "none") {
            wrong.push(format!("{case}: {result}"));
        }
    }
    let suppressed = results.iter().filter(|result| result["suppressions"].is_array()).count();
    if suppressed != lists[1] {
        wrong.push(format!("{case}: {suppressed} suppressions"));
    }
    wrong
}

/// Without a word on the cluster the message teaches all three ways.
#[test]
fn a_call_without_a_cluster_teaches() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), "a: 1\n").unwrap();
    let output = harden(folder.path(), &["check", "a.yaml"]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    for word in ["--spec FILE", "harden.yaml", "check:", "--profile restricted --kubernetes 1.36"] {
        assert!(text.contains(word), "{text}");
    }
    let output = harden(folder.path(), &["plan", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(cli::command().find_subcommand("check").is_some());
}

/// A workspace says which files go to which cluster.
#[test]
fn the_map_of_a_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "harden.yaml",
        "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: { name: fleet }\nspec:\n  clusters: [\"clusters/*.yaml\"]\n  \
         check: [{ paths: [\"apps/shop/**\"], clusters: [\"shop-*\"] }]\n",
    );
    put("clusters/shop.yaml", &super::super::commands::small("shop-prod"));
    put("clusters/bank.yaml", &super::super::commands::small("bank-prod").replace("1.36.3", "1.35.1"));
    let kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n";
    put("apps/shop/kubelet.yaml", kubelet);
    put("apps/other/kubelet.yaml", kubelet);
    for (here, paths) in [("", "apps"), ("apps", "."), ("apps/shop", "..")] {
        let output = harden(&folder.path().join(here), &["check", paths, "--as-of", DAY, "--format", "json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        let files: Vec<&str> = value["findings"].as_array().unwrap().iter().map(|f| f["file"].as_str().unwrap()).collect();
        assert!(
            !files.is_empty() && files.iter().all(|file| file.ends_with("kubelet.yaml") && !file.contains("other")),
            "{value}"
        );
        let skipped = value["summary"]["skipped"].as_array().unwrap();
        assert!(skipped.iter().any(|skipped| skipped["file"].as_str().unwrap().contains("other/kubelet.yaml")), "{value}");
    }
}

/// Who makes many objects of one manifest finds which it is.
#[test]
fn a_name_that_the_cluster_makes_up_is_shown_by_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: nightly- }\nspec: { template: { spec: { hostPID: true, containers: [] } } }\n";
    fs::write(folder.path().join("job.yaml"), job).unwrap();
    let call = ["check", "job.yaml", "--profile", "restricted", "--kubernetes", "1.36", "--as-of", DAY, "--format"];
    let run = |format: &str| String::from_utf8(harden(folder.path(), &[&call[..], &[format]].concat()).stdout).unwrap();
    assert!(run("human").contains("in Job nightly-*: "), "{}", run("human"));
    let value: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(value["findings"][0]["object"]["generateName"], "nightly-", "{value}");
    assert!(run("sarif").contains("Job/nightly-*"), "{}", run("sarif"));
}
