//! The agent for pod logs: no policy of its cluster refuses it, and it gets no more than it needs.

use harden::{
    base::Artifact,
    build::{self, Built},
    diag::{Diagnostics, Source},
    plan::AGENT_NAMESPACE,
    policy::{self, Request, Subject},
    yaml,
};
use serde_json::Value as Json;

use crate::support::with_cluster;

const IMAGE: &str = "registry.example.com/otel/collector@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A restricted cluster with every policy; `collector`, and what else is said below `spec`.
fn spec(runtime: &str, collector: &str, more: &str) -> String {
    format!(
        r#"apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: small }}
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.3"
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]
    cni: {{ calico: {{ version: "3.31" }} }}
    runtime: {{ {runtime} }}
    nodePools: [{{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  images: {{ allowedRegistries: [registry.example.com/otel], requireDigest: true, alwaysPull: false }}
  policies: {{ engines: {{ gatekeeper: {{ version: "3.23", installed: owner }} }}, failure: closed }}
  logging:
    audit: {{ goals: [exec] }}
    collector: {{ openTelemetry: {{ {collector} }} }}
    siem: {{ syslog: {{ host: siem.example.com, port: 6514 }} }}
{more}"#
    )
}

fn built(text: &str) -> Result<Built, String> {
    let mut diags = Diagnostics::default();
    let built = with_cluster(text, "", None, &mut diags, build::build);
    built.ok_or_else(|| diags.list().iter().map(|one| format!("{}: {}; {:?}\n", one.code, one.message, one.help)).collect())
}

fn collector() -> String {
    format!("image: \"{IMAGE}\", addresses: [198.51.100.20/32]")
}

fn daemon_set(built: &Built) -> Option<Json> {
    let is = |artifact: &&Artifact| artifact.path.as_str() == "k8s/logging/log-collector.yaml";
    let artifact = built.artifacts.iter().find(is)?;
    let documents = yaml::read(&Source::new(artifact.path.as_str(), artifact.text()));
    documents
        .iter()
        .filter_map(|document| document.root.as_ref())
        .map(yaml::Node::to_json)
        .find(|json| json["kind"] == "DaemonSet")
}

/// How many policies look at a workload of the agent's namespace, and what they say.
fn judged(built: &Built, object: &Json) -> (usize, Vec<String>) {
    let (mut looked, mut denied) = (0, Vec::new());
    for planned in built.plan.policies.values() {
        if planned.exempt.contains_key(AGENT_NAMESPACE) || planned.policy.subject == Subject::EnteredPod {
            continue;
        }
        looked += 1;
        let found = policy::judge(planned.policy, &planned.values(), &Request::of(object));
        denied.extend(found.into_iter().map(|violation| format!("{}: {}", planned.policy.name, violation.message)));
    }
    (looked, denied)
}

#[test]
fn no_policy_refuses_it() {
    let built = built(&spec("containerd: \"2.3\"", &collector(), "")).unwrap();
    let object = daemon_set(&built).expect("a DaemonSet");
    let (looked, denied) = judged(&built, &object);
    assert_eq!((looked >= 5, denied), (true, Vec::new()));
    let spared: Vec<&str> = built
        .plan
        .policies
        .values()
        .filter(|planned| planned.exempt.contains_key(AGENT_NAMESPACE))
        .map(|p| p.policy.name)
        .collect();
    assert_eq!(spared, ["host-filesystem"], "the agent's namespace is spared by that policy alone");
    for (pointer, value) in [
        ("/spec/template/spec/hostPID", Json::from(true)),
        ("/spec/template/spec/containers/0/image", Json::from("registry.example.com/otel/collector:latest")),
        ("/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation", Json::from(true)),
    ] {
        let mut spoilt = object.clone();
        let (folder, name) = pointer.rsplit_once('/').unwrap();
        spoilt.pointer_mut(folder).unwrap()[name] = value;
        assert!(!judged(&built, &spoilt).1.is_empty(), "{pointer} is let in");
    }
}

#[test]
fn it_sees_one_folder_of_the_node() {
    let built = built(&spec("containerd: \"2.3\"", &collector(), "")).unwrap();
    let pod = daemon_set(&built).expect("a DaemonSet")["spec"]["template"]["spec"].clone();
    let folders: Vec<&Json> = pod["volumes"].as_array().unwrap().iter().filter_map(|volume| volume.get("hostPath")).collect();
    assert_eq!(folders, [&serde_json::json!({ "path": "/var/log/pods", "type": "Directory" })]);
    let container = &pod["containers"][0];
    let of_logs = container["volumeMounts"].as_array().unwrap().iter().find(|mount| mount["name"] == "logs").unwrap();
    assert_eq!((&of_logs["readOnly"], &container["image"]), (&Json::from(true), &Json::from(IMAGE)));
    assert_eq!(container["securityContext"]["capabilities"]["drop"], serde_json::json!(["ALL"]));
    let roles = built.plan.rbac.roles.values().flat_map(|role| &role.subjects);
    assert!(!roles.map(|held| format!("{:?}", held.value)).any(|subject| subject.contains("log-collector")), "it has a role");
}

#[test]
fn nothing_is_written_where_it_cannot_run() {
    for (runtime, collector, more) in [
        ("containerd: \"2.3\"", String::new(), ""),
        ("docker: \"28.5\", criDockerd: \"0.3\"", collector(), ""),
        ("containerd: \"2.3\"", collector().replace("registry.example.com", "quay.example.com"), ""),
        ("containerd: \"2.3\"", collector(), "  namespaces: [{ name: harden-logging }]\n"),
    ] {
        let built = built(&spec(runtime, &collector, more)).unwrap();
        assert!(daemon_set(&built).is_none() && built.plan.logs.agent.is_none(), "{runtime} {collector} {more}");
        let intent = built.plan.intents.iter().find(|intent| intent.path.to_string() == "/logging/collector").unwrap();
        assert!(intent.verdicts.iter().any(|verdict| verdict.outcome == harden::plan::Outcome::Impossible), "{intent:?}");
    }
}

/// A name of the receiver is no end of a policy under Calico: its ranges have to be said.
#[test]
fn the_receiver_needs_ranges_where_names_mean_nothing() {
    let wrong = built(&spec("containerd: \"2.3\"", &format!("image: \"{IMAGE}\""), "")).err().unwrap();
    assert!(wrong.contains("siem.example.com") || wrong.contains("host names"), "{wrong}");
    assert!(wrong.contains("addresses: [198.51.100.20/32]"), "{wrong}");
}
