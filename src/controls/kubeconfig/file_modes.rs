//! Closes kubeconfig files, manifests and keys to everybody but root.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, self_managed},
    facts,
    plan::{Ground, Lowering, Outcome, Scope, SettingKey, host_paths},
    resolve::Resolved,
};

use super::runs_control_plane;

/// What nobody but root may read.
const PRIVATE: &str = "0600 root:root";

/// Files of every control-plane node, below `/etc/kubernetes`; those of etcd and the kubelet come on top.
const CONTROL_PLANE: &[&str] = &[
    "admin.conf",
    "controller-manager.conf",
    "manifests/kube-apiserver.yaml",
    "manifests/kube-controller-manager.yaml",
    "manifests/kube-scheduler.yaml",
    "scheduler.conf",
    "super-admin.conf",
];

/// The unit of the kubelet and the drop-in of its package, where packages put them: whoever writes them runs as root.
const KUBELET_UNITS: &[&str] = &[
    "/etc/systemd/system/kubelet.service",
    "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubeconfig/file-modes",
    area: Area::Node,
    title: "close kubeconfig files, manifests and keys to everybody but root",
    level: Level::Baseline,
    doc: include_str!("file_modes.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    self_managed(cluster, Outcome::Impossible, facts::id::MANAGED_NODE_FILES)
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(kubeadm) = &cluster.kubeadm else { return };
    for file in CONTROL_PLANE {
        out.node_rule(runs_control_plane, &format!("mode/etc/kubernetes/{file}"), PRIVATE);
    }
    if kubeadm.external_etcd.is_none() {
        out.node_rule(runs_control_plane, "mode/etc/kubernetes/manifests/etcd.yaml", PRIVATE);
    }
    for key in ["**/*.key", "sa.pub"] {
        out.node_rule(runs_control_plane, &format!("mode{}/{key}", kubeadm.certificates_dir), PRIVATE);
    }
    // Beside the keys lie what `make-key.sh` keeps of them; the discovery file holds a credential until the node has joined.
    out.node_rule(runs_control_plane, &format!("mode{}*", host_paths::ENCRYPTION), PRIVATE);
    out.node_rule(|_| true, &format!("mode{}", host_paths::DISCOVERY), PRIVATE);
    out.node_rule(|_| true, &format!("mode{}/**/*.crt", kubeadm.certificates_dir), "0644 root:root");
    for file in ["/etc/kubernetes/kubelet.conf", "/var/lib/kubelet/config.yaml"] {
        out.node_rule(|_| true, &format!("mode{file}"), PRIVATE);
    }
    for file in KUBELET_UNITS {
        out.node_rule(|_| true, &format!("mode{file}"), PRIVATE);
    }
    let pools: Vec<(Scope, bool, bool)> = out
        .plan()
        .pools
        .values()
        .map(|pool| (Scope::Pool(pool.name.clone()), runs_control_plane(pool), pool.host_os().is_some()))
        .collect();
    for (scope, control_plane, scripted) in pools {
        if scripted {
            let keys = keys(&scope, out);
            out.verdict_on(scope, Outcome::Enforced, Ground::Settings(keys), "by the script of the pool");
            continue;
        }
        if control_plane {
            out.verdict(
                scope.clone(),
                Outcome::Elsewhere,
                facts::id::KUBEADM_FILE_MODES,
                "nothing restores a mode that is changed later",
            );
        }
        out.verdict(scope, Outcome::Weaker, facts::id::KUBELET_FILE_MODE, "");
    }
    if out.plan().pools.is_empty() {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::KUBELET_FILE_MODE, "the spec names no pool of nodes");
    }
}

/// The settings of this control on the nodes of a pool.
fn keys(scope: &Scope, out: &Lowering<'_>) -> Vec<SettingKey> {
    let Scope::Pool(name) = scope else { return Vec::new() };
    let rules = out.plan().pools.get(name).into_iter().flat_map(|pool| &pool.file_rules);
    let own = rules.filter(|(_, held)| held.reasons.iter().any(|reason| reason.control == Some(CONTROL.id())));
    own.map(|(rule, _)| SettingKey::Node(format!("{name}/{rule}"))).collect()
}
