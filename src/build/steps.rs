//! The steps that a person takes to apply a tree, in order.

use std::collections::BTreeMap;

use crate::{
    base::{Artifact, Platform},
    plan::{EncryptionProvider, EncryptionStage, PER_NODE, Plan, host_paths},
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
    if has("kubeadm/patches/") {
        steps.push(format!(
            "Copy `kubeadm/patches/` to `{}` of every control-plane node. The documents name the folder; `kubeadm upgrade` needs it again.",
            plan.cluster.kubeadm.as_ref().map_or(host_paths::PATCHES, host_paths::patches)
        ));
    }
    steps.push(
        "A new cluster: `kubeadm config validate --config kubeadm/init.yaml`, then `kubeadm init --config kubeadm/init.yaml --upload-certs` on \
         the first control-plane node; `kubeadm/join-control-plane.yaml` and `kubeadm/join-worker.yaml` on the others (a control-plane node \
         that the spec names has a document of its own in `kubeadm/nodes/`), each after its `/etc/kubernetes/discovery.conf` was brought \
         there. The head of the documents says how that file is made; no token stands in the tree."
            .to_owned(),
    );
    let named = plan.cluster.kubeadm.as_ref().is_some_and(|kubeadm| !kubeadm.nodes.is_empty());
    steps.push(if named {
        "A running cluster: on one control-plane node after the other, bring the static pods of `control-plane/<node>/manifests/` to \
         `/etc/kubernetes/manifests/` (0600, root), wait until `/readyz` answers, then take the next node."
            .to_owned()
    } else {
        "A running cluster: on one control-plane node after the other, `kubeadm init phase control-plane all --config kubeadm/init.yaml`, with \
         the node's own `localAPIEndpoint.advertiseAddress` in the document; wait until `/readyz` answers, then take the next node. The \
         spec names no control-plane nodes (`nodePools[].nodes`), so there are no static pods in this tree."
            .to_owned()
    });
    steps.push(format!(
        "Another installer: `control-plane/flags/` holds the flags of each program, one a line. What belongs to one node is left out and has \
         to be added there: {}.",
        of_one_node()
    ));
    steps.push(
        "Kubelets and kube-proxy read the configuration that `kubeadm init phase upload-config all` stores in the cluster: run it, then \
         `kubeadm upgrade node phase kubelet-config` and a kubelet restart, one node at a time."
            .to_owned(),
    );
    steps
}

/// The flags that no file for every node can hold.
fn of_one_node() -> String {
    let mut by_program: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (program, flag) in PER_NODE {
        by_program.entry(program.name()).or_default().push(format!("`--{flag}`"));
    }
    let program = |(name, flags): (&str, Vec<String>)| format!("{name}: {}", flags.join(", "));
    by_program.into_iter().map(program).collect::<Vec<_>>().join("; ")
}

fn encryption_steps(provider: &EncryptionProvider, stage: EncryptionStage) -> Vec<String> {
    let make = match provider {
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            "Encryption key: on the first control-plane node run `/etc/kubernetes/encryption/make-key.sh apply`, the first time with \
             `--new-key`; copy the `encryption.yaml` that it writes to every other control-plane node (0600, root). It is never part of \
             this tree."
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
