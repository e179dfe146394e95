//! Every rule on plans that are put together by hand: one that clashes, and its neighbour that does not.

mod certificates;
mod flags;
mod hosts;
mod plugins;

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::{
    base::{Area, Cause, ControlId, FactId, Platform, Reason, SpecPath},
    diag::{Diagnostics, Place, Source, Span},
    plan::{
        AnonymousPlan, AuthenticationPlan, Cluster, ControlVerdict, EventLimit, Flag, FlagValue, Ground, Held, HostMount,
        LimitType, Locate, MountType, NodePlan, Outcome, Plan, PoolRole, Program, Scope, Verdict,
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
fn files_are_mounted() {
    let plan = with(&[(KCM, "root-ca-file", "/etc/kubernetes/pki/ca.crt")]);
    clashes(&plan, "file-not-mounted");
    agrees(&mount(plan.clone(), KCM, "/etc/kubernetes/pki", MountType::DirectoryOrCreate));
    agrees(&mount(plan.clone(), KCM, "/etc/kubernetes/pki/ca.crt", MountType::File));
    clashes(&mount(plan.clone(), KCM, "/etc/kubernetes/pk", MountType::Directory), "file-not-mounted");
    clashes(&mount(plan, API, "/etc/kubernetes/pki", MountType::Directory), "file-not-mounted");
    let outside = with(&[(API, "egress-selector-config-file", "/etc/kubernetes/pki/../../foo/e.yaml")]);
    clashes(&mount(outside, API, "/etc/kubernetes/pki", MountType::Directory), "file-not-mounted");
    let inside = with(&[(API, "egress-selector-config-file", "/etc//kubernetes/./pki/e.yaml")]);
    agrees(&mount(inside, API, "/etc/kubernetes/pki/", MountType::Directory));
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
