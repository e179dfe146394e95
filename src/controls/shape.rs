//! The start of a plan: what kubeadm of the exact minor writes by itself, then the owner's own fields. Controls write over it.

use std::collections::BTreeMap;

use crate::{
    base::{Cause, FactId, Reason},
    diag::Diagnostics,
    facts,
    plan::{AccessPlan, Cluster, Flag, FlagValue, Held, HostMount, KubeadmCluster, MountType, Plan, Program},
    resolve::Resolved,
};

/// The shape that kubeadm's own source gives to its static pods.
const SHAPE: FactId = FactId("kubeadm-static-pod");

/// The plan before any control has written into it.
pub(super) fn start(cluster: &Resolved, _diags: &mut Diagnostics) -> Plan {
    let mut plan = Plan {
        cluster: Cluster {
            name: cluster.name.clone(),
            platform: cluster.platform,
            version: cluster.version,
            kubeadm: cluster.kubeadm.clone(),
        },
        components: BTreeMap::new(),
        authentication: None,
        authorization: None,
        audit_rules: None,
        event_limits: None,
        pod_security: None,
        encryption: None,
        pools: cluster.pools.iter().map(|pool| (pool.name.clone(), pool.clone())).collect(),
        access: AccessPlan::default(),
        owner: cluster.owner_notes.clone(),
        verdicts: Vec::new(),
        intents: Vec::new(),
    };
    if let Some(kubeadm) = &cluster.kubeadm {
        api_server(&mut plan, kubeadm);
        controller_manager(&mut plan, kubeadm);
        scheduler(&mut plan);
        if kubeadm.external_etcd.is_none() {
            etcd(&mut plan, kubeadm);
        }
    }
    plan
}

/// Puts a flag in as kubeadm writes it.
fn put(plan: &mut Plan, program: Program, name: &str, value: impl Into<String>) {
    let value = value.into();
    let reason = Reason { control: None, cause: Cause::Shape(SHAPE) };
    let flag = Flag {
        held: Held::new(FlagValue::Text(value.clone()), reason),
        installer: Some(value),
        also: Vec::new(),
        per_node: PER_NODE.contains(&(program, name)),
    };
    plan.components.entry(program).or_default().flags.insert(name.to_owned(), flag);
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
    let reason = Reason { control: None, cause: Cause::Shape(SHAPE) };
    plan.components.entry(program).or_default().mounts.insert(path.to_owned(), Held::new(mount, reason));
}

/// Flags whose value belongs to one node.
const PER_NODE: &[(Program, &str)] = &[
    (Program::KubeApiserver, "advertise-address"),
    (Program::Etcd, "name"),
    (Program::Etcd, "listen-client-urls"),
    (Program::Etcd, "advertise-client-urls"),
    (Program::Etcd, "listen-peer-urls"),
    (Program::Etcd, "initial-advertise-peer-urls"),
    (Program::Etcd, "initial-cluster"),
];

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
        ("advertise-address", ""),
    ];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    put(plan, program, "service-account-issuer", format!("https://kubernetes.default.svc.{}", kubeadm.dns_domain));
    put(plan, program, "service-cluster-ip-range", join(&kubeadm.service_subnets));
    put(plan, program, "secure-port", kubeadm.bind_port.to_string());
    match &kubeadm.external_etcd {
        Some(etcd) => {
            put(plan, program, "etcd-servers", join(&etcd.endpoints));
            for (flag, value) in [("etcd-cafile", &etcd.ca_file), ("etcd-certfile", &etcd.cert_file), ("etcd-keyfile", &etcd.key_file)] {
                if !value.is_empty() {
                    put(plan, program, flag, value.clone());
                }
            }
        }
        None => {
            put(plan, program, "etcd-servers", "https://127.0.0.1:2379");
            put(plan, program, "etcd-cafile", format!("{pki}/etcd/ca.crt"));
            put(plan, program, "etcd-certfile", format!("{pki}/apiserver-etcd-client.crt"));
            put(plan, program, "etcd-keyfile", format!("{pki}/apiserver-etcd-client.key"));
        }
    }
    mount(plan, program, "k8s-certs", pki, true, MountType::DirectoryOrCreate);
    mount(plan, program, "ca-certs", "/etc/ssl/certs", true, MountType::DirectoryOrCreate);
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
    if facts::kubeadm_mounts_flexvolume(plan.cluster.minor()) {
        let path = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec";
        mount(plan, program, "flexvolume-dir", path, false, MountType::DirectoryOrCreate);
    }
    mount(plan, program, "kubeconfig", conf, true, MountType::File);
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
    mount(plan, program, "kubeconfig", conf, true, MountType::File);
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
    let texts = [
        ("data-dir", "/var/lib/etcd"),
        ("client-cert-auth", "true"),
        ("peer-client-cert-auth", "true"),
        ("snapshot-count", "10000"),
        ("listen-metrics-urls", "http://127.0.0.1:2381"),
        ("name", ""),
        ("listen-client-urls", ""),
        ("advertise-client-urls", ""),
        ("listen-peer-urls", ""),
        ("initial-advertise-peer-urls", ""),
        ("initial-cluster", ""),
    ];
    for (flag, value) in texts {
        put(plan, program, flag, value);
    }
    for (flag, value) in facts::kubeadm_etcd_arguments(plan.cluster.minor()) {
        put(plan, program, flag, *value);
    }
    mount(plan, program, "etcd-data", "/var/lib/etcd", false, MountType::DirectoryOrCreate);
    mount(plan, program, "etcd-certs", &pki, true, MountType::DirectoryOrCreate);
}
