//! The fact tables: things that once were good advice and now stop a component, at the exact minor where that begins.

use harden::{
    base::Minor,
    facts::{self, ConfigKind, Lookup, Program, Support},
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
    assert_eq!(facts::flag(KubeProxy, "bind-address", Minor(33)), Lookup::NotCovered);
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
