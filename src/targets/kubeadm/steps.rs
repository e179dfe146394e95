//! Head comments of the documents: what each is and how it is used.

use crate::{plan::host_paths, targets::control_plane::Node};

use super::Context;

pub(super) fn init(context: &Context<'_>) -> Vec<String> {
    let node = Node::all(context.plan).first().map_or_else(
        || "the first control-plane node".to_owned(),
        |node| format!("the first control-plane node, {} at {}", node.name, node.address),
    );
    let mut head = vec![
        format!("kubeadm {} init: {node}, and what the whole cluster has in common.", context.plan.cluster.version),
        before(context),
        "A new cluster:".to_owned(),
        "  kubeadm init --config init.yaml --upload-certs".to_owned(),
        "A running one: keep it for later upgrades, then bring the static pods, one control-plane node after the other."
            .to_owned(),
        "  kubeadm init phase upload-config all --config init.yaml".to_owned(),
    ];
    if context.kubeadm.owner_documents.is_empty() && context.plan.owner.is_empty() {
        head.push(
            "That replaces what the cluster stores: certificate names, registry and kubelet settings of your own are here only after \
             platform.kubeadm.config has named them."
                .to_owned(),
        );
    }
    head.extend([
        "Kubelets take their file from the cluster, on every node:".to_owned(),
        "  kubeadm upgrade node phase kubelet-config && systemctl restart kubelet".to_owned(),
    ]);
    if !context.patches.is_empty() {
        head.push("An upgrade of kubeadm needs the folder of patches again: it does not stand in the cluster.".to_owned());
    }
    head
}

pub(super) fn join_worker(context: &Context<'_>) -> Vec<String> {
    let mut head = vec![format!("kubeadm {} join: any worker node.", context.plan.cluster.version)];
    head.extend(discovery());
    head.push("Then, on the node:".to_owned());
    head.push("  kubeadm join --config join-worker.yaml".to_owned());
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
    head.extend(further(context));
    head
}

pub(super) fn join_named(context: &Context<'_>, node: &Node<'_>) -> Vec<String> {
    let version = context.plan.cluster.version;
    let mut head = vec![format!("kubeadm {version} join: control-plane node {} at {}.", node.name, node.address)];
    head.extend(further(context));
    head
}

/// What every control-plane node after the first needs.
fn further(context: &Context<'_>) -> Vec<String> {
    let mut head = vec![
        before(context),
        "Its certificates come from a running control-plane node: by hand (ca, sa, front-proxy-ca and etcd/ca of the folder of \
         certificates), or by the key that `kubeadm init phase upload-certs --upload-certs` prints, as \
         controlPlane.certificateKey for this one join; it must not stay in a file."
            .to_owned(),
    ];
    head.extend(discovery());
    head.push("Then, on the node:".to_owned());
    head.push("  kubeadm join --config join-control-plane.yaml".to_owned());
    head
}

/// What must lie on a control-plane node first.
fn before(context: &Context<'_>) -> String {
    let mut text = "First bring control-plane/etc/kubernetes/ of this tree to /etc/kubernetes/ of the node".to_owned();
    if !context.patches.is_empty() {
        text += &format!(", and kubeadm/patches/ to {}", host_paths::patches(context.kubeadm));
    }
    text + ": a file that is missing keeps the API server from starting."
}

fn discovery() -> [String; 3] {
    let path = host_paths::DISCOVERY;
    [
        format!(
            "It finds the cluster by {path}, a kubeconfig with credentials that end soon. Make it on a control-plane node, bring it \
             over with mode 0600, and delete it after the join:"
        ),
        "  kubeadm kubeconfig user --config init.yaml --client-name node-join --validity-period 1h \\".to_owned(),
        "    --org system:bootstrappers:kubeadm:default-node-token > discovery.conf".to_owned(),
    ]
}
