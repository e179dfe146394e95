//! The socket of the container runtime: the hardened one must be the one that kubeadm and kubelets ask.

use crate::{
    base::SpecPath,
    diag::Diagnostics,
    plan::{Plan, runtime_of_socket, socket_path},
    resolve::Resolved,
    spec,
    yaml::Node,
};

use super::{
    Owner,
    diagnostics::{ContradictsSpec, NeedsEyes},
    place,
};

/// Where kubeadm and kubelets are told of the socket.
const SOCKETS: [&str; 3] = [
    "/InitConfiguration/nodeRegistration/criSocket",
    "/JoinConfiguration/nodeRegistration/criSocket",
    "/KubeletConfiguration/containerRuntimeEndpoint",
];

/// The runtimes of the spec, by its words.
const RUNTIMES: [&str; 3] = ["containerd", "crio", "docker"];

fn socket<'n>(root: &'n Node, pointer: &str) -> Option<&'n str> {
    spec::node_at(root, &SpecPath::new(pointer)).and_then(Node::as_str).filter(|text| !text.is_empty())
}

/// The runtime that the spec declares, known or not to be right in all it says.
pub(super) fn declared(tree: &Node) -> Option<&'static str> {
    RUNTIMES.into_iter().find(|name| tree.at_pointer(&format!("/platform/runtime/{name}")).is_some())
}

/// Reports every socket of another runtime than the declared one.
pub(super) fn contradictions(tree: &Node, root: &Node, diags: &mut Diagnostics) {
    let at = SpecPath::new("/platform/runtime");
    let Some(declared) = declared(tree) else { return };
    for pointer in SOCKETS {
        let Some(found) = socket(root, pointer) else { continue };
        if runtime_of_socket(found).is_some_and(|runtime| runtime != declared) {
            diags.push(ContradictsSpec {
                what: "the container runtime",
                spec: declared.to_owned(),
                said_in: super::contradictions::SPEC,
                owner: found.to_owned(),
                at: spec::locate(tree, &at),
                other: place(root, pointer),
            });
        }
    }
}

/// Points at sockets that are not those of the declared runtime's packages, and at a kubelet that asks another one than kubeadm.
pub(super) fn other_sockets(owner: &Owner, cluster: &Resolved, plan: &mut Plan, diags: &mut Diagnostics) {
    let Some(asked) = cluster.kubeadm.as_ref().map(|kubeadm| socket_path(&kubeadm.cri_socket)) else { return };
    let runtime = cluster.runtime.name.as_str();
    for pointer in SOCKETS {
        let Some(node) = owner.value(pointer) else { continue };
        let Some(found) = node.as_str().filter(|text| !text.is_empty()) else { continue };
        let why = if socket_path(found) != asked {
            format!("kubeadm and kubelets would ask two runtimes, at `{asked}` and here")
        } else if runtime_of_socket(found).is_none() {
            format!(
                "it is not where the packages of {runtime} listen, and what is written here hardens {runtime} as packages install it"
            )
        } else {
            continue;
        };
        let field = pointer.trim_start_matches('/').to_owned();
        for note in plan.owner.iter_mut().filter(|note| note.field == field) {
            note.why.get_or_insert_with(|| format!("needs your eyes: {why}"));
        }
        diags.push(NeedsEyes { field, why, source: None, at: node.used_at().clone() });
    }
}
