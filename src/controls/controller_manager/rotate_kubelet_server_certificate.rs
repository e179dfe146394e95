//! Keeps the rotation of kubelet serving certificates on: a gate that is on by default and best left unnamed.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Plan, Program, Scope},
    resolve::Resolved,
};

use super::applies;

/// The gate.
const GATE: &str = "RotateKubeletServerCertificate";

pub(in crate::controls) const CONTROL: Control = Control {
    id: "controller-manager/rotate-kubelet-server-certificate",
    area: Area::Authentication,
    title: "keep the rotation of kubelet serving certificates on",
    level: Level::Baseline,
    doc: include_str!("rotate_kubelet_server_certificate.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let gate = facts::gate_of(Program::KubeControllerManager, GATE, cluster.minor());
    if gate.is_known_and(|gate| !gate.default) {
        out.flag_items(Program::KubeControllerManager, "feature-gates", &[&format!("{GATE}=true")]);
    } else if switched_off(out.plan()) {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::GATE_SWITCHED_OFF, format!("`{GATE}`"));
    } else {
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::GATE_ROTATE_SERVER, "");
    }
}

/// Whether the owner's configuration switches the gate off, for the controller manager or for the kubelet that acts on it.
fn switched_off(plan: &Plan) -> bool {
    let kubelet = plan.component(Program::Kubelet);
    let field = |path: &str| kubelet.fields.get(path).map(|held| &held.value);
    plan.component(Program::KubeControllerManager).flag_has("feature-gates", &format!("{GATE}=false"))
        || field(&format!("featureGates.{GATE}")) == Some(&false.into())
        || field("featureGates").and_then(|gates| gates.get(GATE)) == Some(&false.into())
}
