//! Clusters of minors for which nothing is built: files are judged with the facts of the minor.

use std::fs;

use crate::support::{harden, root};

const PODS: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: NAME, namespace: default }\nspec:\n  automountServiceAccountToken: false\n  \
    containers:\n    - name: tool\n      image: registry.example.com/tool@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n      \
    imagePullPolicy: Always\n      securityContext: { privileged: PRIVILEGED, allowPrivilegeEscalation: PRIVILEGED, runAsNonRoot: true, \
    capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }\n";

fn pod(name: &str, privileged: &str) -> String {
    PODS.replace("NAME", name).replace("PRIVILEGED", privileged)
}

/// One of these for each minor, beside the widest.
const PROFILES: [&str; 4] = ["baseline", "restricted", "cis-level-2", "nsa"];

#[test]
fn every_known_minor_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    for platform in ["kubeadm", "eks", "aks"] {
        let spec = fs::read_to_string(root().join(format!("golden/plan/{platform}.yaml"))).unwrap();
        let registries = spec.split_once("allowedRegistries: [").and_then(|(_, rest)| rest.split_once(']'));
        let registry = registries.map_or("registry.example.com", |(list, _)| list.split(',').next().unwrap());
        for (name, privileged) in [("bad", "true"), ("good", "false")] {
            let text = pod(name, privileged).replace("registry.example.com", registry);
            fs::write(folder.path().join(format!("{name}.yaml")), text).unwrap();
        }
        for minor in 20..=30 {
            for profile in ["ten-ways", PROFILES[minor % PROFILES.len()]] {
                let version = if platform == "kubeadm" { format!("1.{minor}.3") } else { format!("1.{minor}") };
                let text = spec.replace("VERSION", &version).replace("PROFILE", profile);
                fs::write(folder.path().join("c.yaml"), text).unwrap();
                let run = |file: &str| {
                    let output = harden(folder.path(), &["check", file, "--spec", "c.yaml"]);
                    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
                    (output.status.code(), said)
                };
                let (code, said) = run("good.yaml");
                assert_eq!(code, Some(0), "{platform} {version} {profile}: {said}");
                let (code, said) = run("bad.yaml");
                let finds = said.contains("policy/");
                assert!(code == Some(i32::from(finds)), "{platform} {version} {profile}: {said}");
                assert!(
                    finds || profile == "cis-level-2" || profile == "nsa" || profile == "baseline",
                    "{platform} {version} {profile}: {said}"
                );
            }
        }
    }
}

#[test]
fn what_is_judged_is_still_not_built() {
    let folder = tempfile::tempdir().unwrap();
    let spec = fs::read_to_string(root().join("golden/check/older-cluster/harden.yaml")).unwrap();
    let run = |version: &str, call: &[&str]| {
        fs::write(folder.path().join("c.yaml"), spec.replace("1.28.3", version)).unwrap();
        fs::write(folder.path().join("good.yaml"), pod("good", "false")).unwrap();
        let output = harden(folder.path(), call);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run("1.28.3", &["build", "c.yaml", "--out", "out"]);
    assert!(code == Some(2) && said.contains("cannot build for Kubernetes 1.28.3") && said.contains("harden check"), "{said}");
    for version in ["1.19.3", "1.38.0"] {
        let (code, said) = run(version, &["check", "good.yaml", "--spec", "c.yaml"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("cannot judge files for Kubernetes") && said.contains("1.20 to 1.37"), "{said}");
    }
}

/// A profile in place of a cluster: what it asks of workloads does not depend on whether anything is built for the minor.
#[test]
fn a_profile_judges_workloads_of_older_minors() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good.yaml"), pod("good", "false")).unwrap();
    for minor in ["1.20", "1.26", "1.30", "1.36"] {
        let output = harden(folder.path(), &["check", "good.yaml", "--profile", "restricted", "--kubernetes", minor]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{minor}: {said}");
    }
    let output = harden(folder.path(), &["check", "good.yaml", "--profile", "restricted", "--kubernetes", "1.19"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot judge files for Kubernetes 1.19") && said.contains("1.20 to 1.37"), "{said}");
    assert!(!said.contains("region") && !said.contains("containerd"), "a spec that nobody wrote is shown: {said}");
}
