//! The agent for pod logs: no policy of its cluster refuses it, and it gets no more than it needs.

use std::collections::BTreeSet;

use harden::{
    base::{Artifact, FactId},
    build::{self, Built},
    diag::{Diagnostics, Source},
    facts,
    plan::{AGENT_NAMESPACE, Ground, LogKind, Outcome, Scope, Verdict},
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
        assert!(intent.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Impossible), "{intent:?}");
    }
}

/// A name of the receiver is no end of a policy under Calico: its ranges have to be said.
#[test]
fn the_receiver_needs_ranges_where_names_mean_nothing() {
    let wrong = built(&spec("containerd: \"2.3\"", &format!("image: \"{IMAGE}\""), "")).err().unwrap();
    assert!(wrong.contains("siem.example.com") || wrong.contains("host names"), "{wrong}");
    assert!(wrong.contains("addresses: [198.51.100.20/32]"), "{wrong}");
}

/// A cluster with an agent and these pools, other words below `logging`, and what else is changed.
fn with_pools(pools: &str, sources: &str, changes: &[(&str, &str)]) -> Built {
    let declared = "[{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }]";
    let mut text = spec("containerd: \"2.3\"", &collector(), "").replace(declared, pools);
    text = text.replace("    audit: { goals: [exec] }\n", &format!("    audit: {{ goals: [exec] }}\n{sources}"));
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    built(&text).unwrap()
}

fn pool(name: &str, role: &str, os: &str, range: &str) -> String {
    format!("{{ name: {name}, role: {role}, os: {os}, cidrs: [{range}] }}")
}

/// A control plane and workers of these systems.
fn pools(control_plane: &str, workers: &str) -> String {
    format!(
        "[{}, {}]",
        pool("control-plane", "control-plane", control_plane, "192.0.2.0/28"),
        pool("workers", "worker", workers, "192.0.2.64/26")
    )
}

fn left_out(built: &Built) -> Vec<String> {
    built.plan.logs.agent.as_ref().expect("an agent").value.left_out.clone()
}

fn shipped(built: &Built, kind: LogKind) -> &str {
    &built.plan.logs.kinds[&kind].value.shipped
}

fn verdicts<'b>(built: &'b Built, control: &str) -> &'b [Verdict] {
    &built.plan.verdicts.iter().find(|found| found.id.to_string() == control).expect("a control").verdicts
}

fn said(built: &Built, control: &str, scope: &Scope) -> Vec<(Outcome, FactId)> {
    let of_scope = verdicts(built, control).iter().filter(|verdict| verdict.scope == *scope);
    let by_fact = of_scope.filter_map(|verdict| match verdict.ground {
        Ground::Fact(fact) => Some((verdict.outcome, fact)),
        Ground::Waiver(_) | Ground::Settings(_) => None,
    });
    by_fact.collect()
}

fn drop_in<'b>(built: &'b Built, pool: &str) -> Option<&'b str> {
    let path = format!("nodes/{pool}/files/etc/rsyslog.d/60-harden.conf");
    built.artifacts.iter().find(|artifact| artifact.path.as_str() == path).map(Artifact::text)
}

/// What a node does not ship the agent takes: each line of Kubernetes' own pods goes one way at least, and by one way where it can.
#[test]
fn what_no_node_ships_the_agent_takes() {
    let programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler"];
    assert_eq!(left_out(&with_pools(&pools("debian-12", "ubuntu-24.04"), "", &[])), programs);
    let mixed = with_pools(&pools("flatcar", "debian-12"), "", &[]);
    assert!(left_out(&mixed).is_empty(), "{:?}", left_out(&mixed));
    let by_agent = "the agent `log-collector` of each node of `control-plane`, of what pods write alone";
    assert_eq!(shipped(&mixed, LogKind::Kubernetes), format!("rsyslog of each node of `workers`; {by_agent}"));
    assert_eq!(shipped(&mixed, LogKind::Audit), "nobody");
    let workers = with_pools(&pools("debian-12", "flatcar"), "", &[]);
    assert_eq!(left_out(&workers), ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]);
    // Without its control no node ships.
    let waived = [(
        "metadata: { name: small }\nspec:\n",
        "metadata: { name: small }\nspec:\n  controls: { logging/shipping: { apply: false, waiver: W-1 } }\n  waivers: [{ id: W-1, control: \
         logging/shipping, owner: sre, reason: another agent, expires: 2027-03-01 }]\n",
    )];
    assert!(left_out(&with_pools(&pools("debian-12", "debian-12"), "", &waived)).is_empty());
    // Cilium stands in for kube-proxy, on nodes and for the agent.
    let cilium = [
        ("cni: { calico: { version: \"3.31\" } }", "cni: { cilium: { version: \"1.20\" } }"),
        ("serviceSubnets: [10.96.0.0/12]\n", "serviceSubnets: [10.96.0.0/12]\n      kubeProxy: { mode: none }\n"),
    ];
    let without = with_pools(&pools("debian-12", "debian-12"), "", &cilium);
    let programs: Vec<&str> = programs.into_iter().filter(|name| *name != "kube-proxy").chain(["cilium"]).collect();
    assert_eq!(left_out(&without).iter().map(String::as_str).collect::<BTreeSet<_>>(), programs.into_iter().collect());
    assert!(drop_in(&without, "workers").expect("a drop-in").contains("/var/log/pods/kube-system_cilium-*/*/*.log"));
}

/// The agent keeps to `sources`: nothing is sent that nobody asks for, and without what it is for there is none.
#[test]
fn sources_hold_for_the_agent() {
    let all = pools("debian-12", "debian-12");
    for sources in ["[node]", "[kubernetes, runtime]"] {
        let built = with_pools(&all, &format!("    sources: {sources}\n"), &[]);
        assert!(built.plan.logs.agent.is_none() && daemon_set(&built).is_none(), "{sources}");
        assert_eq!(said(&built, "logging/collector", &Scope::Cluster), [(Outcome::Impossible, facts::id::AGENT_NO_SOURCE)]);
    }
    let alone = with_pools(&all, "    sources: [application]\n", &[]);
    assert!(left_out(&alone).contains(&"kube-apiserver".to_owned()) && left_out(&alone).contains(&"kube-proxy".to_owned()));
    assert_eq!(shipped(&alone, LogKind::Kubernetes), "nobody");
    // No node ships: nothing is asked of its journal, of its packages, nor said of them.
    assert!(alone.plan.logs.shipping.is_none() && drop_in(&alone, "workers").is_none());
    assert!(alone.plan.pools.values().all(|pool| !pool.file_rules.contains_key("journald/ForwardToSyslog")));
    assert_eq!(said(&alone, "logging/shipping", &Scope::Cluster), [(Outcome::NotApplicable, facts::id::NO_NODE_SOURCE)]);
    let syslog = alone.plan.intents.iter().find(|intent| intent.path.to_string() == "/logging/siem/syslog").expect("an intent");
    assert!(syslog.verdicts.iter().all(|verdict| verdict.outcome == Outcome::Enforced), "{syslog:?}");
    assert!(verdicts(&alone, "logging/siem-tls").iter().any(|verdict| verdict.outcome == Outcome::Enforced));
}

/// A system that keeps the agent out is named, with what decides it.
#[test]
fn where_the_agent_is_kept_out_is_said() {
    let workers = Scope::Pool("workers".to_owned());
    let crio = [("runtime: { containerd: \"2.3\" }", "runtime: { crio: \"1.36\" }")];
    for (os, changes, outcome, row) in [
        (
            "rhel-9",
            &[][..],
            Outcome::Weaker,
            "; the agent `log-collector` of each node of `workers`, unless SELinux keeps it out",
        ),
        ("rhel-10", &crio[..], Outcome::Impossible, "; nobody on those of `workers`"),
    ] {
        let built = with_pools(&pools("debian-12", os), "", changes);
        let expected = format!("the agent `log-collector` of each node of `control-plane`{row}");
        assert_eq!(shipped(&built, LogKind::Application), expected, "{os}");
        for control in ["logging/collector", "logging/sources"] {
            assert!(said(&built, control, &workers).contains(&(outcome, facts::id::AGENT_SELINUX)), "{control} {os}");
        }
    }
    let nowhere = with_pools(&pools("rhel-9", "rhel-9"), "", &crio);
    assert_eq!(shipped(&nowhere, LogKind::Application), "nobody");
    let found = said(&nowhere, "logging/sources", &Scope::Cluster);
    assert!(found.contains(&(Outcome::Impossible, facts::id::AGENT_SELINUX)), "{found:?}");
}

/// What nothing enforces is no promise: without namespaces of its own a cluster with Flannel has its agent.
#[test]
fn flannel_has_an_agent_that_nothing_holds() {
    let flannel = [("cni: { calico: { version: \"3.31\" } }", "cni: { flannel: {} }")];
    let built = with_pools(&pools("debian-12", "debian-12"), "", &flannel);
    assert!(built.plan.network.isolated.is_empty() && daemon_set(&built).is_some());
    assert_eq!(said(&built, "network/default-deny", &Scope::Cluster), [(Outcome::NotApplicable, facts::id::NOT_DECLARED)]);
    assert!(said(&built, "logging/collector", &Scope::Cluster).contains(&(Outcome::Weaker, facts::id::NETWORK_NOBODY)));
}

/// An address of IPv6 is dialled in brackets alone.
#[test]
fn a_receiver_of_ipv6_stands_in_brackets() {
    let changes = [
        ("host: siem.example.com", "host: \"2001:db8::5\""),
        (", addresses: [198.51.100.20/32]", ""),
        ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16, \"fd00:10:244::/56\"]"),
        ("serviceSubnets: [10.96.0.0/12]", "serviceSubnets: [10.96.0.0/12, \"fd00:10:96::/112\"]"),
    ];
    let built = with_pools(&pools("debian-12", "debian-12"), "", &changes);
    let text = built.plan.logs.agent.as_ref().expect("an agent").value.config_text();
    assert!(text.contains("endpoint: \"[2001:db8::5]\"") || text.contains("endpoint: '[2001:db8::5]'"), "{text}");
    assert!(drop_in(&built, "workers").expect("a drop-in").contains("target=\"2001:db8::5\""));
}

/// Nodes of an external etcd run its static pod and no kube-proxy, and the control plane runs no etcd.
#[test]
fn nodes_of_an_external_etcd_ship_its_pod() {
    const ETCD: &str = "etcd: { external: { endpoints: [\"https://192.0.2.33:2379\"], caFile: /etc/kubernetes/pki/etcd/ca.crt, certFile: \
                        /etc/kubernetes/pki/apiserver-etcd-client.crt, keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key } }\n";
    let etcd = pool("etcd", "etcd", "debian-12", "192.0.2.32/29");
    let all = format!("{}, {etcd}]", pools("debian-12", "debian-12").trim_end_matches(']'));
    let subnets = "serviceSubnets: [10.96.0.0/12]\n";
    let built = with_pools(&all, "", &[(subnets, &format!("{subnets}      {ETCD}"))]);
    let logs =
        |pool: &str, program: &str| drop_in(&built, pool).expect("a drop-in").contains(&format!("kube-system_{program}-*"));
    assert!(logs("etcd", "etcd") && !logs("etcd", "kube-proxy"));
    assert!(logs("control-plane", "kube-apiserver") && logs("control-plane", "kube-proxy") && !logs("control-plane", "etcd"));
}
