//! `platform.nodePools`.

use super::{
    Reader,
    reader::{Form, Name},
};
use crate::{
    base::SpecPath,
    spec::{
        diagnostics::DoesNotBelong,
        model::{Node, NodePool, OpenPort, Opened, Port},
        v1alpha1::{self as v1, List},
        words::HostProtocol,
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
    let protocol = written.protocol.unwrap_or(HostProtocol::Tcp);
    let what = match protocol.number() {
        // A word that was not read may be one of a protocol without ports.
        None if written.protocol.is_none() && r.has(&at.child("protocol")) => None,
        Some(number) => no_port(r, at, protocol).then_some(Opened::Ip(number)),
        None => r.need(at, "port", written.port).and_then(Port::new).map(|port| Opened::Port(protocol, port)),
    };
    let from = r.need_list(at, "from", written.from, "the port would be open to nobody");
    let from = r.ranges(&at.child("from"), from);
    let reason = r.need_text(at, "reason", written.reason);
    Some(OpenPort { what: what?, from: from?, reason: reason? })
}

/// Whether no port is written beside a protocol that has none.
fn no_port(r: &mut Reader<'_>, at: &SpecPath, protocol: HostProtocol) -> bool {
    let wrong = r.has(&at.child("port"));
    if wrong {
        let (place, beside) = (r.field_place(&at.child("port")), r.field_place(&at.child("protocol")));
        let help = "remove the port: the protocol is open as a whole".to_owned();
        r.push(DoesNotBelong {
            what: "port".to_owned(),
            why: format!("`{protocol}` has no ports"),
            help,
            place,
            beside: Some(beside),
        });
    }
    !wrong
}
