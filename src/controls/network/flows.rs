//! The declared flows as policies: an ingress rule at the answering end, an egress rule at the opening one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Area, Cause, FactId, Level, SpecPath},
    controls::{Applies, Control},
    facts::{self, Workload},
    kube::network::{Dialect, Pods, Policy, Port, Rule},
    plan::{AGENT_NAME, End, FlowPlan, Ground, Lowering, NetworkView, Outcome, Scope, SettingKey, Unmatched, agent_pods},
    resolve::{Agent, LogSink, Resolved},
};

use super::{add, caveats, compile, intent, isolation, said, strokes, verdict};

pub(in crate::controls) const CONTROL: Control = Control {
    id: isolation::FLOWS,
    area: Area::Network,
    title: "open the declared flows between tiers, and isolate the tiers",
    level: Level::Baseline,
    doc: include_str!("flows.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    let network = &cluster.network;
    if network.tiers.is_empty() && network.flows.is_empty() && !cluster.logs.agent.runs() {
        Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED)
    } else {
        Applies::Yes
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let mut all: Vec<SettingKey> = isolation::deny(cluster, out, isolation::FLOWS).into_iter().map(|(_, key)| key).collect();
    let mut by_pods: Vec<(Pods, Vec<SettingKey>)> = Vec::new();
    for (place, flow) in &cluster.network.flows {
        out.because(Cause::Spec(place.clone()));
        if of_other_family(&cluster.network.view, flow) {
            strokes::intents(cluster, out, place, Outcome::NotApplicable, &Ground::Fact(facts::id::FLOW_OTHER_FAMILY), "");
            continue;
        }
        let keys = match policies(cluster, place, flow) {
            Ok(policies) => policies.into_iter().map(|policy| add(out, policy)).collect::<Vec<_>>(),
            Err(unmatched) => {
                let held = out.held(unmatched);
                out.plan_mut().network.unmatched.push(held);
                continue;
            }
        };
        if keys.is_empty() {
            strokes::intents(cluster, out, place, Outcome::NotApplicable, &Ground::Fact(facts::id::NOTHING_ISOLATED), "");
            continue;
        }
        let held = out.held(flow.clone());
        out.plan_mut().network.flows.push(held);
        let lets_in = lets_in_more(&cluster.network.view, flow);
        let detail = said(cluster, "", &caveats(cluster));
        for fact in &lets_in {
            strokes::intents(cluster, out, place, Outcome::Weaker, &Ground::Fact(*fact), &detail);
        }
        if lets_in.is_empty() {
            intent(cluster, out, place, &keys);
        }
        for end in [&flow.from, &flow.to] {
            if let End::Pods(pods) = end {
                by_pods.push((pods.clone(), keys.clone()));
            }
        }
        all.extend(keys);
    }
    all.extend(log_agent(cluster, out));
    out.because(asked);
    for (place, pods) in cluster.network.tiers.iter().chain(&cluster.network.peers) {
        let mut keys: Vec<SettingKey> =
            by_pods.iter().filter(|(end, _)| end == pods).flat_map(|(_, keys)| keys.clone()).collect();
        keys.sort();
        keys.dedup();
        if keys.is_empty() && !out.plan().network.isolates(pods) {
            strokes::intents(cluster, out, place, Outcome::NotApplicable, &Ground::Fact(facts::id::NOTHING_ISOLATED), "");
        } else {
            // A tier without flows is cut off by what isolates it.
            let own = if keys.is_empty() { all.clone() } else { keys };
            intent(cluster, out, place, &own);
        }
    }
    let wide = wide_flows(cluster, out);
    if all.is_empty() {
        out.verdict(Scope::Cluster, Outcome::NotApplicable, facts::id::NOTHING_ISOLATED, "");
    } else if wide.is_empty() {
        verdict(cluster, out, Scope::Cluster, all, "");
    }
    for (fact, names) in wide {
        let detail = said(cluster, &format!("flows: {}", names.join(", ")), &caveats(cluster));
        out.verdict(Scope::Cluster, Outcome::Weaker, fact, detail);
    }
}

/// Whether an end is a range of a family that pods have no addresses of: no connection comes about, open or not.
fn of_other_family(view: &NetworkView, flow: &FlowPlan) -> bool {
    [&flow.from, &flow.to].into_iter().any(|end| matches!(end, End::Range(range) if !view.has_family_of(range)))
}

/// Why a flow lets more through than what it names.
fn lets_in_more(view: &NetworkView, flow: &FlowPlan) -> Vec<FactId> {
    let among = |end: &End| matches!(end, End::Range(range) if view.is_among_nodes(range));
    let facts = [
        (facts::id::FLOW_AMONG_NODES, among(&flow.from) || among(&flow.to)),
        (facts::id::FLOW_FROM_NODES, among(&flow.from) || flow.from == End::Nodes),
    ];
    facts.into_iter().filter(|(_, holds)| *holds).map(|(fact, _)| fact).collect()
}

/// The names of flows that let more through than what they name, by the reason.
fn wide_flows(cluster: &Resolved, out: &Lowering<'_>) -> BTreeMap<FactId, Vec<String>> {
    let mut found: BTreeMap<FactId, Vec<String>> = BTreeMap::new();
    for held in &out.plan().network.flows {
        for fact in lets_in_more(&cluster.network.view, &held.value) {
            found.entry(fact).or_default().push(format!("`{}`", held.value.name));
        }
    }
    found
}

/// What helps where a plug-in knows no names.
const ADDRESSES: &str = "write the ranges of the receiver: `collector: { openTelemetry: { addresses: [198.51.100.20/32] } }`";

/// The flow of the agent for logs to the receiver, where the agent is isolated.
fn log_agent(cluster: &Resolved, out: &mut Lowering<'_>) -> Vec<SettingKey> {
    let (Agent::Runs { ends, .. }, Some(sink @ LogSink::Syslog { port, .. })) = (&cluster.logs.agent, &cluster.logs.siem) else {
        return Vec::new();
    };
    let place = sink.path();
    out.because(Cause::Spec(place.clone()));
    let mut keys = Vec::new();
    for (number, (end, name)) in ends.iter().enumerate() {
        let flow = FlowPlan {
            name: if number == 0 { AGENT_NAME.to_owned() } else { format!("{AGENT_NAME}-{}", number + 1) },
            from: End::Pods(agent_pods()),
            from_name: AGENT_NAME.to_owned(),
            to: end.clone(),
            to_name: name.clone(),
            ports: vec![Port::tcp(*port)],
        };
        let reached = if of_other_family(&cluster.network.view, &flow) {
            Err(Unmatched {
                why: format!("the agent for logs does not reach `{name}`: pods have no addresses of its family"),
                way_out: ADDRESSES.to_owned(),
                at: place.clone(),
            })
        } else {
            policies(cluster, &place, &flow)
        };
        match reached {
            Ok(policies) if policies.is_empty() => {}
            Ok(policies) => {
                keys.extend(policies.into_iter().map(|policy| add(out, policy)));
                let held = out.held(flow);
                out.plan_mut().network.flows.push(held);
            }
            Err(unmatched) => {
                let way_out = if matches!(end, End::Host(_)) { ADDRESSES.to_owned() } else { unmatched.way_out };
                let held = out.held(Unmatched { way_out, at: place.clone(), ..unmatched });
                out.plan_mut().network.unmatched.push(held);
            }
        }
    }
    keys
}

/// A plug-in that keeps a list of ports for each address leaves out what is beyond its end: all flows between the same two ends count.
fn not_too_many_ports(cluster: &Resolved, place: &SpecPath, flow: &FlowPlan) -> Result<(), Unmatched> {
    let semantics = cluster.network.view.semantics;
    let Some(most) = semantics.most_ports else { return Ok(()) };
    let alike = cluster.network.flows.iter().filter(|(_, other)| other.from == flow.from && other.to == flow.to);
    let ports: BTreeSet<&Port> = alike.flat_map(|(_, other)| &other.ports).chain(&flow.ports).collect();
    if ports.len() <= most {
        return Ok(());
    }
    Err(Unmatched {
        why: format!(
            "flow `{}` cannot be held to: {} ports between its ends, and {} takes {most}",
            flow.name,
            ports.len(),
            semantics.name
        ),
        way_out: "name fewer ports, or let the workload answer on fewer".to_owned(),
        at: place.clone(),
    })
}

/// The policies of a flow; none where neither end is isolated, and at least one for each end that is.
fn policies(cluster: &Resolved, place: &SpecPath, flow: &FlowPlan) -> Result<Vec<Policy>, Unmatched> {
    let view = &cluster.network.view;
    for (side, end) in [("from", &flow.from), ("to", &flow.to)] {
        if let Some(workload) = in_host_network(cluster, end) {
            return Err(Unmatched {
                why: format!(
                    "flow `{}` cannot be held to: `{workload}` runs in the network of its node, and a policy sees the node",
                    flow.name
                ),
                way_out: format!("write `{side}: nodes`, with the port of `{workload}` under `ports` where it answers"),
                at: place.child(side),
            });
        }
    }
    not_too_many_ports(cluster, place, flow)?;
    let mut found = Vec::new();
    for (subject, suffix) in subjects(cluster, &flow.from) {
        for (dialect, rules) in grouped(compile::egress(view, place, flow)?) {
            let name = format!("flow-{}-out{suffix}", flow.name);
            found.push(Policy { dialect, name, subject: subject.clone(), ingress: None, egress: Some(rules) });
        }
    }
    for (subject, suffix) in subjects(cluster, &flow.to) {
        for (dialect, rules) in grouped(compile::ingress(view, place, flow)?) {
            let name = format!("flow-{}-in{suffix}", flow.name);
            found.push(Policy { dialect, name, subject: subject.clone(), ingress: Some(rules), egress: None });
        }
    }
    Ok(found)
}

/// The system component that an end means, where all that it means is in the network of the host.
fn in_host_network(cluster: &Resolved, end: &End) -> Option<&'static str> {
    let End::Pods(pods) = end else { return None };
    let is = |workload: &&Workload| {
        let labels = workload.labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        pods.contain(workload.namespace, &labels)
    };
    let components = cluster.components();
    let meant: Vec<_> = components.iter().flat_map(|(component, _)| component.workloads).filter(is).collect();
    meant.first().filter(|_| meant.iter().all(|workload| workload.host_network)).map(|workload| workload.name)
}

/// The isolated pods at an end, each set with what tells its policies apart. A policy for others would isolate them.
fn subjects(cluster: &Resolved, end: &End) -> Vec<(Pods, String)> {
    let End::Pods(pods) = end else { return Vec::new() };
    let isolated = isolation::isolation(cluster);
    if isolated.iter().any(|set| set.pods.cover(pods)) {
        return vec![(pods.clone(), String::new())];
    }
    let part = |set: &isolation::Isolated| Some((isolation::meet(&set.pods, pods)?, set.suffix.clone()));
    isolated.iter().filter_map(part).collect()
}

fn grouped(rules: compile::Rules) -> BTreeMap<Dialect, Vec<Rule>> {
    let mut found: BTreeMap<Dialect, Vec<Rule>> = BTreeMap::new();
    for (dialect, rule) in rules {
        found.entry(dialect).or_default().push(rule);
    }
    found
}
