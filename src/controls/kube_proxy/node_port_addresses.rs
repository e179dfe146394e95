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
    let (mode, addresses) = answers(cluster);
    let path = because_of("nodePortAddresses", out);
    if addresses.is_empty() {
        // nftables opens the primary addresses unless told otherwise, the older modes every address.
        let outcome = if mode == "nftables" { Outcome::Elsewhere } else { Outcome::Weaker };
        out.verdict(Scope::Cluster, outcome, facts::id::NODE_PORTS, format!("mode is `{mode}`, `nodePortAddresses` is empty"));
        return;
    }
    out.field(Program::KubeProxy, "nodePortAddresses", addresses.into());
    if let Some(path) = path {
        out.intent_by(path, &[SettingKey::Field(Program::KubeProxy, "nodePortAddresses".to_owned())]);
    }
}
