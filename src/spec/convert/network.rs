//! `network`.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Reader,
    reader::{Form, Name},
};
use crate::{
    base::SpecPath,
    spec::{
        diagnostics::{DuplicateName, FlowDirection, ReservedName, UnknownFlowEnd, UnreadableText},
        model::{
            Flow, FlowEnd, Network, Peer, Port, ServicePort, Tier,
            values::{is_label, is_subdomain},
        },
        v1alpha1::{self as v1, List},
        words::{FlowWord, Protocol},
    },
};

/// The names that flows can use.
#[derive(Debug, Default)]
pub(super) struct Names {
    tiers: BTreeSet<String>,
    peers: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(network: Option<&v1::Network>) -> Self {
        let Some(network) = network else { return Names::default() };
        let tiers = network.tiers.iter().flat_map(List::iter).filter_map(|tier| tier.name.clone()).collect();
        let peers = network.peers.iter().flatten().map(|(name, _)| name.clone()).collect();
        Names { tiers, peers }
    }

    fn all(&self) -> Vec<String> {
        let words = FlowWord::ALL.iter().map(|word| word.name().to_owned());
        self.tiers.iter().chain(&self.peers).cloned().chain(words).collect()
    }
}

/// The side of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    To,
}

pub(super) fn network(r: &mut Reader<'_>, at: &SpecPath, names: &Names, written: v1::Network) -> Network {
    let peers = peers(r, at, names, written.peers.unwrap_or_default());
    let name = Name { key: "name", of: |tier: &v1::Tier| tier.name.as_deref() };
    let tiers = r.named(&at.child("tiers"), "a tier", Form::Label, written.tiers.unwrap_or_default(), name);
    let tiers = tiers.into_iter().filter_map(|(at, tier)| self::tier(r, &at, tier)).collect();
    let name = Name { key: "name", of: |flow: &v1::Flow| flow.name.as_deref() };
    let flows = r.named(&at.child("flows"), "a flow", Form::Label, written.flows.unwrap_or_default(), name);
    let flows = flows.into_iter().filter_map(|(at, flow)| self::flow(r, &at, names, flow)).collect();
    Network { peers, tiers, flows }
}

fn peers(r: &mut Reader<'_>, network: &SpecPath, names: &Names, written: BTreeMap<String, v1::Peer>) -> BTreeMap<String, Peer> {
    let mut peers = BTreeMap::new();
    for (name, peer) in written {
        let at = network.child("peers").child(&name);
        r.name(&at, "a peer", Form::Label, &name);
        reserved(r, &at, "a peer", &name);
        if names.tiers.contains(&name) {
            let first = r.value_place(&network.child("tiers").child(&name).child("name"));
            let second = r.field_place(&at);
            r.push(DuplicateName { name: name.clone(), what: "a tier or peer", first, second });
        }
        let namespace = namespace(r, &at, peer.namespace);
        let selector = selector(r, &at, peer.selector);
        if let (Some(namespace), Some(selector)) = (namespace, selector) {
            peers.insert(name, Peer { namespace, selector });
        }
    }
    peers
}

fn reserved(r: &mut Reader<'_>, at: &SpecPath, what: &'static str, name: &str) {
    if FlowWord::of(name).is_some() {
        let place = r.field_place(at);
        r.push(ReservedName { name: name.to_owned(), what, place });
    }
}

fn namespace(r: &mut Reader<'_>, at: &SpecPath, written: Option<String>) -> Option<String> {
    let name = r.need(at, "namespace", written)?;
    r.name(&at.child("namespace"), "a namespace", Form::Label, &name);
    Some(name)
}

/// Labels in the forms that the API server takes: what is no label selects nothing, and never leaves its quotes.
fn selector(r: &mut Reader<'_>, at: &SpecPath, written: Option<BTreeMap<String, String>>) -> Option<BTreeMap<String, String>> {
    let labels = r.need(at, "selector", written)?;
    let at = at.child("selector");
    for (key, value) in &labels {
        let at = at.child(key);
        if !is_label_key(key) {
            let expected = "a key of a label such as app or example.com/app";
            let place = r.field_place(&at);
            r.push(UnreadableText { field: "selector".to_owned(), text: key.clone(), expected, place });
        }
        r.check(&at, value.clone(), "a value of a label: at most 63 letters, digits, `-`, `_` and `.`", is_label_value);
    }
    Some(labels)
}

fn is_label_key(key: &str) -> bool {
    let (prefix, name) = key.rsplit_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    prefix.is_none_or(is_subdomain) && !name.is_empty() && is_label_value(name)
}

fn is_label_value(value: &str) -> bool {
    let end = |b: Option<&u8>| b.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = value.as_bytes();
    bytes.len() <= 63
        && end(bytes.first())
        && end(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn tier(r: &mut Reader<'_>, at: &SpecPath, written: v1::Tier) -> Option<Tier> {
    let name = written.name?;
    reserved(r, at, "a tier", &name);
    let namespace = namespace(r, at, written.namespace);
    let selector = selector(r, at, written.selector);
    let ports = ports(r, &at.child("ports"), written.ports).unwrap_or_default();
    Some(Tier { name, namespace: namespace?, selector: selector?, ports })
}

fn ports(r: &mut Reader<'_>, at: &SpecPath, written: Option<List<v1::Port>>) -> Option<Vec<ServicePort>> {
    let port = |(index, port): (usize, v1::Port)| match port {
        v1::Port::Tcp(number) => service_port(Some(number), None),
        v1::Port::Full(full) => {
            let number = r.need(&at.index(index), "port", full.port);
            service_port(number, full.protocol)
        }
    };
    Some(written?.indexed().filter_map(port).collect())
}

fn service_port(number: Option<u16>, protocol: Option<Protocol>) -> Option<ServicePort> {
    Some(ServicePort { port: Port::new(number?)?, protocol: protocol.unwrap_or(Protocol::Tcp) })
}

fn flow(r: &mut Reader<'_>, at: &SpecPath, names: &Names, written: v1::Flow) -> Option<Flow> {
    let name = written.name?;
    let from = r.need(at, "from", written.from);
    let to = r.need(at, "to", written.to);
    let from = from.and_then(|end| self::end(r, at, Side::From, (&name, names), end));
    let to = to.and_then(|end| self::end(r, at, Side::To, (&name, names), end));
    let ports = ports(r, &at.child("ports"), written.ports);
    let flow = Flow { name, from: from?, to: to?, ports, reason: written.reason };
    anchored(r, at, &flow, Side::From);
    anchored(r, at, &flow, Side::To);
    Some(flow)
}

/// `any-in-namespace` takes its namespace from the other end.
fn anchored(r: &mut Reader<'_>, at: &SpecPath, flow: &Flow, side: Side) {
    let (field, end, other) = match side {
        Side::From => ("from", &flow.from, &flow.to),
        Side::To => ("to", &flow.to, &flow.from),
    };
    if *end == FlowEnd::Word(FlowWord::AnyInNamespace) && !matches!(other, FlowEnd::Tier(_) | FlowEnd::Peer(_)) {
        let what = "`any-in-namespace` needs a tier or a peer at the other end, whose namespace it means".to_owned();
        direction(r, &at.child(field), &flow.name, what, "name a tier or a peer at the other end");
    }
}

fn direction(r: &mut Reader<'_>, at: &SpecPath, flow: &str, what: String, help: &'static str) {
    let place = r.value_place(at);
    r.push(FlowDirection { flow: flow.to_owned(), what, help, place });
}

fn end(r: &mut Reader<'_>, flow_at: &SpecPath, side: Side, context: (&str, &Names), written: v1::FlowEnd) -> Option<FlowEnd> {
    let at = flow_at.child(if side == Side::From { "from" } else { "to" });
    match written {
        v1::FlowEnd::Named(name) => named_end(r, &at, side, context, name),
        v1::FlowEnd::Outside(place) => outside(r, &at, side, context.0, place),
    }
}

fn named_end(r: &mut Reader<'_>, at: &SpecPath, side: Side, (flow, names): (&str, &Names), name: String) -> Option<FlowEnd> {
    if names.tiers.contains(&name) {
        return Some(FlowEnd::Tier(name));
    }
    if names.peers.contains(&name) {
        return Some(FlowEnd::Peer(name));
    }
    let Some(word) = FlowWord::of(&name) else {
        let network = SpecPath::new("/network");
        let misread = |name: &String| !is_label(name);
        let hidden = ["tiers", "peers"].iter().any(|part| r.doubts().hide_names(&network.child(part)));
        if hidden || names.tiers.iter().chain(&names.peers).any(misread) {
            return None;
        }
        let place = r.value_place(at);
        r.push(UnknownFlowEnd { end: name, flow: flow.to_owned(), known: names.all(), place });
        return None;
    };
    if side == Side::From && matches!(word, FlowWord::Dns | FlowWord::Metadata) {
        direction(r, at, flow, format!("`{word}` answers and opens no connections"), "move it to `to`");
    }
    Some(FlowEnd::Word(word))
}

fn outside(r: &mut Reader<'_>, at: &SpecPath, side: Side, flow: &str, written: v1::FlowPlace) -> Option<FlowEnd> {
    let chosen = r.choice(at, &["cidr", "fqdn"])?;
    for field in ["port", "protocol"] {
        if side == Side::From && r.has(&at.child(field)) {
            let what = format!("a {field} belongs to the end that answers");
            direction(r, &at.child(field), flow, what, "remove it, or name it in `ports`");
        }
    }
    if chosen == "fqdn" && side == Side::From {
        direction(
            r,
            &at.child("fqdn"),
            flow,
            "a host name cannot open connections".to_owned(),
            "write the `cidr` that connections come from",
        );
        return None;
    }
    let port = if side == Side::To { r.need(at, "port", written.port) } else { None };
    let port = service_port(port, written.protocol);
    match chosen {
        "cidr" => written.cidr.and_then(|text| r.range(&at.child("cidr"), text)).map(|cidr| FlowEnd::Range { cidr, port }),
        _ => {
            let sound = |text: &str| is_subdomain(text.strip_prefix("*.").unwrap_or(text));
            let fqdn = r.check(&at.child("fqdn"), written.fqdn?, "a host name such as api.payment.example", sound)?;
            Some(FlowEnd::Host { fqdn, port: port? })
        }
    }
}
