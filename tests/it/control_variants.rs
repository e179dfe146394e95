//! What controls of etcd, the nodes and the kubeconfig files make of the answers that the golden of every control does not give.

use std::fs;

use harden::plan::{Outcome, OwnerField, Plan, Program, SettingKey};

use crate::{controls::plan_over, support::root};

const KUBEADM: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";
const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
const PROXY: &str = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";

/// The smallest cluster, with lines for `platform.kubeadm` and for the end of the spec, over the owner's configuration.
fn over(version: &str, kubeadm: &str, more: &str, owner: &str) -> Result<Plan, Vec<&'static str>> {
    let text = fs::read_to_string(root().join("tests/it/small.yaml")).unwrap();
    let config = if owner.is_empty() { "" } else { "      config: kubeadm.yaml\n" };
    let text = text
        .replace("VERSION", version)
        .replace("PROFILE", "baseline")
        .replace("    cni:", &format!("{config}{kubeadm}    cni:"));
    plan_over(&format!("{text}{more}"), None, owner)
}

fn with(kubeadm: &str, more: &str) -> Plan {
    over("1.36.3", kubeadm, more, "").unwrap()
}

fn owned(owner: &str) -> Plan {
    over("1.36.3", "", "", owner).unwrap()
}

fn outcome(plan: &Plan, id: &str) -> Outcome {
    plan.verdicts.iter().find(|control| control.id.0 == id).unwrap().outcome()
}

/// The value of a setting, and whether this control is among those that asked for it.
#[track_caller]
fn holds(plan: &Plan, id: &str, key: &str, value: &str) {
    let key: SettingKey = key.parse().unwrap();
    let settings = plan.settings();
    let held = settings.get(&key).unwrap_or_else(|| panic!("{key} is not planned"));
    assert_eq!(held.value, value, "{key}");
    assert!(held.reasons.iter().any(|reason| reason.control.is_some_and(|control| control.0 == id)), "{key} without {id}");
}

#[track_caller]
fn lacks(plan: &Plan, key: &str) {
    assert!(!plan.settings().contains_key(&key.parse().unwrap()), "{key} is planned");
}

#[track_caller]
fn is(plan: &Plan, id: &str, expected: Outcome) {
    assert_eq!(outcome(plan, id), expected, "{id}");
}

const ETCD: [&str; 6] =
    ["etcd/auto-tls", "etcd/client-tls", "etcd/data-dir", "etcd/peer-tls", "etcd/tls-minimum", "etcd/unique-ca"];

#[test]
fn an_external_etcd_is_hardened_where_it_runs() {
    let etcd = "      etcd: { external: { endpoints: [https://192.0.2.33:2379], caFile: /etc/kubernetes/pki/etcd/ca.crt, \
                certFile: /etc/kubernetes/pki/etcd.crt, keyFile: /etc/kubernetes/pki/etcd.key } }\n";
    let plan = with(etcd, "");
    for id in ETCD {
        is(&plan, id, Outcome::Elsewhere);
    }
    assert!(plan.component(Program::Etcd).is_empty());
    let rules = &plan.pools["control-plane"].file_rules;
    assert!(!rules.contains_key("mode/etc/kubernetes/manifests/etcd.yaml") && !rules.contains_key("mode/var/lib/etcd"));
}

/// Members on hosts of the cluster must reach each other through the firewall, whoever runs them.
#[test]
fn an_external_etcd_on_our_hosts_is_let_through() {
    let allowed = |endpoints: &str| -> Vec<String> {
        let etcd = format!(
            "      etcd: {{ external: {{ endpoints: [{endpoints}], caFile: /etc/e/ca.crt, certFile: /etc/e/c.crt, keyFile: /etc/e/c.key }} }}\n"
        );
        let plan = with(&etcd, "  controls: { node/firewall: { with: { mode: enforce } } }\n");
        let rules = plan.pools.values().flat_map(|pool| pool.file_rules.keys().map(|rule| format!("{} {rule}", pool.name)));
        rules.filter(|rule| rule.contains("/tcp/2379") || rule.contains("/tcp/12379")).collect()
    };
    let usual = "control-plane firewall/allow/tcp/2379-2380/control-plane";
    assert_eq!(allowed("https://198.51.100.9:2379, https://etcd.example.com:2379"), [""; 0]);
    assert_eq!(allowed("https://198.51.100.9:2379, https://192.0.2.3:2379"), [usual]);
    assert_eq!(allowed("https://192.0.2.3:12379"), ["control-plane firewall/allow/tcp/12379/control-plane", usual]);
}

#[test]
fn the_data_folder_of_etcd_is_the_owners() {
    let plan = owned(&format!("{KUBEADM}etcd: {{ local: {{ dataDir: /srv/etcd }} }}\n"));
    holds(&plan, "etcd/data-dir", "etcd/flag/data-dir", "/srv/etcd");
    assert_eq!(plan.pools["control-plane"].file_rules["mode/srv/etcd"].value, "0700 root:root");
    assert!(!plan.pools["workers"].file_rules.contains_key("mode/srv/etcd"));
}

#[test]
fn an_etcd_without_the_flag_is_refused() {
    let old = format!("{KUBEADM}etcd: {{ local: {{ imageTag: 3.5.7-0 }} }}\n");
    assert_eq!(over("1.31.14", "", "", &old).map(|_| ()), Err(vec!["not-in-version", "owner-needs-eyes"]));
    let waived = "  controls: { etcd/tls-minimum: { apply: false, waiver: W-1 } }\n  waivers: [{ id: W-1, control: etcd/tls-minimum, \
                  owner: sre, reason: r, expires: 2027-03-01 }]\n";
    is(&over("1.31.14", "", waived, &old).unwrap(), "etcd/tls-minimum", Outcome::Waived);
}

/// Each server: its control, the keys of minimum and suites, and the words for 1.3.
const TLS: [(&str, &str, &str, &str); 4] = [
    (
        "controller-manager/tls",
        "controller-manager/flag/tls-min-version",
        "controller-manager/flag/tls-cipher-suites",
        "VersionTLS13",
    ),
    ("scheduler/tls", "scheduler/flag/tls-min-version", "scheduler/flag/tls-cipher-suites", "VersionTLS13"),
    ("etcd/tls-minimum", "etcd/flag/tls-min-version", "etcd/flag/cipher-suites", "TLS1.3"),
    ("kubelet/tls", "kubelet/field/tlsMinVersion", "kubelet/field/tlsCipherSuites", "VersionTLS13"),
];

#[test]
fn tls_1_3_drops_the_suites() {
    let choices: String =
        TLS.iter().map(|(id, _, _, version)| format!("    {id}: {{ with: {{ minimum: {version} }} }}\n")).collect();
    let plan = with("", &format!("  controls:\n{choices}"));
    for (id, minimum, suites, version) in TLS {
        holds(&plan, id, minimum, version);
        lacks(&plan, suites);
        is(&plan, id, Outcome::Enforced);
    }
}

const OWN_TLS13: &str = "controllerManager:\n  extraArgs:\n    - { name: tls-min-version, value: VersionTLS13 }\n    - { name: tls-cipher-suites, \
                         value: TLS_RSA_WITH_AES_128_GCM_SHA256 }\n";

#[test]
fn a_stricter_version_of_the_owner_stays_and_his_suites_go() {
    let owner = format!(
        "{KUBEADM}{OWN_TLS13}---\n{KUBELET}tlsMinVersion: VersionTLS13\ntlsCipherSuites: [TLS_RSA_WITH_AES_128_GCM_SHA256]\n"
    );
    let plan = owned(&owner);
    for (id, minimum, suites, version) in [TLS[0], TLS[3]] {
        holds(&plan, id, minimum, version);
        lacks(&plan, suites);
    }
    let refused: Vec<&str> =
        plan.owner.iter().filter(|note| note.fate == OwnerField::Refused).map(|note| note.field.as_str()).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
}

#[test]
fn ports_are_closed_over_the_owners_configuration() {
    let args = |name: &str| {
        format!("{name}:\n  extraArgs: [{{ name: bind-address, value: 0.0.0.0 }}, {{ name: profiling, value: \"true\" }}]\n")
    };
    let plan = owned(&format!("{KUBEADM}{}{}", args("controllerManager"), args("scheduler")));
    for topic in ["controller-manager", "scheduler"] {
        holds(&plan, &format!("{topic}/bind-address"), &format!("{topic}/flag/bind-address"), "127.0.0.1");
        holds(&plan, &format!("{topic}/profiling"), &format!("{topic}/flag/profiling"), "false");
    }
    let plan = owned(&format!("{PROXY}metricsBindAddress: 0.0.0.0:10249\nenableProfiling: true\n"));
    holds(&plan, "kube-proxy/metrics-bind", "kube-proxy/field/metricsBindAddress", "127.0.0.1:10249");
    holds(&plan, "kube-proxy/metrics-bind", "kube-proxy/field/enableProfiling", "false");
}

#[test]
fn an_open_kubelet_of_the_owner_is_closed() {
    let open = format!(
        "{KUBELET}authentication: {{ anonymous: {{ enabled: true }}, webhook: {{ enabled: false }} }}\nauthorization: {{ mode: AlwaysAllow \
         }}\nreadOnlyPort: 10255\nmakeIPTablesUtilChains: false\neventRecordQPS: 5\n"
    );
    let plan = owned(&open);
    holds(&plan, "kubelet/anonymous", "kubelet/field/authentication.anonymous.enabled", "false");
    holds(&plan, "kubelet/authorization", "kubelet/field/authentication.webhook.enabled", "true");
    holds(&plan, "kubelet/authorization", "kubelet/field/authorization.mode", "Webhook");
    holds(&plan, "kubelet/read-only-port", "kubelet/field/readOnlyPort", "0");
    holds(&plan, "kubelet/event-record-qps", "kubelet/field/eventRecordQPS", "50");
}

#[test]
fn files_that_the_owner_names_stay() {
    let args = "controllerManager:\n  extraArgs:\n    - { name: root-ca-file, value: /etc/kubernetes/pki/roots.crt }\n    - { name: \
                service-account-private-key-file, value: /etc/kubernetes/pki/tokens.key }\n";
    let plan = owned(&format!(
        "{KUBEADM}{args}---\n{KUBELET}authentication: {{ x509: {{ clientCAFile: /etc/kubernetes/pki/nodes.crt }} }}\n"
    ));
    holds(&plan, "controller-manager/root-ca", "controller-manager/flag/root-ca-file", "/etc/kubernetes/pki/roots.crt");
    let key = "controller-manager/flag/service-account-private-key-file";
    holds(&plan, "controller-manager/service-account-key", key, "/etc/kubernetes/pki/tokens.key");
    let ca = "kubelet/field/authentication.x509.clientCAFile";
    holds(&plan, "kubelet/client-ca", ca, "/etc/kubernetes/pki/nodes.crt");
}

#[test]
fn what_the_owner_undoes_is_weaker() {
    let scheduler = "scheduler:\n  extraArgs: [{ name: config, value: /etc/kubernetes/scheduler/config.yaml }]\n  extraVolumes: [{ name: c, \
                     hostPath: /etc/kubernetes/scheduler, mountPath: /etc/kubernetes/scheduler }]\n";
    is(&owned(&format!("{KUBEADM}{scheduler}")), "scheduler/profiling", Outcome::Weaker);
    is(&with("", ""), "scheduler/profiling", Outcome::Enforced);

    let gate = "controllerManager: { extraArgs: [{ name: feature-gates, value: RotateKubeletServerCertificate=false }] }\n";
    let rotation = "controller-manager/rotate-kubelet-server-certificate";
    is(&owned(&format!("{KUBEADM}{gate}")), rotation, Outcome::Weaker);
    is(&with("", ""), rotation, Outcome::Elsewhere);

    let name = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration: { kubeletExtraArgs: [{ name: \
                hostname-override, value: other }] }\n";
    is(&owned(name), "kubelet/hostname-override", Outcome::Weaker);
    is(&with("", ""), "kubelet/hostname-override", Outcome::Elsewhere);
}

#[test]
fn the_mode_of_kube_proxy_is_declared_or_carried_or_the_profiles() {
    let mode = "kube-proxy/field/mode";
    holds(&with("      kubeProxy: { mode: nftables }\n", ""), "kube-proxy/mode", mode, "nftables");
    let owner = format!("{PROXY}mode: nftables\n");
    holds(&owned(&owner), "kube-proxy/mode", mode, "nftables");
    let clash = over("1.36.3", "      kubeProxy: { mode: iptables }\n", "", &owner);
    assert_eq!(clash.err().unwrap_or_default(), ["owner-contradiction"]);
    holds(&with("", ""), "kube-proxy/mode", mode, "iptables");
    let ipvs = with("      kubeProxy: { mode: ipvs }\n", "");
    holds(&ipvs, "kube-proxy/mode", mode, "ipvs");
    is(&ipvs, "kube-proxy/mode", Outcome::Weaker);
}

#[test]
fn node_ports_listen_where_the_spec_says() {
    let addresses = "kube-proxy/field/nodePortAddresses";
    let id = "kube-proxy/node-port-addresses";
    let plan = with("      kubeProxy: { mode: iptables, nodePortAddresses: [192.0.2.0/24] }\n", "");
    holds(&plan, id, addresses, "192.0.2.0/24");
    is(&plan, id, Outcome::Enforced);
    for (mode, expected) in [("nftables", Outcome::Elsewhere), ("iptables", Outcome::Weaker)] {
        let plan = with(&format!("      kubeProxy: {{ mode: {mode} }}\n"), "");
        lacks(&plan, addresses);
        is(&plan, id, expected);
    }
    let plan = owned(&format!("{PROXY}nodePortAddresses: [primary]\n"));
    holds(&plan, id, addresses, "primary");
}

#[test]
fn without_kube_proxy_nothing_is_asked_of_it() {
    let plan = with("      kubeProxy: { mode: none }\n", "");
    for id in ["kube-proxy/metrics-bind", "kube-proxy/mode", "kube-proxy/node-port-addresses"] {
        is(&plan, id, Outcome::NotApplicable);
    }
    assert!(plan.component(Program::KubeProxy).is_empty());
}

#[test]
fn serving_certificates_need_an_approver() {
    let intent = |plan: &Plan| {
        plan.intents.iter().find(|i| i.path.as_str() == "/platform/kubeadm/servingCertificates").map(|i| i.outcome())
    };
    let field = "kubelet/field/serverTLSBootstrap";
    let approved = with("      servingCertificates: { approver: kubelet-csr-approver }\n", "");
    holds(&approved, "kubelet/server-certificate", field, "true");
    assert_eq!(intent(&approved), Some(Outcome::Enforced));
    let own = with("      servingCertificates: { none: {} }\n", "");
    lacks(&own, field);
    is(&own, "kubelet/server-certificate", Outcome::Weaker);
    assert_eq!(intent(&own), Some(Outcome::Weaker));
    let unsaid = with("", "");
    lacks(&unsaid, field);
    is(&unsaid, "kubelet/server-certificate", Outcome::Weaker);
}

#[test]
fn image_credentials_are_verified_from_1_35_on() {
    let more = "  controls: { kubelet/image-credential-verification: { apply: true } }\n";
    let field = "kubelet/field/imagePullCredentialsVerificationPolicy";
    for (version, expected) in [("1.33.4", Outcome::Impossible), ("1.34.4", Outcome::Impossible), ("1.35.4", Outcome::Enforced)] {
        let plan = over(version, "", more, "").unwrap();
        is(&plan, "kubelet/image-credential-verification", expected);
        assert_eq!(plan.settings().contains_key(&field.parse().unwrap()), expected == Outcome::Enforced, "{version}");
    }
}

#[test]
fn optional_controls_say_what_they_do_not_do() {
    let more = "  controls: { kubelet/protect-kernel-defaults: { apply: true }, kubelet/streaming-idle: { apply: true } }\n";
    holds(&with("", more), "kubelet/protect-kernel-defaults", "kubelet/field/protectKernelDefaults", "true");
    let more = "  controls: { kubelet/protect-kernel-defaults: { apply: true }, kubelet/streaming-idle: { apply: true }, \
                node/kubelet-sysctls: { apply: false, waiver: M-1 } }\n  waivers: [{ id: M-1, control: node/kubelet-sysctls, \
                owner: tests, reason: another tool, expires: 2027-03-01 }]\n";
    let plan = with("", more);
    is(&plan, "kubelet/protect-kernel-defaults", Outcome::Impossible);
    lacks(&plan, "kubelet/field/protectKernelDefaults");
    is(&plan, "kubelet/streaming-idle", Outcome::Weaker);
    holds(&plan, "kubelet/streaming-idle", "kubelet/field/streamingConnectionIdleTimeout", "5m0s");
}

#[test]
fn people_log_in_through_an_issuer_or_share_a_file() {
    let issuer = "  identity:\n    issuers: [{ name: corp, url: \"https://id.example.internal\", audiences: [kubernetes], username: { \
                  claim: email, prefix: \"oidc:\" } }]\n";
    is(&with("", issuer), "kubeconfig/admin", Outcome::Weaker);
    is(&with("", ""), "kubeconfig/admin", Outcome::Weaker);
}

#[test]
fn rules_for_files_go_to_the_pools_that_hold_them() {
    let plan = with("", "");
    let rule = |pool: &str, name: &str| plan.pools[pool].file_rules.get(name).map(|held| held.value.as_str());
    assert_eq!(rule("control-plane", "presence/etc/kubernetes/super-admin.conf"), Some("absent"));
    assert_eq!(rule("workers", "presence/etc/kubernetes/super-admin.conf"), None);
    for file in ["admin.conf", "manifests/etcd.yaml", "pki/**/*.key", "scheduler.conf"] {
        assert_eq!(rule("control-plane", &format!("mode/etc/kubernetes/{file}")), Some("0600 root:root"), "{file}");
        assert_eq!(rule("workers", &format!("mode/etc/kubernetes/{file}")), None, "{file}");
    }
    for pool in ["control-plane", "workers"] {
        assert_eq!(rule(pool, "mode/etc/kubernetes/kubelet.conf"), Some("0600 root:root"));
        assert_eq!(rule(pool, "mode/var/lib/kubelet/config.yaml"), Some("0600 root:root"));
        assert_eq!(rule(pool, "content/etc/kubernetes/*.conf"), Some("no token, tokenFile or password"));
    }
}

/// Docker's logs lie where AppArmor of Ubuntu lets rsyslog read nothing: it is said of the pools that it touches, and of no other.
#[test]
fn logs_behind_links_are_said_to_stay() {
    let text = fs::read_to_string(root().join("tests/it/small.yaml")).unwrap();
    let text = text
        .replace("VERSION", "1.36.3")
        .replace("PROFILE", "baseline")
        .replace("name: workers, role: worker, os: debian-12", "name: workers, role: worker, os: ubuntu-24.04");
    let said = |runtime: &str| -> Vec<String> {
        let text = text.replace("containerd: \"2.3\"", runtime);
        let more = "  logging: { sources: [kubernetes], siem: { syslog: { host: siem.example.com, port: 6514, tls: true } } }\n";
        let plan = plan_over(&format!("{text}{more}"), None, "").unwrap();
        let shipping = plan.verdicts.iter().find(|control| control.id.0 == "logging/shipping").unwrap();
        let links = |verdict: &&harden::plan::Verdict| verdict.detail.contains("apparmor_parser");
        shipping.verdicts.iter().filter(links).map(|verdict| verdict.scope.to_string()).collect()
    };
    assert_eq!(said("docker: \"28.5\", criDockerd: \"0.3.21\""), ["pool workers"]);
    assert_eq!(said("containerd: \"2.3\""), [""; 0]);
}
