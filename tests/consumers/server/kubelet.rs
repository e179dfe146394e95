//! Kubelets that serve: with what is emitted they ask everybody who they are and the API server what they may, on the ports and
//! with the TLS of the plan. Each spoilt file must break the claims that it should, and no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;

use crate::{
    node::{CONFIG, Client, Kubelet, Person, REPLACED, Runtime, Set, free_port, run, sets},
    programs::{self, Built},
};

use super::{Cluster, start};

/// What is asked of the kubelet's port; the last runs programs in a pod.
const PATHS: [&str; 6] = ["/pods", "/metrics", "/configz", "/healthz", "/logs/", "/exec/default/shop/shop?command=id&output=1"];

const ANONYMOUS: &str = "requests without credentials are refused";
const STRANGERS: &str = "certificates of another CA are refused";
const TOKENS: &str = "tokens are those that the API server knows";
const POWERLESS: &str = "who has no role is refused";
const ADMINISTRATORS: &str = "who has the role is served";
const PORTS: &str = "nothing but the port and the health on loopback listens";
const TLS_MINIMUM: &str = "TLS 1.1 is refused";
const SUITES: &str = "suites are those of the plan";

/// People and tokens that ask.
struct Callers {
    stranger: Person,
    powerless: Person,
    administrator: Person,
    known: String,
    powerless_token: String,
}

impl Callers {
    fn new(cluster: &Cluster) -> Self {
        let node = &cluster.node;
        let post = |path: &str, body: &serde_json::Value| {
            let answer = cluster.client.send(Some(&cluster.admin), "POST", path, Some(body));
            assert_eq!(answer.status, 201, "{path}: {}", answer.body);
            answer.json()
        };
        let account = |name: &str| {
            let accounts = "/api/v1/namespaces/kube-system/serviceaccounts";
            post(accounts, &json!({ "metadata": { "name": name } }));
            let token = post(&format!("{accounts}/{name}/token"), &json!({ "spec": { "expirationSeconds": 600 } }));
            format!("Authorization: Bearer {}", token["status"]["token"].as_str().expect("a token"))
        };
        let (known, powerless_token) = (account("kubelets-admin"), account("kubelets-nobody"));
        post(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            &json!({
                "metadata": { "name": "kubelets" },
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:kubelet-api-admin" },
                "subjects": [
                    { "kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "kubelets-admin" },
                    { "kind": "ServiceAccount", "namespace": "kube-system", "name": "kubelets-admin" },
                ],
            }),
        );
        Callers {
            stranger: Person::signed_by(node, "/etc/kubernetes/pki/front-proxy-ca", "kubelets-admin", &["system:masters"]),
            powerless: Person::new(node, "kubelets-nobody", &["people"]),
            administrator: Person::new(node, "kubelets-admin", &["people"]),
            known,
            powerless_token,
        }
    }
}

/// The claims that do not hold, with what was seen.
type Broken = BTreeMap<&'static str, String>;

/// Asks a kubelet for everything.
fn broken(cluster: &Cluster, callers: &Callers, kubelet: &Kubelet) -> Broken {
    let client = Client::insecure(&cluster.node, kubelet.port);
    let mut broken = Broken::new();
    let mut claim = |what: &'static str, seen: String, expected: &str| {
        if seen != expected {
            broken.insert(what, seen);
        }
    };
    let status = |person: Option<&Person>, path: &str, headers: &[&str]| {
        let method = if path.starts_with("/exec") { "POST" } else { "GET" };
        client.send_as(person, method, path, None, headers).status.to_string()
    };
    let all = |person: Option<&Person>| PATHS.map(|path| status(person, path, &[])).join(" ");
    claim(ANONYMOUS, all(None), &["401"; 6].join(" "));
    claim(STRANGERS, all(Some(&callers.stranger)), &["401"; 6].join(" "));
    claim(POWERLESS, all(Some(&callers.powerless)), &["403"; 6].join(" "));
    // No such pod runs: who may run programs is told so.
    claim(ADMINISTRATORS, all(Some(&callers.administrator)), "200 200 200 200 200 404");
    let tokens = [&callers.known, &callers.powerless_token, "Authorization: Bearer of-nobody"];
    claim(TOKENS, tokens.map(|token| status(None, "/pods", &[token])).join(" "), "200 403 401");
    let mut expected = [format!("*:{}", kubelet.port), format!("127.0.0.1:{}", kubelet.health)];
    expected.sort();
    claim(PORTS, listens(kubelet.running.id()).join(" "), &expected.join(" "));
    let takes = |arguments: &[&str]| takes(kubelet.port, arguments);
    claim(TLS_MINIMUM, takes(&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]), "refused");
    claim(
        SUITES,
        SUITES_ASKED.map(|suite| takes(&["-tls1_2", "-cipher", &format!("{suite}:@SECLEVEL=0")])).join(" "),
        SUITES_TAKEN,
    );
    assert_eq!(takes(&["-tls1_3"]), "TLS_AES_128_GCM_SHA256", "the way of asking");
    broken
}

/// Suites of TLS 1.2 for the kubelet's kind of key: three of the plan, two that Go takes by default or on demand.
const SUITES_ASKED: [&str; 5] = [
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-SHA",
    "AES128-GCM-SHA256",
];
const SUITES_TAKEN: &str = "ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-CHACHA20-POLY1305 refused refused";

/// The suite that a handshake ends with, or that it was refused.
fn takes(port: u16, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("openssl starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if said.contains("Cipher is (NONE)") {
        assert!(said.contains("SSL alert number"), "the kubelet did not refuse {arguments:?}: {said}");
        return "refused".to_owned();
    }
    let taken = said.lines().find_map(|line| line.strip_prefix("New, ")?.split_once("Cipher is "));
    taken.unwrap_or_else(|| panic!("{arguments:?}: {said}")).1.to_owned()
}

/// The addresses on which a process listens for TCP, sorted.
fn listens(process: u32) -> Vec<String> {
    let folder = format!("/proc/{process}");
    let sockets: BTreeSet<String> = fs::read_dir(format!("{folder}/fd"))
        .expect("the process runs")
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        for line in fs::read_to_string(format!("{folder}/net/{table}")).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields[3] == "0A" && sockets.contains(fields[9]) {
                let (address, port) = fields[1].split_once(':').expect("an address");
                let address = match address {
                    "0100007F" => "127.0.0.1",
                    zeros if zeros.bytes().all(|digit| digit == b'0') => "*",
                    other => other,
                };
                found.push(format!("{address}:{}", u16::from_str_radix(port, 16).expect("a port")));
            }
        }
    }
    found.sort();
    found
}

/// Starts a kubelet on its files and waits until it serves.
fn serves(cluster: &Cluster, program: &Built, flags: &[&str]) -> Kubelet {
    let mut kubelet = Kubelet::start(&cluster.node, program, flags);
    let client = Client::insecure(&cluster.node, kubelet.port);
    for _ in 0..300 {
        assert!(kubelet.running.runs(), "the kubelet ended:\n{}", kubelet.running.log());
        if client.status(None, "/healthz") != 0 && listens(kubelet.running.id()).len() >= 2 {
            return kubelet;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the kubelet does not serve:\n{}", kubelet.running.log());
}

#[test]
fn kubelets_serve_as_emitted() {
    for set in sets() {
        let (Some(kubeadm), Some(kubelet)) = (set.kube("kubeadm"), set.kube("kubelet")) else { continue };
        let Some(runtime) = programs::find("cri", "criruntime") else { continue };
        let Some(cluster) = start(set) else { continue };
        Kubelet::prepare(&cluster.node, &kubeadm, cluster.client.port());
        let _runtime = Runtime::start(&cluster.node, &runtime);
        let callers = Callers::new(&cluster);
        judge(&cluster, &callers, &kubelet, set);
    }
}

/// What holds with the emitted file, which claims each spoilt one breaks, and that the drop-in of a node mends them all.
fn judge(cluster: &Cluster, callers: &Callers, program: &Built, set: &Set) {
    let node = &cluster.node;
    let sound = fs::read_to_string(node.path(CONFIG)).expect("the kubelet's file");
    let kubelet = serves(cluster, program, &[]);
    let none = Broken::new();
    assert_eq!(broken(cluster, callers, &kubelet), none, "{}", kubelet.running.log());
    drop(kubelet);
    eprintln!("kubelet {} serves as its emitted file says; {REPLACED}", set.version);
    let read_only = free_port();
    let mut all = sound.clone();
    for (spoils, breaks) in spoilt(read_only) {
        let mut text = sound.clone();
        for (from, to) in &spoils {
            assert!(text.contains(from), "the file does not hold {from}");
            text = text.replacen(from, to, 1);
            all = all.replacen(from, to, 1);
        }
        fs::write(node.path(CONFIG), text).expect("written");
        let kubelet = serves(cluster, program, &[]);
        let seen = broken(cluster, callers, &kubelet);
        assert_eq!(seen.keys().copied().collect::<BTreeSet<_>>(), breaks, "{spoils:?}: {seen:?}");
        if breaks.contains(PORTS) {
            let plain = run(Command::new("curl").args(["-sSf", "--noproxy", "*", &format!("http://127.0.0.1:{read_only}/pods")]));
            assert!(plain.contains("PodList"), "{plain}");
        }
        for (claim, seen) in seen {
            eprintln!("kubelet {} with a spoilt file: not so that {claim}: {seen}", set.version);
        }
    }
    let drop_ins = node.path("/etc/kubernetes/kubelet.conf.d");
    fs::create_dir_all(&drop_ins).expect("a folder");
    let drop_in = node.tree.join("nodes/workers/files/etc/kubernetes/kubelet.conf.d/50-harden.conf");
    fs::copy(drop_in, drop_ins.join("50-harden.conf")).expect("the drop-in");
    fs::write(node.path(CONFIG), all).expect("written");
    let kubelet = serves(cluster, program, &["--config-dir=/etc/kubernetes/kubelet.conf.d"]);
    assert_eq!(broken(cluster, callers, &kubelet), none, "{}", kubelet.running.log());
    eprintln!("kubelet {} serves as the drop-in of its node says, over a file with everything spoilt", set.version);
}

/// Texts of the file, and what stands for them.
type Spoils = Vec<(&'static str, String)>;

/// Spoilt files, each with the claims that it breaks.
fn spoilt(read_only: u16) -> [(Spoils, BTreeSet<&'static str>); 2] {
    let open = vec![
        ("anonymous:\n    enabled: false\n", "anonymous:\n    enabled: true\n".to_owned()),
        ("  mode: Webhook\n", "  mode: AlwaysAllow\n".to_owned()),
    ];
    let weak = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA\n- TLS_RSA_WITH_AES_128_GCM_SHA256";
    let foreign = vec![
        ("clientCAFile: /etc/kubernetes/pki/ca.crt\n", "clientCAFile: /etc/kubernetes/pki/front-proxy-ca.crt\n".to_owned()),
        ("makeIPTablesUtilChains: true\n", format!("makeIPTablesUtilChains: true\nreadOnlyPort: {read_only}\n")),
        ("tlsCipherSuites:\n", format!("tlsCipherSuites:\n- {weak}\n")),
        ("tlsMinVersion: VersionTLS12\n", "tlsMinVersion: VersionTLS10\n".to_owned()),
    ];
    [
        (open, BTreeSet::from([ANONYMOUS, POWERLESS, TOKENS])),
        (foreign, BTreeSet::from([STRANGERS, POWERLESS, ADMINISTRATORS, PORTS, TLS_MINIMUM, SUITES])),
    ]
}
