//! The steps that a person takes to apply a tree, in order.

use crate::{
    base::{Artifact, Platform},
    plan::{EncryptionProvider, EncryptionStage, Plan},
};

/// The steps, as Markdown sentences.
pub(super) fn steps(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    match plan.cluster.platform {
        Platform::Kubeadm => kubeadm(plan, artifacts),
        Platform::Eks | Platform::Aks => Vec::new(),
    }
}

fn kubeadm(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    let mut steps = Vec::new();
    let has = |prefix: &str| artifacts.iter().any(|artifact| artifact.path.as_str().starts_with(prefix));
    if has("control-plane/etc/") {
        steps.push(
            "Copy `control-plane/etc/kubernetes/` to `/etc/kubernetes/` of every control-plane node, owner root:root, keeping the modes \
             (folders 0755). A missing file keeps the API server's pod from starting, so do this before the next step."
                .to_owned(),
        );
    }
    if let Some(encryption) = &plan.encryption {
        steps.extend(encryption_steps(&encryption.value.provider, encryption.value.stage));
    }
    steps.push(
        "A new cluster: `kubeadm config validate --config kubeadm/init.yaml`, then `kubeadm init --config kubeadm/init.yaml --upload-certs` on \
         the first control-plane node; `kubeadm/join-control-plane.yaml` and `kubeadm/join-worker.yaml` on the others, each after its \
         `/etc/kubernetes/discovery.conf` was brought there (a kubeconfig with embedded credentials; the joining node has no token)."
            .to_owned(),
    );
    if has("control-plane/flags/") {
        steps.push(
            "A running cluster: on one control-plane node after the other, bring the static pods of `control-plane/<node>/manifests/` (or \
             `kubeadm init phase control-plane all --config kubeadm/init.yaml`, with that node's own address and name in the document), \
             wait until `/readyz` answers, then take the next node."
                .to_owned(),
        );
    }
    steps.push(
        "Kubelets and kube-proxy read the configuration that `kubeadm init phase upload-config all` stores in the cluster: run it, then \
         `kubeadm upgrade node phase kubelet-config` and a kubelet restart, one node at a time."
            .to_owned(),
    );
    steps
}

fn encryption_steps(provider: &EncryptionProvider, stage: EncryptionStage) -> Vec<String> {
    let make = match provider {
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            "Make the encryption key once with `control-plane/etc/kubernetes/encryption/make-key.sh`, on a machine you trust; copy the \
             `encryption.yaml` that it writes to every control-plane node (0600, root). It is never part of this tree."
        }
        EncryptionProvider::Kms { .. } => {
            "Start the KMS plugin on every control-plane node before the API server is told of it; a dead plugin makes the server unready."
        }
    };
    let next = match stage {
        EncryptionStage::Prepare => {
            "Encryption stage `prepare`: every API server can now read encrypted objects and still writes plain ones. When all of them run \
             with it, set `stage: write`."
        }
        EncryptionStage::Write => {
            "Encryption stage `write`: new objects are encrypted. Rewrite the old ones (`kubectl get secrets -A -o json | kubectl replace -f -`), \
             then set `stage: enforce`."
        }
        EncryptionStage::Enforce => {
            "Encryption stage `enforce`: a plain object can no longer be read. Only for clusters in which every object was rewritten, and for \
             new ones."
        }
    };
    vec![make.to_owned(), next.to_owned()]
}
