//! Loads the kernel modules that runtime and Services need.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::{KubeProxyAnswers, Resolved},
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/runtime-modules",
    area: Area::Node,
    title: "load the kernel modules that runtime and Services need",
    level: Level::Baseline,
    doc: include_str!("runtime_modules.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let mut modules = vec!["module/load/nf_conntrack", "module/load/overlay"];
    if mode(cluster, out) == Some("ipvs") {
        modules.extend(["module/load/ip_vs", "module/load/ip_vs_rr", "module/load/ip_vs_sh", "module/load/ip_vs_wrr"]);
    }
    let rules: Vec<(&str, &str)> = modules.into_iter().map(|name| (name, "loaded")).collect();
    pools::rules(out, &rules);
}

/// The mode of kube-proxy, where it runs: what the spec says, or what the plan has from the owner's configuration.
fn mode<'a>(cluster: &'a Resolved, out: &'a Lowering<'_>) -> Option<&'a str> {
    match &cluster.kube_proxy {
        KubeProxyAnswers::Absent => None,
        KubeProxyAnswers::Runs { mode: Some(mode), .. } => Some(mode),
        KubeProxyAnswers::Runs { mode: None, .. } => {
            out.plan().component(Program::KubeProxy).fields.get("mode").and_then(|held| held.value.as_str())
        }
    }
}
