//! Reading emitted bytes back gives what was planned, and a spoiled byte is noticed.

use std::collections::BTreeMap;

use harden::{
    base::Artifact,
    targets::{self, Observed},
    verify,
};

use super::{Case, cases, none_in};

#[test]
fn reading_back_gives_the_plan() {
    none_in(cases(), |case| {
        let found = verify::observe_tree(&case.built.plan, &case.built.artifacts);
        found.into_iter().map(|(file, what)| format!("{file}: {what}")).collect()
    });
}

/// What is done to a file.
type Spoil = Box<dyn Fn(&str) -> String>;

/// What differs when one file says something else.
fn spoiled(case: &Case, path: &str, spoil: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let mut observed = Observed::default();
    let mut changed = false;
    for artifact in &case.built.artifacts {
        let text = artifact.text();
        if artifact.path.as_str() == path {
            let other = spoil(text);
            changed = other != text;
            observed.read(path, &other);
        } else {
            observed.read(artifact.path.as_str(), text);
        }
    }
    assert!(changed, "{path} is not spoiled");
    observed.differences(&case.built.plan)
}

fn case(name: &str) -> &'static Case {
    cases().iter().find(|case| case.name.ends_with(name)).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn a_spoiled_file_is_told() {
    let case = case("everything");
    let etc = "control-plane/etc/kubernetes";
    let policy = format!("{etc}/audit/policy.yaml");
    let pod_security = format!("{etc}/admission/pod-security.yaml");
    let limits = format!("{etc}/admission/event-rate-limit.yaml");
    let authentication = format!("{etc}/authentication/authentication.yaml");
    let encryption = format!("{etc}/encryption/encryption.template.yaml");
    let replace = |from: &'static str, to: &'static str| move |text: &str| text.replacen(from, to, 1);
    let checks: Vec<(&str, Spoil, &str)> = vec![
        (
            "control-plane/flags/kube-apiserver.flags",
            Box::new(replace("--profiling=false\n", "")),
            "`apiserver/flag/profiling` is planned to be `false` and is not set",
        ),
        (
            "control-plane/flags/kube-apiserver.flags",
            Box::new(|text| format!("{text}--anonymous-auth=true\n")),
            "`apiserver/flag/anonymous-auth` is `true` and is not planned",
        ),
        (
            "control-plane/flags/kube-scheduler.flags",
            Box::new(|text| format!("{text}--profiling=true\n")),
            "`scheduler/flag/profiling`: value 2 `true` is not planned",
        ),
        (
            "control-plane/cp-1/manifests/kube-apiserver.yaml",
            Box::new(replace("- --audit-policy-file=", "- --audit-policy-files=")),
            "`apiserver/flag/audit-policy-file` is planned",
        ),
        (
            "control-plane/cp-1/manifests/kube-apiserver.yaml",
            Box::new(replace("kube-apiserver:v1.36.3", "kube-apiserver:v1.36.2")),
            "the image is",
        ),
        (
            "control-plane/cp-2/manifests/kube-apiserver.yaml",
            Box::new(replace("--advertise-address=192.0.2.2", "--advertise-address=192.0.2.1")),
            "is not that of node `cp-2`",
        ),
        ("control-plane/cp-2/manifests/etcd.yaml", Box::new(replace("--name=cp-2", "--name=cp-1")), "is not that of node `cp-2`"),
        (
            "control-plane/cp-1/manifests/kube-apiserver.yaml",
            Box::new(replace("path: /var/log/kubernetes/audit", "path: /var/log")),
            "`apiserver/mount/var/log/kubernetes/audit`",
        ),
        ("kubeadm/init.yaml", Box::new(replace("  - name: profiling\n    value: \"false\"\n", "")), "`apiserver/flag/profiling`"),
        (
            "kubeadm/init.yaml",
            Box::new(replace("readOnlyPort: 0", "readOnlyPort: 10255")),
            "`kubelet/field/readOnlyPort` is planned to be `0` and is `10255`",
        ),
        (
            "kubeadm/init.yaml",
            Box::new(replace("    enabled: false", "    enabled: true")),
            "`kubelet/field/authentication.anonymous.enabled`",
        ),
        (
            "kubeadm/init.yaml",
            Box::new(replace("kubernetesVersion: v1.36.3", "kubernetesVersion: v1.35.0")),
            "`/kubernetesVersion`",
        ),
        (
            "kubeadm/init.yaml",
            Box::new(replace("kind: KubeProxyConfiguration", "kind: KubeProxyConfigurations")),
            "holds nothing that its reader knows",
        ),
        (
            "kubeadm/join-worker.yaml",
            Box::new(replace("kubeConfigPath: /etc/kubernetes/discovery.conf", "kubeConfigPath: /tmp/x")),
            "`/discovery/file/kubeConfigPath`",
        ),
        (&policy, Box::new(replace("level: Metadata", "level: None")), "`audit-policy/rules`: planned value"),
        (&policy, Box::new(replace("- RequestReceived", "- ResponseStarted")), "`/omitStages/0`"),
        (&policy, Box::new(move |text| text.split("\n- level").take(3).collect::<Vec<_>>().join("\n- level")), "is not there"),
        (&pod_security, Box::new(replace("enforce: ", "enforce: privileged # ")), "`admission/pod-security/enforce`"),
        (&pod_security, Box::new(replace("  - kube-system\n", "")), "`admission/pod-security/exempt/kube-system` is planned"),
        (
            &pod_security,
            Box::new(|text| format!("{text}  usernames: [system:admin]\n")),
            "`/exemptions/usernames/0` is `system:admin`",
        ),
        (&limits, Box::new(replace("qps: ", "qps: 1")), "`admission/event-rate-limit/"),
        (&authentication, Box::new(replace("  - path: /readyz\n", "")), "`authentication/anonymous`"),
        (&authentication, Box::new(replace("oidc:", "")), "`authentication/issuers/https://id.example.internal/"),
        (&authentication, Box::new(replace("- cli", "- anybody")), "/audiences`"),
        (&encryption, Box::new(replace("REPLACED-BY-MAKE-KEY", "c2VjcmV0IGlzIHNlY3JldA==")), "is `a key`"),
        (&encryption, Box::new(replace("- secrets", "- configmaps")), "`encryption/resources`"),
    ];
    let mut wrong = Vec::new();
    for (path, spoil, what) in &checks {
        let found = spoiled(case, path, spoil);
        if !found.iter().any(|(file, told)| file == path && told.contains(what)) {
            wrong.push(format!("{path}: not told `{what}`, but {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file that is not there, or stands where nobody looks, is told.
#[test]
fn a_missing_file_is_told() {
    let case = case("everything");
    for artifact in case.built.artifacts.iter().filter(|artifact| is_observed(artifact)) {
        let mut observed = Observed::default();
        for other in case.built.artifacts.iter().filter(|other| other.path != artifact.path) {
            observed.read(other.path.as_str(), other.text());
        }
        assert_ne!(observed.differences(&case.built.plan), [], "{} is missing", artifact.path);
    }
    let mut observed = Observed::default();
    for artifact in &case.built.artifacts {
        observed.read(&artifact.path.as_str().replace("/audit/policy.yaml", "/policy.yaml"), artifact.text());
    }
    let told = observed.differences(&case.built.plan);
    assert!(told.iter().any(|(_, what)| what.contains("--audit-policy-file")), "{told:?}");
}

fn is_observed(artifact: &Artifact) -> bool {
    targets::has_observer(artifact.path.as_str())
}

/// Takes away every line of every file that is read back, one by one: what nobody notices must be a line that no setting rests on.
#[test]
fn every_lost_line_is_noticed() {
    let mut unnoticed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut lost = 0;
    // The second one carries the fields of an owner.
    for (name, only) in [("everything", ""), ("examples/kubeadm shop-prod", "kubeadm/init.yaml")] {
        let case = case(name);
        let whole = |skip: &str| {
            let mut observed = Observed::default();
            for artifact in case.built.artifacts.iter().filter(|artifact| artifact.path.as_str() != skip) {
                observed.read(artifact.path.as_str(), artifact.text());
            }
            observed
        };
        for artifact in case.built.artifacts.iter().filter(|a| is_observed(a) && a.path.as_str().starts_with(only)) {
            let path = artifact.path.as_str();
            let others = whole(path);
            let lines: Vec<&str> = artifact.lines.iter().map(|(text, _)| text).collect();
            for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
                let rest: String =
                    lines.iter().enumerate().filter(|(m, _)| *m != n).flat_map(|(_, line)| [*line, "\n"]).collect();
                let mut observed = others.clone();
                observed.read(path, &rest);
                lost += 1;
                if observed.differences(&case.built.plan).is_empty() {
                    unnoticed.entry(kind_of(path)).or_default().push(line.trim_start_matches([' ', '-']).to_owned());
                }
            }
        }
    }
    assert!(lost > 1_300, "{lost} lines");
    let mut wrong = Vec::new();
    for (kind, lines) in &unnoticed {
        let known = SHAPE.iter().find(|(name, _)| name == kind).map_or(&[][..], |(_, known)| *known);
        let new = lines.iter().filter(|line| !known.iter().any(|known| line.starts_with(known)) && !is_default(line));
        wrong.extend(new.map(|line| format!("{kind}: {line}")));
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} kinds of lines are lost without notice:\n{}", wrong.len(), wrong.join("\n"));
}

/// The kind of a file by its path.
fn kind_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match path.split('/').nth(2) {
        Some("manifests") => "static pod".to_owned(),
        Some(_) | None => name.to_owned(),
    }
}

/// What a constraint means without it too: Gatekeeper denies where no action is written.
fn is_default(line: &str) -> bool {
    line == "enforcementAction: deny"
}

/// Lines of a form that no setting of the plan rests on: re-emission tells when they are lost, not the observers.
const SHAPE: &[(&str, &[&str])] = &[
    // Carried from the owner's file although it is the default.
    ("init.yaml", &["dnsDomain: cluster.local"]),
    // What the caller is told when a rule fails.
    ("authentication.yaml", &["message: "]),
    (
        "static pod",
        &[
            "component: ",
            "containerPort: ",
            "cpu: ",
            "failureThreshold: ",
            "host: ",
            "hostNetwork: ",
            "imagePullPolicy: ",
            "initialDelaySeconds: ",
            "kubeadm.kubernetes.io/",
            "labels:",
            "memory: ",
            "name: etc-ca-certificates",
            "name: etcd",
            "name: kube-",
            "name: probe-port",
            "name: usr-",
            "namespace: ",
            "path: /healthz",
            "path: /livez",
            "path: /readyz",
            "periodSeconds: ",
            "port: ",
            "priority",
            "protocol: ",
            "readinessProbe:",
            "requests:",
            "resources:",
            "scheme: ",
            "seccompProfile:",
            "startupProbe:",
            "status: ",
            "tier: ",
            "timeoutSeconds: ",
            "type: RuntimeDefault",
        ],
    ),
];
