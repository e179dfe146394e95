//! The files of kubelet and kube-proxy, which kubeadm keeps in the cluster and hands to every node.

use crate::{
    base::Cause,
    facts::ConfigKind,
    plan::{Held, Program},
    targets::fields,
    yaml::Out,
};

use super::Context;

/// The documents with the fields that somebody asks for; what only kubeadm itself writes is left to it.
pub(super) fn documents(context: &Context<'_>) -> Vec<Out> {
    let asked = |held: &Held<serde_json::Value>| held.reasons.iter().any(|reason| !matches!(reason.cause, Cause::Shape(_)));
    let document = |program, kind| fields::document(context.plan, program, kind, asked);
    let proxy = context.kubeadm.kube_proxy.then(|| document(Program::KubeProxy, ConfigKind::KubeProxy)).flatten();
    document(Program::Kubelet, ConfigKind::Kubelet).into_iter().chain(proxy).collect()
}
