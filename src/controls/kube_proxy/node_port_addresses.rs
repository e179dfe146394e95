//! Opens NodePorts on the addresses that the spec names, and on no other.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Program, Scope, SettingKey},
    resolve::Resolved,
};

use super::{answers, applies, because_of};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "kube-proxy/node-port-addresses",
    area: Area::Network,
    title: "open NodePorts on declared addresses alone",
    level: Level::Baseline,
    doc: include_str!("node_port_addresses.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let kube_proxy = out.plan().component(Program::KubeProxy);
    let field = |path: &str| kube_proxy.fields.get(path).map(|held| held.value.clone());
    let (_, declared) = answers(cluster);
    let carried = field("nodePortAddresses").filter(|list| list.as_array().is_some_and(|items| !items.is_empty()));
    if let (true, Some(list)) = (declared.is_empty(), &carried) {
        out.field(Program::KubeProxy, "nodePortAddresses", list.clone());
    } else if declared.is_empty() {
        // nftables opens the primary addresses unless told otherwise, the older modes every address.
        let nftables = field("mode") == Some("nftables".into());
        let outcome = if nftables { Outcome::Elsewhere } else { Outcome::Weaker };
        out.verdict(Scope::Cluster, outcome, facts::id::NODE_PORTS, "the spec names no addresses under `nodePortAddresses`");
    } else {
        if let Some(path) = because_of("nodePortAddresses", out) {
            out.intent_by(path, &[SettingKey::Field(Program::KubeProxy, "nodePortAddresses".to_owned())]);
        }
        out.field(Program::KubeProxy, "nodePortAddresses", declared.into());
    }
}
