//! Where the spec and the owner's configuration say different things, and what must not stand beside what a control writes.

use crate::{
    base::SpecPath,
    diag::Diagnostics,
    plan::{Locate, OwnerField, Plan, Program},
    spec::{
        self,
        model::{Etcd, Kubeadm},
        words::ProxyMode,
    },
    yaml::Node,
};

use super::{
    Owner,
    diagnostics::{ConflictsWithControl, ContradictsSpec},
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
                owner: owner.to_owned(),
                at: spec::locate(tree, &SpecPath::new(&format!("/platform/kubeadm/{field}"))),
                other: place(root, pointer),
            });
        }
    };
    let ranges = |ranges: &Option<Vec<crate::base::Cidr>>| {
        ranges.as_ref().map(|ranges| ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
    };
    let cluster = "/ClusterConfiguration";
    let version = Some(spec.kubernetes_version.to_string());
    compare("the version", "kubernetesVersion", version, &format!("{cluster}/kubernetesVersion"));
    let endpoint = spec.control_plane_endpoint.as_ref().map(ToString::to_string);
    compare("the endpoint", "controlPlaneEndpoint", endpoint, &format!("{cluster}/controlPlaneEndpoint"));
    compare("the range of pods", "podSubnets", ranges(&spec.pod_subnets), &format!("{cluster}/networking/podSubnet"));
    let services = ranges(&spec.service_subnets);
    compare("the range of Services", "serviceSubnets", services, &format!("{cluster}/networking/serviceSubnet"));
    compare("the DNS domain", "dnsDomain", spec.dns_domain.clone(), &format!("{cluster}/networking/dnsDomain"));
    let mode = spec.kube_proxy.mode.filter(|mode| *mode != ProxyMode::None).map(|mode| mode.name().to_owned());
    compare("the mode of kube-proxy", "kubeProxy/mode", mode, "/KubeProxyConfiguration/mode");
    etcd(spec, tree, root, diags);
    kube_proxy(spec, tree, root, diags);
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
        owner: owner.to_owned(),
        at: spec::locate(tree, &SpecPath::new("/platform/kubeadm/etcd")),
        other: place(root, &format!("/ClusterConfiguration/etcd/{field}")),
    });
}

fn kube_proxy(spec: &Kubeadm, tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let pointer = "/ClusterConfiguration/proxy/disabled";
    if root.at_pointer(pointer).and_then(Node::as_bool) == Some(true) && spec.kube_proxy.mode != Some(ProxyMode::None) {
        diags.push(ContradictsSpec {
            what: "kube-proxy",
            spec: "deployed".to_owned(),
            owner: "disabled".to_owned(),
            at: spec::locate(tree, &SpecPath::new("/platform/kubeadm/kubeProxy")),
            other: place(root, pointer),
        });
    }
}

/// Reports what the owner set and a control replaced, where that would do harm.
pub(super) fn after(owner: &Owner, places: &dyn Locate, plan: &mut Plan, diags: &mut Diagnostics) {
    stored_objects(owner, places, plan, diags);
    first_node(owner, plan);
}

/// A new key cannot read what the old one wrote.
fn stored_objects(owner: &Owner, places: &dyn Locate, plan: &Plan, diags: &mut Diagnostics) {
    let flag = "encryption-provider-config";
    let Some(setting) = owner.settings.iter().find(|s| s.flag() == Some((Program::KubeApiserver, flag))) else { return };
    let Some(encryption) = &plan.encryption else { return };
    let before = owner.value(setting.pointer()).map(|node| node.get("value").unwrap_or(node));
    let now = plan.component(Program::KubeApiserver).flag_text(flag);
    if before.and_then(Node::as_str) == now.as_deref() {
        return;
    }
    let cause = encryption.reasons.iter().next().map(|reason| reason.cause.clone());
    diags.push(ConflictsWithControl {
        flag: flag.to_owned(),
        why: "stored objects are encrypted with the key in that file, and a file with a new key could not read them",
        help: "take `api.encryptionAtRest` out of the spec and keep the file, or decrypt the stored objects first",
        at: places.locate(&owner.cause(setting.pointer())),
        other: cause.and_then(|cause| places.locate(&cause)),
    });
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
