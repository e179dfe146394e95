//! `platform.nodePools`.

use super::{
    Reader,
    reader::{Form, Name},
};
use crate::{
    base::SpecPath,
    spec::{
        model::{Node, NodePool, OpenPort, Port},
        v1alpha1::{self as v1, List},
        words::Protocol,
    },
};

pub(super) fn pools(r: &mut Reader<'_>, at: &SpecPath, written: List<v1::NodePool>) -> Vec<NodePool> {
    let name = Name { key: "name", of: |pool: &v1::NodePool| pool.name.as_deref() };
    let pools = r.named(at, "a node pool", Form::Label, written, name);
    pools.into_iter().filter_map(|(at, pool)| self::pool(r, &at, pool)).collect()
}

fn pool(r: &mut Reader<'_>, at: &SpecPath, written: v1::NodePool) -> Option<NodePool> {
    let role = r.need(at, "role", written.role);
    let os = r.need(at, "os", written.os);
    let cidrs = r.ranges(&at.child("cidrs"), written.cidrs).unwrap_or_default();
    let name = Name { key: "name", of: |node: &v1::Node| node.name.as_deref() };
    let nodes = r.named(&at.child("nodes"), "a node", Form::Subdomain, written.nodes.unwrap_or_default(), name);
    let nodes = nodes.into_iter().filter_map(|(at, node)| self::node(r, &at, node)).collect();
    let open_at = at.child("open");
    let open = written.open.unwrap_or_default().indexed();
    let open = open.filter_map(|(index, port)| open_port(r, &open_at.index(index), port)).collect();
    Some(NodePool { name: written.name?, role: role?, os: os?, cidrs, access: written.access, nodes, open })
}

fn node(r: &mut Reader<'_>, at: &SpecPath, written: v1::Node) -> Option<Node> {
    let address = r.need(at, "address", written.address);
    let address = address.and_then(|text| r.address(&at.child("address"), text));
    Some(Node { name: written.name?, address: address? })
}

fn open_port(r: &mut Reader<'_>, at: &SpecPath, written: v1::OpenPort) -> Option<OpenPort> {
    let port = r.need(at, "port", written.port);
    let from = r.need_list(at, "from", written.from, "the port would be open to nobody");
    let from = r.ranges(&at.child("from"), from);
    let reason = r.need_text(at, "reason", written.reason);
    let protocol = written.protocol.unwrap_or(Protocol::Tcp);
    Some(OpenPort { port: Port::new(port?)?, protocol, from: from?, reason: reason? })
}
