//! Filters the system calls of pods that say nothing with the runtime's profile.

use crate::{
    base::{Area, Level, Platform},
    controls::{Applies, Control},
    facts,
    plan::{Lowering, Outcome, Program},
    resolve::Resolved,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/seccomp-default",
    area: Area::Node,
    title: "filter the system calls of pods that name no profile",
    level: Level::Restricted,
    doc: include_str!("seccomp_default.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => Applies::No(Outcome::Impossible, facts::id::EKS_KUBELET),
        Platform::Aks => Applies::No(Outcome::Impossible, facts::id::AKS_SECCOMP),
    }
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "seccompDefault", true.into());
}
