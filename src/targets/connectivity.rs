//! `tests/connectivity.csv`: the flows as connections that must pass, and some that must not.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, Cidr, Lines, Mode, Origin, OutPath},
    kube::network::{Labels, Namespaces, Pods, Port, Protocol},
    plan::{End, FlowPlan, Held, NetworkPlan, NetworkView, Plan},
};

use super::{Mark, Target, origins};

const PATH: &str = "tests/connectivity.csv";

const HEAD: &str =
    "expected,flow,from,from_namespace,from_labels,from_address,to,to_namespace,to_labels,to_address,port,protocol";

/// The table of connections.
pub(super) const TARGET: Target = Target {
    name: "connectivity",
    wanted: |plan| !plan.network.isolated.is_empty(),
    emit,
    marks: &[Mark { path: PATH, says: "" }],
};

/// A port that is tried where a flow opens every port.
const ANY: Port = Port { number: 8080, protocol: Protocol::Tcp };

fn emit(plan: &Plan) -> Vec<Artifact> {
    let mut lines = Lines::default();
    lines.push(HEAD, &origins::form("network-table"));
    for held in &plan.network.flows {
        let origin = Arc::new(Origin { setting: None, reasons: held.reasons.clone() });
        let ports = if held.value.ports.is_empty() { vec![ANY] } else { held.value.ports.clone() };
        for port in ports {
            lines.push(
                &row(
                    &plan.network.view,
                    "allowed",
                    &held.value.name,
                    (&held.value.from_name, &held.value.from),
                    (&held.value.to_name, &held.value.to),
                    port,
                ),
                &origin,
            );
        }
    }
    for (held, row) in denied(&plan.network) {
        lines.push(&row, &Arc::new(Origin { setting: None, reasons: held.reasons.clone() }));
    }
    vec![Artifact { path: OutPath::new(PATH).expect("internal error: a plain path"), mode: Mode::Plain, lines }]
}

/// Connections that no flow declares: from every end of pods to every isolated one of another name, and from there to the internet and to the
/// metadata service. Each with the flow or isolation that it is near to.
fn denied(plan: &NetworkPlan) -> Vec<(&Held<FlowPlan>, String)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let outside = [("internet", End::Internet, Port::tcp(443)), ("metadata", End::Metadata, Port::tcp(80))];
    for to in plan.flows.iter().filter(|held| held.value.name != "dns") {
        let End::Pods(pods) = &to.value.to else { continue };
        let ports = if to.value.ports.is_empty() { vec![ANY] } else { to.value.ports.clone() };
        for from in &plan.flows {
            for (name, end) in [(&from.value.from_name, &from.value.from), (&from.value.to_name, &from.value.to)] {
                for port in &ports {
                    if matches!(end, End::Pods(_)) && plan.isolates(pods) && !may(plan, end, &to.value.to, *port) {
                        let row = row(&plan.view, "denied", "", (name, end), (&to.value.to_name, &to.value.to), *port);
                        if seen.insert(row.clone()) {
                            found.push((to, row));
                        }
                    }
                }
            }
        }
    }
    // What the cluster has no address of nobody can try.
    let outside: Vec<_> =
        outside.iter().filter(|(_, end, _)| place(&plan.view, end).iter().any(|cell| !cell.is_empty())).collect();
    for held in &plan.flows {
        for (name, to, port) in &outside {
            let from = &held.value.from;
            if matches!(from, End::Pods(pods) if plan.isolates(pods)) && !may(plan, from, to, *port) {
                let row = row(&plan.view, "denied", "", (&held.value.from_name, from), (name, to), *port);
                if seen.insert(row.clone()) {
                    found.push((held, row));
                }
            }
        }
    }
    found
}

/// Whether some flow may let a connection between two ends pass: pods whose labels do not exclude each other may be the same.
fn may(plan: &NetworkPlan, from: &End, to: &End, port: Port) -> bool {
    let near = |a: &End, b: &End| match (a, b) {
        (End::Pods(a), End::Pods(b)) => may_meet(a, b),
        (End::Internet, End::Range(_) | End::Host(_)) | (End::Range(_) | End::Host(_), End::Internet) => true,
        (End::Metadata, End::Range(_)) | (End::Range(_), End::Metadata) => true,
        (a, b) => a == b,
    };
    plan.flows
        .iter()
        .map(|held| &held.value)
        .any(|flow| near(&flow.from, from) && near(&flow.to, to) && (flow.ports.is_empty() || flow.ports.contains(&port)))
}

fn may_meet(a: &Pods, b: &Pods) -> bool {
    let namespaces = match (&a.namespaces, &b.namespaces) {
        (Namespaces::One(name), other) | (other, Namespaces::One(name)) => other.contain(name),
        (Namespaces::AllBut(_), Namespaces::AllBut(_)) => true,
    };
    namespaces && !a.labels.iter().any(|(key, value)| b.labels.get(key).is_some_and(|other| other != value))
}

fn row(view: &NetworkView, expected: &str, flow: &str, from: (&str, &End), to: (&str, &End), port: Port) -> String {
    let mut cells = vec![expected.to_owned(), flow.to_owned()];
    for (name, end) in [from, to] {
        cells.push(name.to_owned());
        cells.extend(place(view, end));
    }
    cells.extend([port.number.to_string(), port.protocol.name().to_owned()]);
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",")
}

/// Namespace, labels and address of an end; several addresses with a space between.
fn place(view: &NetworkView, end: &End) -> [String; 3] {
    let address = |text: String| [String::new(), String::new(), text];
    let addresses = |texts: Vec<String>| address(texts.join(" "));
    let ranges = |ranges: &[Cidr]| addresses(ranges.iter().map(ToString::to_string).collect());
    match end {
        End::Pods(Pods { namespaces: Namespaces::One(name), labels }) => [name.clone(), words(labels), String::new()],
        End::Pods(Pods { namespaces: Namespaces::AllBut(_), .. }) => address(String::new()),
        End::Range(range) => address(range.to_string()),
        End::Host(name) => address(name.clone()),
        End::Dns => {
            let [namespace, labels, _] = place(view, &End::Pods(view.dns()));
            let [_, _, cache] = ranges(&view.node_dns());
            [namespace, labels, cache]
        }
        End::KubeApi => ranges(&view.api),
        End::Nodes => ranges(&view.nodes),
        End::Metadata => ranges(&view.metadata),
        End::Internet => addresses(view.internet().into_iter().map(|(range, _)| range.to_string()).collect()),
    }
}

fn words(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
}

/// A cell of a table: quoted where it holds anything that a reader of tables takes for more than text.
fn cell(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b' ' | b'=');
    let begins = text.bytes().next().is_none_or(|b| b.is_ascii_alphanumeric());
    if begins && text.bytes().all(plain) { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
