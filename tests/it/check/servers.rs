//! Programs of the control plane as their static pods and kubeadm's documents start them: what opens them although no control names the flag.

use std::fs;

use serde_json::Value;

use crate::support::{DAY, harden, none, root};

const CASE: &str = "golden/build/three-nodes-1.36";

/// What is said of a file against the cluster of three nodes.
fn judged(text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [("harden.yaml", "cluster.yaml"), ("live.yaml", "live.yaml")] {
        fs::copy(root().join(CASE).join(from), folder.path().join(to)).unwrap();
    }
    fs::write(folder.path().join("file.yaml"), text).unwrap();
    let output = harden(folder.path(), &["check", "file.yaml", "--spec", "cluster.yaml", "--as-of", DAY, "--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A list of the answer as lines `CONTROL: MESSAGE`.
fn lines(answer: &Value, list: &str) -> Vec<String> {
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
        format!("{}: {}", text("control"), text("message"))
    };
    answer[list].as_array().unwrap().iter().map(line).collect()
}

/// A static pod as it is built, with a line more, or in place of one.
fn pod(program: &str, old: &str, new: &str) -> String {
    let path = format!("{CASE}/out/shop/control-plane/cp-1/manifests/{program}.yaml");
    let text = fs::read_to_string(root().join(path)).unwrap();
    assert!(text.contains(old), "{program}: {old}");
    text.replacen(old, new, 1)
}

fn with(program: &str, flag: &str) -> String {
    let first = format!("    - {program}\n");
    pod(program, &first, &format!("{first}    - {flag}\n"))
}

#[test]
fn a_pod_as_it_is_built_is_said_nothing_of() {
    let mut wrong = Vec::new();
    for program in ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] {
        let answer = judged(&pod(program, "", ""));
        wrong.extend(["findings", "notices"].iter().flat_map(|list| lines(&answer, list)));
    }
    none(&wrong);
}

/// W-7 takes one namespace out of the control, and nothing of the API server.
#[test]
fn a_waiver_for_a_namespace_is_none_for_the_cluster() {
    let findings = lines(&judged(&with("kube-apiserver", "--disable-admission-plugins=PodSecurity")), "findings");
    assert_eq!(findings, ["admission/pod-security: `--disable-admission-plugins` is `PodSecurity`, and must not be"]);
}

#[test]
fn etcd_in_plain_http_is_found() {
    let kubeadm = |flag: &str, url: &str| {
        format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n\
             etcd: {{ local: {{ extraArgs: [{{ name: {flag}, value: \"{url}\" }}] }} }}\n"
        )
    };
    let of_etcd = |flag: &str, new: &str| {
        let text = pod("etcd", "", "");
        let old = text.lines().find(|line| line.contains(&format!("- --{flag}="))).unwrap().to_owned();
        let new = if new.is_empty() { String::new() } else { format!("    - --{flag}={new}\n") };
        text.replacen(&format!("{old}\n"), &new, 1)
    };
    let servers = "    - --etcd-servers=https://127.0.0.1:2379\n";
    let overrides = "/events#https://192.0.2.9:2379;http://192.0.2.9:2379";
    let external = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n\
        etcd: { external: { endpoints: [\"http://192.0.2.9:2379\"], caFile: /a, certFile: /b, keyFile: /c } }\n";
    let mut wrong = Vec::new();
    for (file, control, url) in [
        (of_etcd("listen-client-urls", "https://127.0.0.1:2379,http://0.0.0.0:2379"), "etcd/client-tls", "http://0.0.0.0:2379"),
        (of_etcd("listen-client-urls", "HTTP://0.0.0.0:2379"), "etcd/client-tls", "HTTP://0.0.0.0:2379"),
        (of_etcd("listen-client-urls", ""), "etcd/client-tls", "http://localhost:2379"),
        (with("etcd", "--listen-client-http-urls=http://0.0.0.0:2390"), "etcd/client-tls", "http://0.0.0.0:2390"),
        (of_etcd("advertise-client-urls", "http://192.0.2.1:2379"), "etcd/client-tls", "http://192.0.2.1:2379"),
        (of_etcd("listen-peer-urls", "http://0.0.0.0:2380"), "etcd/peer-tls", "http://0.0.0.0:2380"),
        (of_etcd("listen-peer-urls", ""), "etcd/peer-tls", "http://localhost:2380"),
        (of_etcd("initial-advertise-peer-urls", "http://192.0.2.1:2380"), "etcd/peer-tls", "http://192.0.2.1:2380"),
        (pod("kube-apiserver", servers, &servers.replace("https", "http")), "apiserver/etcd-tls", "http://127.0.0.1:2379"),
        (with("kube-apiserver", &format!("--etcd-servers-overrides={overrides}")), "apiserver/etcd-tls", "http://192.0.2.9:2379"),
        (kubeadm("listen-client-urls", "http://0.0.0.0:2379"), "etcd/client-tls", "http://0.0.0.0:2379"),
        (external.to_owned(), "apiserver/etcd-tls", "http://192.0.2.9:2379"),
    ] {
        let findings = lines(&judged(&file), "findings");
        let hits = findings.iter().filter(|line| line.starts_with(&format!("{control}: ")) && line.contains(&format!("`{url}`")));
        if hits.count() != 1 {
            wrong.push(format!("{control} {url}: {findings:?}"));
        }
    }
    // Probes ask for metrics without a certificate.
    let metrics = of_etcd("listen-metrics-urls", "http://127.0.0.1:2381");
    wrong.extend(lines(&judged(&metrics), "findings"));
    none(&wrong);
}

/// What a build tells of in an owner's file is told of in what runs, too.
#[test]
fn risks_of_flags_are_told() {
    let mut wrong = Vec::new();
    for (flag, list, said) in [
        ("--authentication-token-webhook-config-file=/x", "notices", "who a bearer of a token is"),
        ("--authorization-webhook-config-file=/x", "notices", "decides beside RBAC"),
        ("--cors-allowed-origins=.*", "notices", "from the browser"),
        ("--debug-socket-path=/run/s", "notices", "without a question for credentials"),
        ("--feature-gates=AllAlpha=true", "notices", "every unfinished feature"),
        ("--runtime-config=api/all=true", "notices", "serves alpha APIs"),
        ("--audit-log-truncate-enabled=true", "notices", "large events lose"),
        ("--disable-admission-plugins=MutatingAdmissionWebhook", "notices", "asks no webhook of this kind"),
        ("--audit-log-format=legacy", "findings", "apiserver/audit-log: a line of format `legacy`"),
        (
            "--oidc-issuer-url=https://evil.example",
            "findings",
            "`--authentication-config` and `--oidc-issuer-url` exclude each other",
        ),
    ] {
        let found = lines(&judged(&with("kube-apiserver", flag)), list);
        if found.iter().filter(|line| line.contains(said)).count() != 1 {
            wrong.push(format!("{flag}: {found:?}"));
        }
    }
    let kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfeatureGates: { AllAlpha: true }\n";
    let found = lines(&judged(kubelet), "notices");
    if !found.iter().any(|line| line.contains("every unfinished feature")) {
        wrong.push(format!("{found:?}"));
    }
    none(&wrong);
}
