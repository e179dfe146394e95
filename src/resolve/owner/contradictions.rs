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
    diagnostics::{ConflictsWithControl, ContradictsSpec, FieldRefused},
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
    if root.at_pointer(pointer).and_then(Node::as_bool) == Some(true)
        && spec.kube_proxy.mode.is_some_and(|mode| mode != ProxyMode::None)
    {
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
            another file in its place",
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
