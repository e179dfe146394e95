//! Answers about a control plane of kubeadm: what the spec says, else the owner's configuration, else kubeadm's own defaults.

use std::net::IpAddr;

use crate::{
    base::SpecPath,
    diag::Diagnostics,
    plan::{ExternalEtcd, KubeadmCluster, NodeAddress},
    spec::{
        self, Doubts,
        model::{self, Spec},
        words,
    },
    yaml::Node,
};

use super::{
    Surroundings,
    answers::{KubeProxyAnswers, ServingCertificates},
    decisions::is_written,
    diagnostics::MissingDecision,
    hosts, owner, subnets,
};

/// What kubeadm's documents are made from, with the owner's own configuration.
pub(super) fn kubeadm(
    spec: &Spec,
    tree: &Node,
    (doubts, versioned): (&Doubts, bool),
    around: &Surroundings<'_>,
    diags: &mut Diagnostics,
) -> Option<(KubeadmCluster, owner::Owner)> {
    let model::Provider::Kubeadm(kubeadm) = &spec.platform.provider else { return None };
    // Without the version nothing in the owner's file can be judged.
    let owner = if versioned || kubeadm.config.is_none() { owner::read(kubeadm, tree, around, diags) } else { None };
    let hidden = |field: &str| doubts.hide(&SpecPath::new("/platform/kubeadm").child(field));
    let readable = owner.is_some() && !hidden("config");
    let owner = owner.unwrap_or_default();
    if readable && !hidden("podSubnets") && !hidden("serviceSubnets") {
        subnets::check(kubeadm, tree, &owner, diags);
    }
    let place = spec::locate(tree, &SpecPath::new("/platform/kubeadm"));
    let mut missing = |field: &'static str, pointer: &str, why: &'static str, example: &'static str| {
        // A file or a value that cannot be read is one mistake, and it is told.
        if readable && !owner.says(pointer) && !is_written(tree, doubts, field) {
            diags.push(MissingDecision { field, why, example, beside: None, at: place.clone() });
        }
    };
    let endpoint = kubeadm.control_plane_endpoint.as_ref().map(model::HostPort::as_kubeadm_reads).or_else(|| owner.endpoint());
    let pods = kubeadm.pod_subnets.clone().or_else(|| owner.pod_subnets());
    let services = kubeadm.service_subnets.clone().or_else(|| owner.service_subnets());
    if endpoint.is_none() {
        missing(
            "platform.kubeadm.controlPlaneEndpoint",
            owner::ENDPOINT,
            "every kubeconfig and certificate names it",
            "controlPlaneEndpoint: api.example.internal:6443",
        );
    }
    if pods.is_none() {
        missing(
            "platform.kubeadm.podSubnets",
            owner::PODS,
            "the controller manager and the CNI need them",
            "podSubnets: [10.244.0.0/16]",
        );
    }
    if services.is_none() {
        missing(
            "platform.kubeadm.serviceSubnets",
            owner::SERVICES,
            "the API server needs them",
            "serviceSubnets: [10.96.0.0/12]",
        );
    }
    let endpoint = endpoint.unwrap_or_default();
    let runtime = spec.platform.runtime.as_ref();
    let nodes = spec.platform.node_pools.iter().filter(|pool| pool.role == words::Role::ControlPlane).flat_map(|pool| {
        pool.nodes.iter().map(|node| NodeAddress { name: node.name.clone(), address: node.address, pool: pool.name.clone() })
    });
    let answers = KubeadmCluster {
        bind_port: owner.bind_port(),
        front_port: front_port(spec, &endpoint).filter(|port| *port != owner.bind_port()),
        endpoint,
        pod_subnets: pods.unwrap_or_default(),
        service_subnets: services.unwrap_or_default(),
        dns_domain: kubeadm.dns_domain.clone().or_else(|| owner.dns_domain()).unwrap_or_else(|| "cluster.local".to_owned()),
        certificates_dir: owner.certificates_dir().unwrap_or_else(|| "/etc/kubernetes/pki".to_owned()),
        cluster_name: owner.cluster_name().unwrap_or_else(|| "kubernetes".to_owned()),
        image_repository: owner.image_repository().unwrap_or_else(|| "registry.k8s.io".to_owned()),
        cri_socket: owner.cri_socket().unwrap_or_else(|| cri_socket(runtime.map(model::Runtime::name)).to_owned()),
        external_etcd: match &kubeadm.etcd {
            Some(model::Etcd::External(etcd)) => Some(ExternalEtcd {
                endpoints: etcd.endpoints.clone(),
                ca_file: etcd.ca_file.clone(),
                cert_file: etcd.cert_file.clone(),
                key_file: etcd.key_file.clone(),
            }),
            Some(model::Etcd::Stacked) => None,
            None => owner.external_etcd(),
        },
        nodes: nodes.collect(),
        kube_proxy: match kubeadm.kube_proxy.mode {
            Some(mode) => mode != words::ProxyMode::None,
            None => !owner.disables_kube_proxy(),
        },
        owner_documents: owner.documents(),
    };
    Some((answers, owner))
}

/// The port of the shared endpoint, unless a load balancer on other hosts is declared for it: kubeadm's own guide has HAProxy answer
/// there on the control-plane nodes (kubernetes/kubeadm, docs/ha-considerations.md; read 2026-11-27).
fn front_port(spec: &Spec, endpoint: &str) -> Option<u16> {
    let servers = || spec.platform.node_pools.iter().filter(|pool| pool.role == words::Role::ControlPlane).map(hosts::pool);
    let balancer = spec.api.sources.as_ref().and_then(|sources| sources.load_balancer.as_ref());
    let is_node = |address: &IpAddr| servers().any(|pool| pool.ranges.iter().any(|(range, _)| range.contains(*address)));
    let elsewhere = balancer.is_some_and(|balancer| !balancer.addresses.iter().all(is_node));
    let endpoint: model::HostPort = endpoint.parse().ok()?;
    endpoint.port.filter(|_| !elsewhere).map(model::Port::number)
}

/// The socket that each runtime listens on by default.
pub(super) fn cri_socket(runtime: Option<&str>) -> &'static str {
    match runtime {
        Some("crio") => "unix:///var/run/crio/crio.sock",
        Some("docker") => "unix:///var/run/cri-dockerd.sock",
        Some(_) | None => "unix:///var/run/containerd/containerd.sock",
    }
}

pub(super) fn serving_certificates(spec: &Spec) -> ServingCertificates {
    match &spec.platform.provider {
        model::Provider::Kubeadm(kubeadm) => match &kubeadm.serving_certificates {
            Some(model::ServingCertificates::Approver(name)) => ServingCertificates::Approver(name.clone()),
            Some(model::ServingCertificates::None) | None => ServingCertificates::SelfSigned,
        },
        model::Provider::Eks(_) | model::Provider::Aks(_) => ServingCertificates::SelfSigned,
    }
}

pub(super) fn kube_proxy(spec: &Spec, runs: bool) -> KubeProxyAnswers {
    let model::Provider::Kubeadm(kubeadm) = &spec.platform.provider else {
        return KubeProxyAnswers::Runs { mode: None, node_port_addresses: Vec::new() };
    };
    let addresses = kubeadm.kube_proxy.node_port_addresses.as_deref().unwrap_or(&[]);
    let addresses = addresses.iter().map(|address| match address {
        model::NodePortAddress::Primary => "primary".to_owned(),
        model::NodePortAddress::Range(range) => range.to_string(),
    });
    if !runs {
        return KubeProxyAnswers::Absent;
    }
    let mode = kubeadm.kube_proxy.mode.map(|mode| mode.name().to_owned());
    KubeProxyAnswers::Runs { mode, node_port_addresses: addresses.collect() }
}
