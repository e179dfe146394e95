//! kustomize builds every stage of the golden trees: what comes out are the objects of its files, and spoilt lists are refused.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use harden::{diag::Source, yaml};

use crate::programs::{self, Built};

/// The golden trees that hold objects of the cluster.
pub(crate) fn trees() -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
        entries.unwrap_or_default()
    };
    let cases = folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/build"));
    let mut trees: Vec<PathBuf> = cases.iter().flat_map(|case| folders(&case.join("out"))).collect();
    trees.retain(|tree| tree.join("k8s").exists());
    trees.sort();
    assert!(trees.len() >= 3, "{trees:?}");
    trees
}

fn stages() -> Vec<PathBuf> {
    let stages = |tree: PathBuf| fs::read_dir(tree.join("k8s")).unwrap().map(|entry| entry.unwrap().path());
    let mut stages: Vec<PathBuf> = trees().into_iter().flat_map(stages).collect();
    stages.sort();
    stages
}

fn kustomize(kubectl: &Built, folder: &Path) -> Output {
    Command::new(kubectl.path()).arg("kustomize").arg(folder).output().expect("kubectl starts")
}

/// The objects of a text by kind, namespace and name.
fn objects(text: &str, into: &mut BTreeMap<[String; 4], serde_json::Value>) {
    for document in yaml::read(&Source::new("objects.yaml", text)) {
        assert!(!document.has_errors(), "{:?}", document.problems);
        let Some(root) = document.root else { continue };
        let object = root.to_json();
        let says = |at: &str| object.pointer(at).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let key = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(says);
        let before = into.insert(key.clone(), object);
        assert!(before.is_none(), "{key:?} is there twice");
    }
}

/// The objects of a stage, whether its list names them or not.
fn of_files(stage: &Path) -> BTreeMap<[String; 4], serde_json::Value> {
    let mut found = BTreeMap::new();
    for file in crate::gatekeeper::files(stage) {
        objects(&fs::read_to_string(file).unwrap(), &mut found);
    }
    found
}

#[test]
fn stages_are_built() {
    let Some(kubectl) = programs::find("k136", "kubectl") else { return };
    let version = kubectl.must(&["version", "--client"]);
    let version = version.lines().find(|line| line.starts_with("Kustomize")).expect("a version").to_owned();
    let (mut folders, mut count) = (0, 0);
    for stage in stages() {
        let output = kustomize(&kubectl, &stage);
        assert!(output.status.success(), "{}: {}", stage.display(), String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{}: {}", stage.display(), String::from_utf8_lossy(&output.stderr));
        let mut built = BTreeMap::new();
        objects(&String::from_utf8(output.stdout).unwrap(), &mut built);
        assert!(!built.is_empty(), "{} is empty", stage.display());
        assert_eq!(built, of_files(&stage), "{}", stage.display());
        folders += 1;
        count += built.len();
    }
    eprintln!("{version} builds {count} objects of {folders} stages");
}

/// What is done to a list, and what kustomize says.
const MUTANTS: &[(&str, &str, &str)] = &[
    ("resources:\n", "resources:\n- none.yaml\n", "none.yaml"),
    ("resources:\n", "resource:\n", "unknown field \"resource\""),
    ("kind: Kustomization", "kind: Kustomisation", "kind should be Kustomization"),
    ("resources:\n- ", "resources:\n- twice.yaml\n- ", "already registered id"),
];

#[test]
fn spoilt_lists_are_refused() {
    let Some(kubectl) = programs::find("k136", "kubectl") else { return };
    let stage = stages().into_iter().find(|stage| stage.ends_with("namespaces")).expect("a stage");
    let list = fs::read_to_string(stage.join("kustomization.yaml")).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let object = fs::read_to_string(stage.join("namespaces.yaml")).unwrap();
    fs::write(copy.path().join("namespaces.yaml"), &object).unwrap();
    fs::write(copy.path().join("twice.yaml"), &object).unwrap();
    for (from, to, says) in MUTANTS {
        assert!(list.contains(from), "nothing is spoilt by {from}");
        fs::write(copy.path().join("kustomization.yaml"), list.replacen(from, to, 1)).unwrap();
        let output = kustomize(&kubectl, copy.path());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(says), "`{to}`: {text}");
    }
    // A file that the list forgets is missing from what is built.
    fs::remove_file(copy.path().join("twice.yaml")).unwrap();
    fs::write(copy.path().join("forgotten.yaml"), object.replace("name: ", "name: another-")).unwrap();
    fs::write(copy.path().join("kustomization.yaml"), list).unwrap();
    let mut built = BTreeMap::new();
    objects(&String::from_utf8(kustomize(&kubectl, copy.path()).stdout).unwrap(), &mut built);
    assert_ne!(built, of_files(copy.path()));
}
