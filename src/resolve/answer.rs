//! From a spec to its answers: profiles merged under the cluster, waivers and dates judged, what was not said answered or refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Cidr, FactId, Platform, SpecPath},
    diag::{Diagnostics, Place, Source},
    facts,
    kube::audit::Goal,
    plan::{
        EncryptionPlan, EncryptionProvider, EncryptionStage, ExternalEtcd, Ground, IssuerPlan, KubeadmCluster, NodeAddress,
        NodePlan, Outcome, PoolRole, PrefixedClaim, Scope, Verdict,
    },
    spec::{
        self, Doubts, Soundness,
        model::{self, Spec},
        words,
    },
    yaml::{Node, Value},
};

use super::{
    Surroundings,
    answers::{
        Addon, AuditAnswers, Cni, Given, ImageAnswers, KubeProxyAnswers, NamespaceAnswer, PolicyAnswers, Resolved, Runtime,
        ServingCertificates, Size, SizeFrom, Sources,
    },
    diagnostics::{MissingDecision, NoControlPlane, OpenToTheWorld, ProfileConflict},
    hosts, network, owner,
    profiles::{Flat, GivenParam, Profiles},
    subnets, version, vulnerabilities, waivers,
};

/// A cluster as it was read: its document has been validated, nothing is decoded yet.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// `metadata.name`.
    pub name: String,
    /// Where the name stands.
    pub name_place: Place,
    /// `spec`.
    pub spec: Node,
    /// Its file, relative to the workspace.
    pub file: String,
    /// Waivers that lie in files of their own: specs that hold nothing else.
    pub waivers: Vec<Node>,
    /// The input files that may decide about it, relative to the workspace, with their digests.
    pub inputs: BTreeMap<String, String>,
}

/// The profile of a cluster that names none.
const DEFAULT_PROFILE: &str = "baseline";

/// Answers every question of a cluster. `None` when its spec cannot be read; the diagnostics say why. Where a decision is missing or a
/// version is not to be had, they hold errors, and the answers stand-ins: choices can be judged by them, and nothing may be lowered.
pub fn resolve(cluster: &Cluster, profiles: &Profiles, around: &Surroundings<'_>, diags: &mut Diagnostics) -> Option<Resolved> {
    let (flats, known) = flatten(cluster, profiles, diags);
    let tree = with_waiver_files(merged(cluster, &flats, diags), cluster);
    let Read { mut spec, doubts, versioned, known, whole } = read(&tree, known, diags)?;
    let all_waivers = spec.waivers.len() == count(&tree, "/waivers") && !doubts.touch(&SpecPath::new("/waivers"));
    // Those for other clusters say nothing here, in no report either.
    spec.waivers.retain(|waiver| waivers::is_for(waiver, &cluster.name));
    let at = |path: &str| spec::locate(&tree, &SpecPath::new(path));
    let version = spec.platform.version();
    if versioned {
        version::check(&spec, around, &at, diags);
    }
    let kubeadm = kubeadm(&spec, &tree, (&doubts, versioned), around, diags);
    check_decisions(&spec, &tree, &doubts, diags);
    check_control_plane(&spec, &tree, &doubts, diags);
    let waivers = waivers::judge(&spec, &doubts, around, &at, diags);
    if all_waivers {
        check_open(&spec, &waivers, &at, diags);
    }
    if whole {
        network::check_plugin(&spec, &at, diags);
    } else {
        // Choices are judged by waivers and, where profiles name benchmarks, by the version.
        if !(known && versioned && all_waivers) || doubts.touch(&SpecPath::new("/controls")) {
            return None;
        }
        // Ends of flows lead to tiers that may not have been read.
        spec.network = model::Network::default();
    }
    let (kubeadm, owner) = match kubeadm {
        Some((kubeadm, owner)) => (Some(kubeadm), owner),
        None => (None, owner::Owner::default()),
    };
    let mut sources_by_name: BTreeMap<String, (Source, Node)> = BTreeMap::new();
    for name in profiles.names() {
        if let Some(profile) = profiles.tree(name) {
            sources_by_name.insert(name.to_owned(), (profile.place.source.clone(), profile.clone()));
        }
    }
    for (name, source, root) in owner.sources() {
        sources_by_name.insert(name, (source, root));
    }
    let pods = match &kubeadm {
        Some(kubeadm) => kubeadm.pod_subnets.clone(),
        None => spec.platform.pods().unwrap_or_default().to_vec(),
    };
    let vulnerabilities = vulnerabilities::answers(&spec, &waivers);
    if whole {
        vulnerabilities::warn(&vulnerabilities, around, &at, diags);
    }
    let mut dates = waivers::dates(&spec, &waivers);
    dates.extend(vulnerabilities::dates(&vulnerabilities));
    dates.sort();
    Some(Resolved {
        whole,
        name: cluster.name.clone(),
        platform: spec.platform.kind(),
        version,
        as_of: around.as_of,
        profiles: flats.iter().map(|flat| flat.name.clone()).collect(),
        given: given(&spec, &tree),
        used_waivers: BTreeSet::new(),
        choices: BTreeMap::new(),
        due: waivers::due(&dates, around),
        next_date: waivers::until(&dates, around.as_of),
        waivers,
        serving_certificates: serving_certificates(&spec),
        kube_proxy: kube_proxy(&spec, kubeadm.as_ref().is_none_or(|kubeadm| kubeadm.kube_proxy)),
        cni: cni(&spec),
        runtime: runtime(&spec),
        node_local_dns: spec.platform.node_local_dns.unwrap_or(false),
        network: network::network(&spec, kubeadm.as_ref()),
        size: size(&spec),
        pools: pools(&spec),
        hosts: hosts::answers(&spec, &pods),
        sources: sources(&spec),
        cloud: super::cloud::cloud(&spec),
        identity: super::identity::identity(&spec),
        issuers: issuers(&spec),
        encryption: encryption(&spec),
        last_encryption: around.last.encryption.clone(),
        last_issuers: around.last.issuers.clone(),
        addons: addons(&spec),
        namespaces: namespaces(&spec),
        images: ImageAnswers { always_pull: spec.images.always_pull, mirrors: spec.platform.mirrors.clone() },
        audit: audit(&spec, &tree),
        vulnerabilities,
        logs: super::logging::answers(&spec),
        rollout: PolicyAnswers { warn: spec.policies.rollout.warn, deny: spec.policies.rollout.deny },
        engines: super::policies::engines(&spec),
        owner_notes: owner.notes(),
        intents: spec::intents(&spec),
        answered: answered(&spec, &flats),
        inputs: cluster.inputs.iter().chain(&owner.inputs()).map(|(name, digest)| (name.clone(), digest.clone())).collect(),
        owner,
        kubeadm,
        flats,
        tree,
        sources_by_name,
    })
}

/// A spec as far as it could be read: nobody mends one mistake to be told of the next.
struct Read {
    spec: Spec,
    /// What may stand in it although it could not be read.
    doubts: Doubts,
    /// Whether its version could be read.
    versioned: bool,
    /// Whether it has all that its profiles say.
    known: bool,
    /// Whether all of it holds.
    whole: bool,
}

/// Reads the merged spec. Where a profile is not `known`, what it would have said is not: what seems to be missing may be none.
fn read(tree: &Node, known: bool, diags: &mut Diagnostics) -> Option<Read> {
    let mut found = Diagnostics::default();
    let decoded = spec::decode_part(tree, &mut found);
    let known = known && !decoded.doubts.touch(&SpecPath::new("/profiles"));
    if known {
        diags.append(found);
    } else {
        let told = found.list().iter().filter(|diagnostic| spec::holds_by_itself(diagnostic.code));
        told.cloned().for_each(|diagnostic| diags.push(diagnostic));
    }
    let doubts = if known { decoded.doubts } else { Doubts::all() };
    let whole = known && decoded.soundness == Soundness::Whole;
    Some(Read { spec: decoded.spec?, doubts, versioned: decoded.versioned, known, whole })
}

/// How many entries a list has.
fn count(tree: &Node, pointer: &str) -> usize {
    tree.at_pointer(pointer).and_then(Node::as_seq).map_or(0, <[Node]>::len)
}

/// Whether the spec has a word on a field, readable or not, or may have one.
fn is_written(tree: &Node, doubts: &Doubts, field: &str) -> bool {
    let pointer = format!("/{}", field.replace('.', "/"));
    tree.at_pointer(&pointer).is_some_and(|node| !node.is_null()) || doubts.hide(&SpecPath::new(&pointer))
}

/// The profiles of the cluster that are known, each flattened, and whether all are; the default where it names none.
fn flatten(cluster: &Cluster, profiles: &Profiles, diags: &mut Diagnostics) -> (Vec<Flat>, bool) {
    let named = cluster.spec.get("profiles").and_then(Node::as_seq).unwrap_or(&[]);
    let mut flats = Vec::new();
    let mut known = true;
    for node in named {
        let Some(name) = node.as_str() else { continue };
        match profiles.flatten(name, &node.place, diags) {
            Some(flat) => flats.push(flat),
            None => known = false,
        }
    }
    if named.is_empty() {
        flats.extend(profiles.flatten(DEFAULT_PROFILE, &cluster.spec.place, diags));
    }
    (flats, known)
}

/// The parts of specs that profiles hold, merged under the cluster's own.
fn merged(cluster: &Cluster, flats: &[Flat], diags: &mut Diagnostics) -> Node {
    over(parts(flats, &cluster.spec, diags), &cluster.spec)
}

/// The parts of profiles that stand beside each other, each merged over those that it extends; `above` is what wins over all of them.
fn parts(flats: &[Flat], above: &Node, diags: &mut Diagnostics) -> Option<Node> {
    let mut base: Option<Node> = None;
    for flat in flats {
        let part = match &flat.spec {
            Some(own) => Some(over(parts(&flat.parents, &spec::merge(own, above), diags), own)),
            None => parts(&flat.parents, above, diags),
        };
        let Some(part) = part else { continue };
        if let Some(present) = &base {
            conflicts(present, &part, above, String::new(), diags);
        }
        base = Some(over(base, &part));
    }
    base
}

fn over(base: Option<Node>, tree: &Node) -> Node {
    base.map_or_else(|| tree.clone(), |base| spec::merge(&base, tree))
}

/// Reports leaves that two profiles set differently and what wins over them leaves open.
fn conflicts(first: &Node, second: &Node, above: &Node, path: String, diags: &mut Diagnostics) {
    match (&first.value, &second.value) {
        (Value::Map(_), Value::Map(entries)) => {
            for entry in entries {
                let below = format!("{path}/{}", entry.key);
                if let Some(other) = first.get(&entry.key) {
                    conflicts(other, &entry.value, above, below, diags);
                }
            }
        }
        _ if above.at_pointer(&path).is_some() || is_same(first, second) => {}
        _ => diags.push(ProfileConflict {
            what: path,
            first: first.raw().map_or_else(|| first.to_json().to_string(), str::to_owned),
            second: second.raw().map_or_else(|| second.to_json().to_string(), str::to_owned),
            at: first.place.clone(),
            other: second.place.clone(),
        }),
    }
}

/// Whether two profiles can stand side by side: lists whose items have names merge by them, of other lists the order does not count.
fn is_same(first: &Node, second: &Node) -> bool {
    match (first.as_seq(), second.as_seq()) {
        (Some(first), Some(second)) => {
            let within = |a: &[Node], b: &[Node]| a.iter().all(|item| item.as_map().is_some() || b.contains(item));
            within(first, second) && within(second, first)
        }
        (Some(_), None) | (None, _) => first == second,
    }
}

/// Waivers of files of their own stand beside the cluster's.
fn with_waiver_files(tree: Node, cluster: &Cluster) -> Node {
    cluster.waivers.iter().fold(tree, |tree, waivers| spec::merge(waivers, &tree))
}

/// Decisions about security, and what artifacts cannot do without.
fn check_decisions(spec: &Spec, tree: &Node, doubts: &Doubts, diags: &mut Diagnostics) {
    let at = |path: &str| spec::locate(tree, &SpecPath::new(path));
    let mut need = |missing: bool, field: &'static str, parent: &str, why: &'static str, example: &'static str| {
        if missing && !is_written(tree, doubts, field) {
            diags.push(MissingDecision { field, why, example, at: at(parent) });
        }
    };
    let admins = spec.api.sources.as_ref().and_then(|sources| sources.admins.as_ref());
    need(
        admins.is_none(),
        "api.sources.admins",
        "/api/sources",
        "who may reach the API server is never guessed",
        "api: { sources: { admins: [203.0.113.0/24] } }",
    );
    need(
        spec.platform.cni.is_none(),
        "platform.cni",
        "/platform",
        "what a network policy means depends on it",
        "cni: { calico: { version: \"3.31\" } }",
    );
    need(
        spec.platform.runtime.is_none() && spec.platform.kind() == Platform::Kubeadm,
        "platform.runtime",
        "/platform",
        "the socket of the nodes and the hardening of the runtime depend on it",
        "runtime: { containerd: \"2.3\" }",
    );
    let (eks, aks) = match &spec.platform.provider {
        model::Provider::Eks(eks) => (eks.endpoint.is_none(), false),
        model::Provider::Aks(aks) => (false, aks.access.is_none()),
        model::Provider::Kubeadm(_) => (false, false),
    };
    let who = "how the API server is reached is never guessed";
    need(eks, "platform.eks.endpoint", "/platform/eks", who, "endpoint: private");
    need(aks, "platform.aks.access", "/platform/aks", who, "access: authorized-ranges");
    need(
        spec.policies.engines.gatekeeper.is_some() && spec.policies.failure.is_none(),
        "policies.failure",
        "/policies",
        "whether an unavailable webhook refuses or lets everything pass is never guessed",
        "policies: { failure: closed }",
    );
    need(
        spec.platform.node_pools.is_empty(),
        "platform.nodePools",
        "/platform",
        "what holds on which nodes depends on them",
        "nodePools: [{ name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }]",
    );
}

/// Who runs the control plane says on which nodes; a pool that could not be read may be the one.
fn check_control_plane(spec: &Spec, tree: &Node, doubts: &Doubts, diags: &mut Diagnostics) {
    const POOLS: &str = "/platform/nodePools";
    let pools = &spec.platform.node_pools;
    let all = !pools.is_empty() && pools.len() == count(tree, POOLS) && !doubts.touch(&SpecPath::new(POOLS));
    let runs_it = pools.iter().any(|pool| pool.role == words::Role::ControlPlane);
    if all && !runs_it && spec.platform.kind() == Platform::Kubeadm {
        diags.push(NoControlPlane { at: spec::locate(tree, &SpecPath::new(POOLS)) });
    }
}

/// The whole internet may reach the API server only through a waiver.
fn check_open(spec: &Spec, waivers: &[super::Waiver], at: &dyn Fn(&str) -> Option<Place>, diags: &mut Diagnostics) {
    let Some(sources) = &spec.api.sources else { return };
    let waived = waivers.iter().any(|waiver| waiver.control == "apiserver/api-sources" && waiver.counts());
    for (field, ranges) in [("admins", &sources.admins), ("egress", &sources.egress)] {
        let ranges = ranges.as_deref().unwrap_or(&[]);
        if Cidr::cover_everything(ranges) && !waived {
            let text = ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            diags.push(OpenToTheWorld { ranges: text, at: at(&format!("/api/sources/{field}")) });
        }
    }
}

/// What kubeadm's documents are made from, with the owner's own configuration.
fn kubeadm(
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
            diags.push(MissingDecision { field, why, example, at: place.clone() });
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
        bind_port: owner.bind_port().unwrap_or(6443),
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

/// The socket that each runtime listens on by default.
pub(super) fn cri_socket(runtime: Option<&str>) -> &'static str {
    match runtime {
        Some("crio") => "unix:///var/run/crio/crio.sock",
        Some("docker") => "unix:///var/run/cri-dockerd.sock",
        Some(_) | None => "unix:///var/run/containerd/containerd.sock",
    }
}

fn given(spec: &Spec, tree: &Node) -> BTreeMap<String, Given> {
    let root = SpecPath::new("/controls");
    spec.controls
        .iter()
        .map(|(id, choice)| {
            let path = root.child(id);
            let with = choice
                .with
                .iter()
                .map(|(name, value)| {
                    let at = path.child("with").child(name);
                    GivenParam {
                        control: id.clone(),
                        name: name.clone(),
                        value: value.clone(),
                        place: spec::locate(tree, &at).unwrap_or_else(|| tree.place.clone()),
                        cause: Cause::Spec(at),
                    }
                })
                .collect();
            (id.clone(), Given { apply: choice.apply, waiver: choice.waiver.clone(), with, path })
        })
        .collect()
}

fn serving_certificates(spec: &Spec) -> ServingCertificates {
    match &spec.platform.provider {
        model::Provider::Kubeadm(kubeadm) => match &kubeadm.serving_certificates {
            Some(model::ServingCertificates::Approver(name)) => ServingCertificates::Approver(name.clone()),
            Some(model::ServingCertificates::None) | None => ServingCertificates::SelfSigned,
        },
        model::Provider::Eks(_) | model::Provider::Aks(_) => ServingCertificates::SelfSigned,
    }
}

fn kube_proxy(spec: &Spec, runs: bool) -> KubeProxyAnswers {
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

fn cni(spec: &Spec) -> Cni {
    let name = spec.platform.cni.as_ref().map_or("none", model::Cni::name).to_owned();
    let version = match &spec.platform.cni {
        Some(model::Cni::Calico(calico)) => calico.version,
        Some(model::Cni::Cilium(cilium)) => cilium.version,
        Some(model::Cni::Flannel(flannel)) => flannel.version,
        Some(model::Cni::Weave { version } | model::Cni::AwsVpcCni { version }) => *version,
        Some(model::Cni::AzureCni { .. } | model::Cni::None) | None => None,
    };
    Cni { name, version }
}

fn runtime(spec: &Spec) -> Runtime {
    let (name, version) = match &spec.platform.runtime {
        Some(model::Runtime::Containerd(version)) => ("containerd", version.to_string()),
        Some(model::Runtime::Crio(version)) => ("crio", version.to_string()),
        Some(model::Runtime::Docker { docker, .. }) => ("docker", docker.to_string()),
        None => ("containerd", String::new()),
    };
    Runtime { name: name.to_owned(), version }
}

/// The kubelet's own limit of pods on a node; what a size that is not declared is counted with.
const PODS_PER_NODE: i64 = 110;

/// The most nodes that a cluster is made for.
const MOST_NODES: i64 = 5_000;

fn size(spec: &Spec) -> Size {
    let pools = &spec.platform.node_pools;
    let counted = || pools.iter().map(|pool| pool_size(&pool.cidrs, pool.nodes.len())).sum::<i64>().clamp(1, MOST_NODES);
    let nodes = spec.platform.size.nodes.map_or_else(counted, i64::from);
    let pods = spec.platform.size.pods.map_or(nodes * PODS_PER_NODE, i64::from);
    let from = match (spec.platform.size.nodes, spec.platform.size.pods) {
        (Some(_), Some(_)) => SizeFrom::Declared,
        (None, Some(_) | None) if pools.is_empty() || pools.iter().any(|pool| pool.nodes.is_empty()) => SizeFrom::Ranges,
        (Some(_) | None, Some(_) | None) => SizeFrom::Nodes,
    };
    Size { nodes, pods, from }
}

/// The nodes of a pool: those that are named, else as many as its ranges hold; of two families that with fewer addresses counts.
fn pool_size(ranges: &[Cidr], named: usize) -> i64 {
    if named > 0 {
        return i64::try_from(named).unwrap_or(MOST_NODES).min(MOST_NODES);
    }
    let holds = |range: &Cidr| {
        let bits = if range.address().is_ipv4() { 32 } else { 128 } - u32::from(range.prefix());
        1_i64.checked_shl(bits).filter(|count| (1..MOST_NODES).contains(count)).unwrap_or(MOST_NODES)
    };
    let family = |v4: bool| ranges.iter().filter(|range| range.address().is_ipv4() == v4).map(holds).sum::<i64>();
    let families = [family(true), family(false)].into_iter().filter(|count| *count > 0);
    families.min().map_or(MOST_NODES, |count| count.min(MOST_NODES))
}

fn pools(spec: &Spec) -> Vec<NodePlan> {
    let pool = |pool: &model::NodePool| NodePlan {
        name: pool.name.clone(),
        role: match pool.role {
            words::Role::ControlPlane => PoolRole::ControlPlane,
            words::Role::Worker => PoolRole::Worker,
            words::Role::Etcd => PoolRole::Etcd,
        },
        os: pool.os.name().to_owned(),
        cidrs: pool.cidrs.clone(),
        file_rules: BTreeMap::new(),
    };
    spec.platform.node_pools.iter().map(pool).collect()
}

fn sources(spec: &Spec) -> Sources {
    let Some(sources) = &spec.api.sources else { return Sources::default() };
    Sources {
        admins: sources.admins.clone().unwrap_or_default(),
        load_balancer: sources.load_balancer.iter().flat_map(|lb| lb.addresses.iter().copied().map(Cidr::host)).collect(),
        preserves_client_ip: sources.load_balancer.as_ref().and_then(|lb| lb.preserves_client_ip),
        egress: sources.egress.clone().unwrap_or_default(),
    }
}

fn issuers(spec: &Spec) -> Vec<IssuerPlan> {
    let claim = |mapping: &model::ClaimMapping| PrefixedClaim { claim: mapping.claim.clone(), prefix: mapping.prefix.clone() };
    let issuer = |issuer: &model::Issuer| IssuerPlan {
        name: issuer.name.clone(),
        url: issuer.url.clone(),
        audiences: issuer.audiences.clone(),
        username: claim(&issuer.username),
        groups: issuer.groups.as_ref().map(claim),
    };
    spec.identity.issuers.iter().map(issuer).collect()
}

fn encryption(spec: &Spec) -> Option<EncryptionPlan> {
    let declared = spec.api.encryption_at_rest.as_ref()?;
    Some(EncryptionPlan {
        provider: match &declared.provider {
            model::EncryptionProvider::Secretbox => EncryptionProvider::Secretbox,
            model::EncryptionProvider::Aescbc => EncryptionProvider::Aescbc,
            model::EncryptionProvider::Kms { name, socket } => {
                EncryptionProvider::Kms { name: name.clone(), socket: socket.clone() }
            }
        },
        resources: declared.resources.clone().unwrap_or_else(|| vec!["secrets".to_owned()]),
        stage: match declared.stage {
            Some(words::EncryptionStage::Write) => EncryptionStage::Write,
            Some(words::EncryptionStage::Enforce) => EncryptionStage::Enforce,
            Some(words::EncryptionStage::Prepare) | None => EncryptionStage::Prepare,
        },
    })
}

fn addons(spec: &Spec) -> Vec<Addon> {
    let root = SpecPath::new("/platform/addons");
    spec.platform.addons.iter().map(|name| Addon { name: name.clone(), path: root.child(name) }).collect()
}

fn namespaces(spec: &Spec) -> Vec<NamespaceAnswer> {
    let answer = |namespace: &model::Namespace| NamespaceAnswer {
        name: namespace.name.clone(),
        pod_security: namespace.pod_security.map(|level| level.name().to_owned()),
        waiver: namespace.waiver.clone(),
    };
    spec.namespaces.iter().map(answer).collect()
}

fn audit(spec: &Spec, tree: &Node) -> AuditAnswers {
    let goal = |goal: &words::AuditGoal| {
        let path = SpecPath::new("/logging/audit/goals").child(goal.name());
        Goal::of(goal.name()).map(|found| (found, Cause::Spec(path)))
    };
    let declared = tree.at_pointer("/logging/audit").is_some();
    AuditAnswers {
        goals: spec.logging.audit.goals.iter().flatten().filter_map(goal).collect(),
        retention_days: spec.logging.audit.retention_days.map(i64::from),
        events_per_second: spec.logging.audit.events_per_second.map(i64::from),
        declared,
    }
}

/// What the catalogue says of an addon, in a cluster with or without governed namespaces.
fn addon(path: &SpecPath, name: &str, governed: bool) -> Verdict {
    let (outcome, fact, detail) = match facts::component(name) {
        Some(known) if governed && !known.outside.is_empty() => (Outcome::Weaker, facts::id::ADDON_OUTSIDE, known.outside),
        Some(_) => (Outcome::Enforced, facts::id::ADDON_KNOWN, ""),
        None => (Outcome::Weaker, facts::id::ADDON_WITHOUT_DATA, ""),
    };
    let (scope, cause) = (Scope::Cluster, Cause::Spec(path.clone()));
    Verdict { scope, outcome, ground: Ground::Fact(fact), detail: detail.to_owned(), cause }
}

/// Intents that the answers themselves settle: names, versions, sizes and choices that every artifact is made from.
fn answered(spec: &Spec, flats: &[Flat]) -> BTreeMap<SpecPath, Verdict> {
    let mut out = BTreeMap::new();
    let kubeadm = spec.platform.kind() == Platform::Kubeadm;
    let mut settle = |path: SpecPath, fact: FactId| {
        // What no artifact of a managed cluster is made from decides about verdicts alone.
        let made = ["kubernetesVersion", "cni"].iter().any(|word| path.segments().any(|segment| segment == *word));
        let shapes = fact == facts::id::SHAPES_ARTIFACTS && !kubeadm && !made;
        let outcome = if shapes { Outcome::Elsewhere } else { Outcome::Enforced };
        let verdict = Verdict {
            scope: Scope::Cluster,
            outcome,
            ground: Ground::Fact(if shapes { facts::id::SHAPES_VERDICTS } else { fact }),
            detail: String::new(),
            cause: Cause::Spec(path.clone()),
        };
        out.insert(path, verdict);
    };
    let platform = spec.platform.kind();
    let mut fields = vec!["kubernetesVersion"];
    if platform == Platform::Kubeadm {
        fields.extend(["config", "controlPlaneEndpoint", "podSubnets", "serviceSubnets", "dnsDomain", "etcd"]);
    }
    for field in fields {
        settle(SpecPath::new(&format!("/platform/{platform}/{field}")), facts::id::SHAPES_ARTIFACTS);
    }
    for field in ["size/nodes", "size/pods"] {
        settle(SpecPath::new(&format!("/platform/{field}")), facts::id::SHAPES_ARTIFACTS);
    }
    if let Some(cni) = &spec.platform.cni {
        settle(SpecPath::new("/platform/cni").child(cni.name()), facts::id::SHAPES_ARTIFACTS);
    }
    if let Some(runtime) = &spec.platform.runtime {
        settle(SpecPath::new("/platform/runtime").child(runtime.name()), facts::id::SHAPES_ARTIFACTS);
    }
    if let model::Provider::Kubeadm(kubeadm) = &spec.platform.provider
        && kubeadm.kube_proxy.mode == Some(words::ProxyMode::None)
    {
        settle(SpecPath::new("/platform/kubeadm/kubeProxy/mode"), facts::id::SHAPES_ARTIFACTS);
    }
    for pool in &spec.platform.node_pools {
        settle(SpecPath::new("/platform/nodePools").child(&pool.name), facts::id::SHAPES_ARTIFACTS);
    }
    for flat in flats {
        settle(SpecPath::new("/profiles").child(&flat.name), facts::id::SELECTS_CONTROLS);
    }
    for waiver in &spec.waivers {
        settle(SpecPath::new("/waivers").child(&waiver.id), facts::id::SELECTS_CONTROLS);
    }
    for id in spec.controls.keys() {
        settle(SpecPath::new("/controls").child(id), facts::id::SELECTS_CONTROLS);
    }
    for name in &spec.platform.addons {
        let path = SpecPath::new("/platform/addons").child(name);
        let verdict = addon(&path, name, !spec.namespaces.is_empty());
        out.insert(path, verdict);
    }
    out
}
