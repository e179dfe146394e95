//! The kubelet of a node: a drop-in of its configuration, and the one of its unit that makes the kubelet read it.
//!
//! kubeadm writes `/var/lib/kubelet/config.yaml` anew from the cluster at every `init`, `join` and `upgrade`, so that file is not ours. A
//! drop-in lies beside it, is merged over it and stays.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Lines, Origin, Reason},
    facts::ConfigKind,
    plan::{PoolRole, Program},
    targets::{fields, origins},
    yaml,
};

use super::{
    Pool,
    file::{HostFile, form},
};

/// Where the drop-in lies, in the folder that CIS names.
pub(super) const DROP_IN: &str = "/etc/kubernetes/kubelet.conf.d/50-harden.conf";
/// The drop-in of the unit. Of one name in several folders the first wins, and kubeadm's is `10-kubeadm.conf`.
const UNIT: &str = "/etc/systemd/system/kubelet.service.d/50-harden.conf";
/// kubeadm's unit passes this variable; a later assignment replaces an earlier one.
const ARGUMENTS: &str = "[Service]\n\
    Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --config-dir=/etc/kubernetes/kubelet.conf.d\"\n";

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    // A kubelet that runs etcd on a host of its own knows no API server: with `webhook` it does not start (cmd/kubelet/app/auth.go, "no client
    // provided, cannot use webhook authentication"; kubeadm's guide on etcd hosts gives it a configuration of its own).
    if pool.node.role == PoolRole::Etcd {
        return Vec::new();
    }
    // What the owner's own file says alone comes from the cluster. So does the driver of control groups: a node whose script does not bring
    // the runtime's configuration must not bring the kubelet's half.
    let by_host = |reason: &Reason| reason.control.is_some_and(|control| control.0 != "runtime/cgroup-driver");
    let asked = fields::document(pool.plan, Program::Kubelet, ConfigKind::Kubelet, |held| held.reasons.iter().any(by_host));
    let Some(document) = asked else { return Vec::new() };
    let minor = pool.plan.cluster.minor();
    let body = yaml::write(&[document], &[], &form());
    let reasons = reasons(&body);
    let purpose = format!(
        "Settings of kubelet {minor}, merged over /var/lib/kubelet/config.yaml. The kubelet reads it when it starts. It wins over what kubeadm \
         brings from the cluster; of several files here the last by name wins."
    );
    let settings = HostFile::new(DROP_IN, &purpose, body);
    let unit = HostFile::new(
        UNIT,
        "Makes the kubelet read the drop-ins of its configuration.",
        Lines::of(ARGUMENTS.to_owned(), &reasons),
    );
    vec![
        HostFile { mode: "0600", validator: format!("kubelet:{minor}"), effect: "kubelet", ..settings },
        HostFile { validator: "kubelet-unit".to_owned(), effect: "kubelet", ..unit },
    ]
}

/// Everything that asks for one of the settings.
fn reasons(body: &Lines) -> Arc<Origin> {
    let all: BTreeSet<Reason> = body.iter().flat_map(|(_, origin)| origin.reasons.iter().cloned()).collect();
    origins::of_reasons(None, all.into_iter().filter(|reason| reason.control.is_some()).collect())
}
