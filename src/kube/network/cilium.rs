//! `CiliumNetworkPolicy` and `CiliumClusterwideNetworkPolicy` of cilium.io/v2.

use std::collections::BTreeSet;

use crate::yaml::{Node, Out};

use super::{
    Dialect, Entity, Labels, Namespaces, Peer, Pods, Policy, Port, Protocol, Rule,
    read::{Fields, Unread, labels, list, text},
    write,
};

/// The label that Cilium derives from the namespace of a pod.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";

/// The prefix of labels that Kubernetes gives to pods.
const PREFIX: &str = "k8s:";

pub(super) fn spec(policy: &Policy) -> Out {
    let mut spec = Out::map([("endpointSelector", subject(policy))]);
    for (direction, prefix, rules) in [("ingress", "from", &policy.ingress), ("egress", "to", &policy.egress)] {
        let Some(rules) = rules else { continue };
        let written: Vec<Out> = rules.iter().flat_map(|rule| rules_of(prefix, rule)).collect();
        // One empty rule isolates and lets nobody in; without a rule the direction would stay open.
        let isolates = || vec![Out::empty_map()];
        spec.set(direction, Out::list(if written.is_empty() { isolates() } else { written }));
    }
    spec
}

fn subject(policy: &Policy) -> Out {
    let labels = &policy.subject.labels;
    let spared = match &policy.subject.namespaces {
        Namespaces::AllBut(spared) => spared,
        Namespaces::One(name) if !policy.dialect.is_namespaced() => return endpoint(name, labels),
        Namespaces::One(_) if labels.is_empty() => return Out::empty_map(),
        Namespaces::One(_) => return Out::map([("matchLabels", write::labels(labels, PREFIX))]),
    };
    // Endpoints without a namespace are Cilium's own health checks.
    let exists = Out::map([("key", Out::str(NAMESPACE)), ("operator", Out::str("Exists"))]);
    let mut not_in = Out::map([("key", Out::str(NAMESPACE)), ("operator", Out::str("NotIn"))]);
    not_in.set("values", Out::list(spared.iter().map(String::as_str)));
    Out::map([("matchExpressions", Out::list([exists, not_in]))])
}

fn endpoint(namespace: &str, labels: &Labels) -> Out {
    let mut found = Out::map([(NAMESPACE, Out::str(namespace))]);
    for (key, value) in labels {
        found.set(format!("{PREFIX}{key}"), Out::str(value.as_str()));
    }
    Out::map([("matchLabels", found)])
}

/// A rule of Cilium has peers of one sort.
fn rules_of(prefix: &str, rule: &Rule) -> Vec<Out> {
    let mut found = Vec::new();
    let entities: Vec<&str> = rule.peers.iter().filter_map(|peer| entity(peer).map(Entity::name)).collect();
    let names: Vec<Out> = rule.peers.iter().filter_map(name).collect();
    let pods: Vec<Out> = rule.peers.iter().filter_map(pods).collect();
    for (sort, peers) in [("Endpoints", pods), ("Entities", entities.into_iter().map(Out::str).collect()), ("FQDNs", names)] {
        if !peers.is_empty() {
            let mut out = Out::map([(format!("{prefix}{sort}"), Out::list(peers))]);
            if !rule.ports.is_empty() {
                out.set("toPorts", Out::list([ports(rule)]));
            }
            found.push(out);
        }
    }
    found
}

fn ports(rule: &Rule) -> Out {
    let port =
        |port: &Port| Out::map([("port", Out::str(port.number.to_string())), ("protocol", Out::str(port.protocol.name()))]);
    let mut out = Out::map([("ports", Out::list(rule.ports.iter().map(port)))]);
    if rule.reads_dns {
        let every = Out::map([("matchPattern", Out::str("*"))]);
        out.set("rules", Out::map([("dns", Out::list([every]))]));
    }
    out
}

fn entity(peer: &Peer) -> Option<Entity> {
    if let Peer::Entity(entity) = peer { Some(*entity) } else { None }
}

fn name(peer: &Peer) -> Option<Out> {
    let Peer::Name(name) = peer else { return None };
    let field = if name.contains('*') { "matchPattern" } else { "matchName" };
    Some(Out::map([(field, Out::str(name.as_str()))]))
}

fn pods(peer: &Peer) -> Option<Out> {
    match peer {
        Peer::Pods(Pods { namespaces: Namespaces::One(name), labels }) => Some(endpoint(name, labels)),
        Peer::Pods(Pods { namespaces: Namespaces::AllBut(_), .. })
        | Peer::Block { .. }
        | Peer::Entity(_)
        | Peer::Name(_)
        | Peer::NotPods(_) => None,
    }
}

/// Reads the spec of a policy.
pub(super) fn read(dialect: Dialect, name: &str, namespace: Option<&str>, spec: &Node) -> Result<Policy, Unread> {
    let mut fields = Fields::of(spec)?;
    let subject = read_subject(namespace, fields.need("endpointSelector")?)?;
    let mut rules = |direction: &str, prefix: &str| match fields.take(direction) {
        None => Ok(None),
        Some(written) => read_rules(prefix, list(written)?).map(Some),
    };
    let (ingress, egress) = (rules("ingress", "from")?, rules("egress", "to")?);
    fields.end()?;
    Ok(Policy { dialect, name: name.to_owned(), subject, ingress, egress })
}

fn read_subject(namespace: Option<&str>, node: &Node) -> Result<Pods, Unread> {
    let mut fields = Fields::of(node)?;
    let found = fields.take("matchLabels").map(labels).transpose()?.unwrap_or_default();
    let expressions = fields.take("matchExpressions").map(list).transpose()?;
    fields.end()?;
    match (namespace, expressions) {
        (Some(namespace), None) => Ok(Pods::of(namespace, &without_prefix(&found)?)),
        (None, None) => read_endpoint(found),
        (None, Some([exists, not_in])) if found.is_empty() => {
            let exists = expression(exists)?;
            let (operator, values) = expression(not_in)?;
            if exists != ("Exists".to_owned(), BTreeSet::new()) || operator != "NotIn" {
                return Err(Unread(format!("operator `{operator}`")));
            }
            Ok(Pods { namespaces: Namespaces::AllBut(values), labels: Labels::new() })
        }
        (Some(_) | None, Some(_)) => Err(Unread("`matchExpressions`".to_owned())),
    }
}

fn expression(node: &Node) -> Result<(String, BTreeSet<String>), Unread> {
    let mut fields = Fields::of(node)?;
    let (key, operator) = (text(fields.need("key")?)?, text(fields.need("operator")?)?);
    let values = fields.take("values").map(list).transpose()?.unwrap_or(&[]).iter().map(text).collect::<Result<_, _>>()?;
    fields.end()?;
    if key == NAMESPACE { Ok((operator, values)) } else { Err(Unread(format!("label `{key}`"))) }
}

fn without_prefix(labels: &Labels) -> Result<Labels, Unread> {
    let own = |(key, value): (&String, &String)| {
        let key = key.strip_prefix(PREFIX).ok_or_else(|| Unread(format!("label `{key}`")))?;
        Ok((key.to_owned(), value.clone()))
    };
    labels.iter().map(own).collect()
}

fn read_endpoint(mut found: Labels) -> Result<Pods, Unread> {
    let namespace = found.remove(NAMESPACE).ok_or_else(|| Unread("endpoints of no namespace".to_owned()))?;
    Ok(Pods::of(&namespace, &without_prefix(&found)?))
}

fn read_rules(prefix: &str, nodes: &[Node]) -> Result<Vec<Rule>, Unread> {
    let mut rules = Vec::new();
    for node in nodes {
        let mut fields = Fields::of(node)?;
        let mut peers = Vec::new();
        let mut sort =
            |sort: &str| fields.take(&format!("{prefix}{sort}")).map(list).transpose().map(|found| found.unwrap_or(&[]));
        for endpoint in sort("Endpoints")? {
            let mut fields = Fields::of(endpoint)?;
            peers.push(Peer::Pods(read_endpoint(labels(fields.need("matchLabels")?)?)?));
            fields.end()?;
        }
        for entity in sort("Entities")? {
            let name = text(entity)?;
            let found = Entity::ALL.into_iter().find(|entity| entity.name() == name);
            peers.push(Peer::Entity(found.ok_or_else(|| Unread(format!("entity `{name}`")))?));
        }
        for name in sort("FQDNs")? {
            let mut fields = Fields::of(name)?;
            let found = fields.take("matchName").or_else(|| fields.take("matchPattern"));
            peers.push(Peer::Name(text(found.ok_or_else(|| Unread("a name".to_owned()))?)?));
            fields.end()?;
        }
        let (ports, reads_dns) = fields.take("toPorts").map(read_ports).transpose()?.unwrap_or_default();
        fields.end()?;
        match (peers.is_empty(), ports.is_empty()) {
            (false, _) => rules.push(Rule { peers, ports, reads_dns }),
            // The empty rule isolates alone; ports without peers would mean everybody.
            (true, true) => {}
            (true, false) => return Err(Unread("a rule without peers".to_owned())),
        }
    }
    Ok(rules)
}

fn read_ports(node: &Node) -> Result<(Vec<Port>, bool), Unread> {
    let [one] = list(node)? else { return Err(Unread("several `toPorts`".to_owned())) };
    let mut fields = Fields::of(one)?;
    let port = |node: &Node| {
        let mut fields = Fields::of(node)?;
        let (number, protocol) = (text(fields.need("port")?)?, text(fields.need("protocol")?)?);
        fields.end()?;
        let number = number.parse().map_err(|_| Unread(format!("port `{number}`")))?;
        Ok(Port { number, protocol: Protocol::of(&protocol).ok_or_else(|| Unread(format!("protocol `{protocol}`")))? })
    };
    let ports = list(fields.need("ports")?)?.iter().map(port).collect::<Result<_, _>>()?;
    let dns = fields.take("rules").map(|rules| rules.at_pointer("/dns/0/matchPattern").and_then(Node::as_str) == Some("*"));
    fields.end()?;
    // A rule that lets only some names be asked for narrows more than ports: not understood.
    if dns == Some(false) { Err(Unread("`rules`".to_owned())) } else { Ok((ports, dns.is_some())) }
}
