//! The sizes of the ranges of pods and Services, wherever they are named: kubeadm stops at others.

use crate::{diag::Diagnostics, facts, plan::Program, spec::model::Kubeadm, yaml::Node};

use super::{
    diagnostics::SubnetSize,
    owner::Owner,
    ranges::{self, Counted},
};

/// Reports every range that kubeadm would refuse for its size, and those of the owner's file that cannot stand beside others.
pub(super) fn check(kubeadm: &Kubeadm, tree: &Node, owner: &Owner, diags: &mut Diagnostics) {
    let (pods, services) = (Counted::pods(kubeadm, tree, owner), Counted::services(kubeadm, tree, owner));
    ranges::check(&pods, &services, tree, diags);
    let flag = |name: &str| owner.flag(Program::KubeControllerManager, name);
    for (range, at) in services.list {
        if let Some(wrong) = facts::service_range(range) {
            diags.push(SubnetSize { range, wrong, at });
        }
    }
    // Without a range for each node, that of the pods may have any size.
    if flag("allocate-node-cidrs") == Some("false") {
        return;
    }
    for (range, at) in pods.list {
        let node = match flag(facts::node_range_flag(range)).filter(|text| !text.is_empty()).map(str::parse) {
            // The text is told of as one that the program cannot read.
            Some(Err(_)) => continue,
            Some(Ok(prefix)) => Some(prefix),
            None => None,
        };
        if let Some(wrong) = facts::pod_range(range, node) {
            diags.push(SubnetSize { range, wrong, at });
        }
    }
}
