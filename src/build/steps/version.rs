//! The way of a running cluster to the version of this tree: kubeadm goes one minor at a time, API servers before kubelets.

use super::{
    RUNNING,
    kubeadm::Tree,
    nodes::{DRAIN, NODES},
};

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
        let of_proxy = if self.kubeadm.kube_proxy { " kube-proxy's configuration," } else { "" };
        let scripts = if self.has("nodes/") { " scripts," } else { "" };
        let mut steps = vec![format!(
            "For a cluster whose API servers run another version than {version} (`kubectl version`). One minor at a time and never back: build and \
             apply each minor in between. First the steps of [{RUNNING}](#a-running-cluster) that come before the nodes: the copies and what is to be \
             asked before."
        )];
        steps.extend(self.kubelets_first().map(|_| KUBELETS_SERVE.to_owned()));
        steps.extend([
            format!(
                "On one control-plane node: {}install kubeadm {version}. The kubelet stays as it is: none may be newer than any API server. Store \
                 the arguments of this version before kubeadm writes manifests from them, so that no argument of the old version stops a server of the new one: `kubeadm init phase upload-config kubeadm --config \
                 kubeadm/init.yaml` (not `all`: a kubelet of the old version may refuse fields of the new one). Then `kubeadm upgrade plan`, and `kubeadm upgrade apply v{version}`: it renews certificates and brings the control \
                 plane{etcd}, CoreDNS{proxy} to the version.{manifests}",
                brings(alone)
            ),
            format!(
                "On each further control-plane node, one after the other: {}install kubeadm {version} and run `kubeadm upgrade node`.",
                brings("it")
            ),
            format!(
                "Kubelets when every API server runs {version}. Store their configuration now: `kubeadm init phase upload-config kubelet --config \
                 kubeadm/init.yaml`. Then one node after the other: {DRAIN}; on workers kubeadm {version} and \
                 `kubeadm upgrade node`, on control-plane nodes `kubeadm upgrade node phase kubelet-config`; at once the kubelet {version} and \
                 `systemctl restart kubelet`, since the file is for the new one; when `kubectl get node NODE` says Ready in version {version}, `kubectl \
                 uncordon NODE`."
            ),
            format!(
                "The versions agree now: go through [{RUNNING}](#a-running-cluster) from its step on the nodes on. It brings what `kubeadm upgrade` does \
                 not write:{scripts}{of_proxy} manifests, stages of encryption, objects."
            ),
        ]);
        steps
    }
}

/// API servers that check the certificates of kubelets come before the kubelets that get them.
const KUBELETS_SERVE: &str = "The API servers of this tree check the certificates that kubelets serve with (`--kubelet-certificate-authority`), and an upgrade \
     brings the servers first. Where kubelets serve with certificates of the cluster's CA already (an approved request of the signer \
     `kubernetes.io/kubelet-serving` for each in `kubectl get csr`, or this hardening before), go on. Else set `platform.kubeadm.servingCertificates: { none: {} }` for the \
     upgrade, build and go through these steps with that tree; set the approver when the versions agree. Logs, exec and port-forward would \
     fail in the whole cluster from the first API server to the last kubelet.";
