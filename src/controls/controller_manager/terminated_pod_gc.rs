//! Limits how many ended pods are kept.

use crate::{
    base::{Area, Level, Platform},
    controls::{Applies, Control, Param, ParamKind, Stricter},
    facts,
    plan::{Lowering, Outcome, Program},
    resolve::Resolved,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/terminated-pod-gc",
    area: Area::Node,
    title: "limit how many ended pods are kept",
    level: Level::Baseline,
    doc: include_str!("terminated_pod_gc.md"),
    params: &[Param {
        name: "threshold",
        kind: ParamKind::Int { min: 1, max: 12_500 },
        stricter: Stricter::Lower,
        about: "how many ended pods may exist before the oldest are deleted",
    }],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => Applies::No(Outcome::Impossible, facts::id::EKS_POD_GC),
        Platform::Aks => Applies::No(Outcome::Provider, facts::id::AKS_POD_GC),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (threshold, cause) = cluster.int(CONTROL.id, "threshold");
    out.because(cause).flag_int(Program::KubeControllerManager, "terminated-pod-gc-threshold", threshold);
}
