//! The example for Argo CD: kustomize builds its waves, a Lua of the version that Argo CD runs answers its health check, and an API server
//! with the definitions of Argo CD takes its objects (`server/objects.rs` has it do so).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use harden::{diag::Source, yaml};
use serde_json::{Value, json};

use crate::{
    gatekeeper::copied,
    kustomize::{kustomize, objects, of_files},
    node::{harden, run},
    programs,
};

/// A copy of the example with the tree that it stands on.
pub(crate) fn example(folder: &Path) {
    copied(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/argocd"), folder);
    harden(folder, &["build", "cluster.yaml", "--as-of", "2026-11-26", "--out", "out"]);
}

/// The definitions of Argo CD, from its module.
pub(crate) fn definitions() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/go/argocd");
    let text = run(Command::new("go").current_dir(folder).args(["mod", "download", "-json", "github.com/argoproj/argo-cd/v3"]));
    let module: Value = serde_json::from_str(&text).expect("what go downloaded");
    eprintln!("Argo CD {}", module["Version"]);
    Path::new(module["Dir"].as_str().expect("a folder")).join("manifests/crds")
}

/// Every object of the tree comes out once, in the wave of its stage, and otherwise as it is.
#[test]
fn waves_are_built() {
    let Some(kubectl) = programs::find("k136", "kubectl") else { return };
    let folder = tempfile::tempdir().unwrap();
    example(folder.path());
    let output = kustomize(&kubectl, &folder.path().join("stages"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut built = BTreeMap::new();
    objects(&String::from_utf8(output.stdout).unwrap(), &mut built);
    assert_eq!(wrong_waves(folder.path(), built.clone()), [""; 0]);
    // A wave too early, and an object that nobody emitted.
    let (key, first) = built.iter_mut().next().expect("an object");
    let key = format!("{key:?}");
    first["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] = json!("-1");
    assert!(matches!(wrong_waves(folder.path(), built).as_slice(), [one] if one.contains(&key)), "{key}");
}

/// What differs between the objects that were built and the emitted ones with the wave of their stage.
fn wrong_waves(folder: &Path, mut built: BTreeMap<[String; 4], Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    let stages = ["namespaces", "rbac", "network", "policy-templates", "policies"];
    for (wave, stage) in stages.iter().enumerate() {
        let files = of_files(&folder.join("out/shop-argocd/k8s").join(stage));
        assert!(!files.is_empty(), "{stage}");
        for (key, object) in files {
            let Some(mut found) = built.remove(&key) else {
                wrong.push(format!("{key:?} is not built"));
                continue;
            };
            let annotations = found["metadata"]["annotations"].as_object_mut().expect("annotations");
            let waved = annotations["argocd.argoproj.io/sync-wave"] == json!(wave.to_string());
            annotations.retain(|name, _| !name.starts_with("argocd.argoproj.io/"));
            if annotations.is_empty() {
                found["metadata"].as_object_mut().unwrap().shift_remove("annotations");
            }
            if !waved || found != object {
                wrong.push(format!("{key:?} is another one, or has another wave"));
            }
        }
    }
    wrong.extend(built.keys().map(|key| format!("{key:?} is built from nothing")));
    wrong
}

/// What Argo CD would take for the health of a template with this status.
fn health(lua: &str, check: &str, status: &str) -> String {
    let text = format!("local function check(obj)\n{check}\nend\nprint(check({{ status = {status} }}).status)");
    let Output { status, stdout, stderr } = Command::new(lua).args(["-e", &text]).output().expect("Lua starts");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap().trim().to_owned()
}

#[test]
fn templates_are_waited_for() {
    if Command::new("lua5.1").arg("-v").output().is_err() {
        return programs::missing("lua5.1");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/argocd/argocd/argocd-cm.yaml");
    let document = yaml::read(&Source::new("argocd-cm.yaml", fs::read_to_string(path).unwrap())).remove(0);
    let map = document.root.expect("a map").to_json();
    let check =
        map["data"]["resource.customizations.health.templates.gatekeeper.sh_ConstraintTemplate"].as_str().expect("a check");
    let cases = [
        ("nil", "Progressing"),
        ("{}", "Progressing"),
        ("{ created = false, byPod = {} }", "Progressing"),
        ("{ created = true }", "Healthy"),
        ("{ created = true, byPod = { { id = 'a' }, { id = 'b', observedGeneration = 1 } } }", "Healthy"),
        (
            "{ created = false, byPod = { { id = 'a', errors = { { code = 'rego', message = 'var fond is unsafe' } } } } }",
            "Degraded",
        ),
        ("{ created = true, byPod = { { id = 'a', errors = {} } } }", "Healthy"),
    ];
    for (status, expected) in cases {
        assert_eq!(health("lua5.1", check, status), expected, "{status}");
        // A check that looks at another field is noticed.
        let blind = health("lua5.1", &check.replace("obj.status.created", "obj.status.createt"), status);
        assert!(expected != "Healthy" || blind != expected, "{status}");
    }
}
