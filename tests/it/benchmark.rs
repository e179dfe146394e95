//! The benchmark evaluator over evidence written by hand, and the tables behind it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use harden::{
    base::Minor,
    facts::benchmarks::{self, Look, On, Target},
    semantics::benchmark::{Evidence, FileState, Outcome, Verdict, evaluate},
};
use serde_json::json;

use crate::support::{DAY, harden, root};

/// A control-plane node as kubeadm 1.36 leaves it, without hardening.
fn plain() -> Evidence {
    let mut evidence = Evidence::default();
    let command = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    evidence.commands = BTreeMap::from([
        (
            "kube-apiserver".to_owned(),
            command(
                "--advertise-address=192.0.2.1 --allow-privileged=true --authorization-mode=Node,RBAC
                --client-ca-file=/etc/kubernetes/pki/ca.crt --enable-admission-plugins=NodeRestriction --enable-bootstrap-token-auth=true
                --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
                --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key --etcd-servers=https://127.0.0.1:2379
                --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
                --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
                --requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt --secure-port=6443
                --service-account-issuer=https://kubernetes.default.svc.cluster.local
                --service-account-key-file=/etc/kubernetes/pki/sa.pub --service-account-signing-key-file=/etc/kubernetes/pki/sa.key
                --tls-cert-file=/etc/kubernetes/pki/apiserver.crt --tls-private-key-file=/etc/kubernetes/pki/apiserver.key",
            ),
        ),
        (
            "kube-controller-manager".to_owned(),
            command(
                "--bind-address=127.0.0.1 --client-ca-file=/etc/kubernetes/pki/ca.crt --leader-elect=true
                --root-ca-file=/etc/kubernetes/pki/ca.crt --service-account-private-key-file=/etc/kubernetes/pki/sa.key
                --use-service-account-credentials=true",
            ),
        ),
        ("kube-scheduler".to_owned(), command("--bind-address=127.0.0.1 --leader-elect=true")),
        (
            "etcd".to_owned(),
            command(
                "--cert-file=/etc/kubernetes/pki/etcd/server.crt --client-cert-auth=true --data-dir=/var/lib/etcd
                --key-file=/etc/kubernetes/pki/etcd/server.key --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
                --peer-client-cert-auth=true --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
                --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
            ),
        ),
        (
            "kubelet".to_owned(),
            command("--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --config=/var/lib/kubelet/config.yaml"),
        ),
        ("kube-proxy".to_owned(), command("--config=/var/lib/kube-proxy/config.conf --hostname-override=cp-1")),
    ]);
    evidence.kubelet_config = Some(json!({
        "authentication": { "anonymous": { "enabled": false }, "x509": { "clientCAFile": "/etc/kubernetes/pki/ca.crt" } },
        "authorization": { "mode": "Webhook" }, "rotateCertificates": true,
    }));
    evidence.add_kubeadm_files(&[On::ControlPlane, On::First, On::Etcd]);
    evidence
}

fn verdicts(name: &str, evidence: &Evidence) -> Vec<Verdict> {
    benchmarks::benchmark(name).map(|benchmark| evaluate(benchmark, evidence)).unwrap_or_default()
}

fn printed(name: &str, evidence: &Evidence, word: &str) -> Vec<&'static str> {
    verdicts(name, evidence).iter().filter(|v| v.printed() == Some(word)).map(|v| v.item.id).collect()
}

fn outcome(evidence: &Evidence, id: &str) -> Outcome {
    verdicts("cis-1.12", evidence).into_iter().find(|v| v.item.id == id).map_or(Outcome::Manual, |v| v.outcome)
}

fn failure(evidence: &Evidence, id: &str) -> (String, String) {
    match outcome(evidence, id) {
        Outcome::Fail { observed, expected } => (observed, expected),
        Outcome::Pass | Outcome::Manual | Outcome::NotEvaluated { .. } => Default::default(),
    }
}

fn set(evidence: &mut Evidence, program: &str, argument: &str) {
    evidence.commands.entry(program.to_owned()).or_default().push(argument.to_owned());
}

/// Written from knowledge of kube-bench's output on such a node, before the evaluator ran.
/// Where etcd runs elsewhere its manifest and its data are looked for all the same.
#[test]
fn an_external_etcd_leaves_four_misses() {
    let mut evidence = plain();
    evidence.commands.remove("etcd");
    evidence.add_kubeadm_files(&[On::ControlPlane, On::First]);
    let not_evaluated = |evidence: &Evidence, id: &str| matches!(outcome(evidence, id), Outcome::NotEvaluated { .. });
    assert!(not_evaluated(&evidence, "1.1.11") && not_evaluated(&evidence, "2.1"));
    evidence.files.insert("/var/lib/etcd/default.etcd".to_owned(), FileState::Absent);
    for id in ["1.1.7", "1.1.8", "1.1.11", "1.1.12"] {
        assert!(matches!(outcome(&evidence, id), Outcome::Fail { .. }), "{id}: {:?}", outcome(&evidence, id));
    }
    assert!(not_evaluated(&evidence, "2.1"), "kube-bench leaves the section out where no etcd runs");
}

#[test]
fn a_plain_kubeadm_node_fails_what_kube_bench_fails() {
    let failed = printed("cis-1.12", &plain(), "FAIL");
    let expected = [
        "1.1.12", // etcd:etcd
        "1.2.5",  // kubelet-certificate-authority
        "1.2.15", // profiling
        "1.2.16", "1.2.17", "1.2.18", "1.2.19", // audit log
        "1.2.30", // extended tokens
        "1.3.2", "1.4.1", // profiling
        "4.1.1", // the package's unit is 0644
        "4.1.9", // kubeadm writes the kubelet's file 0644
    ];
    assert_eq!(failed, expected);
    let warned = printed("cis-1.12", &plain(), "WARN");
    for id in [
        "1.2.1", "1.2.3", "1.2.9", "1.2.11", "1.2.20", "1.2.27", "1.2.28", "1.2.29", "1.3.1", "3.2.1", "4.2.9", "4.2.12",
        "4.2.13",
    ] {
        assert!(warned.contains(&id), "{id}");
    }
    assert!(!warned.contains(&"4.2.4"), "an absent read-only port passes");
}

#[test]
fn a_hardened_node_passes() {
    let mut evidence = plain();
    for flag in [
        "--profiling=false",
        "--audit-log-path=/var/log/kubernetes/audit/audit.log",
        "--audit-log-maxage=30",
        "--audit-log-maxbackup=10",
        "--audit-log-maxsize=100",
        "--audit-policy-file=/etc/kubernetes/audit/policy.yaml",
        "--service-account-extend-token-expiration=false",
        "--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt",
        "--encryption-provider-config=/etc/kubernetes/encryption/config.yaml",
        "--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    ] {
        set(&mut evidence, "kube-apiserver", flag);
    }
    set(&mut evidence, "kube-controller-manager", "--profiling=false");
    set(&mut evidence, "kube-scheduler", "--profiling=false");
    let owned = |owner: &str, mode| FileState::Present { mode, owner: owner.to_owned() };
    evidence.files.insert("/var/lib/etcd".to_owned(), owned("etcd:etcd", 0o700));
    evidence.files.insert("/var/lib/kubelet/config.yaml".to_owned(), owned("root:root", 0o600));
    evidence.files.insert("/lib/systemd/system/kubelet.service".to_owned(), owned("root:root", 0o600));
    evidence.encryption_config = Some("resources:\n- providers:\n  - secretbox:\n      keys: []\n".to_owned());
    assert_eq!(printed("cis-1.12", &evidence, "FAIL"), [""; 0]);
    for id in ["1.2.15", "1.2.28", "1.2.29", "3.2.1"] {
        assert_eq!(outcome(&evidence, id), Outcome::Pass, "{id}");
    }
}

#[test]
fn failures_say_what_was_seen_and_expected() {
    let mut evidence = plain();
    set(&mut evidence, "kube-apiserver", "--audit-log-maxage=7");
    assert_eq!(
        failure(&evidence, "1.2.17"),
        ("`--audit-log-maxage` is `7`".to_owned(), "`--audit-log-maxage` is at least 30".to_owned())
    );
    assert_eq!(failure(&evidence, "1.2.15"), ("`--profiling` is not set".to_owned(), "`--profiling` is `false`".to_owned()));
    let expected = "no looser than 600".to_owned();
    assert_eq!(failure(&evidence, "4.1.9"), ("`/var/lib/kubelet/config.yaml`: mode 644".to_owned(), expected));
    assert_eq!(failure(&evidence, "1.1.12").1, "owned by etcd:etcd");
    assert_eq!(failure(&evidence, "1.2.28").0, "there is no encryption configuration");
    let one = evidence.commands.get_mut("kube-apiserver").unwrap();
    one.retain(|argument| !argument.starts_with("--kubelet-client-key"));
    assert!(failure(&evidence, "1.2.4").0.contains("`--kubelet-client-key` is not set"));
}

#[test]
fn modes_are_compared_by_bits() {
    let with = |mode| {
        let mut evidence = plain();
        let state = FileState::Present { mode, owner: "root:root".to_owned() };
        evidence.files.insert("/etc/kubernetes/manifests/kube-apiserver.yaml".to_owned(), state);
        outcome(&evidence, "1.1.1")
    };
    for mode in [0o600, 0o400, 0] {
        assert_eq!(with(mode), Outcome::Pass, "{mode:o}");
    }
    for mode in [0o640, 0o601, 0o700, 0o644, 0o444, 0o060] {
        assert!(matches!(with(mode), Outcome::Fail { .. }), "{mode:o}");
    }
}

/// Each file below the folder counts, also one that kubeadm did not write.
#[test]
fn every_file_of_the_pki_counts() {
    let mut evidence = plain();
    assert_eq!(outcome(&evidence, "1.1.19"), Outcome::Pass);
    assert_eq!(outcome(&evidence, "1.1.21"), Outcome::Pass);
    let state = FileState::Present { mode: 0o640, owner: "root:ssl".to_owned() };
    evidence.files.insert("/etc/kubernetes/pki/extra/own.key".to_owned(), state);
    assert_eq!(failure(&evidence, "1.1.19").0, "`/etc/kubernetes/pki/extra/own.key`: owned by root:ssl");
    assert_eq!(failure(&evidence, "1.1.21").0, "`/etc/kubernetes/pki/extra/own.key`: mode 640");
}

/// The tool stats both administrators' files and takes a missing one for a miss: a joined control plane has no super-admin.conf.
#[test]
fn a_missing_file_is_a_miss_and_an_unknown_one_is_not_judged() {
    let mut evidence = plain();
    assert_eq!(outcome(&evidence, "1.1.13"), Outcome::Pass);
    evidence.add_kubeadm_files(&[On::ControlPlane, On::Etcd]);
    assert_eq!(failure(&evidence, "1.1.13").0, "`/etc/kubernetes/super-admin.conf`: there is no such file");
    evidence.files.remove("/etc/kubernetes/super-admin.conf");
    assert!(matches!(outcome(&evidence, "1.1.13"), Outcome::NotEvaluated { .. }));
    evidence.commands.clear();
    assert!(matches!(outcome(&evidence, "1.2.15"), Outcome::NotEvaluated { .. }));
    assert!(matches!(outcome(&evidence, "1.1.11"), Outcome::NotEvaluated { .. }), "the data folder is named by a flag");
}

#[test]
fn the_command_line_comes_before_the_file() {
    let mut evidence = plain();
    assert_eq!(outcome(&evidence, "4.2.1"), Outcome::Pass);
    set(&mut evidence, "kubelet", "--anonymous-auth=true");
    assert_eq!(failure(&evidence, "4.2.1").0, "`--anonymous-auth` is `true`");
    let mut evidence = plain();
    evidence.kubelet_config = Some(json!({ "readOnlyPort": 10255, "tlsCipherSuites": ["TLS_RSA_WITH_AES_256_GCM_SHA384"] }));
    assert_eq!(failure(&evidence, "4.2.4").0, "`--read-only-port` is `10255`");
    assert!(matches!(outcome(&evidence, "4.2.12"), Outcome::Fail { .. }), "no longer in the list of cis-1.12");
    assert!(matches!(outcome(&evidence, "4.2.1"), Outcome::Fail { .. }), "the tool does not know the file's default");
    evidence.kubelet_config = None;
    assert!(matches!(outcome(&evidence, "4.2.1"), Outcome::NotEvaluated { .. }));
    set(&mut evidence, "kubelet", "--anonymous-auth=False");
    assert_eq!(outcome(&evidence, "4.2.1"), Outcome::Pass, "booleans are compared in any case");
}

#[test]
fn flags_are_found_as_text() {
    let with = |argument: &str, id: &str| {
        let mut evidence = plain();
        let program = if id.starts_with("1.2") { "kube-apiserver" } else { "etcd" };
        evidence.commands.get_mut(program).unwrap().insert(0, argument.to_owned());
        outcome(&evidence, id)
    };
    assert_eq!(with("--profiling false", "1.2.15"), Outcome::Pass, "a value behind a blank");
    assert!(matches!(with("--profiling", "1.2.15"), Outcome::Fail { .. }), "a switch alone is true");
    assert_eq!(with("--audit-log-path", "1.2.16"), Outcome::Pass);
    assert!(matches!(with("--peer-auto-tls=true", "2.6"), Outcome::Fail { .. }));
    assert_eq!(with("--peer-auto-tls=true", "2.3"), Outcome::Pass, "--auto-tls is no part of --peer-auto-tls");
    assert!(matches!(with("--token-auth-file=/x", "1.2.2"), Outcome::Fail { .. }));
    assert!(matches!(with("--authorization-mode=AlwaysAllow", "1.2.6"), Outcome::Fail { .. }), "the first of two counts");
    assert!(matches!(with("--disable-admission-plugins=ServiceAccount", "1.2.12"), Outcome::Fail { .. }));
    assert_eq!(
        with("--encryption-provider-config-automatic-reload=true", "1.2.27"),
        Outcome::Pass,
        "the tool finds any flag that begins so"
    );
    assert!(matches!(with("--audit-log-maxage=many", "1.2.17"), Outcome::Fail { .. }));
}

/// What a node without the mode flag looks like to the tool: the file of structured authorization is not read.
#[test]
fn structured_authorization_is_not_seen() {
    let mut evidence = plain();
    let arguments = evidence.commands.get_mut("kube-apiserver").unwrap();
    arguments.retain(|argument| !argument.starts_with("--authorization-mode"));
    arguments.push("--authorization-config=/etc/kubernetes/authorization/config.yaml".to_owned());
    for id in ["1.2.6", "1.2.7", "1.2.8"] {
        assert!(matches!(outcome(&evidence, id), Outcome::Fail { .. }), "{id}");
    }
}

#[test]
fn the_first_provider_counts() {
    let with = |text: &str| {
        let mut evidence = plain();
        evidence.encryption_config = Some(text.to_owned());
        outcome(&evidence, "1.2.28")
    };
    assert_eq!(with("providers:\n- aescbc:\n"), Outcome::Pass);
    assert_eq!(with("providers:\n      - kms:\n          apiVersion: v2\n      - identity: {}\n"), Outcome::Pass);
    assert!(matches!(with("providers:\n- identity: {}\n- aescbc:\n"), Outcome::Fail { .. }));
    assert!(matches!(with("providers:\n- aesgcm:\n"), Outcome::Fail { .. }));
    assert!(matches!(with("kind: EncryptionConfiguration\n"), Outcome::Fail { .. }));
}

#[test]
fn minors_have_their_benchmark_and_newer_ones_the_newest() {
    let chosen = |minor| benchmarks::for_minor(Minor(minor)).map(|c| (c.benchmark.name, c.mapped));
    assert_eq!(chosen(19), None);
    assert_eq!(chosen(20), Some(("cis-1.20", true)));
    assert_eq!(chosen(25), Some(("cis-1.7", true)));
    assert_eq!(chosen(31), Some(("cis-1.11", true)));
    assert_eq!(chosen(34), Some(("cis-1.12", true)));
    for minor in 35..=37 {
        assert_eq!(chosen(minor), Some(("cis-1.12", false)));
    }
}

#[test]
fn controls_have_their_numbers() {
    let ids = |control, minor| benchmarks::ids(control, Minor(minor)).into_iter().map(|b| b.id).collect::<Vec<_>>();
    assert_eq!(ids("apiserver/profiling", 36), ["1.2.15"]);
    assert_eq!(ids("apiserver/profiling", 20), ["1.2.20"]);
    assert_eq!(ids("apiserver/authorization-mode", 36), ["1.2.6", "1.2.7", "1.2.8"]);
    assert_eq!(ids("apiserver/audit-log", 31), ["1.2.16", "1.2.17", "1.2.18", "1.2.19"]);
    assert_eq!(ids("kubelet/protect-kernel-defaults", 24), ["4.2.6"]);
    assert_eq!(ids("kubelet/protect-kernel-defaults", 36), [""; 0]);
    assert_eq!(ids("admission/deny-service-external-ips", 24), [""; 0], "that version asks for the opposite");
    assert_eq!(ids("no/control", 36), [""; 0]);
    assert_eq!(benchmarks::controls_of("audit-policy-content").collect::<Vec<_>>(), ["apiserver/audit-policy"]);
    assert_eq!(benchmarks::nsa("apiserver/anonymous-access"), Some("Authentication"));
    assert_eq!(benchmarks::nsa("apiserver/profiling"), None);
    let eks = benchmarks::benchmark("eks-1.8.0").unwrap();
    assert_eq!(benchmarks::ids_in("kubelet/anonymous", eks).first().map(|b| b.id), Some("3.2.1"));
}

/// The numbers follow what is set, not the control alone.
#[test]
fn numbers_depend_on_settings() {
    let with = |control: &str, set: &[(&str, &str)]| {
        let values = |name: &str| {
            set.iter().filter(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()).collect::<Vec<String>>()
        };
        benchmarks::ids_with(control, Minor(36), &values).into_iter().map(|id| id.id).collect::<Vec<_>>()
    };
    let (id, enforce) = ("admission/pod-security", "admission/pod-security/enforce");
    let baseline = ["5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.10", "5.2.11", "5.2.12"];
    assert_eq!(with(id, &[(enforce, "baseline")]), baseline);
    assert_eq!(with(id, &[(enforce, "privileged")]), [""; 0]);
    let restricted = with(id, &[(enforce, "restricted")]);
    assert_eq!(restricted.len(), 13);
    assert!(["5.2.6", "5.2.7", "5.2.8", "5.2.9", "5.6.2"].iter().all(|item| restricted.contains(item)), "{restricted:?}");
    let label = "namespace/*/labels/pod-security.kubernetes.io/enforce";
    assert_eq!(with(id, &[(label, "restricted"), (label, "baseline")]), baseline, "the weakest namespace decides");
    assert_eq!(with(id, &[(label, "privileged"), (enforce, "baseline")]), baseline, "the default of the cluster comes first");
    assert_eq!(with(id, &[]), restricted, "where nothing is set, the outcome says so");
    assert_eq!(with("apiserver/encryption-at-rest", &[("encryption/stage", "prepare")]), ["1.2.27"]);
    assert_eq!(with("apiserver/encryption-at-rest", &[("encryption/stage", "write")]), ["1.2.27", "1.2.28"]);
    assert_eq!(with("apiserver/audit-log", &[("apiserver/flag/audit-log-maxage", "7")]), ["1.2.16", "1.2.18", "1.2.19"]);
}

/// `plan`, the report and `explain` list the items of the level that a cluster enforces.
#[test]
fn reports_list_what_the_parameters_reach() {
    let items = |level: &str| {
        let folder = tempfile::tempdir().unwrap();
        let spec = fs::read_to_string(root().join("golden/diag/owner-conflict/harden.yaml")).unwrap();
        let spec = spec.replace("      config: kubeadm.yaml\n", "");
        let more = format!(
            "  controls: {{ admission/pod-security: {{ with: {{ enforce: {level} }}, waiver: W-1 }} }}\n  waivers: [{{ id: W-1, control: \
             admission/pod-security, owner: sre, reason: charts, expires: 2027-03-01 }}]\n"
        );
        fs::write(folder.path().join("harden.yaml"), spec + &more).unwrap();
        let built = harden(folder.path(), &["build", "harden.yaml", "--as-of", DAY]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let report = fs::read_to_string(folder.path().join("out/c/REPORT.md")).unwrap();
        let row = report.lines().find(|line| line.starts_with("| `admission/pod-security`")).unwrap().to_owned();
        let file = "out/c/control-plane/etc/kubernetes/admission/pod-security.yaml";
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        let line = text.lines().position(|line| line.trim_start().starts_with("enforce:")).unwrap() + 1;
        let explained = harden(folder.path(), &["explain", &format!("{file}:{line}")]);
        let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
        let has = |item: &str| {
            let ends = |text: &str| {
                let (_, column) = text.rsplit_once("cis-1.12: ").unwrap_or_default();
                column.trim_end_matches(" |").split(", ").any(|id| id == item)
            };
            let said = explained
                .lines()
                .any(|line| line.starts_with("benchmark") && format!("{line},").contains(&format!("cis-1.12 {item},")));
            assert_eq!(ends(&row), said, "{item}:\n{row}\n{explained}");
            said
        };
        ["5.2.2", "5.2.12", "5.2.6", "5.2.9", "5.6.2"].map(has)
    };
    assert_eq!(items("privileged"), [false; 5]);
    assert_eq!(items("baseline"), [true, true, false, false, false]);
    assert_eq!(items("restricted"), [true; 5]);
}

/// The tables hang together: numbers once, each automated item of the newest version is answered by a control or is kubeadm's own.
#[test]
fn tables_hang_together() {
    for benchmark in benchmarks::benchmarks() {
        let ids: BTreeSet<&str> = benchmark.items.iter().map(|item| item.id).collect();
        assert_eq!(ids.len(), benchmark.items.len(), "{}", benchmark.name);
        assert!(benchmark.items.windows(2).all(|pair| number(pair[0].id) < number(pair[1].id)), "{}", benchmark.name);
    }
    let newest = benchmarks::benchmark("cis-1.12").unwrap();
    let file = |look: &Look| matches!(look, Look::Mode { .. } | Look::Owner { .. });
    let unanswered: Vec<&str> = newest
        .items
        .iter()
        .filter(|item| item.target != Target::Policies && !file(item.look))
        .filter(|item| benchmarks::controls_of(item.topic.key).next().is_none())
        .map(|item| item.id)
        .collect();
    assert_eq!(unanswered, ["1.1.9", "1.1.10", "1.2.10"], "AlwaysAdmit and the CNI's files");
}

fn number(id: &str) -> Vec<u32> {
    id.split('.').filter_map(|part| part.parse().ok()).collect()
}

/// Everything that the reference counts: items, and those that fail rather than warn.
#[test]
fn no_item_was_lost() {
    let counts = |name| {
        let items = benchmarks::benchmark(name).map_or(&[][..], |b| b.items);
        (items.len(), items.iter().filter(|item| item.scored).count())
    };
    assert_eq!(counts("cis-1.9").0, 130);
    assert_eq!(counts("cis-1.10").0, 130);
    assert_eq!(counts("cis-1.11"), (133, 65));
    assert_eq!(counts("cis-1.12"), (131, 65));
}
