//! The fact tables: things that once were good advice and now stop a component, at the exact minor where that begins.

use harden::{
    base::{FactId, KubeVersion, Minor},
    facts::{self, CipherClass, ConfigKind, EtcdVersion, FieldKind, KubeadmKind, Lookup, Program, Support, Thing},
};

use Program::{KubeApiserver, KubeControllerManager, KubeProxy, KubeScheduler, Kubelet};

/// Flags that are gone: the program, the flag, the first minor without it.
const GONE_FLAGS: &[(Program, &str, u16)] = &[
    (KubeApiserver, "insecure-port", 24),
    (KubeControllerManager, "port", 24),
    (KubeScheduler, "port", 24),
    (KubeApiserver, "kubelet-https", 22),
    (KubeApiserver, "logtostderr", 26),
    (KubeApiserver, "log-dir", 26),
    (KubeApiserver, "log-file", 26),
    (KubeControllerManager, "logtostderr", 26),
    (KubeScheduler, "log-dir", 26),
    (Kubelet, "log-file", 26),
    (KubeApiserver, "cloud-provider", 33),
    (KubeApiserver, "cloud-config", 33),
    (Kubelet, "pod-infra-container-image", 35),
    (KubeControllerManager, "concurrent-service-syncs", 37),
    (KubeProxy, "boot-id-file", 37),
    (KubeProxy, "machine-id-file", 37),
];

/// The kubelet's flags that came from cAdvisor and left with 1.37.
const CADVISOR: [&str; 18] = [
    "application-metrics-count-limit",
    "boot-id-file",
    "container-hints",
    "containerd",
    "containerd-namespace",
    "enable-load-reader",
    "event-storage-age-limit",
    "event-storage-event-limit",
    "global-housekeeping-interval",
    "log-cadvisor-usage",
    "machine-id-file",
    "storage-driver-buffer-duration",
    "storage-driver-db",
    "storage-driver-host",
    "storage-driver-password",
    "storage-driver-secure",
    "storage-driver-table",
    "storage-driver-user",
];

/// Gates that are gone: the gate and the first minor that refuses its name.
const GONE_GATES: &[(&str, u16)] = &[
    ("PodSecurity", 28),
    ("SeccompDefault", 29),
    ("StructuredAuthorizationConfiguration", 36),
    ("AnonymousAuthConfigurableEndpoints", 37),
    ("StructuredAuthenticationConfiguration", 37),
    ("AuthorizeNodeWithSelectors", 37),
    ("PreventStaticPodAPIReferences", 37),
    ("SidecarContainers", 37),
];

/// Admission plugins that are gone, and the first minor without each.
const GONE_PLUGINS: &[(&str, u16)] = &[
    ("DenyEscalatingExec", 21),
    ("DenyExecOnPrivileged", 21),
    ("PodSecurityPolicy", 25),
    ("SecurityContextDeny", 30),
    ("PersistentVolumeLabel", 31),
    ("JobValidation", 37),
    ("PodGroupWorkloadExists", 37),
];

#[test]
fn flags_stop_a_program_from_their_minor_on() {
    let cadvisor = CADVISOR.iter().map(|name| (Kubelet, *name, 37));
    for (program, name, until) in GONE_FLAGS.iter().copied().chain(cadvisor) {
        let before = facts::flag(program, name, Minor(until - 1));
        assert!(before.is_known(), "{program} --{name} before {until}: {before:?}");
        for minor in until..=facts::NEWEST.0 {
            let after = facts::flag(program, name, Minor(minor));
            assert!(
                matches!(after, Lookup::Removed { in_: Minor(found), .. } if found == until),
                "{program} --{name}: {after:?}"
            );
            assert!(after.replacement().is_some(), "{program} --{name} has no replacement text");
        }
    }
}

#[test]
fn eighteen_cadvisor_flags_leave_the_kubelet_with_1_37() {
    let now: Vec<&str> = facts::flags(Kubelet, Minor(37)).map(|flag| flag.name).collect();
    let left: Vec<&str> = facts::flags(Kubelet, Minor(36)).map(|flag| flag.name).filter(|name| !now.contains(name)).collect();
    assert_eq!(left, CADVISOR);
}

#[test]
fn basic_auth_was_gone_before_the_oldest_minor() {
    for minor in facts::OLDEST.0..=facts::NEWEST.0 {
        let found = facts::flag(KubeApiserver, "basic-auth-file", Minor(minor));
        assert!(matches!(found, Lookup::Removed { in_: Minor(19), replacement: Some(_) }), "{found:?}");
    }
}

#[test]
fn gates_stop_a_component_from_their_minor_on() {
    for (name, until) in GONE_GATES {
        let before = facts::gate(name, Minor(until - 1));
        assert!(before.is_known_and(|gate| gate.accepts(true)), "{name} before {until}: {before:?}");
        for minor in *until..=facts::NEWEST.0 {
            let after = facts::gate(name, Minor(minor));
            assert!(matches!(after, Lookup::Removed { in_: Minor(found), .. } if found == *until), "{name}: {after:?}");
        }
    }
}

#[test]
fn twenty_five_gates_leave_with_1_37() {
    let now: Vec<&str> = facts::gates(Minor(37)).map(|gate| gate.name).collect();
    let left: Vec<&str> = facts::gates(Minor(36)).map(|gate| gate.name).filter(|name| !now.contains(name)).collect();
    assert_eq!(left.len(), 25, "{left:?}");
    for name in left {
        assert!(matches!(facts::gate(name, Minor(37)), Lookup::Removed { in_: Minor(37), .. }), "{name}");
    }
}

#[test]
fn a_locked_gate_takes_only_its_default() {
    assert_eq!(facts::locked_gate("AnonymousAuthConfigurableEndpoints", Minor(33)), None);
    assert_eq!(facts::locked_gate("AnonymousAuthConfigurableEndpoints", Minor(34)), Some(true));
    assert_eq!(facts::locked_gate("GitRepoVolumeDriver", Minor(36)), Some(false));
    // GA, but not locked: the real 1.36.3 takes `false`.
    assert_eq!(facts::locked_gate("MutatingAdmissionPolicy", Minor(36)), None);
    for minor in facts::OLDEST.0..=facts::NEWEST.0 {
        for gate in facts::gates(Minor(minor)) {
            assert!(gate.accepts(gate.default), "{}", gate.name);
            assert_eq!(gate.accepts(!gate.default), !gate.locked, "{}", gate.name);
        }
    }
}

#[test]
fn one_program_may_refuse_a_gate_that_the_others_know() {
    let name = "ControllerManagerReleaseLeaderElectionLockOnExit";
    assert!(facts::gate(name, Minor(37)).is_known());
    assert!(facts::gate_of(KubeControllerManager, name, Minor(37)).is_known());
    assert!(!facts::gate_of(KubeScheduler, name, Minor(37)).is_known());
    assert!(facts::gate_of(Kubelet, "IPv6DualStack", Minor(24)).is_known());
    assert!(!facts::gate_of(Kubelet, "IPv6DualStack", Minor(25)).is_known());
}

#[test]
fn plugins_stop_the_api_server_from_their_minor_on() {
    for (name, until) in GONE_PLUGINS {
        let before = facts::plugin(name, Minor(until - 1));
        assert!(before.is_known(), "{name} before {until}: {before:?}");
        for minor in *until..=facts::NEWEST.0 {
            let after = facts::plugin(name, Minor(minor));
            assert!(
                matches!(after, Lookup::Removed { in_: Minor(found), replacement: Some(_) } if found == *until),
                "{name}: {after:?}"
            );
        }
    }
}

#[test]
fn node_restriction_is_never_on_by_itself() {
    for minor in facts::OLDEST.0..=facts::NEWEST.0 {
        let on = facts::default_plugins(Minor(minor));
        assert!(on.contains(&"NamespaceLifecycle") && !on.contains(&"NodeRestriction"), "1.{minor}");
        assert!(facts::plugin("NodeRestriction", Minor(minor)).is_known());
    }
    assert!(!facts::default_plugins(Minor(21)).contains(&"PodSecurity"));
    assert!(facts::default_plugins(Minor(23)).contains(&"PodSecurity"));
}

#[test]
fn config_versions_follow_the_minor() {
    let written = |kind| [30, 31, 32, 33, 34, 37].map(|minor| facts::config_api(kind, Minor(minor)).unwrap_or("-"));
    let beta = "apiserver.config.k8s.io/v1beta1";
    let stable = "apiserver.config.k8s.io/v1";
    assert_eq!(written(ConfigKind::Authentication), [beta, beta, beta, beta, stable, stable]);
    assert_eq!(written(ConfigKind::Authorization), [beta, beta, stable, stable, stable, stable]);
    assert_eq!(facts::config_api(ConfigKind::Authentication, Minor(29)), None);
    assert_eq!(facts::config_api(ConfigKind::AuditPolicy, Minor(20)), Some("audit.k8s.io/v1"));
    assert_eq!(facts::config_api(ConfigKind::PodSecurity, Minor(24)), Some("pod-security.admission.config.k8s.io/v1beta1"));
    assert!(!facts::config_api_read(ConfigKind::Authorization, stable, Minor(31)));
    assert!(facts::config_api_read(ConfigKind::Authorization, beta, Minor(37)));
    assert!(facts::config_api_read(ConfigKind::AuditPolicy, "audit.k8s.io/v1beta1", Minor(23)));
    assert!(!facts::config_api_read(ConfigKind::AuditPolicy, "audit.k8s.io/v1beta1", Minor(24)));
    assert_eq!(ConfigKind::of_document("audit.k8s.io/v1beta1", "Policy"), Some(ConfigKind::AuditPolicy));
    assert_eq!(
        ConfigKind::of_document("eventratelimit.admission.k8s.io/v1alpha1", "Configuration"),
        Some(ConfigKind::EventRateLimit)
    );
    for kind in ConfigKind::ALL {
        for minor in 0..60 {
            if let Some(version) = facts::config_api(kind, Minor(minor)) {
                assert!(facts::config_api_read(kind, version, Minor(minor)), "{kind:?} 1.{minor}");
            }
        }
    }
}

#[test]
fn defaults_follow_the_minor() {
    let default = |name: &str, minor| facts::flag(KubeApiserver, name, Minor(minor)).known().and_then(|flag| flag.default);
    assert_eq!(default("audit-log-maxage", 35), Some("0"));
    assert_eq!(default("audit-log-maxage", 36), Some("366"));
    assert_eq!(default("anonymous-auth", 20), Some("true"));
    let hidden = facts::flag(KubeApiserver, "enable-logs-handler", Minor(32)).known();
    assert!(hidden.is_some_and(|flag| flag.hidden && flag.deprecated && flag.default == Some("false")));
    let shown = facts::flag(KubeApiserver, "enable-logs-handler", Minor(37)).known();
    assert!(shown.is_some_and(|flag| !flag.hidden && !flag.deprecated));
}

#[test]
fn what_is_not_covered_is_said() {
    for minor in [0, 19, 38, 999, u16::MAX] {
        assert_eq!(facts::flag(KubeApiserver, "anonymous-auth", Minor(minor)), Lookup::NotCovered);
        assert_eq!(facts::gate("AllAlpha", Minor(minor)), Lookup::NotCovered);
        assert_eq!(facts::plugin("NodeRestriction", Minor(minor)), Lookup::NotCovered);
        assert_eq!(facts::config_api(ConfigKind::Encryption, Minor(minor)), None);
        assert_eq!(facts::default_plugins(Minor(minor)), Vec::<&str>::new());
    }
    assert_eq!(facts::flag(KubeProxy, "bind-address", Minor(30)), Lookup::NotCovered);
    assert_eq!(facts::flag(Program::Etcd, "name", Minor(36)), Lookup::NotCovered);
}

#[test]
fn support_has_four_answers() {
    let answers = [19, 20, 30, 31, 37, 38].map(|minor| facts::support(Minor(minor)));
    use Support::{Build, CheckOnly, TooNew, TooOld};
    assert_eq!(answers, [TooOld, CheckOnly, CheckOnly, Build, Build, TooNew]);
}

#[test]
fn any_name_gets_an_answer() {
    for name in ["", "-", "--", "anonymous-auth=false", "Anonymous-Auth", "é", "\0", &"a".repeat(1 << 20), "日本語"] {
        for program in Program::ALL {
            assert!(!facts::flag(program, name, Minor(36)).is_known(), "{name:?}");
        }
        assert!(!facts::gate(name, Minor(36)).is_known());
        assert!(!facts::plugin(name, Minor(36)).is_known());
    }
    let typo = facts::flag(KubeApiserver, "anonymus-auth", Minor(36));
    assert_eq!(typo, Lookup::Unknown { nearest: Some("anonymous-auth") });
    assert_eq!(typo.advice().as_deref(), Some("did you mean `anonymous-auth`?"));
    let gone = facts::flag(KubeApiserver, "insecure-port", Minor(31));
    assert_eq!(gone.refusal().as_deref(), Some("is gone since 1.24"));
    assert_eq!(facts::plugin("PodSecurity", Minor(21)).refusal().as_deref(), Some("exists only from 1.22 on"));
}

#[test]
fn etcd_flags_follow_minor_and_patch() {
    let at = |name: &str, minor, patch| facts::etcd_flag(name, EtcdVersion { minor, patch });
    for (minor, patch) in [(4, 25), (5, 8), (6, 0), (7, 0)] {
        assert!(at("tls-min-version", minor, patch).is_known(), "3.{minor}.{patch}");
    }
    assert_eq!(at("tls-min-version", 5, 7), Lookup::NotYet { since: EtcdVersion { minor: 5, patch: 8 } });
    assert_eq!(at("tls-min-version", 5, 7).refusal().as_deref(), Some("exists only from 3.5.8 on"));
    let experimental: Vec<&str> = facts::etcd_flags(EtcdVersion { minor: 6, patch: 8 })
        .map(|flag| flag.name)
        .filter(|name| name.starts_with("experimental-"))
        .collect();
    assert!(experimental.len() > 20);
    for name in experimental {
        let gone = at(name, 7, 0);
        assert!(
            matches!(gone, Lookup::Removed { in_: EtcdVersion { minor: 7, patch: 0 }, replacement: Some(_) }),
            "{name}: {gone:?}"
        );
    }
    assert!(at("feature-gates", 5, 24).known().is_none() && at("feature-gates", 6, 4).is_known());
    assert_eq!(at("name", 8, 0), Lookup::NotCovered);
    assert_eq!("3.6.8-0".parse(), Ok(EtcdVersion { minor: 6, patch: 8 }));
    for text in ["", "3", "3.6", "3.+6.1", "4.0.0", "3.6.8.1", "3.6.x"] {
        assert_eq!(text.parse::<EtcdVersion>(), Err(()), "{text}");
    }
}

#[test]
fn kubeadm_deploys_a_known_etcd_for_every_minor_of_build() {
    for minor in facts::build_minors() {
        let version = facts::etcd_for(minor).expect("every minor of `build` has its etcd");
        assert!(facts::etcd_flag("name", version).is_known(), "{minor}: {version}");
    }
    let image = |patch| facts::etcd_image(KubeVersion { minor: Minor(31), patch }).map(|image| (image.tag, image.exact));
    assert_eq!(image(Some(0)), Some(("3.5.15-0", true)));
    assert_eq!(image(Some(5)), Some(("3.5.15-0", false)));
    assert_eq!(image(Some(14)), Some(("3.5.24-0", true)));
    assert_eq!(image(None), Some(("3.5.24-0", true)));
    let between = facts::etcd_image(KubeVersion { minor: Minor(33), patch: Some(9) });
    assert!(between.is_some_and(|image| image.exact && image.tag == "3.5.24-0"));
    assert_eq!(facts::etcd_for(Minor(30)), None);
}

#[test]
fn kubelet_fields_follow_the_minor() {
    let field = |path: &str, minor| facts::kubelet_field(path, Minor(minor));
    assert!(!field("defaultPodSysctls", 36).is_known() && field("defaultPodSysctls", 37).is_known());
    assert_eq!(field("seccompDefault", 21), Lookup::NotYet { since: Minor(22) });
    let default = |path: &str, minor| field(path, minor).known().and_then(|field| field.default);
    assert_eq!(default("memoryThrottlingFactor", 36), Some("0.9"));
    assert_eq!(default("memoryThrottlingFactor", 37), Some(""));
    assert_eq!([26, 27].map(|minor| default("eventRecordQPS", minor)), [Some("5"), Some("50")]);
    assert_eq!([34, 35].map(|minor| default("failCgroupV1", minor)), [Some("false"), Some("true")]);
    let kind = |path: &str| field(path, 36).known().map(|field| field.kind);
    assert_eq!(kind("authentication"), Some(FieldKind::Object));
    assert_eq!(kind("authentication.anonymous"), Some(FieldKind::Object));
    assert_eq!(kind("featureGates.SomeGate"), Some(FieldKind::Switches));
    assert_eq!(kind("logging"), Some(FieldKind::Whole));
    assert_eq!(kind("logging.options.json.splitStream"), Some(FieldKind::Bool));
    assert_eq!(kind("logging.bogus"), None);
    assert_eq!(kind("registerWithTaints[0].efect"), None);
    assert_eq!(kind("reservedMemory[0].limits.memory"), Some(FieldKind::Amounts));
    assert_eq!(field("rotateCertificates", 36).known().and_then(|field| field.kubeadm), Some("true, always"));
    assert_eq!(field("anonymous.enabled", 36), Lookup::Unknown { nearest: None });
    assert_eq!(field("protectKernelDefault", 36), Lookup::Unknown { nearest: Some("protectKernelDefaults") });
    for path in ["", ".", "[", "]", "a[", "authentication.", "é.é", "maxPods.x", "[[[]]]", &"a.".repeat(10_000)] {
        assert!(!field(path, 36).is_known(), "{path}");
    }
}

#[test]
fn kube_proxy_fields_are_covered_from_1_31_on() {
    assert!(facts::kube_proxy_field("metricsBindAddress", Minor(31)).is_known());
    assert!(facts::kube_proxy_field("nftables", Minor(37)).is_known());
    assert_eq!(facts::kube_proxy_field("mode", Minor(30)), Lookup::NotCovered);
    let written = |minor| facts::kube_proxy_field("mode", Minor(minor)).known().and_then(|field| field.kubeadm);
    assert_eq!([36, 37].map(written), [None, Some("iptables when empty")]);
}

#[test]
fn kubeadm_versions_follow_the_minor() {
    let written = |minor| facts::kubeadm_api(Minor(minor)).unwrap_or("-");
    let (two, three, four) = ("kubeadm.k8s.io/v1beta2", "kubeadm.k8s.io/v1beta3", "kubeadm.k8s.io/v1beta4");
    assert_eq!([19, 20, 21, 22, 30, 31, 37, 38].map(written), ["-", two, two, three, three, four, four, "-"]);
    assert!(facts::kubeadm_api_read(three, Minor(36)));
    assert!(!facts::kubeadm_api_read(three, Minor(37)));
    assert!(!facts::kubeadm_api_read("kubeadm.k8s.io/v1", Minor(37)));
    let field = |kind, api, path: &str, minor| facts::kubeadm_field(kind, api, path, Minor(minor));
    let cluster = |api, path: &str, minor| field(KubeadmKind::Cluster, api, path, minor);
    assert_eq!(cluster(four, "etcd.external.httpEndpoints", 34), Lookup::NotYet { since: Minor(35) });
    assert!(cluster(four, "etcd.external.httpEndpoints", 35).is_known());
    assert_eq!(cluster(three, "certificateValidityPeriod", 30), Lookup::NotYet { since: Minor(31) });
    let gone = cluster(four, "apiServer.timeoutForControlPlane", 31);
    assert!(matches!(gone, Lookup::Removed { in_: Minor(31), replacement: Some(_) }), "{gone:?}");
    let kind = |api, path: &str| cluster(api, path, 31).known().map(|field| field.kind);
    assert_eq!(kind(three, "apiServer.extraArgs"), Some(FieldKind::Map));
    assert_eq!(kind(three, "apiServer.extraArgs.profiling"), Some(FieldKind::Map));
    assert_eq!(kind(four, "apiServer.extraArgs"), Some(FieldKind::Objects));
    assert_eq!(kind(four, "apiServer.extraArgs[2].name"), Some(FieldKind::String));
    assert_eq!(kind(four, "apiServer.extraArgs[2].key"), None);
    assert_eq!(cluster(four, "apiServer.certSAN", 36), Lookup::Unknown { nearest: Some("apiServer.certSANs") });
    assert!(field(KubeadmKind::Reset, four, "force", 31).is_known());
    assert_eq!(field(KubeadmKind::Reset, three, "force", 30), Lookup::NotYet { since: Minor(31) });
    assert_eq!(field(KubeadmKind::Init, "kubeadm.k8s.io/v1beta1", "patches", 21), Lookup::NotCovered);
    assert_eq!(facts::kubeadm_kind(three, "JoinConfiguration"), Some(KubeadmKind::Join));
    assert_eq!(facts::kubeadm_kind("kubelet.config.k8s.io/v1beta1", "JoinConfiguration"), None);
    assert!(facts::kubeadm_gate("NodeLocalCRISocket", Minor(36)).is_known_and(|gate| gate.locked));
    assert!(!facts::kubeadm_gate("NodeLocalCRISocket", Minor(37)).is_known());
}

#[test]
fn static_pods_and_patches_follow_the_minor() {
    use facts::{ArgumentOrder, ProbePort, SchedulerProbes};
    let shape = |minor| facts::static_pods(Minor(minor)).expect("covered");
    let order = |text: &str| facts::kubeadm_argument_order(text.parse().expect("a version"));
    for sorted in ["1.31.14", "1.32.11", "1.33.7", "1.34.3", "1.35.0"] {
        assert_eq!(order(sorted), ArgumentOrder::Sorted, "{sorted}");
    }
    for kept in ["1.32.12", "1.33.8", "1.34.4", "1.35.1", "1.36.0", "1.37.2"] {
        assert_eq!(order(kept), ArgumentOrder::OwnSortedThenExtra, "{kept}");
    }
    assert_eq!([33, 34].map(|minor| shape(minor).probe_port), [ProbePort::Number, ProbePort::Named]);
    assert_eq!([31, 32].map(|minor| shape(minor).scheduler_probes), [SchedulerProbes::Healthz, SchedulerProbes::LivezReadyz]);
    assert_eq!([35, 36].map(|minor| shape(minor).flexvolume_mount), [true, false]);
    assert_eq!([33, 34].map(|minor| shape(minor).creation_timestamp), [true, false]);
    assert_eq!(facts::static_pods(Minor(38)), None);
    assert!(!facts::kubeadm_patch_targets(Minor(36)).contains(&"kubeproxydaemonset"));
    let arguments = |text: &str| facts::kubeadm_etcd_arguments(text.parse().expect("a version"))[0].0;
    assert_eq!(["3.5.24-0", "3.6.8-0"].map(arguments), ["experimental-initial-corrupt-check", "feature-gates"]);
    assert_eq!(facts::kubeadm_ca_folders("debian-12").map(<[_]>::len), Some(3));
    assert_eq!(facts::kubeadm_ca_folders("other"), None);
    assert!(facts::kubeadm_patch_targets(Minor(37)).contains(&"kubeproxydaemonset"));
}

#[test]
fn ciphers_know_what_http2_needs() {
    let http2: Vec<&str> = facts::ciphers().iter().filter(|cipher| cipher.http2).map(|cipher| cipher.name).collect();
    assert_eq!(http2, ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]);
    assert!(!facts::is_http2_cipher("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"));
    assert!(facts::cipher("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305").is_some_and(|cipher| cipher.class == CipherClass::Modern));
    assert!(facts::cipher("ECDHE-RSA-AES128-GCM-SHA256").is_none());
    for cipher in facts::ciphers() {
        assert!(cipher.alias_of.is_none_or(|name| facts::cipher(name).is_some()), "{}", cipher.name);
    }
}

#[test]
fn features_say_what_they_take() {
    let anonymous = |minor| facts::feature("AnonymousAuthConfigurableEndpoints", Minor(minor));
    use facts::Feature::{Absent, Always, NeedsGate, On, Unknown};
    assert_eq!([30, 31, 32, 34, 37].map(anonymous), [Absent, NeedsGate, On, Always, Always]);
    assert_eq!(facts::feature("GitRepoVolumeDriver", Minor(36)), Absent);
    assert_eq!(facts::feature("NoSuchGate", Minor(36)), Unknown);
    assert_eq!(facts::feature("AllAlpha", Minor(38)), Unknown);
}

#[test]
fn things_that_are_gone_have_a_replacement_text() {
    let text = |thing| facts::replacement(thing).unwrap_or_default();
    assert_eq!(text(Thing::Flag(KubeApiserver, "insecure-port")), "emit nothing: the plain HTTP port is gone");
    assert!(text(Thing::Plugin("PodSecurityPolicy")).contains("Pod Security"));
    assert_eq!(text(Thing::Gate("SidecarContainers")), "emit nothing: the feature is always on");
    assert_eq!(text(Thing::Flag(Program::Etcd, "experimental-corrupt-check-time")), "use --corrupt-check-time");
    assert_eq!(facts::replacement(Thing::Flag(KubeApiserver, "profiling")), None);
}

#[test]
fn sentences_follow_the_minor() {
    let probes = facts::sentence(facts::id::PROBE_PORT, Minor(33));
    assert!(probes.ends_with("by number"), "{probes}");
    assert!(facts::sentence(facts::id::PROBE_PORT, Minor(34)).ends_with("`probe-port`"));
    assert_eq!(facts::sentence(FactId("no-such-fact"), Minor(34)), "no-such-fact");
    assert_eq!(facts::fact("anon-probes"), Some(facts::id::ANON_PROBES));
    assert_eq!(facts::fact("no-such-fact"), None);
    for fact in facts::facts() {
        assert!(facts::source(fact).is_some_and(|source| !source.is_empty()), "{fact:?}");
        for minor in 0..60 {
            let text = facts::sentence(fact, Minor(minor));
            assert!(text != fact.0 && !text.ends_with('.') && !text.contains("please"), "{text}");
        }
    }
}

#[test]
fn patch_releases_bring_facts() {
    let overlap = |minor, patch| facts::holds(facts::id::REQHEADER_OVERLAP, KubeVersion { minor: Minor(minor), patch });
    assert!(!overlap(34, Some(9)) && !overlap(35, Some(5)) && overlap(35, Some(6)));
    assert!(!overlap(36, Some(2)) && overlap(36, Some(3)) && overlap(37, Some(0)) && overlap(36, None));
}

#[test]
fn values_that_stop_a_component_are_said_from_their_minor_on() {
    let rows = [
        (facts::id::ADVERTISE_LOOPBACK, 37),
        (facts::id::MEMORY_THROTTLING, 37),
        (facts::id::DEFAULT_POD_SYSCTLS, 37),
        (facts::id::AUDIT_GROUP_STAR, 36),
        (facts::id::CGROUP_V1, 35),
    ];
    for (fact, since) in rows {
        let holds = |minor| facts::holds(fact, KubeVersion { minor: Minor(minor), patch: None });
        assert!(!holds(since - 1) && holds(since), "{fact:?}");
        assert_ne!(facts::sentence(fact, Minor(since - 1)), facts::sentence(fact, Minor(since)), "{fact:?}");
    }
}

#[test]
fn lists_are_sorted() {
    fn sorted(names: &[&str]) -> bool {
        !names.is_empty() && names.windows(2).all(|pair| pair[0] < pair[1])
    }
    for minor in facts::build_minors() {
        for program in Program::ALL.into_iter().filter(|program| *program != Program::Etcd) {
            assert!(sorted(&facts::flags(program, minor).map(|flag| flag.name).collect::<Vec<_>>()), "{program} {minor}");
        }
        assert!(sorted(&facts::gates(minor).map(|gate| gate.name).collect::<Vec<_>>()));
        assert!(sorted(&facts::default_plugins(minor)));
        assert!(sorted(&facts::kubelet_fields(minor).map(|field| field.path).collect::<Vec<_>>()));
        assert!(sorted(&facts::kubeadm_patch_targets(minor)));
    }
}
