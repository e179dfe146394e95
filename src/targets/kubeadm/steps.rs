//! Head comments of the documents: what each is and how it is used.

use crate::{plan::host_paths, targets::control_plane::Node};

use super::Context;

pub(super) fn init(context: &Context<'_>) -> Vec<String> {
    let node = Node::all(context.plan).first().map_or_else(
        || "the first control-plane node".to_owned(),
        |node| format!("the first control-plane node, {} at {}", node.name, node.address),
    );
    vec![
        format!("kubeadm {} init: {node}, and what the whole cluster has in common.", context.plan.cluster.version),
        before(context),
        "Check:          kubeadm config validate --config init.yaml".to_owned(),
        "New cluster:    kubeadm init --config init.yaml --upload-certs".to_owned(),
        "Running one:    kubeadm init phase upload-config all --config init.yaml".to_owned(),
        "                then the static pods, one control-plane node after the other, and on every node".to_owned(),
        "                kubeadm upgrade node phase kubelet-config, and a restart of the kubelet".to_owned(),
    ]
}

pub(super) fn join_worker(context: &Context<'_>) -> Vec<String> {
    let mut head = vec![format!("kubeadm {} join: any worker node.", context.plan.cluster.version)];
    head.extend(discovery());
    head.push("Then:           kubeadm join --config join-worker.yaml".to_owned());
    head
}

pub(super) fn join_control_plane(context: &Context<'_>) -> Vec<String> {
    let version = context.plan.cluster.version;
    let mut head = vec![format!(
        "kubeadm {version} join: a further control-plane node. It takes its host name and the address of its default route."
    )];
    if Node::all(context.plan).len() > 1 {
        head.push("The nodes that the spec names have documents of their own in nodes/, with name and address.".to_owned());
    } else {
        head.push(
            "Another address or name: add controlPlane.localAPIEndpoint.advertiseAddress and nodeRegistration.name.".to_owned(),
        );
    }
    head.push(before(context));
    head.extend(certificates());
    head.extend(discovery());
    head.push("Then:           kubeadm join --config join-control-plane.yaml".to_owned());
    head
}

pub(super) fn join_named(context: &Context<'_>, node: &Node<'_>) -> Vec<String> {
    let version = context.plan.cluster.version;
    let mut head =
        vec![format!("kubeadm {version} join: control-plane node {} at {}.", node.name, node.address), before(context)];
    head.extend(certificates());
    head.extend(discovery());
    head.push("Then, there:    kubeadm join --config join-control-plane.yaml".to_owned());
    head
}

/// What must lie on a control-plane node first.
fn before(context: &Context<'_>) -> String {
    let mut text = "First bring control-plane/etc/kubernetes/ of this tree to /etc/kubernetes/ of the node".to_owned();
    if !context.patches.is_empty() {
        text += &format!(", and kubeadm/patches/ to {}", host_paths::PATCHES);
    }
    text + ": a file that is missing keeps the API server from starting."
}

fn certificates() -> [String; 2] {
    [
        "Its certificates come from a running control-plane node, by hand (ca, sa, front-proxy-ca and etcd/ca of the folder of".to_owned(),
        "certificates) or by `kubeadm init phase upload-certs --upload-certs` and controlPlane.certificateKey; keep that key out of files.".to_owned(),
    ]
}

fn discovery() -> [String; 4] {
    let path = host_paths::DISCOVERY;
    [
        format!("It finds the cluster by {path}, a kubeconfig with credentials that end soon. Make it on a control-plane"),
        "node, bring it over with mode 0600 and delete it after the join:".to_owned(),
        "                kubeadm kubeconfig user --config init.yaml --client-name node-join --validity-period 1h \\".to_owned(),
        "                  --org system:bootstrappers:kubeadm:default-node-token > discovery.conf".to_owned(),
    ]
}
