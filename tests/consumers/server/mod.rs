//! kube-apiserver and etcd, started with the emitted static pods and files: they start, and they do what the plan says.

mod gatekeeper;
mod in_tree;
mod kubelet;
mod network;
mod objects;
mod permissions;

use std::{collections::BTreeMap, fs, time::Duration};

use harden::{
    diag::{Diagnostics, Source},
    kube::audit::{self, Level, Policy, Stage},
    semantics::audit::{Caller, Request, Served, Target, decide, group_wildcard},
    yaml,
};
use serde_json::{Value, json};

use crate::{
    node::{AUTHORIZERS, Client, ISSUER, Node, Person, Pod, Running, Set, eventually, free_port, sets},
    programs::Built,
};

/// Servers of one node, with the people who talk to them.
struct Cluster {
    node: Node,
    client: Client,
    admin: Person,
    etcd_port: u16,
    pod: Pod,
    server: Running,
    _etcd: Running,
}

/// The programs that are needed, or nothing when one was not built (which was said).
fn programs(set: &Set) -> Option<(Built, Built, Built)> {
    Some((set.kube("kubeadm")?, set.kube("kube-apiserver")?, set.etcd("etcd")?))
}

/// etcd with its emitted static pod; gives its client port.
fn start_etcd(node: &Node, etcd: &Built) -> (Running, u16) {
    let (client, peer, metrics) = (free_port(), free_port(), free_port());
    let mut pod = Pod::read(&node.manifest("etcd"));
    let client_url = format!("https://127.0.0.1:{client}");
    let peer_url = format!("https://127.0.0.1:{peer}");
    pod.set(&[
        ("listen-client-urls", client_url.clone()),
        ("advertise-client-urls", client_url),
        ("listen-peer-urls", peer_url.clone()),
        ("initial-advertise-peer-urls", peer_url.clone()),
        ("initial-cluster", format!("cp-1={peer_url}")),
        ("listen-metrics-urls", format!("http://127.0.0.1:{metrics}")),
        ("unsafe-no-fsync", "true".to_owned()),
    ]);
    refuses_a_flag(node, pod.clone(), etcd);
    let mut running = pod.start(node, etcd).unwrap_or_else(|why| panic!("etcd: {why}"));
    eventually(30, "etcd is ready", || {
        assert!(running.runs(), "etcd ended:\n{}", running.log());
        running.log().contains("ready to serve client requests")
    });
    (running, client)
}

/// The same with one flag more that the program does not know: it ends, so that a start says that every flag was taken.
fn refuses_a_flag(node: &Node, mut pod: Pod, program: &Built) {
    pod.set(&[("no-such-flag", "1".to_owned())]);
    let mut running = pod.start(node, program).expect("the mounts of a pod that starts");
    eventually(30, "an unknown flag ends the program", || !running.runs());
    assert!(running.log().contains("no-such-flag"), "{}", running.log());
}

/// The API server's pod with addresses of this machine; everything else as emitted.
fn server_pod(node: &Node, etcd_port: u16) -> (Pod, u16) {
    let port = free_port();
    let mut pod = Pod::read(&node.manifest("kube-apiserver"));
    pod.set(&[
        ("secure-port", port.to_string()),
        ("bind-address", "127.0.0.1".to_owned()),
        ("etcd-servers", format!("https://127.0.0.1:{etcd_port}")),
    ]);
    (pod, port)
}

/// Waits until a server answers that it is ready.
fn await_ready(server: &mut Running, client: &Client, admin: &Person) {
    let mut last = String::new();
    for _ in 0..60 {
        assert!(server.runs(), "kube-apiserver ended:\n{}", server.log());
        let answer = client.send(Some(admin), "GET", "/readyz?verbose", None);
        if answer.status == 200 {
            last.clear();
            break;
        }
        last = format!("{} {}", answer.status, answer.body);
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(last.is_empty(), "kube-apiserver is not ready: {last}\n{}", server.log());
}

fn start(set: &Set) -> Option<Cluster> {
    let (kubeadm, kube_apiserver, etcd) = programs(set)?;
    let node = Node::new(set, &kubeadm);
    let (etcd, etcd_port) = start_etcd(&node, &etcd);
    let (pod, port) = server_pod(&node, etcd_port);
    let mut server = pod.start(&node, &kube_apiserver).unwrap_or_else(|why| panic!("kube-apiserver: {why}"));
    let client = Client::new(&node, port);
    let admin = Person::new(&node, "admin", &["system:masters"]);
    await_ready(&mut server, &client, &admin);
    Some(Cluster { node, client, admin, etcd_port, pod, server, _etcd: etcd })
}

#[test]
fn emitted_control_plane_holds() {
    for set in sets() {
        let Some(mut cluster) = start(set) else { continue };
        eprintln!("kube-apiserver {} and {} started with the emitted static pods and files", set.version, set.etcd);
        anonymous_requests(&cluster);
        authorization(&cluster);
        node_restriction(&cluster);
        objects::applied(&cluster);
        network::policies(&cluster);
        permissions::hold(&cluster, set);
        pods(&cluster);
        gatekeeper::away(&cluster, set);
        gatekeeper::mutation(&cluster, set);
        external_ips(&cluster);
        stored_secret(&cluster, set);
        audited(&cluster, set);
        event_rate(&cluster);
        companions(&cluster, set);
        in_tree::hold(&cluster, set);
        objects::elsewhere(&cluster, set);
        objects::argo_cd(&cluster);
        assert!(cluster.server.runs(), "kube-apiserver ended:\n{}", cluster.server.log());
    }
}

/// Authorizers and an issuer that the server reads from files: it starts with them, they decide, and it refuses an authorizer that is none.
#[test]
fn authorizers_and_issuers_are_read_from_files() {
    for set in sets() {
        let Some((kubeadm, kube_apiserver, etcd)) = programs(set) else { continue };
        let node = Node::of(set, &kubeadm, &[AUTHORIZERS, ISSUER]);
        let (_etcd, etcd_port) = start_etcd(&node, &etcd);
        let (pod, port) = server_pod(&node, etcd_port);
        assert!(pod.value("authorization-mode").is_none() && pod.value("authorization-config").is_some());
        let file = node.path("/etc/kubernetes/authorization/authorization.yaml");
        let sound = fs::read_to_string(&file).expect("the file of authorizers");
        fs::write(&file, sound.replacen("type: Node", "type: Nobody", 1)).expect("written");
        let mut spoilt = pod.clone().start(&node, &kube_apiserver).unwrap_or_else(|why| panic!("kube-apiserver: {why}"));
        eventually(60, "an unknown authorizer ends the server", || !spoilt.runs());
        assert!(spoilt.log().contains("Nobody"), "{}", spoilt.log());
        fs::write(&file, sound).expect("written");
        let mut server = pod.start(&node, &kube_apiserver).unwrap_or_else(|why| panic!("kube-apiserver: {why}"));
        let client = Client::new(&node, port);
        let admin = Person::new(&node, "admin", &["system:masters"]);
        await_ready(&mut server, &client, &admin);
        let nobody = Person::new(&node, "nobody", &["people"]);
        let kubelet = Person::new(&node, "system:node:n1", &["system:nodes"]);
        assert_eq!(client.status(Some(&admin), "/api/v1/secrets"), 200);
        assert_eq!(client.status(Some(&nobody), "/api/v1/secrets"), 403);
        // It is not there yet: whoever may not see it is told so before that.
        assert_eq!(client.status(Some(&kubelet), "/api/v1/nodes/n1"), 404, "the Node authorizer lets a kubelet see its node");
        assert_eq!(client.status(Some(&kubelet), "/api/v1/secrets"), 403);
        assert!(server.runs(), "kube-apiserver ended:\n{}", server.log());
        eprintln!("kube-apiserver {} read its authorizers and an issuer from the emitted files", set.version);
    }
}

/// The probes answer without credentials; nothing else does, or nothing that RBAC does not open where the version cannot limit the paths.
fn anonymous_requests(cluster: &Cluster) {
    for probe in cluster.pod.probes() {
        assert_eq!(cluster.client.status(None, &probe), 200, "the probe {probe}");
    }
    for path in ["/livez", "/readyz", "/healthz", "/livez?verbose"] {
        assert_eq!(cluster.client.status(None, path), 200, "{path} without credentials");
    }
    let closed = [
        "/",
        "/version",
        "/api",
        "/apis",
        "/metrics",
        "/livez/ping",
        "/readyz/",
        "/openapi/v2",
        "/api/v1/namespaces/kube-public/configmaps/cluster-info",
        "/api/v1/pods",
    ];
    for path in closed {
        let expected = match (cluster.node.limits_anonymous(), path) {
            (true, _) => 401,
            // RBAC alone limits anonymous requests: it knows the user, and lets it see what is public.
            (false, "/version") => 200,
            (false, _) => 403,
        };
        assert_eq!(cluster.client.status(None, path), expected, "{path} without credentials");
    }
}

/// Node and RBAC decide: somebody without a role may do nothing, and profiling is gone even for administrators.
fn authorization(cluster: &Cluster) {
    let nobody = Person::new(&cluster.node, "nobody", &["people"]);
    assert_eq!(cluster.client.status(Some(&nobody), "/api/v1/secrets"), 403);
    assert_eq!(cluster.client.status(Some(&nobody), "/api/v1/nodes"), 403);
    assert_eq!(cluster.client.status(Some(&cluster.admin), "/debug/pprof/"), 404, "profiling is off");
}

/// A kubelet may not change another node, nor take a forbidden label.
fn node_restriction(cluster: &Cluster) {
    let (client, admin) = (&cluster.client, Some(&cluster.admin));
    for name in ["n1", "n2"] {
        let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": name } });
        assert_eq!(client.send(admin, "POST", "/api/v1/nodes", Some(&node)).status, 201);
    }
    let kubelet = Person::new(&cluster.node, "system:node:n1", &["system:nodes"]);
    let own = client.send(Some(&kubelet), "PATCH", "/api/v1/nodes/n1", Some(&json!({ "metadata": { "labels": { "a": "b" } } })));
    assert_eq!(own.status, 200, "{}", own.body);
    let other =
        client.send(Some(&kubelet), "PATCH", "/api/v1/nodes/n2", Some(&json!({ "metadata": { "labels": { "a": "b" } } })));
    assert_eq!(other.status, 403, "{}", other.body);
    let forbidden = json!({ "metadata": { "labels": { "node-restriction.kubernetes.io/x": "y" } } });
    let label = client.send(Some(&kubelet), "PATCH", "/api/v1/nodes/n1", Some(&forbidden));
    assert_eq!(label.status, 403, "{}", label.body);
}

/// The Pod Security default is in force, the exempt namespace is spared, and every image is pulled.
fn pods(cluster: &Cluster) {
    let (client, admin) = (&cluster.client, Some(&cluster.admin));
    for namespace in ["shop", "spared"] {
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
        let answer = client.send(admin, "POST", "/api/v1/namespaces", Some(&body));
        assert!(matches!(answer.status, 201 | 409), "{}", answer.body);
        let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default" } });
        let answer = client.send(admin, "POST", &format!("/api/v1/namespaces/{namespace}/serviceaccounts"), Some(&account));
        assert!(matches!(answer.status, 201 | 409), "{}", answer.body);
    }
    let pod = |name: &str, privileged: bool| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
            "spec": {
                "initContainers": [{ "name": "first", "image": "registry.example/first:1", "imagePullPolicy": "Never" }],
                "containers": [{
                    "name": "c", "image": "registry.example/app:1", "imagePullPolicy": "IfNotPresent",
                    "securityContext": { "privileged": privileged },
                }],
            },
        })
    };
    let create =
        |namespace: &str, body: &Value| client.send(admin, "POST", &format!("/api/v1/namespaces/{namespace}/pods"), Some(body));
    let refused = create("shop", &pod("strong", true));
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(refused.body.contains("PodSecurity"), "{}", refused.body);
    let spared = create("spared", &pod("strong", true));
    assert_eq!(spared.status, 201, "{}", spared.body);
    let plain = create("shop", &pod("plain", false));
    assert_eq!(plain.status, 201, "{}", plain.body);
    for pointer in ["/spec/containers/0/imagePullPolicy", "/spec/initContainers/0/imagePullPolicy"] {
        assert_eq!(plain.json().pointer(pointer).and_then(Value::as_str), Some("Always"), "{pointer}: {}", plain.body);
    }
}

fn external_ips(cluster: &Cluster) {
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "stolen" },
        "spec": { "externalIPs": ["192.0.2.99"], "ports": [{ "port": 80 }] },
    });
    let answer = cluster.client.send(Some(&cluster.admin), "POST", "/api/v1/namespaces/shop/services", Some(&service));
    assert_eq!(answer.status, 403, "{}", answer.body);
}

/// A secret lies encrypted in etcd.
fn stored_secret(cluster: &Cluster, set: &Set) {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "hidden" }, "stringData": { "word": "open-sesame" },
    });
    let answer = cluster.client.send(Some(&cluster.admin), "POST", "/api/v1/namespaces/shop/secrets", Some(&secret));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let Some(etcdctl) = set.etcd("etcdctl") else { return };
    let pki = cluster.node.path("/etc/kubernetes/pki");
    let text = |name: &str| pki.join(name).display().to_string();
    let stored = etcdctl.must(&[
        format!("--endpoints=https://127.0.0.1:{}", cluster.etcd_port),
        format!("--cacert={}", text("etcd/ca.crt")),
        format!("--cert={}", text("apiserver-etcd-client.crt")),
        format!("--key={}", text("apiserver-etcd-client.key")),
        "get".to_owned(),
        "/registry/secrets/shop/hidden".to_owned(),
    ]);
    assert!(stored.contains("k8s:enc:secretbox:v1:"), "{stored}");
    assert!(!stored.contains("open-sesame"), "the secret is readable in etcd");
}

/// Events beyond the declared burst are refused, for administrators too.
fn event_rate(cluster: &Cluster) {
    let mut codes: BTreeMap<u16, usize> = BTreeMap::new();
    for n in 0..400 {
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": { "name": format!("e-{n}") },
            "involvedObject": { "kind": "Pod", "namespace": "shop", "name": "plain" }, "reason": "Test", "message": "test", "type": "Normal",
            "source": { "component": "test" },
        });
        let answer = cluster.client.send(Some(&cluster.admin), "POST", "/api/v1/namespaces/shop/events", Some(&event));
        *codes.entry(answer.status).or_default() += 1;
        if answer.status == 429 {
            break;
        }
    }
    assert!(codes.contains_key(&429), "no event was refused: {codes:?}");
    assert!(codes.get(&201).is_some_and(|taken| *taken > 1), "events pass below the limit: {codes:?}");
}

/// The controller manager and the scheduler start with their emitted static pods and serve without profiling.
fn companions(cluster: &Cluster, set: &Set) {
    for (name, kubeconfig) in [("kube-controller-manager", "controller-manager.conf"), ("kube-scheduler", "scheduler.conf")] {
        let Some(program) = set.kube(name) else { continue };
        let conf = cluster.node.path(&format!("/etc/kubernetes/{kubeconfig}"));
        let text = fs::read_to_string(&conf).expect("a kubeconfig");
        let server = text.lines().find(|line| line.trim_start().starts_with("server:")).expect("a server").to_owned();
        fs::write(&conf, text.replace(&server, &format!("    server: https://127.0.0.1:{}", cluster.client.port())))
            .expect("written");
        let port = free_port();
        let mut pod = Pod::read(&cluster.node.manifest(name));
        pod.set(&[("secure-port", port.to_string())]);
        refuses_a_flag(&cluster.node, pod.clone(), &program);
        let mut running = pod.start(&cluster.node, &program).unwrap_or_else(|why| panic!("{name}: {why}"));
        let client = Client::insecure(&cluster.node, port);
        eventually(60, &format!("{name} is healthy"), || {
            assert!(running.runs(), "{name} ended:\n{}", running.log());
            client.status(None, "/healthz") == 200
        });
        eventually(30, &format!("{name} serves no profiles"), || client.status(Some(&cluster.admin), "/debug/pprof/") == 404);
        eprintln!("{name} {} started with its emitted static pod", set.version);
    }
}

/// One request and what the policy says of it.
struct Sent {
    id: String,
    request: Request,
    served: Served,
}

fn resource(group: &str, resource: &str, subresource: &str, namespace: &str, name: &str) -> Target {
    Target::Resource {
        group: group.to_owned(),
        resource: resource.to_owned(),
        subresource: subresource.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

/// Requests are audited exactly as the simulator reads the emitted bytes.
fn audited(cluster: &Cluster, set: &Set) {
    let policy = emitted_policy(cluster, set);
    let nobody = Person::new(&cluster.node, "auditee", &["people"]);
    let kubelet = Person::new(&cluster.node, "system:node:n2", &["system:nodes"]);
    let admin = cluster.admin.clone();
    let body = |kind: &str, name: &str| json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } });
    let role = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": { "name": "r" }, "rules": [] });
    let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": "x" } });
    let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "l" } });
    type Row<'a> = (&'a Person, &'a str, &'a str, Option<Value>, &'a str, Target);
    let rows: Vec<Row<'_>> = vec![
        (&admin, "GET", "/api/v1/namespaces/shop/secrets/hidden", None, "get", resource("", "secrets", "", "shop", "hidden")),
        (&admin, "GET", "/api/v1/secrets", None, "list", resource("", "secrets", "", "", "")),
        (&nobody, "GET", "/api/v1/secrets", None, "list", resource("", "secrets", "", "", "")),
        (
            &admin,
            "POST",
            "/api/v1/namespaces/shop/configmaps",
            Some(body("ConfigMap", "m")),
            "create",
            resource("", "configmaps", "", "shop", ""),
        ),
        (&admin, "GET", "/api/v1/namespaces/shop/pods/plain", None, "get", resource("", "pods", "", "shop", "plain")),
        (&admin, "GET", "/api/v1/namespaces/shop/pods", None, "list", resource("", "pods", "", "shop", "")),
        (
            &nobody,
            "POST",
            "/api/v1/namespaces/shop/pods/plain/exec?command=id&stdout=true",
            None,
            "create",
            resource("", "pods", "exec", "shop", "plain"),
        ),
        (
            &nobody,
            "POST",
            "/api/v1/namespaces/shop/pods/plain/attach?stdout=true",
            None,
            "create",
            resource("", "pods", "attach", "shop", "plain"),
        ),
        (
            &nobody,
            "POST",
            "/api/v1/namespaces/shop/pods/plain/portforward?ports=80",
            None,
            "create",
            resource("", "pods", "portforward", "shop", "plain"),
        ),
        (
            &admin,
            "POST",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles",
            Some(role.clone()),
            "create",
            resource("rbac.authorization.k8s.io", "roles", "", "shop", ""),
        ),
        (
            &admin,
            "DELETE",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/r",
            None,
            "delete",
            resource("rbac.authorization.k8s.io", "roles", "", "shop", "r"),
        ),
        (
            &nobody,
            "POST",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles",
            Some(role),
            "create",
            resource("rbac.authorization.k8s.io", "roles", "", "shop", ""),
        ),
        (
            &admin,
            "POST",
            "/apis/authentication.k8s.io/v1/tokenreviews",
            Some(review),
            "create",
            resource("authentication.k8s.io", "tokenreviews", "", "", ""),
        ),
        (
            &admin,
            "POST",
            "/apis/coordination.k8s.io/v1/namespaces/shop/leases",
            Some(lease),
            "create",
            resource("coordination.k8s.io", "leases", "", "shop", ""),
        ),
        (&kubelet, "GET", "/api/v1/nodes/n2", None, "get", resource("", "nodes", "", "", "n2")),
        (
            &kubelet,
            "PATCH",
            "/api/v1/nodes/n2",
            Some(json!({ "metadata": { "labels": { "c": "d" } } })),
            "patch",
            resource("", "nodes", "", "", "n2"),
        ),
        (&admin, "GET", "/api/v1/nodes/n2", None, "get", resource("", "nodes", "", "", "n2")),
        (&admin, "GET", "/livez", None, "get", Target::Path("/livez".to_owned())),
        (&admin, "GET", "/version", None, "get", Target::Path("/version".to_owned())),
        (&admin, "GET", "/metrics", None, "get", Target::Path("/metrics".to_owned())),
        (&admin, "GET", "/openapi/v2", None, "get", Target::Path("/openapi/v2".to_owned())),
    ];
    let mut sent = Vec::new();
    for (n, (person, method, path, body, verb, target)) in rows.into_iter().enumerate() {
        let id = format!("harden-{n}");
        let header = format!("Audit-ID: {id}");
        cluster.client.send_as(Some(person), method, path, body.as_ref(), &[&header]);
        let mut groups = person.groups.clone();
        groups.push("system:authenticated".to_owned());
        let caller = Some(Caller { name: person.user.clone(), groups });
        let streams = matches!(&target, Target::Resource { subresource, .. } if !subresource.is_empty());
        let served = if streams { Served::LongRunning } else { Served::Ordinary };
        sent.push(Sent { id, request: Request { caller, verb: verb.to_owned(), target }, served });
    }
    let anonymous = "Audit-ID: harden-refused";
    cluster.client.send_as(None, "GET", "/api/v1/secrets", None, &[anonymous]);
    let nobody = Caller { name: "system:anonymous".to_owned(), groups: vec!["system:unauthenticated".to_owned()] };
    let (caller, served) =
        if cluster.node.limits_anonymous() { (None, Served::Unauthenticated) } else { (Some(nobody), Served::Ordinary) };
    sent.push(Sent {
        id: "harden-refused".to_owned(),
        request: Request { caller, verb: "list".to_owned(), target: resource("", "secrets", "", "", "") },
        served,
    });
    std::thread::sleep(Duration::from_secs(1));
    let log = fs::read_to_string(cluster.node.path("/var/log/kubernetes/audit/audit.log")).expect("an audit log");
    let events: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for one in &sent {
        let decision = decide(&policy, &one.request);
        let expected: Vec<(Level, Stage)> =
            decision.events(one.served).into_iter().map(|stage| (decision.level, stage)).collect();
        let seen: Vec<(Level, Stage)> =
            events.iter().filter(|event| event["auditID"] == one.id.as_str()).filter_map(level_and_stage).collect();
        assert_eq!(seen, expected, "{} {:?}", one.id, one.request);
    }
    assert!(!log.contains("open-sesame"), "the audit log holds a secret");
}

fn level_and_stage(event: &Value) -> Option<(Level, Stage)> {
    let level = Level::ALL.into_iter().find(|level| event["level"] == level.name())?;
    let stage = Stage::ALL.into_iter().find(|stage| event["stage"] == stage.name())?;
    Some((level, stage))
}

fn emitted_policy(cluster: &Cluster, set: &Set) -> Policy {
    let path = cluster.node.path("/etc/kubernetes/audit/policy.yaml");
    let text = fs::read_to_string(path).expect("the policy");
    let document = yaml::read(&Source::new("policy.yaml", text)).into_iter().next().expect("a document");
    let minor = set.version.parse::<harden::base::KubeVersion>().expect("a version").minor;
    let mut diags = Diagnostics::default();
    let policy = audit::read(&document.root.expect("a policy"), group_wildcard(minor), &mut diags);
    policy.unwrap_or_else(|| panic!("{:?}", diags.list()))
}

/// Spoilt inputs: a judge that does not notice is no judge.
#[test]
fn spoilt_control_planes_are_refused() {
    for set in sets() {
        let Some((kubeadm, kube_apiserver, etcd)) = programs(set) else { continue };
        let node = Node::new(set, &kubeadm);
        let (_etcd, etcd_port) = start_etcd(&node, &etcd);
        let refused = |what: &str, expected: &str, spoil: &dyn Fn(&mut Pod)| {
            let (mut pod, _) = server_pod(&node, etcd_port);
            spoil(&mut pod);
            match pod.start(&node, &kube_apiserver) {
                Err(why) => assert!(why.contains(expected), "{what}: {why}"),
                Ok(mut running) => {
                    let log = running.ends_within(20).unwrap_or_else(|| panic!("{what}: the server runs"));
                    assert!(log.contains(expected), "{what}: {log}");
                }
            }
        };
        let mut mounts = vec!["/etc/kubernetes/admission", "/etc/kubernetes/audit", "/etc/kubernetes/encryption"];
        if node.limits_anonymous() {
            mounts.push("/etc/kubernetes/authentication");
        }
        for mount in mounts {
            refused("a lost mount", "no such file or directory", &|pod| pod.lose_mount(mount));
        }
        refused("a flag of an older version", "unknown flag: --insecure-port", &|pod| {
            pod.arguments.push("--insecure-port=0".to_owned());
        });
        refused("a plugin of an older version", "PodSecurityPolicy", &|pod| {
            pod.set(&[("enable-admission-plugins", "NodeRestriction,PodSecurityPolicy".to_owned())]);
        });
        // 1.32 looks for the flag in the wrong place, and starts with both.
        if node.limits_anonymous() && !set.version.starts_with("1.32.") {
            refused("anonymous flag beside the block", "flag cannot be set when anonymous field is configured", &|pod| {
                pod.arguments.push("--anonymous-auth=false".to_owned());
            });
        }
        refused("an unknown authorization mode", "is not a valid mode", &|pod| {
            pod.set(&[("authorization-mode", "Node,Rbac".to_owned())])
        });
        refused("suites without HTTP/2's", "http2", &|pod| {
            pod.set(&[("tls-cipher-suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384".to_owned())]);
        });
        spoilt_files(&node, &refused);
        eprintln!("kube-apiserver {} refused every spoilt input", set.version);
    }
}

type Refused<'a> = dyn Fn(&str, &str, &dyn Fn(&mut Pod)) + 'a;

/// Files with one thing spoilt; each is put back.
fn spoilt_files(node: &Node, refused: &Refused<'_>) {
    let spoil = |file: &str, from: &str, to: &str, expected: &str| {
        let path = node.path(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{file} does not hold {from}");
        fs::write(&path, text.replace(from, to)).expect("written");
        refused(file, expected, &|_| {});
        fs::write(&path, text).expect("written");
    };
    if node.limits_anonymous() {
        spoil(
            "/etc/kubernetes/authentication/authentication.yaml",
            "enabled: true",
            "enabled: true\n  extra: 1",
            "unknown field",
        );
    }
    spoil("/etc/kubernetes/admission/admission.yaml", "kind: AdmissionConfiguration", "kind: Other", "no kind");
    spoil("/etc/kubernetes/audit/policy.yaml", "level: Metadata", "level: Metadatum", "level");
    spoil("/etc/kubernetes/encryption/encryption.yaml", "secret: ", "secret: broken", "secret");
    let limits = "/etc/kubernetes/admission/event-rate-limit.yaml";
    let path = node.path(limits);
    let text = fs::read_to_string(&path).expect("a file");
    let head: String = text.lines().take_while(|line| !line.starts_with("limits")).map(|line| format!("{line}\n")).collect();
    fs::write(&path, format!("{head}limits: []\n")).expect("written");
    refused(limits, "limits", &|_| {});
    fs::write(&path, text).expect("written");
}
