//! Limits how many ended pods are kept.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, Param, ParamKind, Stricter, by_platform},
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
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_POD_GC), (Outcome::Provider, facts::id::AKS_POD_GC))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (threshold, cause) = cluster.int(CONTROL.id, "threshold");
    out.because(cause).flag_int(Program::KubeControllerManager, "terminated-pod-gc-threshold", threshold);
}
