//! What the table says that a kubelet refuses in its file, given to the kubelet: it must not get past its own validation.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use harden::facts::{self, Feature, Limit, Program};
use serde_json::{Map, Value, json};

use super::{Differences, asked, built};
use crate::programs::Built;

/// Values of fields that need a gate, by path.
fn gated() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("cpuCFSQuotaPeriod", json!("50ms")),
        ("crashLoopBackOff.maxContainerRestartPeriod", json!("10s")),
        ("defaultPodSysctls", json!({ "net.ipv4.ip_unprivileged_port_start": "0" })),
        ("enableSystemLogQuery", json!(true)),
        ("imageMaximumGCAge", json!("1h")),
        ("imagePullCredentialsVerificationPolicy", json!("AlwaysVerify")),
        ("logging.options.json.infoBufferSize", json!("1")),
        ("logging.options.text.infoBufferSize", json!("1")),
        ("memoryReservationPolicy", json!("TieredReservation")),
        ("memorySwap.swapBehavior", json!("LimitedSwap")),
        ("memoryThrottlingFactor", json!(0.8)),
        ("preloadedImagesVerificationAllowlist", json!(["a"])),
        ("serverTLSBootstrap", json!(true)),
        ("shutdownGracePeriod", json!("10s")),
        ("shutdownGracePeriodByPodPriority", json!([{ "priority": 0, "shutdownGracePeriodSeconds": 1 }])),
        ("shutdownGracePeriodCriticalPods", json!("10s")),
        ("tracing.endpoint", json!("localhost:4317")),
        ("tracing.samplingRatePerMillion", json!(1)),
    ])
}

#[test]
fn kubelet_limits() {
    for minor in [36, 37] {
        let Some(kubelet) = built(minor, Program::Kubelet) else { continue };
        let mut differences = Differences::of(format!("kubelet file 1.{minor}"), &[]);
        let folder = tempfile::tempdir().expect("a folder for the documents");
        for limit in facts::kubelet_limits(asked(minor)) {
            let gated = gated();
            // A gate that is locked on asks nothing of anybody.
            if let Some(gate) = limit.gate.filter(|gate| facts::feature(gate, asked(minor)) != Feature::Always) {
                match gated.get(limit.path) {
                    None => differences.note("field", limit.path, "no value is at hand to try its gate"),
                    Some(value) if accepts(&kubelet, limit, value, Some(gate), folder.path()) => {
                        differences.note("field", limit.path, format!("`{value}` is taken without gate {gate}"));
                    }
                    Some(_) => {}
                }
            }
            for value in beyond(limit).into_iter().filter(|value| accepts(&kubelet, limit, value, None, folder.path())) {
                differences.note("field", limit.path, format!("`{value}` is taken"));
            }
        }
        differences.none();
    }
}

/// Values that a limit does not let pass.
fn beyond(limit: &Limit) -> Vec<Value> {
    let word = match limit.words {
        [] => None,
        ["false"] => Some(json!(true)),
        _ => Some(json!("hardenNoSuchWord")),
    };
    let numbers = [limit.at_least.map(|least| least - 1), limit.at_most.map(|most| most + 1)];
    word.into_iter().chain(numbers.into_iter().flatten().map(Value::from)).collect()
}

/// Whether a kubelet gets past the validation of a document with this value, with the gate off where one is given.
fn accepts(kubelet: &Built, limit: &Limit, value: &Value, gate: Option<&str>, folder: &Path) -> bool {
    let mut document = value.clone();
    for step in limit.path.rsplit('.') {
        let name = step.strip_suffix("[]").unwrap_or(step);
        document = if name == step { json!({ name: document }) } else { json!({ name: [with_key(document)] }) };
    }
    let mut gates = Map::new();
    for gate in gate.into_iter().chain(DEPENDENTS.iter().filter(|_| gate == Some("GracefulNodeShutdown")).copied()) {
        gates.insert(gate.to_owned(), json!(false));
    }
    let mut whole = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "failCgroupV1": false, "featureGates": gates,
    });
    for (key, value) in document.as_object().into_iter().flatten() {
        whole[key.as_str()] = value.clone();
    }
    let file = folder.join("kubelet.yaml");
    fs::write(&file, whole.to_string()).expect("a document is written");
    let run = Command::new("timeout").arg("20").arg(kubelet.path()).arg("--config").arg(&file).output().expect("timeout runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(!said.contains("cgroup v1 support is unsupported"), "{said}");
    !["failed to validate kubelet configuration", "invalid configuration", "Forbidden", "Invalid value"]
        .iter()
        .any(|word| said.contains(word))
}

/// Gates that a kubelet does not let stay on without GracefulNodeShutdown.
const DEPENDENTS: [&str; 2] = ["GracefulNodeShutdownBasedOnPodPriority", "WindowsGracefulNodeShutdown"];

/// An item of a list of taints has a key; one that is a text is whole.
fn with_key(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.insert("key".to_owned(), json!("a"));
    }
    item
}
