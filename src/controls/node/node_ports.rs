//! Closes NodePorts to all but nodes, pods and declared sources, before kube-proxy rewrites them.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{Lowering, Outcome, Scope},
    resolve::{KubeProxyAnswers, Resolved},
};

use super::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/node-ports",
    area: Area::Network,
    title: "close NodePorts to all but declared sources",
    level: Level::Optional,
    doc: include_str!("node_ports.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if cluster.kube_proxy == KubeProxyAnswers::Absent {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::NODE_PORTS_WITHOUT_PROXY, "");
        return;
    }
    if !cluster.selects("node/firewall") {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::NODE_PORTS_NEED_FIREWALL, "");
        return;
    }
    let (first, last) = out.plan().node_ports();
    let ports = format!("{first}-{last}");
    pools::on_each(out, |out, pool, _| {
        if cluster.waiver_of_pool("node/firewall", &pool.name).is_some() {
            out.verdict(Scope::Pool(pool.name.clone()), Outcome::Impossible, facts::id::NODE_PORTS_NEED_FIREWALL, "");
            return Vec::new();
        }
        vec![out.host_rule(&pool.name, "firewall/node-ports", &ports)]
    });
    if cluster.text("node/firewall", "mode").0 == "count" {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::FIREWALL_COUNTS, "parameter `mode` of `node/firewall`");
    }
}
