//! `NetworkPolicy` of networking.k8s.io/v1.

use std::collections::BTreeSet;

use crate::{
    base::Cidr,
    yaml::{Node, Out},
};

use super::{
    Labels, NAMESPACE_NAME, Namespaces, Peer, Pods, Policy, Port, Protocol, Rule,
    read::{Fields, Unread, labels, list, text},
    write,
};

pub(super) fn spec(policy: &Policy) -> Out {
    let mut spec = Out::map([("podSelector", selector(&policy.subject.labels))]);
    let directions = [("Ingress", policy.ingress.is_some()), ("Egress", policy.egress.is_some())];
    spec.set("policyTypes", Out::list(directions.iter().filter(|(_, set)| *set).map(|(name, _)| *name)));
    for (direction, end, rules) in [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)] {
        let rules = rules.as_deref().unwrap_or(&[]);
        if !rules.is_empty() {
            spec.set(direction, Out::list(rules.iter().map(|rule| self::rule(policy, end, rule))));
        }
    }
    spec
}

fn selector(labels: &Labels) -> Out {
    if labels.is_empty() { Out::empty_map() } else { Out::map([("matchLabels", write::labels(labels, ""))]) }
}

fn rule(policy: &Policy, end: &str, rule: &Rule) -> Out {
    let mut out = Out::map([(end, Out::list(rule.peers.iter().map(|peer| self::peer(policy, peer))))]);
    if !rule.ports.is_empty() {
        let port =
            |port: &Port| Out::map([("protocol", Out::str(port.protocol.name())), ("port", Out::int(i64::from(port.number)))]);
        out.set("ports", Out::list(rule.ports.iter().map(port)));
    }
    out
}

fn peer(policy: &Policy, peer: &Peer) -> Out {
    match peer {
        Peer::Pods(pods) if pods.namespaces == policy.subject.namespaces => Out::map([("podSelector", selector(&pods.labels))]),
        Peer::Pods(Pods { namespaces: Namespaces::One(name), labels }) => {
            let namespace = Labels::from([(NAMESPACE_NAME.to_owned(), name.clone())]);
            let mut out = Out::map([("namespaceSelector", selector(&namespace))]);
            if !labels.is_empty() {
                out.set("podSelector", selector(labels));
            }
            out
        }
        Peer::Block { cidr, except } => {
            let mut block = Out::map([("cidr", Out::str(cidr.to_string()))]);
            if !except.is_empty() {
                block.set("except", Out::list(except.iter().map(ToString::to_string)));
            }
            Out::map([("ipBlock", block)])
        }
        Peer::Pods(Pods { namespaces: Namespaces::AllBut(_), .. }) | Peer::Entity(_) | Peer::Name(_) | Peer::NotPods(_) => {
            unreachable!("internal error: a NetworkPolicy cannot say `{peer:?}`")
        }
    }
}

/// Reads the spec of a policy of a namespace.
pub(super) fn read(name: &str, namespace: &str, spec: &Node) -> Result<Policy, Unread> {
    let mut fields = Fields::of(spec)?;
    let subject = Pods::of(namespace, &select(fields.need("podSelector")?)?);
    let types: BTreeSet<String> = list(fields.need("policyTypes")?)?.iter().map(text).collect::<Result<_, _>>()?;
    let mut rules = |direction: &str, end: &str| {
        let written = fields.take(direction).map(list).transpose()?.unwrap_or(&[]);
        written.iter().map(|rule| read_rule(namespace, end, rule)).collect::<Result<Vec<_>, _>>()
    };
    let (ingress, egress) = (rules("ingress", "from")?, rules("egress", "to")?);
    fields.end()?;
    if (!ingress.is_empty() && !types.contains("Ingress")) || (!egress.is_empty() && !types.contains("Egress")) {
        return Err(Unread("rules of a direction that `policyTypes` does not name".to_owned()));
    }
    Ok(Policy {
        dialect: super::Dialect::Kubernetes,
        name: name.to_owned(),
        subject,
        ingress: types.contains("Ingress").then_some(ingress),
        egress: types.contains("Egress").then_some(egress),
    })
}

fn select(node: &Node) -> Result<Labels, Unread> {
    let mut fields = Fields::of(node)?;
    let found = fields.take("matchLabels").map(labels).transpose()?.unwrap_or_default();
    fields.end()?;
    Ok(found)
}

fn read_rule(namespace: &str, end: &str, node: &Node) -> Result<Rule, Unread> {
    let mut fields = Fields::of(node)?;
    let peers: Vec<Peer> = list(fields.need(end)?)?.iter().map(|peer| read_peer(namespace, peer)).collect::<Result<_, _>>()?;
    let ports: Vec<Port> =
        fields.take("ports").map(list).transpose()?.unwrap_or(&[]).iter().map(read_port).collect::<Result<_, _>>()?;
    fields.end()?;
    // An empty list of peers means everybody.
    if peers.is_empty() { Err(Unread(format!("`{end}` is empty"))) } else { Ok(Rule::new(peers, &ports)) }
}

fn read_port(node: &Node) -> Result<Port, Unread> {
    let mut fields = Fields::of(node)?;
    let protocol = text(fields.need("protocol")?)?;
    let number = fields.need("port")?.as_int().and_then(|number| u16::try_from(number).ok());
    fields.end()?;
    let protocol = Protocol::of(&protocol).ok_or_else(|| Unread(format!("protocol `{protocol}`")))?;
    Ok(Port { number: number.ok_or_else(|| Unread("a port".to_owned()))?, protocol })
}

fn read_peer(namespace: &str, node: &Node) -> Result<Peer, Unread> {
    let mut fields = Fields::of(node)?;
    if let Some(block) = fields.take("ipBlock") {
        fields.end()?;
        let mut fields = Fields::of(block)?;
        let cidr = range(fields.need("cidr")?)?;
        let except = fields.take("except").map(list).transpose()?.unwrap_or(&[]).iter().map(range).collect::<Result<_, _>>()?;
        fields.end()?;
        return Ok(Peer::Block { cidr, except });
    }
    let namespaces = fields.take("namespaceSelector").map(select).transpose()?;
    let pods = fields.take("podSelector").map(select).transpose()?;
    fields.end()?;
    let name = match namespaces {
        None => namespace.to_owned(),
        Some(labels) => match labels.iter().collect::<Vec<_>>().as_slice() {
            [(key, value)] if *key == NAMESPACE_NAME => (*value).clone(),
            _ => return Err(Unread("a namespace by anything but its name".to_owned())),
        },
    };
    Ok(Peer::Pods(Pods::of(&name, &pods.unwrap_or_default())))
}

/// A range of addresses.
pub(super) fn range(node: &Node) -> Result<Cidr, Unread> {
    let text = text(node)?;
    text.parse().map_err(|_| Unread(format!("`{text}`")))
}
