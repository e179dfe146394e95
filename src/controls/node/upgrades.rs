//! Lets nodes take security updates by themselves, but never of Kubernetes or the runtime.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::Resolved,
};

use super::pools;

/// What is held back, and how upgrades run.
const RULES: &[(&str, &str)] = &[
    ("program/unattended-upgrade", "unattended-upgrades"),
    ("upgrades/hold/containerd", "held"),
    ("upgrades/hold/cri-", "held"),
    ("upgrades/hold/docker", "held"),
    ("upgrades/hold/kubeadm", "held"),
    ("upgrades/hold/kubectl", "held"),
    ("upgrades/hold/kubelet", "held"),
    ("upgrades/hold/kubernetes-cni", "held"),
    ("upgrades/hold/runc", "held"),
    ("upgrades/option/APT::Periodic::Unattended-Upgrade", "1"),
    ("upgrades/option/APT::Periodic::Update-Package-Lists", "1"),
    ("upgrades/option/Unattended-Upgrade::Automatic-Reboot", "false"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/upgrades",
    area: Area::Vulnerabilities,
    title: "take security updates unattended, but never of Kubernetes or the runtime",
    level: Level::Restricted,
    doc: include_str!("upgrades.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::rules(out, RULES);
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::NEEDS_PACKAGE, "unattended-upgrades");
}
