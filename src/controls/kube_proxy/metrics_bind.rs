//! Keeps kube-proxy's metrics on loopback, without profiling.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{Lowering, Program},
    resolve::Resolved,
};

use super::applies_but_on_aks;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kube-proxy/metrics-bind",
    area: Area::ApiAccess,
    title: "serve the metrics of kube-proxy on loopback alone",
    level: Level::Baseline,
    doc: include_str!("metrics_bind.md"),
    params: &[],
    applies: applies_but_on_aks,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    out.field(Program::KubeProxy, "metricsBindAddress", "127.0.0.1:10249".into());
    out.field(Program::KubeProxy, "enableProfiling", false.into());
}
