//! The way of a running cluster to the version of this tree: kubeadm goes one minor at a time, API servers before kubelets.

use super::{RUNNING, kubeadm::Tree, nodes::NODES};

/// The title of its list.
pub(super) const ANOTHER_VERSION: &str = "Another Kubernetes version";

impl Tree<'_> {
    /// The steps of an upgrade with kubeadm.
    pub(super) fn upgrade(&self) -> Vec<String> {
        let version = self.plan.cluster.version;
        let key = if self.plan.encryption.is_some() {
            format!(
                " with what its encryption needs (the step on the key or the KMS plugin of [{NODES}](#the-nodes): no server starts without)"
            )
        } else {
            String::new()
        };
        let brings = |whose: &str| {
            let files = format!("bring the files of `control-plane/etc/kubernetes/` to {whose}{key}, and ");
            if self.has("control-plane/etc/") { files } else { String::new() }
        };
        let alone = "that node alone (a server of the old version on another one need not understand them when it restarts)";
        let manifests = if self.kubeadm.nodes.is_empty() {
            ""
        } else {
            " Compare the manifests that it wrote with `control-plane/<node>/manifests/` of that node: where they differ, those of the tree hold \
             what the document cannot say, and the last step brings them."
        };
        let etcd = if self.kubeadm.external_etcd.is_none() { ", etcd" } else { "" };
        let proxy = if self.kubeadm.kube_proxy { " and kube-proxy" } else { "" };
        vec![
            format!(
                "For a cluster whose API servers run another version than {version} (`kubectl version`). One minor at a time and never back: build and \
                 apply each minor in between. First the steps of [{RUNNING}](#a-running-cluster) that come before the nodes: the copies and what is to be \
                 asked before."
            ),
            format!(
                "On one control-plane node: {}install kubeadm {version}. The kubelet stays as it is: none may be newer than any API server. Store \
                 the arguments of this version before kubeadm writes manifests from them, so that no argument of the old version stops a server of the new one: `kubeadm init phase upload-config all --config \
                 kubeadm/init.yaml`. Then `kubeadm upgrade plan`, and `kubeadm upgrade apply v{version}`: it renews certificates and brings the control \
                 plane{etcd}, CoreDNS{proxy} to the version.{manifests}",
                brings(alone)
            ),
            format!(
                "On each further control-plane node, one after the other: {}install kubeadm {version} and run `kubeadm upgrade node`.",
                brings("it")
            ),
            format!(
                "Kubelets when every API server runs {version}, one node after the other: `kubectl drain NODE --ignore-daemonsets`; on workers kubeadm \
                 {version} and `kubeadm upgrade node`; then the kubelet {version}, restarted, and `kubectl uncordon NODE`."
            ),
            format!(
                "The versions agree now: go through [{RUNNING}](#a-running-cluster) from its step on the nodes on. It brings what `kubeadm upgrade` does \
                 not write: scripts, kube-proxy's configuration, manifests, stages of encryption, objects."
            ),
        ]
    }
}
