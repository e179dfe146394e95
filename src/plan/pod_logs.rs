//! The pods of `kube-system` that run Kubernetes itself, and where their logs lie: one list for who ships them and for who leaves them out.

use super::{NodePlan, Plan, PoolRole};

/// Where the runtime writes what pods say.
pub const POD_LOGS: &str = "/var/log/pods";

/// Static pods of every control-plane node, beside etcd.
const CONTROL_PLANE: [&str; 3] = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/// The files that containers of a program of `kube-system` write, as a pattern.
#[must_use]
pub fn kube_system_logs(program: &str) -> String {
    format!("{POD_LOGS}/kube-system_{program}-*/*/*.log")
}

impl Plan {
    /// The programs of Kubernetes itself that run as pods on nodes of a pool, by the name that their pods begin with. Nodes of an external
    /// etcd run a kubelet without a cluster, which starts etcd as a static pod (kubernetes.io, "Set up a High Availability etcd Cluster with
    /// kubeadm").
    #[must_use]
    pub fn kubernetes_pods(&self, pool: &NodePlan) -> Vec<&'static str> {
        let kubeadm = self.cluster.kubeadm.as_ref();
        let mut programs = Vec::new();
        if pool.role == PoolRole::Etcd {
            return vec!["etcd"];
        }
        if pool.role == PoolRole::ControlPlane {
            programs.extend(kubeadm.is_none_or(|kubeadm| kubeadm.external_etcd.is_none()).then_some("etcd"));
            programs.extend(CONTROL_PLANE);
        }
        if kubeadm.is_none_or(|kubeadm| kubeadm.kube_proxy) {
            programs.push("kube-proxy");
        } else if self.host.cni == "cilium" {
            // It stands in for kube-proxy.
            programs.push("cilium");
        }
        programs
    }
}
