//! The objects of the table against the API server of each minor asked for: a program holds a function of each type that it knows.

use std::{collections::BTreeSet, process::Command};

use harden::facts::{self, Program};

/// Compares the table with each of those minors, in both directions: a row that says "served" too early or too late differs.
#[test]
fn objects_are_served() {
    let every: BTreeSet<(&str, &str)> = facts::build_minors().flat_map(facts::object_apis).collect();
    for minor in crate::node::sets().into_iter().map(crate::node::Set::minor) {
        let Some(program) = super::built(minor.0, Program::KubeApiserver) else { continue };
        let types = types(&program);
        assert!(types.len() > 200, "{minor}: {} types", types.len());
        for (api, kind) in &every {
            let served = facts::object_api(api, kind, minor).is_known();
            assert_eq!(types.contains(&function(api, kind)), served, "{api} {kind} at {minor}");
        }
        // The probe finds what is there and nothing else.
        assert!(types.contains(&function("apps/v1beta2", "Deployment")), "{minor}");
        assert!(!types.contains(&function("apps/v1", "Deploymen")), "{minor}");
        eprintln!("kube-apiserver {minor} knows {} of {} objects", facts::object_apis(minor).count(), every.len());
    }
}

/// The function that every type of an object has: `k8s.io/api/apps/v1.(*DaemonSet).DeepCopyObject`.
fn function(api: &str, kind: &str) -> String {
    let (group, version) = api.split_once('/').unwrap_or(("core", api));
    let group = group.split('.').next().unwrap_or_default();
    format!("k8s.io/api/{group}/{version}.(*{kind}).DeepCopyObject")
}

fn types(program: &crate::programs::Built) -> BTreeSet<String> {
    let mut command = Command::new("grep");
    let pattern = r"k8s\.io/api/[a-z]+/v[0-9a-z]+\.\(\*[A-Za-z0-9]+\)\.DeepCopyObject";
    command.env("LC_ALL", "C").args(["-aohE", pattern]).arg(program.path());
    let output = command.output().expect("grep starts");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
