//! Makes the kubelet refuse a node whose kernel is not set up; only together with the sysctls that it wants.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, NodePlan, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::applies;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kubelet/protect-kernel-defaults",
    area: Area::Node,
    title: "let the kubelet refuse a node whose kernel settings differ",
    level: Level::Optional,
    doc: include_str!("protect_kernel_defaults.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    // The control of the sysctls comes later in the catalogue; whether it really set them, `agree` looks at.
    let selected = cluster.selects("node/kubelet-sysctls");
    let prepared = |pool: &&NodePlan| selected && pool.host_os().is_some();
    let bare: Vec<String> = out.plan().pools.values().filter(|pool| !prepared(pool)).map(|pool| pool.name.clone()).collect();
    if bare.is_empty() && !out.plan().pools.is_empty() {
        out.field(Program::Kubelet, "protectKernelDefaults", true.into());
        return;
    }
    // One document holds for all kubelets: a single node without the sysctls would lose its kubelet.
    let detail = "nothing sets the six sysctls on these nodes yet, so the field is not written";
    for pool in &bare {
        out.verdict(Scope::Pool(pool.clone()), Outcome::Impossible, facts::id::PROTECT_KERNEL, detail);
    }
    if bare.is_empty() {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::PROTECT_KERNEL, detail);
    }
}
