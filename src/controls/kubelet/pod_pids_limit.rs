//! Limits how many processes a pod may have.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, Param, ParamKind, Stricter},
    facts,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::managed;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/pod-pids-limit",
    area: Area::Node,
    title: "limit how many processes a pod may have",
    level: Level::Restricted,
    doc: include_str!("pod_pids_limit.md"),
    params: &[Param {
        name: "limit",
        kind: ParamKind::Int { min: 64, max: 4_194_304 },
        stricter: Stricter::Lower,
        about: "processes and threads that one pod may have at a time",
    }],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    managed(cluster, facts::id::AKS_POD_PIDS)
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (limit, cause) = cluster.int(CONTROL.id, "limit");
    out.because(cause).field(Program::Kubelet, "podPidsLimit", limit.into());
}
