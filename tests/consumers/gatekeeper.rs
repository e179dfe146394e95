//! Gatekeeper's own program judges the templates, the constraints and the suite that are emitted; spoilt templates are refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::programs::{self, Built};

const SPECS: &[&str] = &["golden/build/three-nodes-1.36/out/shop", "golden/build/eks-1.36/out/cloud"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether gator is content, and what it says.
fn gator(program: &Built, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(program.path()).args(arguments).output().expect("gator starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn trees() -> Vec<PathBuf> {
    let trees: Vec<PathBuf> =
        SPECS.iter().map(|tree| root().join(tree)).filter(|tree| tree.join("tests/gator").exists()).collect();
    assert!(!trees.is_empty(), "no golden tree holds a suite");
    trees
}

#[test]
fn suite_passes() {
    let Some(program) = programs::find("gator", "gator") else { return };
    for tree in trees() {
        let suite = tree.join("tests/gator/suite.yaml");
        let (content, text) = gator(&program, &["verify", &suite.display().to_string()]);
        eprintln!("{}: {}", tree.display(), text.lines().last().unwrap_or_default());
        assert!(content, "{text}");
    }
}

/// `gator test` reads the folders as they are applied: the pod that keeps to everything passes, the other is denied or shown.
#[test]
fn folders_are_read() {
    let Some(program) = programs::find("gator", "gator") else { return };
    for tree in trees() {
        let at = |path: &str| tree.join(path).display().to_string();
        let judged = |sample: &str| {
            let folders = [at("k8s/policy-templates"), at("k8s/policies")];
            let names = ["-f", &folders[0], "-f", &folders[1], "-f", sample, "--output=json"];
            gator(&program, &[&["test"], &names[..]].concat())
        };
        for policy in fs::read_dir(tree.join("tests/gator")).unwrap().map(|entry| entry.unwrap().path()) {
            let sample = policy.join("this-cluster/denied.yaml");
            if !sample.exists() || policy.ends_with("escalated-entry") {
                continue;
            }
            let kind = policy.file_name().unwrap().to_string_lossy().into_owned();
            let (_, text) = judged(&sample.display().to_string());
            assert!(text.contains(&format!("\"name\": \"{kind}\"")), "{kind}: {text}");
            // The sample of this policy alone comes from a registry of the cluster.
            let (content, text) = judged(&policy.join("this-cluster/allowed.yaml").display().to_string());
            assert!(kind != "allowed-images" || (content && !text.contains("\"msg\"")), "{kind}: {text}");
        }
    }
}

/// What is done to a template, and whether gator must notice.
const MUTANTS: &[(&str, &str, &str)] = &[
    ("privileged", "findings_of(input.review.object)", "findings_of(input.review.objects)"),
    ("privileged", "not stood_before(found)", "not stood_before(fond)"),
    ("privileged", "account == text_at(input, [\"review\", \"userInfo\", \"username\"])", "account != \"\""),
    ("privileged", "in_namespace(workload)", "is_object(workload)"),
    (
        "privileged",
        "account := controllers[workload.kind]",
        "account := text_at(input, [\"review\", \"userInfo\", \"username\"])",
    ),
    ("host-filesystem", "array.slice(own, 0, count(root)) == root", "true"),
    ("allowed-images", "hub(folders[0]) == image.registry", "startswith(image.registry, hub(folders[0]))"),
    ("allowed-ports", "port <= span.last", "port <= span.last + 1"),
    ("privilege-escalation", "\"ephemeralContainers\"]", "\"ephemeral\"]"),
    ("escalated-entry", "else := {unknown}", "else := set()"),
    ("service-account-token", "package hardenserviceaccounttoken", "package hardenserviceaccounttoken\n\n      import rego.v1"),
];

#[test]
fn spoilt_templates_are_refused() {
    let Some(program) = programs::find("gator", "gator") else { return };
    let tree = &trees()[0];
    for (n, (policy, from, to)) in MUTANTS.iter().enumerate() {
        let copy = std::env::temp_dir().join(format!("harden-gator-{}-{n}", std::process::id()));
        for folder in ["k8s/policies", "k8s/policy-templates", "tests/gator"] {
            copied(&tree.join(folder), &copy.join(folder));
        }
        let file = copy.join(format!("k8s/policy-templates/{policy}.yaml"));
        let text = fs::read_to_string(&file).unwrap();
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(text, spoilt, "{policy}: nothing is spoilt by {from}");
        fs::write(&file, spoilt).unwrap();
        let (content, text) = gator(&program, &["verify", &copy.join("tests/gator/suite.yaml").display().to_string()]);
        fs::remove_dir_all(&copy).unwrap();
        assert!(!content, "{policy}: `{to}` was not noticed: {text}");
    }
}

/// Copies a folder.
pub(crate) fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The objects of a stage, file by file.
pub(crate) fn files(stage: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(stage).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| !path.ends_with("kustomization.yaml")).collect();
    files.sort();
    files
}

/// The definitions that Gatekeeper makes of the templates among the files, or why its webhook refuses one of them.
pub(crate) fn kinds_of(judge: &Built, files: &[PathBuf]) -> Result<String, String> {
    let output = Command::new(judge.path()).args(files).output().expect("constraintkinds starts");
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What is done to a file, and what the webhook of Gatekeeper must say: the API server lets these through.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("policies/always-pull-mutation.yaml", "spec.containers[name: *]", "spec.containers[name: *", "location"),
    ("policies/always-pull-mutation.yaml", "value: Always", "values: Always", "assign"),
    ("policies/privileged.yaml", "enforcementAction: ", "enforcementAction: d", "enforcementAction"),
    ("policies/privileged.yaml", "name: privileged", "name: LONG", "63"),
    (
        "policy-templates/privileged.yaml",
        "findings_of(input.review.object)",
        "findings_of(input.review.object",
        "rego_parse_error",
    ),
];

/// The webhook of Gatekeeper takes every object of every tree, and none that is spoilt.
#[test]
fn webhook_takes_the_objects() {
    let Some(judge) = programs::find("gator", "constraintkinds") else { return };
    let objects = |tree: &Path| [files(&tree.join("k8s/policy-templates")), files(&tree.join("k8s/policies"))].concat();
    for tree in trees() {
        let definitions = kinds_of(&judge, &objects(&tree)).unwrap_or_else(|why| panic!("{why}"));
        let templates = files(&tree.join("k8s/policy-templates")).len();
        assert_eq!(definitions.matches(".constraints.gatekeeper.sh\"").count(), templates, "{definitions}");
        for (path, from, to, says) in REFUSED {
            let file = tree.join("k8s").join(path);
            let Ok(text) = fs::read_to_string(&file) else { continue };
            assert!(text.contains(from), "{path}: nothing is spoilt by {from}");
            let scratch = tempfile::tempdir().unwrap();
            let spoilt = scratch.path().join("spoilt.yaml");
            fs::write(&spoilt, text.replacen(from, &to.replace("LONG", &"x".repeat(64)), 1)).unwrap();
            let files: Vec<PathBuf> =
                objects(&tree).into_iter().map(|other| if other == file { spoilt.clone() } else { other }).collect();
            let why = kinds_of(&judge, &files).expect_err(path);
            assert!(why.contains(says), "{path} with `{to}`: {why}");
        }
    }
}
