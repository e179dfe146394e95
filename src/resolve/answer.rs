//! From a spec to its answers: profiles merged under the cluster, waivers and dates judged, what was not said answered or refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, Cidr, SpecPath},
    diag::{Diagnostics, Place, Source},
    kube::audit::Goal,
    plan::{EncryptionPlan, EncryptionProvider, EncryptionStage, IssuerPlan, NodePlan, PoolRole, PrefixedClaim},
    spec::{
        self, Doubts, Soundness,
        model::{self, Spec},
        words,
    },
    yaml::Node,
};

use super::{
    Surroundings,
    answered::answered,
    answers::{
        Addon, AuditAnswers, Cni, Given, ImageAnswers, NamespaceAnswer, PolicyAnswers, Resolved, Runtime, Size, SizeFrom, Sources,
    },
    decisions::{check_control_plane, check_decisions, count},
    hosts,
    kubeadm::{kube_proxy, kubeadm, serving_certificates},
    merged::{flatten, merged, with_waiver_files},
    network, owner,
    profiles::{GivenParam, Profiles},
    version, vulnerabilities, waivers, world,
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

/// The spec of a cluster as it is answered: its profiles and the waivers of files of their own merged with its own words. What
/// stands in it keeps its place in the file that says it. Diagnostics say what keeps profiles from being followed.
#[must_use]
pub fn whole_spec(cluster: &Cluster, profiles: &Profiles, diags: &mut Diagnostics) -> Node {
    let (flats, _) = flatten(cluster, profiles, diags);
    with_waiver_files(merged(cluster, &flats, diags), cluster)
}

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
    let lets_in = if all_waivers {
        world::check(&spec, kubeadm.as_ref().map(|(cluster, _)| cluster), &waivers, &at, diags)
    } else {
        BTreeSet::new()
    };
    if whole {
        network::check_plugin(&spec, &at, diags);
        network::check_ports(&spec, &at, diags);
        world::check_ranges(&spec, &at, diags);
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
        used_waivers: lets_in,
        choices: BTreeMap::new(),
        due: waivers::due(&dates, around),
        next_date: waivers::until(&dates, around.as_of),
        waivers,
        serving_certificates: serving_certificates(&spec),
        kube_proxy: kube_proxy(&spec, kubeadm.as_ref().is_none_or(|kubeadm| kubeadm.kube_proxy)),
        cni: cni(&spec),
        runtime: runtime(&spec),
        node_local_dns: spec.platform.dns_cache().is_some(),
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

/// What a pool is for.
pub(super) fn role(word: words::Role) -> PoolRole {
    match word {
        words::Role::ControlPlane => PoolRole::ControlPlane,
        words::Role::Worker => PoolRole::Worker,
        words::Role::Etcd => PoolRole::Etcd,
    }
}

fn pools(spec: &Spec) -> Vec<NodePlan> {
    let pool = |pool: &model::NodePool| NodePlan {
        name: pool.name.clone(),
        role: role(pool.role),
        os: pool.os.name().to_owned(),
        cidrs: hosts::pool(pool).ranges.into_iter().map(|(range, _)| range).collect(),
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
