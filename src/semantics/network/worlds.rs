//! The proof: the policies that were read allow what the flows declare at each end, no pair more or less.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use crate::{
    base::Cidr,
    kube::network::{Labels, Namespaces, Pods, Policy, Port, Protocol},
    plan::{DNS_PORTS, End, NetworkPlan, NetworkView},
};

use super::{
    Side, Subject, World,
    declared::{declared, is_isolated},
};

/// A namespace that no spec can declare: upper case is no name.
const ELSEWHERE: &str = "Elsewhere";

/// A port that no flow names, unless all are named.
const OTHER_PORTS: [Port; 2] =
    [Port { number: 61_999, protocol: Protocol::Tcp }, Port { number: 61_999, protocol: Protocol::Udp }];

/// Where the policies differ from the flows, a sentence each; nothing where they agree.
#[must_use]
pub fn differences(plan: &NetworkPlan, policies: Vec<Policy>) -> Vec<String> {
    let world = World::new(&plan.view, policies);
    let (subjects, ports) = (subjects(plan), ports(plan));
    let mut found = Vec::new();
    // What holds an end is looked for once, and not for every pair.
    let ends: Vec<_> = subjects
        .iter()
        .map(|subject| (subject, is_isolated(plan, subject), world.rules_out(subject), world.rules_in(subject)))
        .collect();
    for (from, from_isolated, out, _) in &ends {
        for (to, to_isolated, _, in_) in &ends {
            if !from_isolated && !to_isolated || matches!(from, Subject::OwnNode(_)) {
                continue;
            }
            let sides = [
                ("leaving", Side::Opens, *from_isolated, out.as_ref().map(|rules| world.out_to(rules, to, &ports))),
                ("entering", Side::Answers, *to_isolated, in_.as_ref().map(|rules| world.in_from(rules, from, &ports))),
            ];
            for (side, at, held, allowed) in sides {
                let allowed = allowed.unwrap_or_else(|| ports.clone());
                let wanted = if held { declared(plan, at, from, to, &ports) } else { ports.clone() };
                for port in ports.iter().filter(|port| allowed.contains(port) != wanted.contains(port)) {
                    let what =
                        if allowed.contains(port) { "is open and no flow declares it" } else { "is declared and does not pass" };
                    found.push(format!("{from} to {to} on {port}, {side}: {what}"));
                }
            }
        }
    }
    found
}

/// Ports to be tried: those of flows, of DNS, and one more of each protocol.
#[must_use]
pub fn ports(plan: &NetworkPlan) -> Vec<Port> {
    let named = plan.flows.iter().flat_map(|held| held.value.ports.iter().copied());
    let found: BTreeSet<Port> = named.chain(DNS_PORTS).chain(OTHER_PORTS).collect();
    found.into_iter().collect()
}

/// Ends to be tried: for every set of pods that a flow or an isolation names a pod of it, one that has the labels of two sets, one
/// with the labels in another namespace, one without labels; nodes, the API server, DNS; addresses in and beside every range, in ranges
/// of nodes as nodes; names.
#[must_use]
pub fn subjects(plan: &NetworkPlan) -> Vec<Subject> {
    let mut found: BTreeSet<Subject> = pods(plan);
    let view = &plan.view;
    let first = |range: &Cidr| range.nth(9).or_else(|| range.nth(0));
    found.extend(view.api.iter().filter_map(|range| range.nth(0)).map(Subject::ApiServer));
    let mut addresses: BTreeSet<IpAddr> = OUTSIDE.iter().filter_map(|text| text.parse().ok()).collect();
    addresses.extend(view.nodes.iter().filter_map(first));
    addresses.extend(&view.named_nodes);
    addresses.extend(view.metadata.iter().map(Cidr::address));
    addresses.extend(view.own_node().map(|range| range.address()));
    for held in &plan.flows {
        for end in [&held.value.from, &held.value.to] {
            match end {
                End::Range(range) => addresses.extend(around(range)),
                End::Host(name) => {
                    found.insert(Subject::Host(name.replace('*', "any")));
                    found.insert(Subject::Host(format!("not.{}", name.replace("*.", "any.also."))));
                }
                End::Internet => addresses.extend(view.internet().iter().flat_map(|(_, except)| except).filter_map(first)),
                End::Pods(_) | End::Dns | End::KubeApi | End::Nodes | End::Metadata => {}
            }
        }
    }
    found.extend(addresses.into_iter().flat_map(|address| at(view, address)));
    found.into_iter().collect()
}

/// Who answers under an address, as far as the spec says; those of pods and Services are no ends of their own.
fn at(view: &NetworkView, address: IpAddr) -> Vec<Subject> {
    let is_in = |ranges: &[Cidr]| ranges.iter().any(|range| range.contains(address));
    if view.own_node().any(|range| range.contains(address)) || view.balancers.contains(&address) {
        vec![Subject::Address(address)]
    } else if view.api_on_nodes && is_in(&view.api) {
        vec![Subject::ApiServer(address)]
    } else if is_in(&view.nodes) {
        vec![Subject::Node(address), Subject::OwnNode(address)]
    } else if is_in(&view.pods) || is_in(&view.services) {
        Vec::new()
    } else {
        vec![Subject::Address(address)]
    }
}

/// One address of every range that means something: public, private, shared, link-local, unique local, metadata behind NAT64.
const OUTSIDE: [&str; 12] = [
    "1.1.1.1",
    "10.255.255.7",
    "100.64.0.7",
    "169.254.1.7",
    "169.254.169.254",
    "172.31.255.7",
    "192.168.255.7",
    "2606:4700::1111",
    "64:ff9b::101:101",
    "64:ff9b::a9fe:a9fe",
    "fd99::7",
    "fe80::7",
];

/// The first address of a range, and one outside of it.
fn around(range: &Cidr) -> Vec<IpAddr> {
    let beside = match range.address() {
        IpAddr::V4(address) => {
            IpAddr::from((u32::from(address) ^ 1_u32.checked_shl(32 - u32::from(range.prefix())).unwrap_or(0)).to_be_bytes())
        }
        IpAddr::V6(address) => {
            IpAddr::from((u128::from(address) ^ 1_u128.checked_shl(128 - u32::from(range.prefix())).unwrap_or(0)).to_be_bytes())
        }
    };
    let within = [range.nth(0), range.nth(1)].into_iter().flatten();
    within.chain(Some(beside)).collect()
}

fn pods(plan: &NetworkPlan) -> BTreeSet<Subject> {
    let mut by_namespace: BTreeMap<String, BTreeSet<Labels>> = BTreeMap::new();
    let mut name = |pods: &Pods| {
        if let Namespaces::One(namespace) = &pods.namespaces {
            let sets = by_namespace.entry(namespace.clone()).or_default();
            sets.insert(Labels::new());
            sets.insert(pods.labels.clone());
        }
    };
    plan.isolated.iter().for_each(|held| name(&held.value));
    for held in &plan.flows {
        for end in [&held.value.from, &held.value.to] {
            if let End::Pods(pods) = end {
                name(pods);
            }
        }
    }
    name(&plan.view.dns());
    if plan.view.node_local_dns.is_some() {
        name(&plan.view.dns_cache());
    }
    let mut found = BTreeSet::from([Subject::pod(ELSEWHERE, &Labels::new())]);
    for (namespace, sets) in &by_namespace {
        for labels in sets {
            found.insert(Subject::pod(namespace, labels));
            found.insert(Subject::pod(ELSEWHERE, labels));
            found.extend(sets.iter().filter_map(|other| both(labels, other)).map(|labels| Subject::pod(namespace, &labels)));
        }
    }
    found
}

/// The labels of two sets, where one pod can have both.
fn both(a: &Labels, b: &Labels) -> Option<Labels> {
    let clash = a.iter().any(|(key, value)| b.get(key).is_some_and(|other| other != value));
    (!clash).then(|| a.iter().chain(b).map(|(key, value)| (key.clone(), value.clone())).collect())
}
