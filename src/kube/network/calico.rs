//! `GlobalNetworkPolicy` of projectcalico.org/v3: rules that allow, and nothing else; selectors in the few forms that are written here.

use std::collections::BTreeSet;

use crate::yaml::{Node, Out};

use super::{
    Dialect, Labels, NAMESPACE_NAME, Namespaces, Peer, Pods, Policy, Port, Protocol, Rule,
    kubernetes::range,
    read::{Fields, Unread, list, text},
};

/// Behind the policies of Kubernetes, which count as 1000.
const ORDER: i64 = 2000;

/// A label that every namespace has, and no endpoint of a host.
const NAMESPACE_LABEL: &str = "projectcalico.org/name";

/// A label that every pod has, and no address of a node.
const A_POD: &str = "has(projectcalico.org/namespace)";

pub(super) fn spec(policy: &Policy) -> Out {
    let mut spec =
        Out::map([("order", Out::int(ORDER)), ("namespaceSelector", Out::str(namespaces(&policy.subject.namespaces)))]);
    if !policy.subject.labels.is_empty() {
        spec.set("selector", Out::str(selector(&policy.subject.labels)));
    }
    let directions = [("Ingress", policy.ingress.is_some()), ("Egress", policy.egress.is_some())];
    spec.set("types", Out::list(directions.iter().filter(|(_, set)| *set).map(|(name, _)| *name)));
    for (direction, end, rules) in [("ingress", "source", &policy.ingress), ("egress", "destination", &policy.egress)] {
        let rules: Vec<Out> = rules.iter().flatten().flat_map(|rule| rules_of(end, rule)).collect();
        if !rules.is_empty() {
            spec.set(direction, Out::list(rules));
        }
    }
    spec
}

fn namespaces(namespaces: &Namespaces) -> String {
    match namespaces {
        Namespaces::One(name) => format!("{NAMESPACE_NAME} == \"{name}\""),
        Namespaces::AllBut(spared) => {
            let names: Vec<String> = spared.iter().map(|name| format!("\"{name}\"")).collect();
            format!("has({NAMESPACE_LABEL}) && {NAMESPACE_LABEL} not in {{{}}}", names.join(", "))
        }
    }
}

fn selector(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key} == \"{value}\"")).collect::<Vec<_>>().join(" && ")
}

/// A rule of Calico has one peer and one protocol.
fn rules_of(end: &str, rule: &Rule) -> Vec<Out> {
    let mut found = Vec::new();
    for peer in &rule.peers {
        for protocol in Protocol::ALL {
            let ports: Vec<i64> =
                rule.ports.iter().filter(|port| port.protocol == protocol).map(|port| i64::from(port.number)).collect();
            if !ports.is_empty() {
                found.push(allow(end, peer, Some((protocol, ports))));
            }
        }
        if rule.ports.is_empty() {
            found.push(allow(end, peer, None));
        }
    }
    found
}

fn allow(end: &str, peer: &Peer, ports: Option<(Protocol, Vec<i64>)>) -> Out {
    let mut out = Out::map([("action", Out::str("Allow"))]);
    let mut sides = Out::map([(end, self::peer(peer))]);
    if let Some((protocol, ports)) = ports {
        out.set("protocol", Out::str(protocol.name()));
        let mut destination = sides.remove("destination").unwrap_or_else(Out::empty_map);
        destination.set("ports", Out::list(ports));
        sides.set("destination", destination);
    }
    for side in ["source", "destination"] {
        if let Some(written) = sides.remove(side) {
            out.set(side, written);
        }
    }
    out
}

fn peer(peer: &Peer) -> Out {
    match peer {
        Peer::Pods(pods) => {
            let mut out = Out::map([("namespaceSelector", Out::str(namespaces(&pods.namespaces)))]);
            if !pods.labels.is_empty() {
                out.set("selector", Out::str(selector(&pods.labels)));
            }
            out
        }
        Peer::NotPods(ranges) => {
            Out::map([("nets", Out::list(ranges.iter().map(ToString::to_string))), ("notSelector", Out::str(A_POD))])
        }
        Peer::Block { cidr, except } => {
            let mut out = Out::map([("nets", Out::list([cidr.to_string()]))]);
            if !except.is_empty() {
                out.set("notNets", Out::list(except.iter().map(ToString::to_string)));
            }
            out
        }
        Peer::Entity(_) | Peer::Name(_) => unreachable!("internal error: a GlobalNetworkPolicy cannot say `{peer:?}`"),
    }
}

/// Reads the spec of a policy.
pub(super) fn read(name: &str, spec: &Node) -> Result<Policy, Unread> {
    let mut fields = Fields::of(spec)?;
    // Every rule allows, so the order among policies changes nothing as long as it is not before those of Kubernetes.
    if fields.need("order")?.as_int() != Some(ORDER) {
        return Err(Unread("`order`".to_owned()));
    }
    let namespaces = read_namespaces(&text(fields.need("namespaceSelector")?)?)?;
    let labels = fields.take("selector").map(|node| read_selector(&text(node)?)).transpose()?.unwrap_or_default();
    let types: BTreeSet<String> = list(fields.need("types")?)?.iter().map(text).collect::<Result<_, _>>()?;
    let mut rules = |direction: &str, end: &str| {
        let written = fields.take(direction).map(list).transpose()?.unwrap_or(&[]);
        written.iter().map(|rule| read_rule(end, rule)).collect::<Result<Vec<_>, _>>()
    };
    let (ingress, egress) = (rules("ingress", "source")?, rules("egress", "destination")?);
    fields.end()?;
    Ok(Policy {
        dialect: Dialect::CalicoGlobal,
        name: name.to_owned(),
        subject: Pods { namespaces, labels },
        ingress: types.contains("Ingress").then_some(ingress),
        egress: types.contains("Egress").then_some(egress),
    })
}

fn unread(text: &str) -> Unread {
    Unread(format!("selector `{text}`"))
}

fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"')).then(|| inner.to_owned())
}

fn read_namespaces(written: &str) -> Result<Namespaces, Unread> {
    let one = || quoted(written.strip_prefix(NAMESPACE_NAME)?.strip_prefix(" == ")?).map(Namespaces::One);
    let but = || {
        let begin = format!("has({NAMESPACE_LABEL}) && {NAMESPACE_LABEL} not in {{");
        let names = written.strip_prefix(begin.as_str())?.strip_suffix('}')?;
        names.split(", ").map(quoted).collect::<Option<BTreeSet<_>>>().map(Namespaces::AllBut)
    };
    one().or_else(but).ok_or_else(|| unread(written))
}

fn read_selector(written: &str) -> Result<Labels, Unread> {
    let term = |term: &str| term.split_once(" == ").and_then(|(key, value)| Some((key.to_owned(), quoted(value)?)));
    written.split(" && ").map(term).collect::<Option<Labels>>().ok_or_else(|| unread(written))
}

fn read_rule(end: &str, node: &Node) -> Result<Rule, Unread> {
    let mut fields = Fields::of(node)?;
    let action = text(fields.need("action")?)?;
    if action != "Allow" {
        return Err(Unread(format!("action `{action}`")));
    }
    let protocol = fields.take("protocol").map(text).transpose()?;
    let mut ports = Vec::new();
    let mut peer = None;
    for side in ["source", "destination"] {
        let Some(written) = fields.take(side) else { continue };
        let mut fields = Fields::of(written)?;
        if side == "destination" {
            for port in fields.take("ports").map(list).transpose()?.unwrap_or(&[]) {
                let number = port.as_int().and_then(|number| u16::try_from(number).ok());
                let protocol = protocol.as_deref().and_then(Protocol::of);
                let (Some(number), Some(protocol)) = (number, protocol) else { return Err(Unread("a port".to_owned())) };
                ports.push(Port { number, protocol });
            }
        }
        if side == end {
            peer = Some(read_peer(fields)?);
        } else {
            fields.end()?;
        }
    }
    fields.end()?;
    if ports.is_empty() && protocol.is_some() {
        return Err(Unread("a protocol without ports".to_owned()));
    }
    Ok(Rule { peers: vec![peer.ok_or_else(|| Unread(format!("no `{end}`")))?], ports, reads_dns: false })
}

fn read_peer(mut fields: Fields<'_>) -> Result<Peer, Unread> {
    if let Some(nets) = fields.take("nets") {
        let nets: Vec<_> = list(nets)?.iter().map(range).collect::<Result<_, _>>()?;
        let not_pods = fields.take("notSelector").map(text).transpose()?;
        let except =
            fields.take("notNets").map(list).transpose()?.unwrap_or(&[]).iter().map(range).collect::<Result<Vec<_>, _>>()?;
        fields.end()?;
        return match (not_pods.as_deref(), nets.as_slice(), except.is_empty()) {
            (Some(A_POD), _, true) => Ok(Peer::NotPods(nets)),
            (None, [cidr], _) => Ok(Peer::Block { cidr: *cidr, except }),
            _ => Err(Unread("`nets`".to_owned())),
        };
    }
    let namespaces = read_namespaces(&text(fields.need("namespaceSelector")?)?)?;
    let labels = fields.take("selector").map(|node| read_selector(&text(node)?)).transpose()?.unwrap_or_default();
    fields.end()?;
    Ok(Peer::Pods(Pods { namespaces, labels }))
}
