//! The sizes of the ranges of pods and Services, wherever they are named: kubeadm stops at others.

use crate::{
    base::{Cidr, SpecPath},
    diag::{Diagnostics, Place},
    facts,
    plan::Program,
    spec::{self, model::Kubeadm},
    yaml::Node,
};

use super::{
    diagnostics::SubnetSize,
    owner::{self, Owner},
    ranges,
};

/// Reports every range that kubeadm would refuse for its size, and those of the owner's file that cannot stand beside others.
pub(super) fn check(kubeadm: &Kubeadm, tree: &Node, owner: &Owner, diags: &mut Diagnostics) {
    ranges::check(kubeadm, tree, owner, diags);
    let flag = |name: &str| owner.flag(Program::KubeControllerManager, name);
    let found =
        ranges(kubeadm.service_subnets.as_deref(), "serviceSubnets", tree, owner.service_subnets(), owner, owner::SERVICES);
    for (range, at) in found {
        if let Some(wrong) = facts::service_range(range) {
            diags.push(SubnetSize { range, wrong, at });
        }
    }
    // Without a range for each node, that of the pods may have any size.
    if flag("allocate-node-cidrs") == Some("false") {
        return;
    }
    let found = ranges(kubeadm.pod_subnets.as_deref(), "podSubnets", tree, owner.pod_subnets(), owner, owner::PODS);
    for (range, at) in found {
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

/// The ranges that count, each with its place: those of the spec, else those of the owner's file.
fn ranges(
    said: Option<&[Cidr]>,
    field: &str,
    tree: &Node,
    of_owner: Option<Vec<Cidr>>,
    owner: &Owner,
    pointer: &str,
) -> Vec<(Cidr, Option<Place>)> {
    let Some(said) = said else {
        return of_owner.into_iter().flatten().map(|range| (range, owner.place(pointer))).collect();
    };
    let at = SpecPath::new("/platform/kubeadm").child(field);
    said.iter().enumerate().map(|(index, range)| (*range, spec::locate(tree, &at.clone().index(index)))).collect()
}
