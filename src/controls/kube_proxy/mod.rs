//! Controls of kube-proxy.

mod metrics_bind;
mod mode;
mod node_port_addresses;

use crate::{
    base::{Cause, Platform, SpecPath},
    controls::Applies,
    facts,
    plan::{Lowering, Outcome},
    resolve::{KubeProxyAnswers, Resolved},
};

pub(super) use metrics_bind::CONTROL as METRICS_BIND;
pub(super) use mode::CONTROL as MODE;
pub(super) use node_port_addresses::CONTROL as NODE_PORT_ADDRESSES;

fn applies(cluster: &Resolved) -> Applies {
    match (&cluster.kubeadm, &cluster.kube_proxy) {
        (None, _) => Applies::No(Outcome::Impossible, facts::id::MANAGED_KUBE_PROXY),
        (Some(_), KubeProxyAnswers::Absent) => Applies::No(Outcome::NotApplicable, facts::id::KUBE_PROXY_ABSENT),
        (Some(_), KubeProxyAnswers::Runs { .. }) => Applies::Yes,
    }
}

/// The same, for a setting that AKS is known to leave open.
fn applies_but_on_aks(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Aks => Applies::No(Outcome::Impossible, facts::id::AKS_KUBE_PROXY),
        Platform::Kubeadm | Platform::Eks => applies(cluster),
    }
}

/// The mode that the spec declares for a kube-proxy that runs, and the addresses that its node ports listen on.
fn answers(cluster: &Resolved) -> (Option<&str>, &[String]) {
    match &cluster.kube_proxy {
        KubeProxyAnswers::Absent => (None, &[]),
        KubeProxyAnswers::Runs { mode, node_port_addresses } => (mode.as_deref(), node_port_addresses),
    }
}

/// Writes what follows because of a field under `kubeProxy`, where the spec has it; gives its path then.
fn because_of(field: &str, out: &mut Lowering<'_>) -> Option<SpecPath> {
    let path = SpecPath::new("/platform/kubeadm/kubeProxy").child(field);
    out.place(&Cause::Spec(path.clone()))?;
    out.because(Cause::Spec(path.clone()));
    Some(path)
}
