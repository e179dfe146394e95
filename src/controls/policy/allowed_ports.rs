//! Refuses ports of the node that are not declared.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    plan::Lowering,
    policy::{self, ParamValue},
    resolve::Resolved,
};

use super::{Asked, wide, write};

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Policies,
    title: "refuse ports of the node, but for declared ones",
    level: Level::Restricted,
    doc: include_str!("allowed_ports.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

const ID: &str = "policy/allowed-ports";

/// The ways to a port of the node that are not of the pod.
const UNSEEN: &str = "Services are not looked at: NodePort, LoadBalancer and `externalIPs` open ports of nodes all the same";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/workloads/hostPorts");
    wide::ports(cluster, out, ID, &place);
    let ports = &cluster.engines.host_ports;
    let cause = if ports.is_empty() { out.reason().cause } else { Cause::Spec(place.clone()) };
    let params = vec![("ports", ParamValue::Ports(ports.clone()), cause)];
    let asked = Asked { policy: policy::ALLOWED_PORTS, params, places: vec![place], but: None, unseen: UNSEEN };
    write(cluster, out, ID, &asked);
}
