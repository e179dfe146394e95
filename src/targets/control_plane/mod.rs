//! The control plane: files that the API server reads, flag sets for other installers, static pods of the named nodes.

mod configuration;
mod flags;
mod manifests;
mod node;
mod observe;
mod pod;

use crate::plan::Plan;

use super::{Mark, Target};

pub(super) use node::Node;
pub(super) use observe::{can_say, flag_set, host_mount, observe, observe_pod};

fn is_self_managed(plan: &Plan) -> bool {
    plan.cluster.kubeadm.is_some()
}

/// The files that the API server reads.
pub(super) const CONFIGURATION: Target = Target {
    name: "control-plane/configuration",
    wanted: is_self_managed,
    emit: configuration::emit,
    marks: CONFIGURATION_MARKS,
};

/// They lie in the tree as on the node, where the owner's flags may name any path.
const CONFIGURATION_MARKS: &[Mark] = &[
    Mark { path: "control-plane/**", says: "Lies at /{path} on every control-plane node" },
    Mark { path: "control-plane/**", says: "Makes the key of encryption at rest on a control-plane node" },
];

/// Flag sets, one flag a line.
pub(super) const FLAGS: Target = Target {
    name: "control-plane/flags",
    wanted: is_self_managed,
    emit: flags::emit,
    marks: &[
        Mark { path: "control-plane/flags/etcd.flags", says: "" },
        Mark { path: "control-plane/flags/kube-apiserver.flags", says: "" },
        Mark { path: "control-plane/flags/kube-controller-manager.flags", says: "" },
        Mark { path: "control-plane/flags/kube-scheduler.flags", says: "" },
    ],
};

/// Static pods, one folder for each named node.
pub(super) const MANIFESTS: Target = Target {
    name: "control-plane/manifests",
    wanted: |plan| plan.cluster.kubeadm.as_ref().is_some_and(|kubeadm| !kubeadm.nodes.is_empty()),
    emit: manifests::emit,
    marks: &[Mark { path: "control-plane/*/manifests/*", says: "Static pod" }],
};
