//! What an owner's own kubeadm configuration carries: every row of risks is seen and harmless values are not; no field is silent.

use std::fs;

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Severity, Source},
    facts,
    plan::{Outcome, OwnerField},
    verify, yaml,
};

use crate::support::{none, with_cluster};

/// Builds a small cluster over an owner's file.
fn over(minor: u16, more: &str, owner: &str) -> (Option<Built>, Diagnostics) {
    let text = SPEC.replace("MINOR", &minor.to_string()).replace("MORE", more);
    let mut diags = Diagnostics::default();
    let built = with_cluster(&text, owner, None, &mut diags, build::build);
    (built, diags)
}

fn text_of(diags: &Diagnostics) -> String {
    diags.list().iter().map(|one| format!("{}: {}\n", one.code, one.message)).collect()
}

const SPEC: &str = r#"
apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: c }
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.MINOR.1"
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]
      config: kubeadm.yaml
    cni: { calico: { version: "3.31" } }
    runtime: { containerd: "2.3" }
    nodePools: [{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }]
    mirrors: { docker.io: mirror.example.internal/hub }
  images: { allowedRegistries: [registry.example.internal/shop] }
  api: { sources: { admins: [203.0.113.0/24] } }
MORE
"#;

/// A document: an argument of a program, or a field.
fn document(place: &str, value: &str) -> String {
    let argument = |section: &str, name: &str| {
        let list = format!("extraArgs: [{{ name: {name}, value: \"{value}\" }}]");
        let extra = match name {
            "audit-log-truncate-max-event-size" | "audit-log-truncate-max-batch-size" => {
                list.replace('[', "[{ name: audit-log-truncate-enabled, value: \"true\" }, ")
            }
            "audit-webhook-truncate-max-event-size" => {
                list.replace('[', "[{ name: audit-webhook-truncate-enabled, value: \"true\" }, ")
            }
            _ => list,
        };
        format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n{section}: {{ {extra} }}\n")
    };
    match place.split('/').collect::<Vec<_>>().as_slice() {
        ["kubelet", field] => {
            format!("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{field}: {value}\n")
        }
        ["init", field] => format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n{field}: {value}\n"),
        ["join", field] => format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n{field}: {value}\n"),
        ["cluster", field] => format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n{field}: {value}\n"),
        [section, name] => argument(section, name),
        other => panic!("{other:?}"),
    }
}

/// Row, minor, place, a value that is a risk, one that is none.
const CASES: &[(&str, u16, &str, &str, &str)] = &[
    ("admission-always-admit", 36, "apiServer/enable-admission-plugins", "AlwaysAdmit", "PodNodeSelector"),
    ("admission-always-deny", 36, "apiServer/enable-admission-plugins", "AlwaysDeny", "PodNodeSelector"),
    ("admission-certificates-off", 36, "apiServer/disable-admission-plugins", "CertificateApproval", "DefaultStorageClass"),
    ("admission-limits-off", 36, "apiServer/disable-admission-plugins", "LimitRanger", "DefaultStorageClass"),
    ("admission-policies-off", 36, "apiServer/disable-admission-plugins", "ValidatingAdmissionPolicy", "DefaultStorageClass"),
    ("admission-subjects-off", 36, "apiServer/disable-admission-plugins", "CertificateSubjectRestriction", "DefaultStorageClass"),
    (
        "admission-webhooks-off",
        36,
        "apiServer/disable-admission-plugins",
        "PodSecurity,ValidatingAdmissionWebhook",
        "DefaultStorageClass,PodSecurity",
    ),
    ("api-priority-off", 36, "apiServer/enable-priority-and-fairness", "F", "true"),
    ("audit-buffer", 36, "apiServer/audit-log-batch-buffer-size", "1", "10000"),
    ("audit-legacy-format", 36, "apiServer/audit-log-format", "legacy", "json"),
    ("audit-truncate", 36, "apiServer/audit-log-truncate-enabled", "1", "false"),
    ("audit-truncate-batch", 36, "apiServer/audit-log-truncate-max-batch-size", "1024", "10485760"),
    ("audit-truncate-event", 36, "apiServer/audit-log-truncate-max-event-size", "512", "102400"),
    ("audit-webhook-truncate-event", 36, "apiServer/audit-webhook-truncate-max-event-size", "512", "102400"),
    ("authentication-cache", 36, "scheduler/authentication-token-webhook-cache-ttl", "24h", "10s"),
    ("authentication-webhook", 36, "apiServer/authentication-token-webhook-config-file", "/etc/kubernetes/pki/w", ""),
    ("authorization-webhook", 36, "apiServer/authorization-webhook-config-file", "/etc/kubernetes/pki/w", ""),
    ("bootstrap-token-endless", 36, "init/bootstrapTokens", "[{ ttl: 0s }]", "[{ ttl: 1h0m0s }]"),
    ("bootstrap-token-long", 36, "init/bootstrapTokens", "[{ ttl: 25h0m0s }]", "[{ ttl: 24h0m0s }]"),
    ("ca-certificate-validity", 36, "cluster/caCertificateValidityPeriod", "876000h", "87600h"),
    ("certificate-validity", 36, "cluster/certificateValidityPeriod", "2000000h", "8760h0m0s"),
    ("certificates-in-tmp", 36, "cluster/certificatesDir", "/tmp/pki", "/etc/kubernetes/pki"),
    ("controllers-off", 36, "controllerManager/controllers", "*,-csrcleaner", "*,bootstrapsigner"),
    ("cors-origins", 36, "apiServer/cors-allowed-origins", ".*", ""),
    ("debug-socket", 36, "apiServer/debug-socket-path", "/run/debug.sock", ""),
    ("emulated-version", 36, "apiServer/emulated-version", "kube=1.35", "1.36"),
    ("emulation-forward", 36, "apiServer/emulation-forward-compatible", "true", "false"),
    ("gate-all-alpha", 36, "apiServer/feature-gates", "kube:AllAlpha=T", "AllAlpha=false"),
    ("gate-all-beta", 36, "scheduler/feature-gates", "AllBeta=true", "AllAlpha=false"),
    ("gate-all-beta-off", 36, "kubelet/featureGates", "{ AllBeta: false }", "{}"),
    (
        "gate-alpha",
        34,
        "kubelet/featureGates",
        "{ KubeletEnsureSecretPulledImages: true }",
        "{ KubeletEnsureSecretPulledImages: false }",
    ),
    (
        "gate-anonymous-off",
        33,
        "apiServer/feature-gates",
        "AnonymousAuthConfigurableEndpoints=0",
        "AnonymousAuthConfigurableEndpoints=true",
    ),
    ("gate-image-credentials-off", 36, "kubelet/featureGates", "{ AllBeta: false }", "{ KubeletEnsureSecretPulledImages: true }"),
    (
        "ignored-checks",
        36,
        "init/nodeRegistration",
        "{ ignorePreflightErrors: [DirAvailable--etc-kubernetes-manifests] }",
        "{ ignorePreflightErrors: [swap] }",
    ),
    ("ignored-checks-all", 36, "join/nodeRegistration", "{ ignorePreflightErrors: [All] }", "{ ignorePreflightErrors: [] }"),
    ("image-repository", 36, "cluster/imageRepository", "evil.example/k8s", "registry.example.internal/k8s"),
    (
        "image-repository",
        36,
        "cluster/dns",
        "{ imageRepository: registry.k8s.io.evil.example/coredns }",
        "{ imageRepository: registry.k8s.io/coredns }",
    ),
    ("image-tag", 36, "cluster/dns", "{ imageTag: v1.8.0 }", "{ imageTag: \"\" }"),
    ("kubelet-healthz", 36, "kubelet/healthzBindAddress", "0.0.0.0", "127.0.0.1"),
    ("kubelet-log-query", 36, "kubelet/enableSystemLogQuery", "true", "false"),
    (
        "kubelet-plugins-in-tmp",
        36,
        "kubelet/volumePluginDir",
        "/tmp/plug",
        "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/",
    ),
    (
        "kubelet-runtime-in-tmp",
        36,
        "kubelet/containerRuntimeEndpoint",
        "unix:///tmp/c.sock",
        "unix:///run/containerd/containerd.sock",
    ),
    (
        "kubelet-webhook-authentication-cache",
        36,
        "kubelet/authentication",
        "{ webhook: { cacheTTL: 1h } }",
        "{ webhook: { cacheTTL: 2m0s } }",
    ),
    (
        "kubelet-webhook-authorization-cache",
        36,
        "kubelet/authorization",
        "{ webhook: { cacheAuthorizedTTL: 1h } }",
        "{ webhook: { cacheAuthorizedTTL: 5m0s } }",
    ),
    ("legacy-tokens", 36, "controllerManager/legacy-service-account-token-clean-up-period", "87600h", "8760h"),
    ("min-compatibility-version", 36, "apiServer/min-compatibility-version", "1.34", ""),
    ("node-cidrs-off", 36, "controllerManager/allocate-node-cidrs", "F", "true"),
    ("runtime-config-alpha", 36, "apiServer/runtime-config", "api/all=1", "resource.k8s.io/v1beta1=true"),
    ("san-wildcard", 36, "cluster/apiServer", "{ certSANs: [\"*.example\"] }", "{ certSANs: [api.example] }"),
    ("signing-duration", 36, "controllerManager/cluster-signing-duration", "87600h", "8760h0m0s"),
    ("skipped-phases", 36, "join/skipPhases", "[preflight]", "[show-join-command]"),
    ("taints-none", 36, "init/nodeRegistration", "{ taints: [] }", "{ taints: [{ key: a, effect: NoSchedule }] }"),
    ("token-expiration", 36, "apiServer/service-account-max-token-expiration", "8760h", "24h"),
    ("unread-file", 36, "apiServer/egress-selector-config-file", "/etc/kubernetes/pki/egress", ""),
];

#[test]
fn every_risk_that_is_carried_is_said() {
    let mut wrong = Vec::new();
    for (row, minor, place, risky, harmless) in CASES {
        let risk = facts::risks(harden::base::Minor(*minor)).find(|risk| risk.name == *row);
        let Some(risk) = risk else { panic!("{row}: no such row at 1.{minor}") };
        let code = if risk.breaks.is_some() { "owner-breaks-control" } else { "owner-needs-eyes" };
        let said = |value: &str| {
            let (built, diags) = over(*minor, "", &document(place, value));
            let beginning = risk.why.split("{}").find(|part| part.len() > 8).unwrap();
            let hits: Vec<_> =
                diags.list().iter().filter(|one| one.code == code && one.message.contains(beginning)).cloned().collect();
            (built, hits, text_of(&diags))
        };
        let (built, hits, text) = said(risky);
        match hits.as_slice() {
            [] => wrong.push(format!("{row}: nothing says so of `{risky}`:\n{text}")),
            [hit, ..] if hit.labels.is_empty() || hit.help.is_empty() => wrong.push(format!("{row}: no place or no help")),
            [..] => {}
        }
        if let (Some(built), None) = (&built, risk.breaks) {
            let report = built.artifacts.iter().find(|artifact| artifact.path.as_str() == "REPORT.md").unwrap();
            if !report.text().contains("needs your eyes: ") {
                wrong.push(format!("{row}: the report does not say so"));
            }
        }
        let (_, hits, text) = said(harmless);
        if !hits.is_empty() {
            wrong.push(format!("{row}: `{harmless}` is no risk:\n{text}"));
        }
    }
    for minor in facts::build_minors() {
        let without = facts::risks(minor).filter(|risk| !CASES.iter().any(|case| case.0 == risk.name));
        wrong.extend(without.map(|risk| format!("{}: no case", risk.name)));
        let controls = facts::risks(minor).filter_map(|risk| risk.breaks);
        wrong.extend(controls.filter(|id| harden::controls::control(id).is_none()).map(|id| format!("{id}: no control")));
    }
    none(&wrong);
}

#[test]
fn a_waiver_lets_the_broken_control_stand_beside_the_field() {
    let more = "  waivers: [{ id: W-1, control: apiserver/audit-log, owner: sre, reason: disk, expires: 2027-03-01 }]";
    let owner = document("apiServer/audit-log-truncate-max-event-size", "512");
    let (built, diags) = over(36, more, &owner);
    let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
    assert!(
        diags.list().iter().all(|one| one.severity == Severity::Warning && one.code == "owner-needs-eyes"),
        "{}",
        text_of(&diags)
    );
    let control = built.plan.verdicts.iter().find(|control| control.id.0 == "apiserver/audit-log").unwrap();
    assert_eq!(control.outcome(), Outcome::Waived);
    let without = "  controls: { apiserver/audit-log: { apply: false, waiver: W-1 } }\n".to_owned() + more;
    let own = owner.replace("extraArgs: [", "extraArgs: [{ name: audit-log-path, value: /var/log/kubernetes/audit.log }, ");
    let own = own + "  extraVolumes: [{ name: logs, hostPath: /var/log/kubernetes, mountPath: /var/log/kubernetes }]\n";
    let (built, diags) = over(36, &without, &own.replace("apiServer: { ", "apiServer:\n  ").replace("] }\n", "]\n"));
    assert!(built.is_some(), "{}", text_of(&diags));
}

/// A file of the owner that lies where harden writes its own is replaced, and the report says so.
#[test]
fn a_file_of_the_same_name_is_said_to_be_replaced() {
    let owner = document("apiServer/authentication-config", "/etc/kubernetes/authentication/authentication.yaml");
    let (built, diags) = over(36, "", &owner);
    let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
    let note = built.plan.owner.iter().find(|note| note.field.ends_with("authentication-config")).unwrap();
    assert_eq!(note.fate, OwnerField::Overridden);
    assert!(note.why.as_deref().unwrap().contains("is replaced"));
}

/// Whatever is said to be refused, by reading or by a control that takes it back, is warned of at its place.
#[test]
fn every_refused_field_is_warned_of() {
    let kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let owners = [
        (0, fs::read_to_string(crate::support::root().join("tests/it/fixtures/owner.yaml")).unwrap()),
        (1, document("apiServer/token-auth-file", "/etc/kubernetes/pki/tokens.csv")),
        (1, document("apiServer/disable-admission-plugins", "ServiceAccount")),
        (0, document("apiServer/disable-admission-plugins", "")),
        (
            1,
            document("apiServer/tls-cipher-suites", "TLS_AES_128_GCM_SHA256\" }, { name: tls-min-version, value: \"VersionTLS13"),
        ),
        (1, format!("{kubelet}tlsMinVersion: VersionTLS13\ntlsCipherSuites: [TLS_AES_128_GCM_SHA256]\n")),
    ];
    let mut wrong = Vec::new();
    for (least, owner) in owners {
        let (built, diags) = over(36, "", &owner);
        let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
        let refused: Vec<_> = built.plan.owner.iter().filter(|note| note.fate == OwnerField::Refused).collect();
        if refused.len() < least || least == 0 && owner.contains("value: \"\"") && !refused.is_empty() {
            wrong.push(format!("{} are refused:\n{owner}", refused.len()));
        }
        for note in refused {
            let start = format!("`{}` is not carried: ", note.field);
            let said: Vec<_> = diags.list().iter().filter(|one| one.message.starts_with(&start)).collect();
            if said.len() != 1 || said.iter().any(|one| one.code != "owner-field-refused" || one.labels.is_empty()) {
                wrong.push(format!("{}: warned of {} times:\n{}", note.field, said.len(), text_of(&diags)));
            }
        }
    }
    none(&wrong);
}

/// What would keep a program from starting on some node is left behind, and what is said the second time.
#[test]
fn nothing_of_one_node_stands_in_every_document() {
    let named = SPEC.replace("cidrs: [192.0.2.0/28] }", "cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.1 }] }");
    let of_kubelet = |name: &str, value: &str| {
        let list = format!("kubeletExtraArgs: [{{ name: {name}, value: \"{value}\" }}]");
        format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration: {{ {list} }}\n")
    };
    let kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let issuers = "https://a.example\" }, { name: service-account-issuer, value: \"https://a.example";
    for (owner, refused) in [
        (document("apiServer/bind-address", "10.0.0.1"), 1),
        (document("apiServer/bind-address", "127.0.0.1"), 1),
        (document("apiServer/bind-address", "::"), 0),
        (document("scheduler/bind-address", "10.0.0.1"), 1),
        (document("apiServer/service-account-issuer", ""), 1),
        (document("apiServer/service-account-issuer", issuers), 1),
        (document("apiServer/service-account-issuer", "https://a.example"), 0),
        (of_kubelet("hostname-override", "n1"), 1),
        (of_kubelet("hostname-override", "cp-1"), 0),
        (of_kubelet("provider-id", "a/b"), 1),
        (of_kubelet("node-labels", "a=b"), 0),
        (of_kubelet("container-runtime-endpoint", "unix:///run/crio/crio.sock"), 1),
        (format!("{kubelet}address: 10.0.0.1\n"), 1),
        (format!("{kubelet}address: 0.0.0.0\n"), 0),
    ] {
        let mut diags = Diagnostics::default();
        let text = named.replace("MINOR", "36").replace("MORE", "");
        let built = with_cluster(&text, &owner, None, &mut diags, build::build);
        assert!(built.is_some(), "{owner}: {}", text_of(&diags));
        let found = diags.list().iter().filter(|one| one.code == "owner-field-refused").count();
        assert_eq!(found, refused, "{owner}: {}", text_of(&diags));
    }
}

/// The files of kubelet and kube-proxy say the same of domain and pods as kubeadm is told.
#[test]
fn files_of_the_nodes_agree_with_what_kubeadm_is_told() {
    let kubelet = |rest: &str| format!("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n{rest}\n");
    let proxy = |rest: &str| format!("apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n{rest}\n");
    let cluster = "---\n".to_owned() + &document("cluster/networking", "{ dnsDomain: other.local }");
    let namespaces = "  namespaces: [{ name: shop }]";
    for (more, owner, code) in [
        ("", kubelet("clusterDomain: other.local"), Some("owner-contradiction")),
        ("", kubelet("clusterDomain: cluster.local"), None),
        ("", kubelet("clusterDomain: cluster.local."), None),
        ("", kubelet("clusterDomain: other.local") + &cluster, None),
        ("", kubelet("clusterDomain: cluster.local") + &cluster, Some("owner-contradiction")),
        ("", proxy("clusterCIDR: 10.200.0.0/16"), Some("owner-contradiction")),
        ("", proxy("clusterCIDR: 10.244.0.0/16"), None),
        ("", proxy("clusterCIDR: 10.0.0.0/8"), None),
        (namespaces, kubelet("clusterDNS: [169.254.20.10]"), Some("owner-needs-eyes")),
        (namespaces, kubelet("clusterDNS: [10.96.0.10]"), None),
        ("", kubelet("clusterDNS: [169.254.20.10]"), None),
    ] {
        let (built, diags) = over(36, more, &owner);
        assert_eq!(built.is_none(), code == Some("owner-contradiction"), "{owner}: {}", text_of(&diags));
        let found: Vec<_> = diags.list().iter().map(|one| one.code).collect();
        assert_eq!(found, Vec::from_iter(code), "{owner}: {}", text_of(&diags));
    }
}

/// Values that a shell would take apart are read back as they are, wherever they stand.
#[test]
fn values_with_signs_of_the_shell_are_read_back() {
    for value in ["https://a.example/?a=1&b=2", "not a url", "a;b", "it's", "$(x)|`y`", "(:|$)"] {
        let (built, diags) = over(36, "", &document("apiServer/service-account-issuer", value));
        let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
        assert_eq!(verify::observe_tree(&built.plan, &built.artifacts), [], "{value}");
    }
}

/// Without its taint a further control-plane node is as open as the first; a worker has none by itself.
#[test]
fn a_control_plane_that_joins_without_taint_is_said() {
    let join = |control_plane: &str| {
        let rest = format!("{control_plane}nodeRegistration: {{ taints: [] }}\n");
        format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n{rest}")
    };
    for (control_plane, said) in [("controlPlane: {}\n", 1), ("", 0)] {
        let (_, diags) = over(36, "", &join(control_plane));
        let found = diags.list().iter().filter(|one| one.code == "owner-needs-eyes").count();
        assert_eq!(found, said, "{control_plane}: {}", text_of(&diags));
    }
}

/// The folder of certificates is the same with slashes that say nothing, in every file.
#[test]
fn slashes_behind_the_folder_of_certificates_say_nothing() {
    let tree = |folder: &str| {
        let (built, diags) = over(36, "", &document("cluster/certificatesDir", folder));
        let built = built.unwrap_or_else(|| panic!("{folder}: {}", text_of(&diags)));
        // It holds the digest of the owner's file.
        let own = built.artifacts.iter().filter(|artifact| artifact.path.as_str() != "manifest.json");
        own.map(|artifact| (artifact.path.to_string(), artifact.text().to_owned())).collect::<Vec<_>>()
    };
    for (plain, other) in [("/etc/kubernetes/pki", "/etc/kubernetes/pki/"), ("/srv/pki", "/srv//pki//")] {
        for (one, two) in tree(plain).iter().zip(&tree(other)) {
            assert_eq!(one, two, "{other}");
        }
    }
}

/// Of an image of etcd that no table knows nothing else is told: its flags cannot be judged.
#[test]
fn an_image_of_etcd_that_is_not_known_is_told_once() {
    for (tag, known) in [
        ("3.6.11-0", true),
        ("v3.6.11", true),
        ("latest", false),
        ("3.9.0-0", false),
        ("3.2.18", false),
        ("1.36.3", false),
        ("3.6.11_own", false),
    ] {
        let (built, diags) = over(36, "", &document("cluster/etcd", &format!("{{ local: {{ imageTag: {tag} }} }}")));
        let errors: Vec<&str> = diags.list().iter().filter(|one| one.severity == Severity::Error).map(|one| one.code).collect();
        assert_eq!(built.is_some(), known, "{tag}: {}", text_of(&diags));
        assert_eq!(errors, if known { &[][..] } else { &["owner-unusable"] }, "{tag}: {}", text_of(&diags));
    }
}

/// The socket that kubeadm gives the kubelet anyway is left out without a word to the person at the terminal.
#[test]
fn the_socket_of_the_declared_runtime_is_no_finding() {
    let at = |kind: &str, socket: &str, more: &str| {
        let list = format!("[{{ name: container-runtime-endpoint, value: \"{socket}\" }}]");
        let text = document(&format!("{kind}/nodeRegistration"), &format!("{{ kubeletExtraArgs: {list}{more} }}"));
        let (built, diags) = over(36, "", &text);
        let notes = built.unwrap_or_else(|| panic!("{}", text_of(&diags))).plan.owner;
        let fates: Vec<OwnerField> =
            notes.iter().filter(|note| note.field.ends_with("container-runtime-endpoint")).map(|note| note.fate).collect();
        (fates, diags.list().iter().filter(|one| one.code == "owner-field-refused").count())
    };
    for socket in [
        "unix:///var/run/containerd/containerd.sock",
        "unix:///run/containerd/containerd.sock",
        "/run/containerd/containerd.sock",
    ] {
        for kind in ["init", "join"] {
            assert_eq!(at(kind, socket, ""), (vec![OwnerField::Overridden], 0), "{kind} {socket}");
        }
    }
    assert_eq!(at("init", "unix:///run/crio/crio.sock", ""), (vec![OwnerField::Refused], 1));
    let own = ", criSocket: \"unix:///run/own.sock\"";
    assert_eq!(at("init", "unix:///run/own.sock", own), (vec![OwnerField::Overridden], 0));
    assert_eq!(at("init", "unix:///run/containerd/containerd.sock", own), (vec![OwnerField::Refused], 1));
}

/// A list that a control lengthens is carried, and what was added is said.
#[test]
fn what_stands_beside_a_carried_list_is_said() {
    let note = |place: &str, value: &str| {
        let (built, diags) = over(36, "", &document(place, value));
        let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
        let name = place.rsplit('/').next().unwrap();
        let note = built.plan.owner.iter().find(|note| note.field.ends_with(name)).unwrap();
        (note.fate, note.why.clone().unwrap_or_default())
    };
    let (fate, why) = note("apiServer/enable-admission-plugins", "PodNodeSelector");
    assert!(fate == OwnerField::Carried && why.contains("with ") && why.contains("`NodeRestriction`"), "{why}");
    let (fate, why) = note("apiServer/authorization-mode", "RBAC");
    assert!(fate != OwnerField::Carried || why.contains("`Node`"), "{why}");
    let (fate, why) = note("apiServer/event-ttl", "2h0m0s");
    assert!(fate == OwnerField::Carried && why.is_empty(), "{why}");
}

/// Every leaf of a file that holds every kind of document has a line in the list of fields, and what is carried stands in the tree.
#[test]
fn no_field_of_the_owner_is_silent() {
    let owner = fs::read_to_string(crate::support::root().join("tests/it/fixtures/owner.yaml")).unwrap();
    let (built, diags) = over(36, "", &owner);
    let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
    let tree: String = built
        .artifacts
        .iter()
        .filter(|artifact| artifact.path.as_str().starts_with("kubeadm/"))
        .map(|artifact| artifact.text().to_owned())
        .collect();
    let mut wrong = Vec::new();
    for document in yaml::read(&Source::new("owner.yaml", owner.as_str())) {
        let root = document.root.unwrap().to_json();
        let kind = root["kind"].as_str().unwrap().to_owned();
        let mut found = Vec::new();
        leaves(&root, &kind, &mut found);
        for (leaf, value) in found {
            let line = built.plan.owner.iter().find(|note| leaf == note.field || leaf.starts_with(&format!("{}/", note.field)));
            match line {
                None => wrong.push(format!("{leaf}: no line says what became of it")),
                Some(note) if note.fate == OwnerField::Carried && value.starts_with("zz") && !tree.contains(&value) => {
                    wrong.push(format!("{leaf}: `{value}` is called carried, and stands nowhere"));
                }
                Some(_) => {}
            }
        }
    }
    none(&wrong);
}

fn leaves(value: &serde_json::Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind")) {
                leaves(value, &format!("{path}/{key}"), found);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = item["name"].as_str().map_or_else(|| index.to_string(), str::to_owned);
                leaves(item, &format!("{path}/{name}"), found);
            }
        }
        other => found.push((path.to_owned(), other.as_str().map_or_else(|| other.to_string(), str::to_owned))),
    }
}
