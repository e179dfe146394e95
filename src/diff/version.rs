//! Another version of Kubernetes: every program of the cluster is another one.

use crate::{
    base::{KubeVersion, Platform},
    facts::{self, Misstep},
    plan::{Impact, Program},
};

use super::Side;

/// What the change does to the running cluster, the gravest first. Providers restart what is theirs themselves.
pub(super) fn impact(old: &Side, new: &Side) -> Vec<Impact> {
    let read = |side: &Side| side.version.parse::<KubeVersion>().ok();
    let (Some(from), Some(to)) = (read(old), read(new)) else { return Vec::new() };
    let mut impacts = Vec::new();
    // Whoever went there does not come back.
    if facts::misstep(to, from) == Some(Misstep::Back) {
        impacts.push(Impact::OneWay);
    }
    if new.platform == Platform::Kubeadm.to_string() {
        let mut restarted = vec![Program::KubeApiserver, Program::KubeControllerManager, Program::KubeScheduler];
        let etcd = |version| facts::etcd_image(version).map(|image| image.tag);
        if new.has_any("etcd/flag/") && etcd(from) != etcd(to) {
            restarted.push(Program::Etcd);
        }
        impacts.extend(restarted.into_iter().map(Impact::Restarts));
    }
    impacts.push(Impact::Rolls(Program::Kubelet));
    if new.has_any("kube-proxy/field/") {
        impacts.push(Impact::Rolls(Program::KubeProxy));
    }
    impacts
}
