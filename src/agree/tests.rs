//! Every rule on plans that are put together by hand: one that clashes, and its neighbour that does not.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::{
    base::{Area, Cause, ControlId, FactId, Platform, Reason, SpecPath},
    diag::{Diagnostics, Place, Source, Span},
    facts::{Needed, NeededBy},
    kube::network::{Port, Protocol},
    plan::{
        AnonymousPlan, AuthenticationPlan, Cluster, ControlVerdict, End, EventLimit, Flag, FlagValue, FlowPlan, Ground, Held,
        HostMount, LimitType, Locate, MountType, NodePlan, Outcome, Plan, PoolRole, Program, Scope, Verdict,
    },
};

const API: Program = Program::KubeApiserver;
const ETCD: Program = Program::Etcd;
const KCM: Program = Program::KubeControllerManager;
const KUBELET: Program = Program::Kubelet;
const PROXY: Program = Program::KubeProxy;

/// Every cause of the owner's file lies on the line of its pointer; everything else has no place.
struct OneFile(Source);

impl Locate for OneFile {
    fn locate(&self, cause: &Cause) -> Option<Place> {
        let (Cause::Owner(_) | Cause::Spec(_)) = cause else { return None };
        Some(self.0.place(Span::new(0, 1)))
    }
}

fn owner(place: &str) -> Reason {
    Reason { control: None, cause: Cause::Owner(format!("kubeadm.yaml#/{place}").into()) }
}

fn control(id: &'static str) -> Reason {
    Reason { control: Some(ControlId(id)), cause: Cause::Spec(SpecPath::new("/profiles")) }
}

fn empty(version: &str) -> Plan {
    let version = version.parse().unwrap();
    Plan::new(Cluster { name: "demo".to_owned(), platform: Platform::Kubeadm, version, kubeadm: None })
}

/// A plan of 1.36.3 with flags of the owner.
fn with(flags: &[(Program, &str, &str)]) -> Plan {
    with_of("1.36.3", flags)
}

fn with_of(version: &str, flags: &[(Program, &str, &str)]) -> Plan {
    let mut plan = empty(version);
    for (program, name, value) in flags {
        let flag = Flag { held: Held::new(FlagValue::Text((*value).to_owned()), owner(name)), installer: None, also: Vec::new() };
        plan.components.entry(*program).or_default().flags.insert((*name).to_owned(), flag);
    }
    plan
}

fn field(mut plan: Plan, program: Program, path: &str, value: serde_json::Value) -> Plan {
    plan.components.entry(program).or_default().fields.insert(path.to_owned(), Held::new(value, owner(path)));
    plan
}

fn mount(mut plan: Plan, program: Program, path: &str, kind: MountType) -> Plan {
    let mount = HostMount {
        name: "volume".to_owned(),
        host_path: path.to_owned(),
        mount_path: path.to_owned(),
        read_only: false,
        kind,
        installer: false,
    };
    plan.components.entry(program).or_default().mounts.insert(path.to_owned(), Held::new(mount, owner("extraVolumes")));
    plan
}

fn pool(mut plan: Plan, name: &str, rules: &[(&str, &str)]) -> Plan {
    let file_rules =
        rules.iter().map(|(name, rule)| ((*name).to_owned(), Held::new((*rule).to_owned(), control("node/sysctls"))));
    let pool = NodePlan {
        name: name.to_owned(),
        role: PoolRole::Worker,
        os: "debian-12".to_owned(),
        cidrs: Vec::new(),
        file_rules: file_rules.collect(),
    };
    plan.pools.insert(name.to_owned(), pool);
    plan
}

fn waive(mut plan: Plan, id: &'static str) -> Plan {
    let cause = Cause::Spec(SpecPath::new("/controls"));
    let verdict = Verdict {
        scope: Scope::Cluster,
        outcome: Outcome::Waived,
        ground: Ground::Waiver("W-1".to_owned()),
        detail: String::new(),
        cause,
    };
    plan.verdicts.push(ControlVerdict { id: ControlId(id), area: Area::Admission, title: "", verdicts: vec![verdict] });
    plan
}

/// The codes that a plan gives, with repetitions.
fn codes(plan: &Plan) -> Vec<&'static str> {
    let mut diags = Diagnostics::default();
    agree(plan, &OneFile(Source::new("kubeadm.yaml", "a")), &mut diags);
    diags.list().iter().map(|diagnostic| diagnostic.code).collect()
}

#[track_caller]
fn clashes(plan: &Plan, code: &str) {
    assert_eq!(codes(plan), [code]);
}

#[track_caller]
fn agrees(plan: &Plan) {
    assert_eq!(codes(plan), [""; 0]);
}

#[test]
fn every_rule_is_an_entry_of_its_own() {
    let codes: BTreeSet<&str> = ALL.iter().map(|entry| entry.code).collect();
    assert_eq!(codes.len(), RULES.len());
    for (rule, entry) in RULES.iter().zip(ALL) {
        assert_eq!((rule.id, rule.about), (entry.code, entry.meaning));
        assert!(!rule.about.contains("please") && rule.about.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn shows_both_places() {
    let plan = with(&[(API, "authorization-config", "/etc/a.yaml"), (API, "authorization-mode", "RBAC")]);
    let plan = mount(plan, API, "/etc/a.yaml", MountType::File);
    let mut diags = Diagnostics::default();
    agree(&plan, &OneFile(Source::new("kubeadm.yaml", "a")), &mut diags);
    let texts: Vec<&str> = diags.list()[0].labels.iter().map(|label| label.text.as_str()).collect();
    let key = |name: &str| format!("`apiserver/flag/{name}` is asked for here");
    assert_eq!(texts, [key("authorization-mode"), key("authorization-config")]);
}

#[test]
fn an_audit_policy_needs_a_backend_and_the_other_way_round() {
    let policy = (API, "audit-policy-file", "/etc/p.yaml");
    let log = (API, "audit-log-path", "/var/log/audit.log");
    let mounted = |flags: &[(Program, &str, &str)]| {
        let plan = mount(with(flags), API, "/etc", MountType::Directory);
        mount(plan, API, "/var/log", MountType::Directory)
    };
    clashes(&mounted(&[policy]), "audit-policy-without-backend");
    clashes(&mounted(&[log]), "audit-backend-without-policy");
    clashes(&mounted(&[(API, "audit-webhook-config-file", "/etc/w.yaml")]), "audit-backend-without-policy");
    agrees(&mounted(&[policy, log]));
    agrees(&mounted(&[policy, (API, "audit-webhook-config-file", "/etc/w.yaml")]));
    let mut rules = empty("1.36.3");
    rules.audit_rules = Some(Held::new(Vec::new(), control("apiserver/audit-policy")));
    clashes(&rules, "audit-policy-without-backend");
}

#[test]
fn what_keeps_a_missing_setting_away_is_shown() {
    let plan = with(&[(API, "audit-policy-file", "/etc/p.yaml")]);
    let plan = waive(mount(plan, API, "/etc", MountType::Directory), "apiserver/audit-log");
    let rule = RULES.iter().find(|rule| rule.id == "audit-policy-without-backend").unwrap();
    let clash = (rule.check)(&plan).remove(0);
    assert_eq!(clash.b.unwrap().text, "`apiserver/audit-log` is not applied here");
}

/// The server asks whether a flag is given, not what it says; without the file the flags are the owner's own way.
#[test]
fn oidc_flags_exclude_the_file() {
    for value in ["https://id.example", ""] {
        let mut plan = with(&[(API, "oidc-issuer-url", value), (API, "oidc-client-id", "k")]);
        agrees(&plan);
        plan.authentication = Some(AuthenticationPlan::default());
        clashes(&plan, "oidc-flags-beside-file");
    }
}

#[test]
fn the_anonymous_flag_excludes_the_block() {
    for value in ["true", "false"] {
        let mut plan = with(&[(API, "anonymous-auth", value)]);
        plan.authentication = Some(AuthenticationPlan::default());
        agrees(&plan);
        let block = Held::new(AnonymousPlan { paths: Vec::new() }, control("apiserver/anonymous-access"));
        plan.authentication = Some(AuthenticationPlan { anonymous: Some(block), ..AuthenticationPlan::default() });
        clashes(&plan, "anonymous-flag-beside-block");
    }
}

#[test]
fn the_authorization_file_excludes_flags() {
    let file = (API, "authorization-config", "/etc/a.yaml");
    let mounted = |flags: &[(Program, &str, &str)]| mount(with(flags), API, "/etc", MountType::Directory);
    agrees(&mounted(&[file]));
    clashes(&mounted(&[file, (API, "authorization-mode", "Node,RBAC")]), "authorization-file-beside-flags");
    clashes(&mounted(&[file, (API, "authorization-webhook-config-file", "/etc/w")]), "authorization-file-beside-flags");
    agrees(&mounted(&[(API, "authorization-mode", "Webhook"), (API, "authorization-webhook-config-file", "/etc/w")]));
}

#[test]
fn clients_and_front_proxy_have_their_own_ca() {
    let plan = |front: &str, names: &str| {
        let flags = [
            (API, "client-ca-file", "/pki/ca.crt"),
            (API, "requestheader-client-ca-file", front),
            (API, "requestheader-allowed-names", names),
        ];
        mount(with(&flags), API, "/pki", MountType::Directory)
    };
    agrees(&plan("/pki/front-proxy-ca.crt", ""));
    clashes(&plan("/pki/ca.crt", "front-proxy-client"), "shared-front-proxy-ca");
    agrees(&waive(plan("/pki/ca.crt", "front-proxy-client"), "apiserver/front-proxy-ca"));
    clashes(&waive(plan("/pki/ca.crt", ""), "apiserver/front-proxy-ca"), "shared-front-proxy-ca");
}

#[test]
fn etcd_has_its_own_ca() {
    let plan = |flag: &str, ca: &str| {
        let plan = mount(with(&[(API, "client-ca-file", "/pki/ca.crt"), (ETCD, flag, ca)]), API, "/pki", MountType::Directory);
        mount(plan, ETCD, "/pki", MountType::Directory)
    };
    for flag in ["trusted-ca-file", "peer-trusted-ca-file"] {
        agrees(&plan(flag, "/pki/etcd/ca.crt"));
        clashes(&plan(flag, "/pki/ca.crt"), "shared-etcd-ca");
        agrees(&waive(plan(flag, "/pki/ca.crt"), "etcd/unique-ca"));
    }
    agrees(&mount(with(&[(ETCD, "trusted-ca-file", "/pki/ca.crt")]), ETCD, "/pki", MountType::Directory));
}

#[test]
fn a_loopback_address_is_advertised_up_to_1_36() {
    for address in ["127.0.0.1", "::1", "0.0.0.0", "169.254.1.1", "fe80::1"] {
        agrees(&with_of("1.36.3", &[(API, "advertise-address", address)]));
        clashes(&with_of("1.37.2", &[(API, "advertise-address", address)]), "loopback-advertised");
    }
    agrees(&with_of("1.37.2", &[(API, "advertise-address", "127.0.0.1"), (API, "endpoint-reconciler-type", "none")]));
    agrees(&with_of("1.37.2", &[(API, "advertise-address", "192.0.2.1")]));
    agrees(&with_of("1.37.2", &[(API, "advertise-address", "")]));
}

#[test]
fn node_restriction_stays() {
    agrees(&with(&[(API, "enable-admission-plugins", "NodeRestriction,AlwaysPullImages")]));
    let lost = with(&[(API, "enable-admission-plugins", "AlwaysPullImages")]);
    clashes(&lost, "node-restriction-lost");
    clashes(&with(&[(API, "disable-admission-plugins", "NodeRestriction")]), "node-restriction-lost");
    agrees(&waive(lost, "admission/node-restriction"));
}

#[test]
fn a_plugin_is_enabled_or_disabled() {
    let plan =
        |off: &str| with(&[(API, "enable-admission-plugins", "NodeRestriction,A"), (API, "disable-admission-plugins", off)]);
    agrees(&plan("B"));
    clashes(&plan("B, A"), "plugin-enabled-and-disabled");
}

#[test]
fn an_event_limit_needs_its_file() {
    let plugin = (API, "enable-admission-plugins", "NodeRestriction,EventRateLimit");
    clashes(&with(&[plugin]), "event-limit-without-configuration");
    let file = (API, "admission-control-config-file", "/etc/admission.yaml");
    let mounted = |flags: &[(Program, &str, &str)]| mount(with(flags), API, "/etc", MountType::Directory);
    agrees(&mounted(&[plugin, file]));
    let mut ours = mounted(&[plugin, file]);
    let flags = &mut ours.components.get_mut(&API).unwrap().flags;
    flags.get_mut("admission-control-config-file").unwrap().held.reasons = BTreeSet::from([control("admission/pod-security")]);
    clashes(&ours, "event-limit-without-configuration");
    let limit = EventLimit { kind: LimitType::Server, qps: 10, burst: 20, cache_size: 0 };
    ours.event_limits = Some(Held::new(vec![limit], control("admission/event-rate-limit")));
    agrees(&ours);
}

#[test]
fn files_are_mounted() {
    let plan = with(&[(KCM, "root-ca-file", "/etc/kubernetes/pki/ca.crt")]);
    clashes(&plan, "file-not-mounted");
    agrees(&mount(plan.clone(), KCM, "/etc/kubernetes/pki", MountType::DirectoryOrCreate));
    agrees(&mount(plan.clone(), KCM, "/etc/kubernetes/pki/ca.crt", MountType::File));
    clashes(&mount(plan.clone(), KCM, "/etc/kubernetes/pk", MountType::Directory), "file-not-mounted");
    clashes(&mount(plan, API, "/etc/kubernetes/pki", MountType::Directory), "file-not-mounted");
    let pair = with(&[(API, "tls-sni-cert-key", "/a/x.crt,/b/x.key:*.example.com")]);
    assert_eq!(codes(&pair).len(), 2);
    let mut old_key = with(&[(API, "service-account-key-file", "/a/new.pub")]);
    let also = Held::new("/old/sa.pub".to_owned(), owner("service-account-key-file"));
    old_key.components.get_mut(&API).unwrap().flags.get_mut("service-account-key-file").unwrap().also = vec![also];
    clashes(&mount(old_key, API, "/a", MountType::Directory), "file-not-mounted");
    let no_files = [
        (API, "etcd-prefix", "/registry"),
        (API, "etcd-servers", "https://127.0.0.1:2379"),
        (API, "audit-log-path", "-"),
        (KCM, "authorization-always-allow-paths", "/healthz,/readyz"),
        (KUBELET, "config", "/var/lib/kubelet/config.yaml"),
    ];
    clashes(&with(&no_files), "audit-backend-without-policy");
}

#[test]
fn the_audit_log_is_in_a_mounted_folder() {
    let flags = [(API, "audit-log-path", "/var/log/k/audit.log"), (API, "audit-policy-file", "/etc/p.yaml")];
    let plan = mount(with(&flags), API, "/etc", MountType::Directory);
    agrees(&mount(plan.clone(), API, "/var/log/k", MountType::DirectoryOrCreate));
    for kind in [MountType::File, MountType::FileOrCreate] {
        clashes(&mount(plan.clone(), API, "/var/log/k/audit.log", kind), "audit-log-mounted-as-file");
    }
}

#[test]
fn the_audit_log_can_be_written() {
    let flags = [(API, "audit-log-path", "/var/log/k/audit.log"), (API, "audit-policy-file", "/etc/p.yaml")];
    let mut plan = mount(mount(with(&flags), API, "/etc", MountType::Directory), API, "/var/log", MountType::Directory);
    let read_only = |plan: &mut Plan, path: &str| {
        plan.components.get_mut(&API).unwrap().mounts.get_mut(path).unwrap().value.read_only = true;
    };
    agrees(&plan);
    read_only(&mut plan, "/var/log");
    clashes(&plan, "audit-log-mounted-read-only");
    let mut plan = mount(plan, API, "/var/log/k", MountType::DirectoryOrCreate);
    agrees(&plan);
    read_only(&mut plan, "/var/log/k");
    clashes(&plan, "audit-log-mounted-read-only");
}

const GOOD: &str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
const ONLY_256: &str = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

#[test]
fn tls_1_3_takes_no_suites() {
    agrees(&with(&[(API, "tls-min-version", "VersionTLS13")]));
    agrees(&with(&[(API, "tls-min-version", "VersionTLS12"), (API, "tls-cipher-suites", GOOD)]));
    clashes(&with(&[(API, "tls-min-version", "VersionTLS13"), (API, "tls-cipher-suites", GOOD)]), "tls13-with-ciphers");
    clashes(&with(&[(ETCD, "tls-min-version", "TLS1.3"), (ETCD, "cipher-suites", GOOD)]), "tls13-with-ciphers");
    let plan = field(empty("1.36.3"), KUBELET, "tlsMinVersion", json!("VersionTLS13"));
    clashes(&field(plan, KUBELET, "tlsCipherSuites", json!([GOOD.split(',').next()])), "tls13-with-ciphers");
}

#[test]
fn http2_needs_a_suite() {
    for program in [API, KCM, Program::KubeScheduler, KUBELET] {
        agrees(&with(&[(program, "tls-cipher-suites", GOOD)]));
        clashes(&with(&[(program, "tls-cipher-suites", ONLY_256)]), "ciphers-without-http2");
    }
    clashes(&with(&[(ETCD, "cipher-suites", ONLY_256)]), "ciphers-without-http2");
    clashes(&field(empty("1.36.3"), KUBELET, "tlsCipherSuites", json!([ONLY_256])), "ciphers-without-http2");
    agrees(&with(&[(API, "tls-cipher-suites", ONLY_256), (API, "disable-http2-serving", "true")]));
    clashes(&with(&[(KCM, "tls-cipher-suites", ONLY_256), (API, "disable-http2-serving", "true")]), "ciphers-without-http2");
}

#[test]
fn suites_have_known_names() {
    let plan = with(&[(API, "tls-cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,ECDHE-RSA-AES256-GCM-SHA384")]);
    clashes(&plan, "unknown-cipher-suite");
    let typo = with(&[(API, "tls-cipher-suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA38")]);
    let help = (RULES.iter().find(|rule| rule.id == "unknown-cipher-suite").unwrap().check)(&typo).remove(0).help;
    assert_eq!(help, "did you mean `TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384`?");
}

#[test]
fn gates_are_known_and_free() {
    clashes(&with(&[(API, "feature-gates", "AllAlpha=false,NoSuchGate=true")]), "unknown-gate");
    clashes(&with_of("1.37.2", &[(KCM, "feature-gates", "SidecarContainers=true")]), "unknown-gate");
    agrees(&with_of("1.36.3", &[(KCM, "feature-gates", "SidecarContainers=true")]));
    clashes(&with_of("1.36.3", &[(KCM, "feature-gates", "SidecarContainers=false")]), "locked-gate");
    clashes(&field(empty("1.36.3"), KUBELET, "featureGates", json!({ "NoSuchGate": true })), "unknown-gate");
    clashes(&field(empty("1.36.3"), KUBELET, "featureGates.NoSuchGate", json!(true)), "unknown-gate");
    clashes(&field(empty("1.36.3"), PROXY, "featureGates.SidecarContainers", json!(false)), "locked-gate");
    agrees(&field(empty("1.36.3"), KUBELET, "featureGates.RotateKubeletServerCertificate", json!(true)));
    agrees(&with(&[(ETCD, "feature-gates", "InitialCorruptCheck=true")]));
}

#[test]
fn the_kubelet_ca_needs_serving_certificates_and_these_an_approver() {
    let ca = |plan: Plan| mount(plan, API, "/pki", MountType::Directory);
    let flag = [(API, "kubelet-certificate-authority", "/pki/ca.crt")];
    clashes(&ca(with(&flag)), "kubelet-ca-without-serving-certificates");
    let served = field(ca(with(&flag)), KUBELET, "serverTLSBootstrap", json!(true));
    clashes(&served, "serving-certificates-without-approver");
    clashes(&with(&[(KUBELET, "rotate-server-certificates", "true")]), "serving-certificates-without-approver");
    let mut approved = served;
    let approver = Cause::Spec(SpecPath::new("/platform/kubeadm/servingCertificates/approver"));
    let reason = Reason { control: Some(ControlId("kubelet/server-certificate")), cause: approver };
    let fields = &mut approved.components.get_mut(&KUBELET).unwrap().fields;
    fields.get_mut("serverTLSBootstrap").unwrap().reasons.insert(reason);
    agrees(&approved);
}

#[test]
fn kernel_defaults_need_six_sysctls_on_every_pool() {
    let asked = || field(empty("1.36.3"), KUBELET, "protectKernelDefaults", json!(true));
    let six: Vec<(String, &str)> =
        crate::facts::KUBELET_SYSCTLS.iter().map(|(key, value)| (format!("sysctl/{key}"), *value)).collect();
    let six: Vec<(&str, &str)> = six.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    assert_eq!(six.len(), 6);
    agrees(&pool(asked(), "workers", &six));
    clashes(&pool(asked(), "workers", &six[1..]), "kernel-defaults-without-sysctls");
    clashes(&pool(pool(asked(), "a", &six), "b", &[]), "kernel-defaults-without-sysctls");
    let mut wrong = six.clone();
    wrong[2].1 = "60";
    assert_eq!(codes(&pool(asked(), "workers", &wrong)), ["kernel-defaults-without-sysctls", "host-need-broken"]);
    agrees(&pool(field(empty("1.36.3"), KUBELET, "protectKernelDefaults", json!(false)), "workers", &[]));
}

#[test]
fn node_port_addresses_as_the_program_takes_them() {
    // As the real programs of 1.36.3 and 1.37.2 answer.
    let cases: [(serde_json::Value, bool, bool); 8] = [
        (json!(["primary"]), true, true),
        (json!(["primary", "10.0.0.0/8"]), false, true),
        (json!(["localhost"]), false, true),
        (json!(["all"]), false, true),
        (json!(["primary", "localhost"]), false, true),
        (json!(["10.0.0.0/8"]), true, true),
        (json!(["primary", "primary"]), false, false),
        (json!(["eth0"]), false, false),
    ];
    for (value, at_36, at_37) in cases {
        for (version, taken) in [("1.36.3", at_36), ("1.37.2", at_37)] {
            let plan = field(empty(version), PROXY, "nodePortAddresses", value.clone());
            let expected: &[&str] = if taken { &[] } else { &["node-port-address-refused"] };
            assert_eq!(codes(&plan), expected, "{version} {value}");
        }
    }
}

#[test]
fn shape_alone_has_no_place_but_is_said() {
    let mut plan = with(&[(API, "anonymous-auth", "true")]);
    let shape = Reason { control: None, cause: Cause::Shape(FactId("kubeadm-static-pod")) };
    let flags = &mut plan.components.get_mut(&API).unwrap().flags;
    flags.get_mut("anonymous-auth").unwrap().held.reasons = BTreeSet::from([shape]);
    let block = Held::new(AnonymousPlan { paths: Vec::new() }, control("apiserver/anonymous-access"));
    plan.authentication = Some(AuthenticationPlan { anonymous: Some(block), ..AuthenticationPlan::default() });
    let mut diags = Diagnostics::default();
    agree(&plan, &OneFile(Source::new("kubeadm.yaml", "a")), &mut diags);
    assert_eq!(diags.list()[0].labels.len(), 1);
}

#[test]
fn no_setting_holds_a_character_that_nobody_sees() {
    for value in ["1h\n--token-auth-file=/x", "1h\u{2028}", "a\0", "\u{202e}b"] {
        clashes(&with(&[(API, "event-ttl", value)]), "unseen-character");
        clashes(&field(empty("1.36.3"), KUBELET, "clusterDNS", json!([value])), "unseen-character");
    }
    clashes(&mount(empty("1.36.3"), API, "/a\nb", MountType::Directory), "unseen-character");
    agrees(&with(&[(API, "event-ttl", "1h0m0s")]));
}

/// What other hardening sets ask for, and a node cannot have: rule, value, plug-in.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    // CIS Linux, ANSSI R12, STIG, dev-sec, konstruktoid.
    ("sysctl/net.ipv4.ip_forward", "0", "calico"),
    ("sysctl/net.ipv4.conf.all.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.default.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.eth0.forwarding", "0", "calico"),
    ("sysctl/net.ipv4.conf.eth0.100.forwarding", "0", "cilium"),
    // CIS Linux level 1 with Cilium.
    ("sysctl/net.ipv4.conf.all.rp_filter", "1", "cilium"),
    ("sysctl/net.ipv4.conf.default.rp_filter", "1", "cilium"),
    // konstruktoid.
    ("sysctl/kernel.panic", "60", "calico"),
    ("sysctl/kernel.panic_on_oops", "60", "calico"),
    // The STIG value that stops a kubelet.
    ("sysctl/vm.overcommit_memory", "0", "calico"),
    ("sysctl/vm.overcommit_memory", "2", "calico"),
    ("sysctl/vm.panic_on_oom", "1", "calico"),
    // The kernel's own defaults, which too few keys of too many containers exhaust.
    ("sysctl/kernel.keys.root_maxkeys", "200", "calico"),
    ("sysctl/kernel.keys.root_maxbytes", "20000", "calico"),
    // ANSSI enhanced.
    ("sysctl/kernel.modules_disabled", "1", "calico"),
    ("sysctl/net.ipv4.conf.all.route_localnet", "0", "calico"),
    // RHEL 8 STIG.
    ("sysctl/user.max_user_namespaces", "0", "calico"),
    // CIS level 2 of Debian 12, 13 and Ubuntu 24.04.
    ("module/off/overlay", "off", "calico"),
    ("module/off/overlayfs", "off", "calico"),
    ("module/off/br-netfilter", "off", "flannel"),
    ("sysctl/net.bridge.bridge-nf-call-iptables", "0", "flannel"),
    // dev-sec.
    ("module/off/vfat", "off", "calico"),
    // Lists that take every protocol and file system for unneeded.
    ("module/off/nf_tables", "off", "calico"),
    ("module/off/nf_conntrack", "off", "calico"),
    ("module/off/ip_tables", "off", "calico"),
    ("module/off/veth", "off", "calico"),
];

fn on_cni(mut plan: Plan, cni: &str) -> Plan {
    cni.clone_into(&mut plan.host.cni);
    plan.host.kube_proxy = true;
    plan
}

/// One rule on the nodes of a plan, with what else it is asked to hold.
fn node(rule: (&str, &str), with_it: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = on_cni(pool(with(&[]), "workers", &[rule]), "calico");
    with_it(&mut plan);
    plan
}

/// Needs that only some clusters have: the setting breaks these nodes, and no others.
#[test]
fn what_only_some_nodes_need() {
    agrees(&node(("sysctl/net.ipv4.conf.lo.forwarding", "0"), |_| {}));
    agrees(&node(("sysctl/net.ipv4.conf.eth0.mc_forwarding", "0"), |_| {}));
    for key in ["net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding", "net.ipv6.conf.eth1.forwarding"] {
        let rule = format!("sysctl/{key}");
        agrees(&node((&rule, "0"), |_| {}));
        clashes(&node((&rule, "0"), |plan| plan.host.ipv6 = true), "host-need-broken");
        agrees(&node((&rule, "1"), |plan| plan.host.ipv6 = true));
    }
    let localnet = ("sysctl/net.ipv4.conf.all.route_localnet", "0");
    agrees(&node(localnet, |plan| plan.host.kube_proxy = false));
    for (mode, broken) in [("iptables", true), ("", true), ("nftables", false), ("ipvs", false)] {
        let plan = field(node(localnet, |_| {}), PROXY, "mode", json!(mode));
        assert_eq!(codes(&plan).len(), usize::from(broken), "{mode}");
    }
    for (module, addon) in [
        ("nfs", "csi-driver-nfs"),
        ("nfsv4", "aws-efs-csi-driver"),
        ("nfs", "longhorn"),
        ("iscsi_tcp", "longhorn"),
        ("iscsi-tcp", "longhorn"),
        ("cifs", "azure-file-csi"),
    ] {
        let rule = format!("module/off/{module}");
        agrees(&node((&rule, "off"), |plan| plan.host.addons = vec!["metrics-server".to_owned()]));
        clashes(&node((&rule, "off"), |plan| plan.host.addons = vec![addon.to_owned()]), "host-need-broken");
    }
}

/// CIS level 2 of Ubuntu 22.04: snaps are squashfs images. Elsewhere nobody mounts one.
#[test]
fn squashfs_stays_where_snapd_is() {
    for (os, broken) in [("ubuntu-22.04", true), ("ubuntu-24.04", true), ("debian-12", false), ("rhel-9", false)] {
        let plan = node(("module/off/squashfs", "off"), |plan| {
            os.clone_into(&mut plan.pools.get_mut("workers").unwrap().os);
        });
        assert_eq!(codes(&plan), vec!["host-need-broken"; usize::from(broken)], "{os}");
    }
    // One pool with snapd is enough, whatever the others are.
    let mut plan = pool(node(("module/off/squashfs", "off"), |_| {}), "ubuntu", &[("module/off/squashfs", "off")]);
    agrees(&plan);
    "ubuntu-24.04".clone_into(&mut plan.pools.get_mut("ubuntu").unwrap().os);
    clashes(&plan, "host-need-broken");
}

#[test]
fn sctp_stays_where_a_flow_is_over_it() {
    let flow = |protocol| FlowPlan {
        name: "signal".to_owned(),
        from: End::Internet,
        from_name: "internet".to_owned(),
        to: End::Internet,
        to_name: "internet".to_owned(),
        ports: vec![Port { number: 3868, protocol }],
    };
    for (protocol, broken) in [(Protocol::Sctp, true), (Protocol::Tcp, false), (Protocol::Udp, false)] {
        let plan = node(("module/off/sctp", "off"), |plan| {
            plan.network.flows = vec![Held::new(flow(protocol), control("network/flows"))];
        });
        assert_eq!(codes(&plan).len(), usize::from(broken), "{protocol:?}");
    }
}

/// Every row of the table turns some plan red: no need is there that no test has seen broken.
#[test]
fn every_need_can_be_broken() {
    let every: Vec<&str> = crate::facts::NEEDS
        .iter()
        .flat_map(|need| match need.by {
            NeededBy::Addon(names) => names.to_vec(),
            NeededBy::Node
            | NeededBy::Cni(_)
            | NeededBy::Runtime(_)
            | NeededBy::Ipv6
            | NeededBy::IptablesProxy
            | NeededBy::Os(_)
            | NeededBy::SctpFlow => Vec::new(),
        })
        .collect();
    for need in crate::facts::NEEDS {
        let (name, value) = match need.what {
            Needed::Sysctl(key, _) => (format!("sysctl/{key}"), "7"),
            Needed::SysctlNot(key, values) => (format!("sysctl/{key}"), values[0]),
            Needed::Module(module) => (format!("module/off/{module}"), "off"),
        };
        let cni = if let NeededBy::Cni(names) = need.by { names[0] } else { "calico" };
        let mut plan = on_cni(pool(with(&[]), "workers", &[(&name, value)]), cni);
        plan.host.ipv6 = true;
        plan.host.addons = every.iter().map(|name| (*name).to_owned()).collect();
        if let NeededBy::Runtime(names) = need.by {
            names[0].clone_into(&mut plan.host.runtime);
        }
        if let NeededBy::Os(names) = need.by {
            names[0].clone_into(&mut plan.pools.get_mut("workers").unwrap().os);
        }
        if need.by == NeededBy::SctpFlow {
            continue;
        }
        assert_eq!(codes(&plan), ["host-need-broken"], "{name}={value}");
    }
}

#[test]
fn other_hardening_sets_break_nodes() {
    for (rule, value, cni) in CONTRADICTIONS {
        let plan = on_cni(pool(with(&[]), "workers", &[(rule, value)]), cni);
        assert_eq!(codes(&plan), ["host-need-broken"], "{rule}={value} with {cni}");
    }
    for (rule, value, cni) in [
        ("sysctl/net.ipv4.ip_forward", "1", "calico"),
        ("sysctl/net.ipv4.conf.all.rp_filter", "1", "calico"),
        ("sysctl/net.ipv4.conf.all.rp_filter", "0", "cilium"),
        ("sysctl/kernel.panic", "10", "calico"),
        ("sysctl/user.max_user_namespaces", "7822", "calico"),
        ("module/off/sctp", "off", "calico"),
    ] {
        let plan = on_cni(pool(with(&[]), "workers", &[(rule, value)]), cni);
        assert!(codes(&plan).is_empty(), "{rule}={value} with {cni}");
    }
}
