//! The five matrices of `golden/semantics`, written by hand: what the emitted policies let pass is what they say, no pair more or less.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Source},
    kube::network::{self, Labels, Policy, Port, Protocol},
    plan::Plan,
    semantics::network::{Subject, World, differences},
    yaml,
};

use crate::support::{cases, none, with_cluster};

fn build_case(path: &Path) -> Built {
    build_text(path, &fs::read_to_string(path).unwrap())
}

fn build_text(path: &Path, text: &str) -> Built {
    let mut diags = Diagnostics::default();
    let built = with_cluster(text, "", None, &mut diags, build::build);
    let said: String = diags.list().iter().map(|one| format!("{}: {}\n", one.code, one.message)).collect();
    built.unwrap_or_else(|| panic!("{}: {said}", path.display()))
}

struct Matrix {
    subjects: BTreeMap<String, Subject>,
    ports: Vec<Port>,
    allowed: BTreeSet<(String, String, Port)>,
}

fn port(word: &str) -> Port {
    let (number, protocol) = word.split_once('/').unwrap();
    Port { number: number.parse().unwrap(), protocol: Protocol::of(protocol).unwrap() }
}

fn subject(words: &[&str]) -> Subject {
    match words {
        ["pod", namespace] => Subject::pod(namespace, &Labels::new()),
        ["pod", namespace, labels] => {
            let labels = labels.split(',').map(|label| label.split_once('=').unwrap());
            Subject::pod(namespace, &labels.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
        }
        ["node", address] => Subject::Node(address.parse().unwrap()),
        ["api-server", address] => Subject::ApiServer(address.parse().unwrap()),
        ["address", address] => Subject::Address(address.parse().unwrap()),
        ["host", name] => Subject::Host((*name).to_owned()),
        _ => panic!("{words:?}"),
    }
}

fn matrix(path: &Path) -> Matrix {
    let text = fs::read_to_string(path).unwrap();
    let mut found = Matrix { subjects: BTreeMap::new(), ports: Vec::new(), allowed: BTreeSet::new() };
    let mut part = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (part, words.as_slice()) {
            (_, [head @ ("subjects" | "ports" | "allowed")]) => part = head,
            ("subjects", [name, rest @ ..]) => {
                assert!(found.subjects.insert((*name).to_owned(), subject(rest)).is_none(), "{line}")
            }
            ("ports", ports) => found.ports.extend(ports.iter().map(|word| port(word))),
            ("allowed", [from, to, ports @ ..]) => {
                assert!(found.subjects.contains_key(*from) && found.subjects.contains_key(*to), "{line}");
                for word in ports {
                    assert!(found.ports.contains(&port(word)), "{line}");
                    assert!(found.allowed.insert(((*from).to_owned(), (*to).to_owned(), port(word))), "{line}");
                }
            }
            _ => panic!("{line}"),
        }
    }
    found
}

fn policies(built: &Built) -> Vec<Policy> {
    let network = built.artifacts.iter().filter(|artifact| artifact.path.as_str().starts_with("k8s/network/"));
    network
        .flat_map(|artifact| yaml::read(&Source::new(artifact.path.as_str(), artifact.text())))
        .filter_map(|document| network::read(&document.root.unwrap()).unwrap())
        .collect()
}

fn is_governed(plan: &Plan, subject: &Subject) -> bool {
    matches!(subject, Subject::Pod { namespace, .. } if plan.namespaces.contains_key(namespace))
}

/// Where policies and a matrix differ.
fn compared(plan: &Plan, policies: Vec<Policy>, matrix: &Matrix) -> Vec<String> {
    let world = World::new(&plan.network.view, policies);
    let mut wrong = Vec::new();
    for (from_name, from) in &matrix.subjects {
        for (to_name, to) in &matrix.subjects {
            if !is_governed(plan, from) && !is_governed(plan, to) {
                continue;
            }
            for port in &matrix.ports {
                let (is, should) =
                    (world.allows(from, to, *port), matrix.allowed.contains(&(from_name.clone(), to_name.clone(), *port)));
                if is != should {
                    wrong.push(format!("{from_name} -> {to_name} {port}: is {is}, should be {should}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn policies_come_to_the_matrices() {
    let mut wrong = Vec::new();
    let found = cases("semantics");
    let found: Vec<_> = found.iter().filter(|case| case.join("matrix.txt").is_file()).collect();
    assert!(found.len() >= 5, "{found:?}");
    for case in found {
        let built = build_case(&case.join("harden.yaml"));
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        wrong.extend(built.disagreements.iter().map(|what| format!("{name}: {what}")));
        let matrix = matrix(&case.join("matrix.txt"));
        wrong.extend(compared(&built.plan, policies(&built), &matrix).into_iter().map(|what| format!("{name}: {what}")));
    }
    none(&wrong);
}

/// A policy less, a rule less, a port less, a label less, an exception less: each is noticed, by the matrix or by the flows.
#[test]
fn a_spoilt_policy_is_noticed() {
    let mut missed = Vec::new();
    let mut tried = 0;
    for case in cases("semantics").iter().filter(|case| case.join("matrix.txt").is_file()) {
        let built = build_case(&case.join("harden.yaml"));
        let all = policies(&built);
        for (name, spoilt) in spoilt(&all) {
            tried += 1;
            if differences(&built.plan.network, spoilt).is_empty() {
                missed.push(format!("{}: {name}", case.display()));
            }
        }
    }
    assert!(tried > 100, "{tried}");
    none(&missed);
}

/// Every way to spoil one thing.
fn spoilt(all: &[Policy]) -> Vec<(String, Vec<Policy>)> {
    let mut found = Vec::new();
    let with = |n: usize, policy: Policy| {
        let mut list = all.to_vec();
        list[n] = policy;
        list
    };
    for (n, policy) in all.iter().enumerate() {
        let mut without = all.to_vec();
        without.remove(n);
        found.push((format!("without {}", policy.id()), without));
        if !policy.subject.labels.is_empty() && !policy.name.starts_with("default") {
            let mut wider = policy.clone();
            wider.subject.labels.clear();
            found.push((format!("{} for every pod", policy.id()), with(n, wider)));
        }
        for ingress in [true, false] {
            let rules = |policy: &Policy| if ingress { policy.ingress.clone() } else { policy.egress.clone() };
            for (r, rule) in rules(policy).unwrap_or_default().iter().enumerate() {
                let change = |rule: network::Rule| {
                    let mut changed = policy.clone();
                    let list = if ingress { changed.ingress.as_mut() } else { changed.egress.as_mut() };
                    list.unwrap()[r] = rule;
                    with(n, changed)
                };
                for p in 0..rule.ports.len() {
                    let mut less = rule.clone();
                    less.ports.remove(p);
                    found.push((format!("{} rule {r} without port {p}", policy.id()), change(less)));
                    let mut other = rule.clone();
                    other.ports[p].number += 1;
                    found.push((format!("{} rule {r} with another port {p}", policy.id()), change(other)));
                }
                for (p, peer) in rule.peers.iter().enumerate() {
                    // A pod's own node reaches it in any case.
                    if ingress && *peer == network::Peer::Entity(network::Entity::Host) {
                        continue;
                    }
                    let mut less = rule.clone();
                    less.peers.remove(p);
                    found.push((format!("{} rule {r} without peer {p}", policy.id()), change(less)));
                    if let network::Peer::Block { cidr, except } = peer {
                        for e in 0..except.len() {
                            let mut except = except.clone();
                            let gone = except.remove(e);
                            let mut less = rule.clone();
                            less.peers[p] = network::Peer::Block { cidr: *cidr, except };
                            found.push((format!("{} rule {r} without exception {gone}", policy.id()), change(less)));
                        }
                    }
                }
            }
        }
    }
    found
}

/// With the policy for the whole cluster every namespace is closed but those that it spares; what the matrices say of governed ones stays.
#[test]
fn a_policy_for_the_cluster_closes_the_others() {
    let mut tried = 0;
    for case in cases("semantics") {
        let path = case.join("harden.yaml");
        let text = fs::read_to_string(&path).unwrap() + "  controls: { network/global-deny: { apply: true } }\n";
        let built = build_text(&path, &text);
        assert_eq!(built.disagreements, Vec::<String>::new(), "{}", path.display());
        let plan = &built.plan.network;
        if plan.view.semantics.own == harden::facts::OwnPolicies::None {
            continue;
        }
        tried += 1;
        let world = World::new(&plan.view, policies(&built));
        let pod = |namespace: &str| Subject::pod(namespace, &Labels::new());
        let public = Subject::Address("1.1.1.1".parse().unwrap());
        let dns = Subject::pod("kube-system", &Labels::from([("k8s-app".to_owned(), "kube-dns".to_owned())]));
        assert!(!world.allows(&pod("nobody-declared"), &public, Port::tcp(443)), "{}", path.display());
        assert!(!world.allows(&pod("kube-system"), &pod("nobody-declared"), Port::tcp(443)), "{}", path.display());
        assert!(world.allows(&pod("nobody-declared"), &dns, Port::udp(53)), "{}", path.display());
        assert!(world.allows(&pod("kube-system"), &public, Port::tcp(443)), "{}", path.display());
        let matrix = matrix(&case.join("matrix.txt"));
        let stays = |what: &String| !what.contains("namesake") && !what.contains("other") && !what.contains("alien");
        let wrong: Vec<String> = compared(&built.plan, policies(&built), &matrix).into_iter().filter(stays).collect();
        none(&wrong);
    }
    assert!(tried >= 4, "{tried}");
}
