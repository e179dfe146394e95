//! Filters the system calls of pods that say nothing with the runtime's profile.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control},
    facts,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::managed;

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
    managed(cluster, facts::id::AKS_SECCOMP)
}

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::Kubelet, "seccompDefault", true.into());
}
