//! Where the spec and the owner's configuration say different things, and what must not stand beside what a control writes.

use std::net::IpAddr;

use crate::{
    base::{Cidr, SpecPath},
    diag::{Diagnostics, Place},
    plan::{Locate, OwnerField, Plan, Program},
    resolve::Resolved,
    spec::{
        self,
        model::{Etcd, HostPort, Kubeadm},
        words::ProxyMode,
    },
    yaml::Node,
};

use super::{
    Owner,
    diagnostics::{ConflictsWithControl, ContradictsSpec, FieldRefused, NeedsEyes},
    place,
};

/// Reports every fact of the cluster on which the two disagree.
pub(super) fn report(spec: &Kubeadm, tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let mut compare = |what: &'static str, field: &str, said: Option<String>, pointer: &str| {
        let owner = spec::node_at(root, &SpecPath::new(pointer)).and_then(Node::as_str).filter(|text| !text.is_empty());
        let (Some(said), Some(owner)) = (said, owner) else { return };
        if normal(&said) != normal(owner) {
            diags.push(ContradictsSpec {
                what,
                spec: said,
                said_in: SPEC,
                owner: owner.to_owned(),
                at: spec::locate(tree, &SpecPath::new(&format!("/platform/kubeadm/{field}"))),
                other: place(root, pointer),
            });
        }
    };
    let ranges = |ranges: &Option<Vec<crate::base::Cidr>>| {
        ranges
            .as_ref()
            .filter(|ranges| !ranges.is_empty())
            .map(|ranges| ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    };
    let cluster = "/ClusterConfiguration";
    let version = Some(spec.kubernetes_version.to_string());
    compare("the version", "kubernetesVersion", version, &format!("{cluster}/kubernetesVersion"));
    let endpoint = spec.control_plane_endpoint.as_ref().map(HostPort::as_kubeadm_reads);
    compare("the endpoint", "controlPlaneEndpoint", endpoint, &format!("{cluster}/controlPlaneEndpoint"));
    compare("the range of pods", "podSubnets", ranges(&spec.pod_subnets), &format!("{cluster}/networking/podSubnet"));
    let services = ranges(&spec.service_subnets);
    compare("the range of Services", "serviceSubnets", services, &format!("{cluster}/networking/serviceSubnet"));
    compare("the DNS domain", "dnsDomain", spec.dns_domain.clone(), &format!("{cluster}/networking/dnsDomain"));
    let mode = spec.kube_proxy.mode.filter(|mode| *mode != ProxyMode::None).map(|mode| mode.name().to_owned());
    compare("the mode of kube-proxy", "kubeProxy/mode", mode, "/KubeProxyConfiguration/mode");
    etcd(spec, tree, root, diags);
    kube_proxy(spec, tree, root, diags);
    components(spec, tree, root, diags);
}

/// Who says what the owner's configuration contradicts.
pub(super) const SPEC: &str = "the spec";

/// Where the spec says how kube-proxy runs.
const PROXY: &str = "/platform/kubeadm/kubeProxy";

/// What the files of kubelet and kube-proxy say of domain and pods, beside what kubeadm is told.
fn components(spec: &Kubeadm, tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let text = |pointer: &str| {
        let found = spec::node_at(root, &SpecPath::new(pointer)).and_then(Node::as_str);
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    // The value that counts, who says it and where: the spec, else the owner's ClusterConfiguration.
    let told = |said: Option<String>, field: &str, pointer: &str| match said {
        Some(said) => Some((said, SPEC, spec::locate(tree, &SpecPath::new("/platform/kubeadm").child(field)))),
        None => text(pointer).map(|said| (said, "ClusterConfiguration", place(root, pointer))),
    };
    let mut push = |what, (said, said_in, at): (String, &'static str, Option<Place>), owner: String, pointer: &str| {
        diags.push(ContradictsSpec { what, spec: said, said_in, owner, at, other: place(root, pointer) });
    };
    const DOMAIN: &str = "/KubeletConfiguration/clusterDomain";
    let domain = told(spec.dns_domain.clone(), "dnsDomain", "/ClusterConfiguration/networking/dnsDomain");
    let domain = domain.unwrap_or_else(|| ("cluster.local".to_owned(), "kubeadm's default", None));
    if let Some(owner) = text(DOMAIN).filter(|owner| owner.trim_end_matches('.') != domain.0.trim_end_matches('.')) {
        push("the DNS domain", domain, owner, DOMAIN);
    }
    const PODS: &str = "/KubeProxyConfiguration/clusterCIDR";
    let parsed = |text: &str| text.split(',').map(|range| range.trim().parse().ok()).collect::<Option<Vec<Cidr>>>();
    let said = spec.pod_subnets.as_ref().map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
    let pods = told(said, "podSubnets", super::PODS);
    if let (Some(pods), Some(owner)) = (pods, text(PODS))
        && let (Some(ranges), Some(own)) = (parsed(&pods.0), parsed(&owner))
        && ranges.iter().any(|range| !own.iter().any(|own| own.covers(range)))
    {
        push("the range of pods", pods, owner, PODS);
    }
}

/// Points at a resolver on the node that pods are sent to while policies let them ask the cluster's alone.
pub(super) fn local_resolver(owner: &Owner, cluster: &Resolved, plan: &mut Plan, diags: &mut Diagnostics) {
    const FIELD: &str = "/KubeletConfiguration/clusterDNS";
    if cluster.node_local_dns || cluster.namespaces.is_empty() {
        return;
    }
    let is_local = |text: &&str| match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.is_link_local() || v4.is_loopback(),
        Ok(IpAddr::V6(v6)) => v6.is_unicast_link_local() || v6.is_loopback(),
        Err(_) => false,
    };
    let listed = owner.value(FIELD).and_then(Node::as_seq).unwrap_or(&[]);
    let Some((address, at)) = listed.iter().find_map(|node| Some((node.as_str().filter(is_local)?, node.used_at().clone())))
    else {
        return;
    };
    let why = format!(
        "pods ask `{address}`, a resolver on their own node, and policies of declared namespaces let them ask the pods of the cluster's DNS \
         alone: declare `platform.nodeLocalDns: true`"
    );
    let field = FIELD.trim_start_matches('/').to_owned();
    for note in plan.owner.iter_mut().filter(|note| note.field == field) {
        note.why.get_or_insert_with(|| format!("needs your eyes: {why}"));
    }
    diags.push(NeedsEyes { field, why, source: None, at });
}

/// Versions with and without `v`, lists with and without blanks are the same.
fn normal(text: &str) -> String {
    text.trim_start_matches('v').replace(' ', "")
}

fn etcd(spec: &Kubeadm, tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let has = |field: &str| {
        let node = root.at_pointer(&format!("/ClusterConfiguration/etcd/{field}"));
        node.is_some_and(|node| node.as_map().is_some_and(|entries| !entries.is_empty()))
    };
    let (said, owner, field) = match &spec.etcd {
        Some(Etcd::Stacked) if has("external") => ("stacked", "external", "external"),
        Some(Etcd::External(_)) if has("local") => ("external", "local", "local"),
        Some(Etcd::Stacked | Etcd::External(_)) | None => return,
    };
    diags.push(ContradictsSpec {
        what: "the place of etcd",
        spec: said.to_owned(),
        said_in: SPEC,
        owner: owner.to_owned(),
        at: spec::locate(tree, &SpecPath::new("/platform/kubeadm/etcd")),
        other: place(root, &format!("/ClusterConfiguration/etcd/{field}")),
    });
}

fn kube_proxy(spec: &Kubeadm, tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let pointer = "/ClusterConfiguration/proxy/disabled";
    if root.at_pointer(pointer).and_then(Node::as_bool) == Some(true)
        && spec.kube_proxy.mode.is_some_and(|mode| mode != ProxyMode::None)
    {
        diags.push(ContradictsSpec {
            what: "kube-proxy",
            spec: "deployed".to_owned(),
            said_in: SPEC,
            owner: "disabled".to_owned(),
            // Where the spec says nothing, kube-proxy is deployed by default.
            at: spec::node_at(tree, &SpecPath::new(PROXY)).and_then(|_| spec::locate(tree, &SpecPath::new(PROXY))),
            other: place(root, pointer),
        });
    }
}

/// Reports what the owner set and a control replaced, where that would do harm.
pub(super) fn after(owner: &Owner, places: &dyn Locate, plan: &mut Plan, diags: &mut Diagnostics) {
    for file in &FILES {
        replaced_file(file, owner, places, plan, diags);
    }
    first_node(owner, plan);
}

/// A file of the API server that is written here: what another file of the owner's in its place is for.
struct File {
    flag: &'static str,
    lost: &'static str,
    help: &'static str,
    /// Whether the build stops; else a warning says so.
    stops: bool,
}

const FILES: [File; 5] = [
    File {
        flag: "admission-control-config-file",
        lost: "the API server reads one file, and what that file sets for admission plugins would be lost",
        help: "take the flag out of the owner's configuration and say what the file holds in `controls`, or waive the controls that write \
            another file in its place (`admission/pod-security`, `admission/event-rate-limit`): for ImagePolicyWebhook that is the only way, \
            since no control configures it",
        stops: true,
    },
    File {
        flag: "audit-policy-file",
        lost: "the policy is built from the goals of `logging.audit`; what the owner's file records beyond them is no longer recorded",
        help: "",
        stops: false,
    },
    File {
        flag: "authentication-config",
        lost: "the API server reads one file: whoever signs in by an issuer of that file would be locked out, and its rules would be gone",
        help: "declare the issuers of that file in `identity.issuers` and take the flag out, or waive the controls that write another file in \
            its place",
        stops: true,
    },
    File {
        flag: "authorization-config",
        lost: "the API server reads one file, and the authorizers and conditions of that file would no longer be asked",
        help: "take the flag out of the owner's configuration, or waive `apiserver/authorization-mode` and keep the file",
        stops: true,
    },
    File {
        flag: "encryption-provider-config",
        lost: "stored objects are encrypted with the key in that file, and a file with a new key could not read them",
        help: "take `api.encryptionAtRest` out of the spec and keep the file, or decrypt the stored objects first",
        stops: true,
    },
];

fn replaced_file(file: &File, owner: &Owner, places: &dyn Locate, plan: &mut Plan, diags: &mut Diagnostics) {
    let found = owner.settings.iter().find(|setting| setting.flag() == Some((Program::KubeApiserver, file.flag)));
    let (Some(setting), Some(now)) = (found, plan.component(Program::KubeApiserver).flags.get(file.flag)) else { return };
    let Some(control) = now.held.reasons.iter().find(|reason| reason.control.is_some()).cloned() else { return };
    let at = places.locate(&owner.cause(setting.pointer()));
    let field = setting.pointer().trim_start_matches('/').to_owned();
    if setting.flag_values().last() == Some(&now.held.value.to_string()) {
        for note in plan.owner.iter_mut().filter(|note| note.field == field) {
            note.fate = OwnerField::Overridden;
            note.why = Some("the file of this name is written here: what it held before is replaced".to_owned());
        }
    } else if file.stops {
        let (flag, why, help) = (file.flag.to_owned(), file.lost, file.help);
        diags.push(ConflictsWithControl { flag, why, help, at, other: places.locate(&control.cause) });
    } else {
        diags.push(FieldRefused { field, why: file.lost.to_owned(), at });
    }
}

/// Where the spec names the nodes, it says which is the first.
fn first_node(owner: &Owner, plan: &mut Plan) {
    let Some(first) = plan.cluster.kubeadm.as_ref().and_then(|kubeadm| kubeadm.nodes.first()).cloned() else { return };
    let ours = [
        ("/InitConfiguration/nodeRegistration/name", first.name),
        ("/InitConfiguration/localAPIEndpoint/advertiseAddress", first.address.to_string()),
    ];
    for (pointer, value) in ours {
        if owner.text(pointer).is_some_and(|text| text != value) {
            for note in plan.owner.iter_mut().filter(|note| note.field == pointer.trim_start_matches('/')) {
                note.fate = OwnerField::Overridden;
                note.why = Some(format!("the spec names the first node: `{value}`"));
            }
        }
    }
}
