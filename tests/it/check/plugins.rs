//! A static pod that switches off what an applied control rests on.

use std::fs;

use serde_json::Value;

use crate::support::{DAY, harden, root};

/// Findings about plugins that are switched off, in the static pod of the API server.
fn told(spec: &str, off: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    let pod = root().join("golden/build/three-nodes-1.36/out/shop/control-plane/cp-1/manifests/kube-apiserver.yaml");
    let pod = fs::read_to_string(pod).unwrap();
    let (before, after) = pod.split_once("- --advertise-address").unwrap();
    let pod = format!("{before}- --disable-admission-plugins={off}\n    - --advertise-address{after}");
    fs::write(folder.path().join("pod.yaml"), pod).unwrap();
    let output = harden(folder.path(), &["check", "pod.yaml", "--spec", "cluster.yaml", "--as-of", DAY, "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = value["findings"].as_array().unwrap().iter();
    let messages = findings.map(|finding| finding["message"].as_str().unwrap().to_owned());
    messages.filter(|message| message.contains("--disable-admission-plugins")).collect()
}

#[test]
fn what_asks_the_policies_is_not_switched_off() {
    let plain = super::super::commands::small("smallest");
    let with_policies = format!(
        "{plain}  controls: {{ policy/privileged: {{ apply: true }} }}\n  \
         policies: {{ engines: {{ gatekeeper: {{ version: \"3.20\", installed: values }} }}, failure: closed }}\n"
    );
    assert_eq!(told(&with_policies, "DefaultStorageClass,ValidatingAdmissionWebhook").len(), 1);
    assert_eq!(told(&with_policies, "DefaultStorageClass,MutatingAdmissionPolicy").len(), 0);
    assert_eq!(told(&plain, "ValidatingAdmissionWebhook").len(), 0, "no policy rests on it");
    assert_eq!(told(&plain, "PodSecurity").len(), 1);
}
