//! `platform`.

use std::collections::BTreeMap;

use super::{
    Reader, nodes,
    reader::{is_absolute, is_url},
};
use crate::{
    base::{KubeVersion, Minor, SpecPath},
    facts::ProviderBounds,
    spec::{
        diagnostics::{DoesNotBelong, NotAVersion, VersionWithPatch, VersionWithoutPatch},
        host::is_own_machine,
        model::{
            Aks, AksOwns, Calico, Cilium, Cni, Eks, Entra, Etcd, ExternalEtcd, Flannel, KubeProxy, Kubeadm, NodePortAddress,
            Owns, PlatformSpec, Provider, Runtime, ServingCertificates, Size,
            values::{is_subdomain, is_uuid},
        },
        v1alpha1::{self as v1, List},
        words::{Encryption, ProxyMode},
    },
};

pub(super) fn platform(r: &mut Reader<'_>, at: &SpecPath, written: Option<v1::Platform>) -> Option<PlatformSpec> {
    let written = r.need(&SpecPath::root(), "platform", written)?;
    let provider = match r.choice(at, &["kubeadm", "eks", "aks"]) {
        Some("kubeadm") => written.kubeadm.and_then(|k| kubeadm(r, &at.child("kubeadm"), k)).map(Provider::Kubeadm),
        Some("eks") => written.eks.and_then(|e| eks(r, &at.child("eks"), e)).map(Provider::Eks),
        Some("aks") => written.aks.and_then(|a| aks(r, &at.child("aks"), a)).map(Provider::Aks),
        Some(_) | None => None,
    };
    let pod_cidrs = r.ranges(&at.child("podCidrs"), written.pod_cidrs);
    let service_cidrs = r.ranges(&at.child("serviceCidrs"), written.service_cidrs);
    let cni = written.cni.and_then(|c| cni(r, &at.child("cni"), c));
    let runtime = written.runtime.and_then(|c| runtime(r, &at.child("runtime"), c));
    let size = written.size.map_or_else(Size::default, |size| Size { nodes: size.nodes, pods: size.pods });
    let pools = r.given_list(at, "nodePools", written.node_pools, "what holds on which nodes depends on them");
    let node_pools = nodes::pools(r, &at.child("nodePools"), pools.unwrap_or_default());
    let mirrors = mirrors(r, &at.child("mirrors"), written.mirrors.unwrap_or_default());
    let addons = r.labels(&at.child("addons"), "an addon", written.addons).unwrap_or_default();
    let node_local_dns = written.node_local_dns;
    Some(PlatformSpec {
        provider: provider?,
        pod_cidrs,
        service_cidrs,
        cni,
        runtime,
        node_local_dns,
        size,
        node_pools,
        mirrors,
        addons,
    })
}

fn kubeadm(r: &mut Reader<'_>, at: &SpecPath, written: v1::Kubeadm) -> Option<Kubeadm> {
    let kubernetes_version = release(r, at, written.kubernetes_version);
    let config =
        written.config.and_then(|text| r.check(&at.child("config"), text, "a path to a file", |text| !text.trim().is_empty()));
    let endpoint_at = at.child("controlPlaneEndpoint");
    let endpoint = written.control_plane_endpoint.and_then(|text| {
        r.check(&endpoint_at, text, "a host that every node reaches, such as api.shop.example:6443", |text| !is_own_machine(text))
    });
    let control_plane_endpoint = r.read(&endpoint_at, endpoint, "a host and a port such as api.shop.example:6443");
    const NO_RANGE: &str = "leave it out to take the range of your own configuration";
    let pods = r.given_list(at, "podSubnets", written.pod_subnets, NO_RANGE);
    let pod_subnets = r.ranges(&at.child("podSubnets"), pods);
    let services = r.given_list(at, "serviceSubnets", written.service_subnets, NO_RANGE);
    let service_subnets = r.ranges(&at.child("serviceSubnets"), services);
    let dns_domain =
        written.dns_domain.and_then(|d| r.check(&at.child("dnsDomain"), d, "a DNS domain such as cluster.local", is_subdomain));
    let etcd = written.etcd.and_then(|e| etcd(r, &at.child("etcd"), e));
    let kube_proxy = written.kube_proxy.map_or_else(KubeProxy::default, |proxy| kube_proxy(r, &at.child("kubeProxy"), proxy));
    let serving_certificates =
        written.serving_certificates.and_then(|s| serving_certificates(r, &at.child("servingCertificates"), s));
    Some(Kubeadm {
        kubernetes_version: kubernetes_version.unwrap_or_else(|| r.stand_in_version()),
        config,
        control_plane_endpoint,
        pod_subnets,
        service_subnets,
        dns_domain,
        etcd,
        kube_proxy,
        serving_certificates,
    })
}

fn kube_version(r: &mut Reader<'_>, parent: &SpecPath, text: Option<String>, example: &'static str) -> Option<KubeVersion> {
    let text = r.need(parent, "kubernetesVersion", text)?;
    let version = text.parse().ok();
    if version.is_none() {
        let place = r.value_place(&parent.child("kubernetesVersion"));
        r.push(NotAVersion { field: "kubernetesVersion".to_owned(), text, example, place });
    }
    version
}

fn release(r: &mut Reader<'_>, parent: &SpecPath, text: Option<String>) -> Option<KubeVersion> {
    let version = kube_version(r, parent, text, "1.36.3")?;
    if version.patch.is_none() {
        let place = r.value_place(&parent.child("kubernetesVersion"));
        r.push(VersionWithoutPatch { version: version.to_string(), place });
        return None;
    }
    Some(version)
}

fn minor(r: &mut Reader<'_>, parent: &SpecPath, text: Option<String>, provider: &'static str) -> Option<Minor> {
    let version = kube_version(r, parent, text, "1.36")?;
    if version.patch.is_some() {
        let place = r.value_place(&parent.child("kubernetesVersion"));
        r.push(VersionWithPatch { version: version.to_string(), minor: version.minor.to_string(), provider, place });
        return None;
    }
    Some(version.minor)
}

fn etcd(r: &mut Reader<'_>, at: &SpecPath, written: v1::Etcd) -> Option<Etcd> {
    match r.choice(at, &["stacked", "external"])? {
        "external" => external_etcd(r, &at.child("external"), written.external?).map(Etcd::External),
        _ => written.stacked.map(|_| Etcd::Stacked),
    }
}

fn external_etcd(r: &mut Reader<'_>, at: &SpecPath, written: v1::ExternalEtcd) -> Option<ExternalEtcd> {
    let endpoints = r.need_list(at, "endpoints", written.endpoints, "nothing would be connected to");
    let endpoints = endpoints.map(|list| {
        let at = at.child("endpoints");
        let url = |(index, text)| r.check(&at.index(index), text, "one address such as https://192.0.2.33:2379", is_one_url);
        list.indexed().filter_map(url).collect()
    });
    let mut file = |field: &str, value: Option<String>| {
        let value = r.need(at, field, value);
        // The folder of the file is mounted into the API server.
        let own = |text: &str| is_absolute(text) && text.rfind('/') != Some(0);
        r.check(&at.child(field), value?, "a file in a folder of its own, such as /etc/kubernetes/pki/etcd/ca.crt", own)
    };
    let ca_file = file("caFile", written.ca_file);
    let cert_file = file("certFile", written.cert_file);
    let key_file = file("keyFile", written.key_file);
    Some(ExternalEtcd { endpoints: endpoints?, ca_file: ca_file?, cert_file: cert_file?, key_file: key_file? })
}

/// A flag takes several addresses with commas between them.
fn is_one_url(text: &str) -> bool {
    is_url(text) && !text.contains(',')
}

fn kube_proxy(r: &mut Reader<'_>, at: &SpecPath, written: v1::KubeProxy) -> KubeProxy {
    let list_at = at.child("nodePortAddresses");
    if written.mode == Some(ProxyMode::None) && r.has(&list_at) {
        let (place, beside) = (r.field_place(&list_at), Some(r.value_place(&at.child("mode"))));
        let why = "without kube-proxy nothing reads it".to_owned();
        r.push(DoesNotBelong { what: "nodePortAddresses".to_owned(), why, help: "remove it".to_owned(), place, beside });
    }
    let address = |(index, text): (usize, String)| match text.as_str() {
        "primary" => Some(NodePortAddress::Primary),
        _ => r.range(&list_at.index(index), text).map(NodePortAddress::Range),
    };
    KubeProxy {
        mode: written.mode,
        node_port_addresses: written.node_port_addresses.map(|list| list.indexed().filter_map(address).collect()),
    }
}

fn serving_certificates(r: &mut Reader<'_>, at: &SpecPath, written: v1::ServingCertificates) -> Option<ServingCertificates> {
    match r.choice(at, &["none", "approver"])? {
        "approver" => r.need_text(at, "approver", written.approver).map(ServingCertificates::Approver),
        _ => written.none.map(|_| ServingCertificates::None),
    }
}

fn eks(r: &mut Reader<'_>, at: &SpecPath, written: v1::Eks) -> Option<Eks> {
    let kubernetes_version = minor(r, at, written.kubernetes_version, "EKS");
    let region = place_name(r, &at.child("region"), written.region, "a region such as eu-west-1");
    let owns = written.owns.unwrap_or_default();
    let terraform = written.terraform.unwrap_or_default();
    let terraform = constraint(r, &at.child("terraform").child("aws"), terraform.aws);
    Some(Eks {
        kubernetes_version: kubernetes_version.unwrap_or_else(|| r.stand_in_version().minor),
        region,
        endpoint: written.endpoint,
        nodes: written.nodes,
        owns: Owns {
            log_group: owns.log_group,
            kms_key: owns.kms_key,
            vpc_cni: owns.vpc_cni,
            access_entries: owns.access_entries,
            subscription_filter: owns.subscription_filter,
        },
        terraform,
    })
}

fn aks(r: &mut Reader<'_>, at: &SpecPath, written: v1::Aks) -> Option<Aks> {
    let kubernetes_version = minor(r, at, written.kubernetes_version, "AKS");
    let location = place_name(r, &at.child("location"), written.location, "a location such as westeurope");
    let groups_at = at.child("entra").child("adminGroups");
    let entra = written.entra.map(|entra| {
        let group = |(index, text)| {
            r.check(&groups_at.index(index), text, "an object id such as 00000000-0000-0000-0000-000000000000", is_uuid)
        };
        Entra { admin_groups: entra.admin_groups.unwrap_or_default().indexed().filter_map(group).collect() }
    });
    let terraform = written.terraform.unwrap_or_default();
    let terraform = constraint(r, &at.child("terraform").child("azurerm"), terraform.azurerm);
    let (access, tier) = (written.access, written.tier);
    let owns = AksOwns { diagnostic_setting: written.owns.unwrap_or_default().diagnostic_setting };
    let kubernetes_version = kubernetes_version.unwrap_or_else(|| r.stand_in_version().minor);
    Some(Aks { kubernetes_version, location, access, tier, entra, owns, terraform })
}

fn place_name(r: &mut Reader<'_>, at: &SpecPath, text: Option<String>, expected: &'static str) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    r.check(at, text?, expected, plain)
}

fn constraint(r: &mut Reader<'_>, at: &SpecPath, text: Option<String>) -> Option<String> {
    r.check(at, text?, "a constraint such as \">= 5.99, < 7\"", |text| ProviderBounds::of(text).is_some())
}

fn cni(r: &mut Reader<'_>, at: &SpecPath, written: v1::Cni) -> Option<Cni> {
    let chosen = r.choice(at, &["calico", "cilium", "flannel", "weave", "aws-vpc-cni", "azure-cni", "none"])?;
    let version_at = at.child(chosen).child("version");
    match chosen {
        "calico" => written.calico.map(|c| {
            let version = r.version(&version_at, c.version);
            if c.encryption == Some(Encryption::Ipsec) {
                let place = r.value_place(&at.child("calico").child("encryption"));
                let why = "Calico encrypts with WireGuard".to_owned();
                r.push(DoesNotBelong {
                    what: "ipsec".to_owned(),
                    why,
                    help: "write `wireguard`".to_owned(),
                    place,
                    beside: None,
                });
            }
            Cni::Calico(Calico { version, encapsulation: c.encapsulation, encryption: c.encryption })
        }),
        "cilium" => written.cilium.map(|c| {
            let version = r.version(&version_at, c.version);
            Cni::Cilium(Cilium { version, datapath: c.datapath, host_firewall: c.host_firewall, encryption: c.encryption })
        }),
        "flannel" => {
            written.flannel.map(|c| Cni::Flannel(Flannel { version: r.version(&version_at, c.version), backend: c.backend }))
        }
        "weave" => written.weave.map(|c| Cni::Weave { version: r.version(&version_at, c.version) }),
        "aws-vpc-cni" => written.aws_vpc_cni.map(|c| Cni::AwsVpcCni { version: r.version(&version_at, c.version) }),
        "azure-cni" => written.azure_cni.map(|c| Cni::AzureCni { network_policy: c.network_policy, overlay: c.overlay }),
        _ => written.none.map(|_| Cni::None),
    }
}

fn runtime(r: &mut Reader<'_>, at: &SpecPath, written: v1::Runtime) -> Option<Runtime> {
    let chosen = r.choice(at, &["containerd", "crio", "docker"]);
    if chosen.is_some_and(|name| name != "docker") && r.has(&at.child("criDockerd")) {
        let place = r.field_place(&at.child("criDockerd"));
        let beside = Some(r.field_place(&at.child(chosen.unwrap_or_default())));
        let why = "only Docker needs it".to_owned();
        r.push(DoesNotBelong { what: "criDockerd".to_owned(), why, help: "remove it".to_owned(), place, beside });
    }
    match chosen? {
        "containerd" => r.version(&at.child("containerd"), written.containerd).map(Runtime::Containerd),
        "crio" => r.version(&at.child("crio"), written.crio).map(Runtime::Crio),
        _ => {
            let docker = r.version(&at.child("docker"), written.docker);
            let cri_dockerd = r.need(at, "criDockerd", written.cri_dockerd);
            let cri_dockerd = r.version(&at.child("criDockerd"), cri_dockerd);
            Some(Runtime::Docker { docker: docker?, cri_dockerd: cri_dockerd? })
        }
    }
}

fn mirrors(r: &mut Reader<'_>, at: &SpecPath, written: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut mirrors = BTreeMap::new();
    for (registry, mirror) in written {
        let at = at.child(&registry);
        let expected = "a registry such as mirror.shop.example/hub, without scheme and tag";
        let sound = r.check(&at, registry, expected, |text| is_registry(text) && !text.contains('/'));
        let mirror = r.check(&at, mirror, expected, is_registry);
        if let (Some(registry), Some(mirror)) = (sound, mirror) {
            mirrors.insert(registry, mirror);
        }
    }
    mirrors
}

/// Whether a text is a registry, or a folder in one: a host, perhaps with a port, then segments. No scheme, tag, digest or wildcard.
pub(super) fn is_registry(text: &str) -> bool {
    let mut segments = text.split('/');
    let host = segments.next().is_some_and(|host| host.parse::<crate::spec::model::HostPort>().is_ok());
    let plain = |segment: &str| {
        !segment.is_empty()
            && segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
            && segment.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
    };
    host && segments.all(plain)
}

/// A list of texts of one form.
pub(super) fn texts(
    r: &mut Reader<'_>,
    at: &SpecPath,
    list: Option<List<String>>,
    expected: &'static str,
    holds: fn(&str) -> bool,
) -> Option<Vec<String>> {
    Some(list?.indexed().filter_map(|(index, text)| r.check(&at.index(index), text, expected, holds)).collect())
}
