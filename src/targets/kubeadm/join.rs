//! `join-*.yaml`: every further node. A node discovers the cluster by a file that is made for it; no token stands in the tree.

use crate::{
    base::Artifact,
    plan::host_paths,
    targets::{carried, control_plane::Node},
    yaml::Out,
};

use super::{Context, artifact, init, order, steps};

const KIND: &str = "JoinConfiguration";

/// Any worker.
pub(super) fn worker(context: &Context<'_>) -> Artifact {
    let mut out = start(context, false);
    finish(context, &mut out, init::registration(context, None));
    artifact("kubeadm/join-worker.yaml", &steps::join_worker(context), &[out])
}

/// A control-plane node that the spec does not name: it takes its host name and the address of its default route.
pub(super) fn control_plane(context: &Context<'_>) -> Artifact {
    artifact("kubeadm/join-control-plane.yaml", &steps::join_control_plane(context), &[further(context, None)])
}

/// The named control-plane nodes after the first one, each with its name and address.
pub(super) fn named(context: &Context<'_>) -> Vec<Artifact> {
    let joins = |node: &Node<'_>| {
        let path = format!("kubeadm/nodes/{}/join-control-plane.yaml", node.name);
        artifact(&path, &steps::join_named(context, node), &[further(context, Some(node))])
    };
    Node::all(context.plan).iter().filter(|node| !node.is_first()).map(joins).collect()
}

fn further(context: &Context<'_>, node: Option<&Node<'_>>) -> Out {
    let mut out = start(context, true);
    let endpoint = init::endpoint(context, node);
    let inner = if endpoint.is_empty() { Out::empty_map() } else { Out::map([("localAPIEndpoint", endpoint)]) };
    order::lay(&mut out, Out::map([("controlPlane", inner)]));
    finish(context, &mut out, init::registration(context, node));
    out
}

/// The owner's document where it is of this kind of node.
fn start(context: &Context<'_>, control_plane: bool) -> Out {
    let mut out = context.document(KIND);
    let key = if control_plane { "JoinConfiguration/control-plane" } else { "JoinConfiguration/worker" };
    if let Some(document) = context.kubeadm.owner_documents.get(key) {
        order::lay(&mut out, carried::tree(KIND, document));
    }
    out
}

fn finish(context: &Context<'_>, out: &mut Out, mut registration: Out) {
    if out.get("nodeRegistration").is_some_and(|owner| owner.get("criSocket").is_some()) {
        // The owner's joining nodes may have another runtime than the first one.
        registration.remove("criSocket");
    }
    order::lay(out, Out::map([("nodeRegistration", registration)]));
    init::kubelet_flags(context, out);
    let file = Out::map([("kubeConfigPath", host_paths::DISCOVERY)]);
    order::lay(out, Out::map([("discovery", Out::map([("file", file)]))]));
    init::name_patches(context, out);
    order::sort(KIND, out);
}
