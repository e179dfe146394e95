//! The start of a plan: what kubeadm of the exact version writes by itself, then the owner's own fields. Controls write over it.
//!
//! What differs from node to node (advertised addresses, etcd's names and URLs) is no setting of the plan: the back end of static pods knows it.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::{
    base::{Cause, Cidr, FactId, Reason},
    diag::Diagnostics,
    facts,
    plan::{
        Cluster, ExternalEtcd, Flag, FlagValue, Held, HostContext, HostMount, KubeadmCluster, MountType, NamespacePlan, Plan,
        Program, namespace_reasons,
    },
    resolve::{KubeProxyAnswers, Resolved},
};

use super::{cloud, decisions};

/// The form that kubeadm's own source gives to its static pods.
const STATIC_POD: FactId = FactId("kubeadm-static-pod");
/// The arguments that kubeadm sets itself.
const OWN_FLAG: FactId = FactId("kubeadm-owns-flag");
/// What kubeadm writes into the files of kubelet and kube-proxy.
const OWN_FIELD: FactId = FactId("kubeadm-owns-field");

/// Folders that hold the targets of links in `/etc/ssl/certs`, in kubeadm's source: what lies there is mounted already.
const CA_FOLDERS: &[&str] = &[
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
];

/// The plan before any control has written into it.
pub(super) fn start(cluster: &Resolved, diags: &mut Diagnostics) -> Plan {
    let mut plan = Plan::new(Cluster {
        name: cluster.name.clone(),
        platform: cluster.platform,
        version: cluster.version,
        kubeadm: cluster.kubeadm.clone(),
    });
    plan.pools = cluster.pools.iter().map(|pool| (pool.name.clone(), pool.clone())).collect();
    let namespaces = cluster.namespaces.iter().map(|declared| {
        let reasons = namespace_reasons(&declared.name);
        (declared.name.clone(), NamespacePlan { reasons, ..NamespacePlan::default() })
    });
    plan.namespaces = namespaces.collect();
    plan.host = HostContext {
        cni: cluster.cni.name.clone(),
        carried: cluster.hosts.carried.map(str::to_owned),
        encrypted: cluster.hosts.encrypted.map(str::to_owned),
        ways: cluster.hosts.ways.clone(),
        runtime: cluster.runtime.name.clone(),
        runtime_version: cluster.runtime.version.clone(),
        ipv6: cluster.hosts.ipv6(),
        kube_proxy: cluster.kube_proxy != KubeProxyAnswers::Absent,
        addons: cluster.addons.iter().map(|addon| addon.name.clone()).collect(),
    };
    plan.owner.clone_from(&cluster.owner_notes);
    plan.decisions = decisions::of(cluster);
    cloud::start(cluster, &mut plan);
    if let Some(kubeadm) = &cluster.kubeadm {
        kubeadm_shape(&mut plan, kubeadm);
        cluster.owner.write_plan(cluster, &mut plan, diags);
    }
    plan
}

/// What kubeadm writes for this cluster without being told.
fn kubeadm_shape(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    api_server(plan, kubeadm);
    controller_manager(plan, kubeadm);
    scheduler(plan);
    if kubeadm.external_etcd.is_none() {
        etcd(plan, kubeadm);
    }
    kubelet(plan, kubeadm);
    if kubeadm.kube_proxy {
        kube_proxy(plan, kubeadm);
    }
}

/// Puts a flag in as kubeadm writes it.
fn put(plan: &mut Plan, program: Program, name: &str, value: impl Into<String>) {
    let value = value.into();
    let reason = Reason { control: None, cause: Cause::Shape(OWN_FLAG) };
    let flag = Flag { held: Held::new(FlagValue::Text(value.clone()), reason), installer: Some(value), also: Vec::new() };
    plan.components.entry(program).or_default().flags.insert(name.to_owned(), flag);
}

/// Puts a field in as kubeadm writes it.
fn field(plan: &mut Plan, program: Program, path: &str, value: Value) {
    let reason = Reason { control: None, cause: Cause::Shape(OWN_FIELD) };
    let component = plan.components.entry(program).or_default();
    component.installer_fields.insert(path.to_owned(), value.clone());
    component.fields.insert(path.to_owned(), Held::new(value, reason));
}

/// Puts a mount in as kubeadm writes it.
fn mount(plan: &mut Plan, program: Program, name: &str, path: &str, read_only: bool, kind: MountType) {
    let mount = HostMount {
        name: name.to_owned(),
        host_path: path.to_owned(),
        mount_path: path.to_owned(),
        read_only,
        kind,
        installer: true,
    };
    let reason = Reason { control: None, cause: Cause::Shape(STATIC_POD) };
    plan.components.entry(program).or_default().mounts.insert(path.to_owned(), Held::new(mount, reason));
}

fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn api_server(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let program = Program::KubeApiserver;
    let pki = &kubeadm.certificates_dir;
    let files = [
        ("client-ca-file", "ca.crt"),
        ("tls-cert-file", "apiserver.crt"),
        ("tls-private-key-file", "apiserver.key"),
        ("kubelet-client-certificate", "apiserver-kubelet-client.crt"),
        ("kubelet-client-key", "apiserver-kubelet-client.key"),
        ("service-account-key-file", "sa.pub"),
        ("service-account-signing-key-file", "sa.key"),
        ("requestheader-client-ca-file", "front-proxy-ca.crt"),
        ("proxy-client-cert-file", "front-proxy-client.crt"),
        ("proxy-client-key-file", "front-proxy-client.key"),
    ];
    for (flag, file) in files {
        put(plan, program, flag, format!("{pki}/{file}"));
    }
    let texts = [
        ("enable-admission-plugins", "NodeRestriction"),
        ("enable-bootstrap-token-auth", "true"),
        ("allow-privileged", "true"),
        ("kubelet-preferred-address-types", "InternalIP,ExternalIP,Hostname"),
        ("requestheader-username-headers", "X-Remote-User"),
        ("requestheader-group-headers", "X-Remote-Group"),
        ("requestheader-extra-headers-prefix", "X-Remote-Extra-"),
        ("requestheader-allowed-names", "front-proxy-client"),
        ("authorization-mode", "Node,RBAC"),
    ];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    put(plan, program, "service-account-issuer", format!("https://kubernetes.default.svc.{}", kubeadm.dns_domain));
    put(plan, program, "service-cluster-ip-range", join(&kubeadm.service_subnets));
    put(plan, program, "secure-port", kubeadm.bind_port.to_string());
    etcd_client(plan, kubeadm);
    mount(plan, program, "k8s-certs", pki, true, MountType::DirectoryOrCreate);
    mount(plan, program, "ca-certs", "/etc/ssl/certs", true, MountType::DirectoryOrCreate);
}

/// How the API server reaches etcd.
fn etcd_client(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let program = Program::KubeApiserver;
    let pki = &kubeadm.certificates_dir;
    match &kubeadm.external_etcd {
        Some(etcd) => {
            put(plan, program, "etcd-servers", join(&etcd.endpoints));
            if !etcd.ca_file.is_empty() {
                put(plan, program, "etcd-cafile", &etcd.ca_file);
            }
            if !etcd.cert_file.is_empty() && !etcd.key_file.is_empty() {
                put(plan, program, "etcd-certfile", &etcd.cert_file);
                put(plan, program, "etcd-keyfile", &etcd.key_file);
            }
            for (n, folder) in etcd_certificate_folders(etcd, pki).iter().enumerate() {
                mount(plan, program, &format!("etcd-certs-{n}"), folder, true, MountType::DirectoryOrCreate);
            }
        }
        None => {
            put(plan, program, "etcd-servers", format!("https://{}:2379", loopback(kubeadm)));
            put(plan, program, "etcd-cafile", format!("{pki}/etcd/ca.crt"));
            put(plan, program, "etcd-certfile", format!("{pki}/apiserver-etcd-client.crt"));
            put(plan, program, "etcd-keyfile", format!("{pki}/apiserver-etcd-client.key"));
        }
    }
}

/// The folders of external etcd's files that no other mount holds, sorted, each once and no folder inside another.
fn etcd_certificate_folders(etcd: &ExternalEtcd, pki: &str) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for file in [&etcd.ca_file, &etcd.cert_file, &etcd.key_file] {
        let folder = crate::plan::host_paths::folder(file);
        let held = CA_FOLDERS.iter().copied().chain(["/etc/ssl/certs", pki]).any(|known| folder.starts_with(known));
        if file.is_empty() || held {
            continue;
        }
        let mut inside = false;
        folders.retain(|other| {
            inside |= !other.starts_with(folder) && folder.starts_with(other.as_str());
            !other.starts_with(folder)
        });
        if !inside {
            folders.push(folder.to_owned());
        }
        folders.sort();
    }
    folders
}

/// The loopback address of the family that the nodes advertise, as URLs write it.
fn loopback(kubeadm: &KubeadmCluster) -> &'static str {
    let first = kubeadm.nodes.first().map(|node| node.address).or(kubeadm.service_subnets.first().map(Cidr::address));
    if first.is_some_and(|address: IpAddr| address.is_ipv6()) { "[::1]" } else { "127.0.0.1" }
}

fn controller_manager(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let program = Program::KubeControllerManager;
    let pki = &kubeadm.certificates_dir;
    let conf = "/etc/kubernetes/controller-manager.conf";
    let texts = [
        ("bind-address", "127.0.0.1"),
        ("leader-elect", "true"),
        ("kubeconfig", conf),
        ("authentication-kubeconfig", conf),
        ("authorization-kubeconfig", conf),
        ("use-service-account-credentials", "true"),
        ("controllers", "*,bootstrapsigner,tokencleaner"),
        ("cluster-name", kubeadm.cluster_name.as_str()),
    ];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    let files = [
        ("client-ca-file", "ca.crt"),
        ("requestheader-client-ca-file", "front-proxy-ca.crt"),
        ("root-ca-file", "ca.crt"),
        ("service-account-private-key-file", "sa.key"),
        ("cluster-signing-cert-file", "ca.crt"),
        ("cluster-signing-key-file", "ca.key"),
    ];
    for (flag, file) in files {
        put(plan, program, flag, format!("{pki}/{file}"));
    }
    if !kubeadm.pod_subnets.is_empty() {
        put(plan, program, "allocate-node-cidrs", "true");
        put(plan, program, "cluster-cidr", join(&kubeadm.pod_subnets));
        put(plan, program, "service-cluster-ip-range", join(&kubeadm.service_subnets));
    }
    mount(plan, program, "k8s-certs", pki, true, MountType::DirectoryOrCreate);
    mount(plan, program, "ca-certs", "/etc/ssl/certs", true, MountType::DirectoryOrCreate);
    if facts::static_pods(plan.cluster.minor()).is_some_and(|pods| pods.flexvolume_mount) {
        let path = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec";
        mount(plan, program, "flexvolume-dir", path, false, MountType::DirectoryOrCreate);
    }
    mount(plan, program, "kubeconfig", conf, true, MountType::FileOrCreate);
}

fn scheduler(plan: &mut Plan) {
    let program = Program::KubeScheduler;
    let conf = "/etc/kubernetes/scheduler.conf";
    let texts = [
        ("bind-address", "127.0.0.1"),
        ("leader-elect", "true"),
        ("kubeconfig", conf),
        ("authentication-kubeconfig", conf),
        ("authorization-kubeconfig", conf),
    ];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    mount(plan, program, "kubeconfig", conf, true, MountType::FileOrCreate);
}

fn etcd(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let program = Program::Etcd;
    let pki = format!("{}/etcd", kubeadm.certificates_dir);
    let files = [
        ("cert-file", "server.crt"),
        ("key-file", "server.key"),
        ("trusted-ca-file", "ca.crt"),
        ("peer-cert-file", "peer.crt"),
        ("peer-key-file", "peer.key"),
        ("peer-trusted-ca-file", "ca.crt"),
    ];
    for (flag, file) in files {
        put(plan, program, flag, format!("{pki}/{file}"));
    }
    let data = kubeadm.owner_text("ClusterConfiguration", "/etcd/local/dataDir").unwrap_or("/var/lib/etcd");
    let texts =
        [("data-dir", data), ("client-cert-auth", "true"), ("peer-client-cert-auth", "true"), ("snapshot-count", "10000")];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    put(plan, program, "listen-metrics-urls", format!("http://{}:2381", loopback(kubeadm)));
    if let Some(version) = plan.cluster.etcd_version() {
        for (flag, value) in facts::kubeadm_etcd_arguments(version) {
            put(plan, program, flag, *value);
        }
    }
    mount(plan, program, "etcd-data", data, false, MountType::DirectoryOrCreate);
    mount(plan, program, "etcd-certs", &pki, false, MountType::DirectoryOrCreate);
}

/// What kubeadm writes into the kubelet's file where the owner says nothing.
fn kubelet(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let dns = kubeadm.service_subnets.first().and_then(|range| range.nth(10));
    let fields = [
        ("staticPodPath", json!("/etc/kubernetes/manifests")),
        ("clusterDomain", json!(kubeadm.dns_domain)),
        ("authentication.x509.clientCAFile", json!(format!("{}/ca.crt", kubeadm.certificates_dir))),
        ("authentication.anonymous.enabled", json!(false)),
        ("authentication.webhook.enabled", json!(true)),
        ("authorization.mode", json!("Webhook")),
        ("healthzBindAddress", json!("127.0.0.1")),
        ("healthzPort", json!(10_248)),
        ("rotateCertificates", json!(true)),
        ("cgroupDriver", json!("systemd")),
    ];
    for (path, value) in fields {
        field(plan, Program::Kubelet, path, value);
    }
    if let Some(address) = dns {
        field(plan, Program::Kubelet, "clusterDNS", json!([address.to_string()]));
    }
}

/// What kubeadm writes into kube-proxy's file where the owner says nothing.
fn kube_proxy(plan: &mut Plan, kubeadm: &KubeadmCluster) {
    let every = if loopback(kubeadm) == "127.0.0.1" { "0.0.0.0" } else { "::" };
    field(plan, Program::KubeProxy, "bindAddress", json!(every));
    field(plan, Program::KubeProxy, "clientConnection.kubeconfig", json!("/var/lib/kube-proxy/kubeconfig.conf"));
    if !kubeadm.pod_subnets.is_empty() {
        field(plan, Program::KubeProxy, "clusterCIDR", json!(join(&kubeadm.pod_subnets)));
    }
    if facts::kube_proxy_field("mode", plan.cluster.minor()).is_known_and(|field| field.kubeadm.is_some()) {
        field(plan, Program::KubeProxy, "mode", json!("iptables"));
    }
}
