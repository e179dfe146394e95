//! The matrices of `golden/semantics`, written by hand: what the emitted policies let pass is what they say, no pair more or less.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Source},
    kube::network::{self, Labels, Policy, Port, Protocol},
    plan::{Ground, Outcome, Plan},
    semantics::network::{Subject, World, differences},
    yaml,
};

use crate::support::{cases, none, with_cluster};

mod cache;
mod ends;
mod ranges;

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
    assert!(found.len() >= 8, "{found:?}");
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

/// Who lets nodes in lets in what kube-proxy gives the address of a node.
#[test]
fn a_flow_from_nodes_is_weaker() {
    for (flow, expected) in [("from: nodes, to: app", Outcome::Weaker), ("from: monitoring, to: app", Outcome::Enforced)] {
        let (said, built) = said(&tiny("kubeadm", "calico: { version: '3.31', encapsulation: none }", "", flow));
        let plan = built.expect(&said).plan;
        let control = plan.verdicts.iter().find(|control| control.id.to_string() == "network/flows").unwrap();
        let intent = plan.intents.iter().find(|intent| intent.path.to_string() == "/network/flows/flow").unwrap();
        for verdicts in [&control.verdicts, &intent.verdicts] {
            assert!(verdicts.iter().any(|verdict| verdict.outcome == expected), "{flow}: {verdicts:?}");
            let told = verdicts.iter().any(|verdict| verdict.ground == Ground::Fact(harden::facts::id::FLOW_FROM_NODES));
            assert_eq!(told, expected == Outcome::Weaker, "{flow}: {verdicts:?}");
        }
    }
}

/// Every row of the table says of both ends where they are.
#[test]
fn the_table_says_where_both_ends_are() {
    let (mut rows, mut outside) = (0, BTreeMap::new());
    for case in cases("semantics") {
        let built = build_case(&case.join("harden.yaml"));
        let table = built.artifacts.iter().find(|file| file.path.as_str() == "tests/connectivity.csv").expect("a table");
        for line in table.text().lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            for [name, namespace, _, address] in [[2, 3, 4, 5], [6, 7, 8, 9]].map(|end| end.map(|at: usize| cells[at])) {
                assert!(!namespace.is_empty() || !address.is_empty(), "{}: `{name}` is nowhere: {line}", case.display());
                if namespace.is_empty() {
                    outside.entry(name.to_owned()).or_insert_with(|| address.to_owned());
                }
            }
            rows += 1;
        }
    }
    assert!(rows > 50, "{rows}");
    assert_eq!(outside["internet"], "0.0.0.0/0");
    assert_eq!(outside["metadata"], "169.254.169.254/32");
}

/// A cluster with one tier, `app`, under a plug-in.
fn tiny(platform: &str, cni: &str, more: &str, flow: &str) -> String {
    if let Some(whole) = platform.strip_suffix("-without-pods") {
        let lines = tiny(whole, cni, more, flow);
        return lines.lines().filter(|line| !line.starts_with("    podCidrs:")).map(|line| format!("{line}\n")).collect();
    }
    let platform = match platform {
        "kubeadm" => {
            "    kubeadm:
      { kubernetesVersion: 1.36.3, controlPlaneEndpoint: 'api.example:6443', podSubnets: [10.20.0.0/16], serviceSubnets: [10.30.0.0/16] }
    runtime: { containerd: '2.3' }
    nodePools:
      - { name: cp, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.1 }] }
      - { name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }"
        }
        "eks" => {
            "    eks: { kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }
    podCidrs: [100.64.0.0/16]
    serviceCidrs: [172.20.0.0/16]
    nodePools: [{ name: workers, role: worker, os: al2023, cidrs: [10.0.0.0/24] }]"
        }
        "eks6" => {
            "    eks: { kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }
    podCidrs: ['2001:db8:7::/80']
    serviceCidrs: ['fd30::/108']
    nodePools: [{ name: workers, role: worker, os: al2023, cidrs: ['2001:db8:8::/64'] }]"
        }
        _ => {
            "    aks: { kubernetesVersion: '1.36', location: westeurope, access: private, tier: Standard }
    podCidrs: [10.244.0.0/16]
    serviceCidrs: [10.0.0.0/16]
    nodePools: [{ name: workers, role: worker, os: azure-linux-3, cidrs: [10.224.0.0/24] }]"
        }
    };
    format!(
        "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: tiny }}
spec:
  profiles: [restricted]
  platform:
{platform}
    cni: {{ {cni} }}
{more}
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  namespaces: [{{ name: app }}]
  network:
    peers:
      exporter: {{ namespace: monitoring, selector: {{ app.kubernetes.io/name: node-exporter }} }}
      monitoring: {{ namespace: monitoring, selector: {{}} }}
    tiers: [{{ name: app, namespace: app, selector: {{ app: app }}, ports: [8443] }}]
    flows: [{{ name: flow, {flow} }}]
"
    )
}

/// Nodes that are named and lie in no range are no part of the internet either.
#[test]
fn named_nodes_without_ranges_are_no_internet() {
    let text = tiny("kubeadm", "calico: { version: '3.31' }", "", "from: app, to: internet, ports: [587]")
        .replace("cidrs: [192.0.2.0/28], nodes", "nodes")
        .replace("cidrs: [192.0.2.64/26]", "nodes: [{ name: w-1, address: 192.0.2.65 }]");
    assert!(!text.contains("cidrs"), "{text}");
    let (said, built) = said(&text);
    let built = built.expect(&said);
    let world = World::new(&built.plan.network.view, policies(&built));
    let app = Subject::pod("app", &Labels::new());
    for address in ["192.0.2.1", "192.0.2.65"] {
        assert!(!world.allows(&app, &Subject::Node(address.parse().unwrap()), Port::tcp(587)), "{address}");
    }
}

/// What the tree itself tells to create is not cut off: the engine of the policies, which the API server calls, and the scanner.
#[test]
fn what_the_tree_installs_is_not_cut_off() {
    const DECLARED: &str = "  policies: { engines: { gatekeeper: { installed: owner } }, failure: closed }
  vulnerabilities: { scanning: { cluster: trivy-operator } }
";
    let named = tiny("kubeadm", "calico: { version: '3.31' }", "", "from: app, to: internet, ports: [443]")
        + "  controls: { network/global-deny: { apply: true } }\n";
    let (app, api) = (Subject::pod("app", &Labels::new()), Subject::ApiServer("192.0.2.1".parse().unwrap()));
    for (text, reached) in [(named.clone(), false), (named.clone() + DECLARED, true)] {
        let (said, built) = said(&text);
        let built = built.expect(&said);
        let world = World::new(&built.plan.network.view, policies(&built));
        for (namespace, port) in [("gatekeeper-system", 8443), ("trivy-system", 8080)] {
            let pod = Subject::pod(namespace, &Labels::new());
            assert_eq!(world.allows(&api, &pod, Port::tcp(port)), reached, "the API server to {namespace}");
            assert_eq!(world.allows(&pod, &api, Port::tcp(6443)), reached, "{namespace} to the API server");
            assert!(!world.allows(&pod, &app, Port::tcp(8443)), "{namespace} to a governed namespace");
        }
    }
    // Governed by name it is still what the API server calls.
    let governed = named.replace("[{ name: app }]", "[{ name: app }, { name: gatekeeper-system }]") + DECLARED;
    let (said, built) = said(&governed);
    let built = built.expect(&said);
    let world = World::new(&built.plan.network.view, policies(&built));
    assert!(world.allows(&api, &Subject::pod("gatekeeper-system", &Labels::new()), Port::tcp(8443)));
}

/// What is said of a spec, and what it comes to.
fn said(text: &str) -> (String, Option<Built>) {
    let mut diags = Diagnostics::default();
    let built = with_cluster(text, "", None, &mut diags, build::build);
    let said = diags.list().iter().map(|one| format!("{}: {} | {}\n", one.code, one.message, one.help));
    (said.collect(), built)
}

/// What a plug-in cannot tell apart is an error that says why; what it can is proved.
#[test]
fn what_plug_ins_cannot_match_is_an_error() {
    const LOCAL: &str = "    nodeLocalDns: true";
    const STACK: &str = "    addons: [kube-prometheus-stack]";
    const NATIVE: &str = "cilium: { version: '1.20', datapath: native }";
    const WIREGUARD: &str = "calico: { version: '3.31', encapsulation: none, encryption: wireguard }";
    const TUNNEL: &str = "calico: { version: '3.31' }";
    let cases = [
        // The end of Cilium's tunnel bears the label of nodes, never that of the API server.
        ("kubeadm", "cilium: { version: '1.20' }", "", "from: kube-api, to: app", "tunnel"),
        ("kubeadm", "cilium: { version: '1.20', datapath: geneve }", "", "from: kube-api, to: app", "tunnel"),
        ("kubeadm", NATIVE, "", "from: kube-api, to: app", ""),
        ("kubeadm", "cilium: { version: '1.20' }", "", "from: nodes, to: app", ""),
        ("kubeadm", "cilium: { version: '1.20' }", "", "from: app, to: kube-api", ""),
        ("eks", NATIVE, "", "from: kube-api, to: app", ""),
        ("aks", NATIVE, "", "from: kube-api, to: app", "konnectivity-agent"),
        ("kubeadm", "calico: { version: '3.31' }", "", "from: kube-api, to: app", "tunnel"),
        ("kubeadm", WIREGUARD, "", "from: kube-api, to: app", "tunnel"),
        ("kubeadm", "calico: { version: '3.31', encapsulation: none }", "", "from: kube-api, to: app", ""),
        // A cache under an address of the node.
        ("aks", "azure-cni: { networkPolicy: cilium }", LOCAL, "from: app, to: internet", "nodeLocalDns"),
        ("aks", "azure-cni: { networkPolicy: cilium }", LOCAL, "from: app, to: dns", "nodeLocalDns"),
        ("aks", "azure-cni: { networkPolicy: calico }", LOCAL, "from: app, to: internet", ""),
        ("kubeadm", NATIVE, LOCAL, "from: app, to: { fqdn: api.payment.example, port: 443 }", ""),
        ("kubeadm", NATIVE, LOCAL, "from: app, to: nodes, ports: [9100]", ""),
        ("kubeadm", NATIVE, LOCAL, "from: nodes, to: app", ""),
        ("kubeadm", NATIVE, "", "from: app, to: { cidr: '::ffff:10.0.0.0/104', port: 443 }", "IPv4"),
        // Pods in the network of their node.
        ("kubeadm", NATIVE, STACK, "from: app, to: exporter, ports: [9100]", "`to: nodes`"),
        ("kubeadm", NATIVE, STACK, "from: exporter, to: app", "`from: nodes`"),
        ("kubeadm", NATIVE, STACK, "from: monitoring, to: app", ""),
        ("kubeadm", NATIVE, "", "from: exporter, to: app", ""),
        ("aks", "azure-cni: { networkPolicy: cilium }", "", "from: nodes, to: app", "networkPolicy: calico"),
        // The end of a tunnel has an address that nobody gave.
        ("eks", TUNNEL, "", "from: nodes, to: app", ""),
        ("eks-without-pods", TUNNEL, "", "from: nodes, to: app", "podCidrs"),
        ("eks-without-pods", WIREGUARD, "", "from: nodes, to: app", "podCidrs"),
        ("aks-without-pods", "calico: { version: '3.31', encapsulation: ipip }", "", "from: nodes, to: app", "podCidrs"),
    ];
    let mut wrong = Vec::new();
    for (platform, cni, more, flow, expected) in cases {
        let (said, built) = said(&tiny(platform, cni, more, flow));
        let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("flow-not-matched")).collect();
        let holds = match (built, expected) {
            (Some(built), "") => built.disagreements.is_empty(),
            (None, expected) => !expected.is_empty() && errors.len() == 1 && errors[0].contains(expected),
            (Some(_), _) => false,
        };
        if !holds {
            wrong.push(format!("{platform} {cni} {more} {flow}, expected `{expected}`: {said}"));
        }
    }
    none(&wrong);
}

/// Microsoft's own address on every machine looks public, and is no internet; elsewhere it is an address like others.
#[test]
fn the_internet_of_azure_is_without_wire_server() {
    let public = Subject::Address("168.63.129.16".parse().unwrap());
    let app = Subject::pod("app", &Labels::from([("app".to_owned(), "app".to_owned())]));
    for (platform, cni, open) in [
        ("aks", "azure-cni: { networkPolicy: cilium }", false),
        ("aks", "azure-cni: { networkPolicy: azure }", false),
        ("kubeadm", "calico: { version: '3.31' }", true),
    ] {
        let (said, built) = said(&tiny(platform, cni, "", "from: app, to: internet, ports: [80]"));
        let built = built.unwrap_or_else(|| panic!("{said}"));
        assert_eq!(built.disagreements, Vec::<String>::new());
        assert_eq!(World::new(&built.plan.network.view, policies(&built)).allows(&app, &public, Port::tcp(80)), open, "{cni}");
    }
}

/// The outcome and the ground of default deny in the namespace.
fn default_deny(text: &str) -> String {
    let (said, built) = said(text);
    let built = built.unwrap_or_else(|| panic!("{said}"));
    let control = built.plan.verdicts.iter().find(|control| control.id.to_string() == "network/default-deny").unwrap();
    control.verdicts.iter().map(|verdict| format!("{} {:?} {}", verdict.outcome, verdict.ground, verdict.detail)).collect()
}

/// The switch is the caller's, whoever owns the add-on; what an IPv6 cluster of EKS lets past, and what no owner holds, is said in any case.
#[test]
fn the_switch_of_the_provider_is_part_of_the_verdict() {
    let flow = "from: app, to: dns";
    let eks =
        |platform: &str, owns: &str| tiny(platform, "aws-vpc-cni: { version: '1.20' }", "", flow).replace("nodes: managed", owns);
    let plain = default_deny(&eks("eks", "nodes: managed"));
    assert!(plain.starts_with("weaker") && plain.contains("aws-policy-switch"), "{plain}");
    let made = default_deny(&eks("eks", "nodes: managed, owns: { vpcCni: harden }"));
    assert!(made.starts_with("weaker") && made.contains("aws-policy-switch") && made.contains("by hand"), "{made}");
    let second = default_deny(&eks("eks6", "nodes: managed, owns: { vpcCni: harden }"));
    assert!(second.starts_with("weaker") && second.contains("eks-ipv4-egress"), "{second}");
    let both = default_deny(&eks("eks6", "nodes: managed"));
    assert!(both.contains("eks-ipv4-egress") && both.contains("enableNetworkPolicy"), "{both}");
}

/// A wide range is not the metadata service; a range for it is.
#[test]
fn a_wide_range_leaves_the_metadata_service_out() {
    let app = Subject::pod("app", &Labels::from([("app".to_owned(), "app".to_owned())]));
    for (platform, cni, range, address, open) in [
        ("kubeadm", "calico: { version: '3.31' }", "0.0.0.0/0", "169.254.169.254", false),
        ("kubeadm", "calico: { version: '3.31' }", "0.0.0.0/0", "169.254.170.2", true),
        ("kubeadm", "calico: { version: '3.31' }", "169.254.169.0/24", "169.254.169.254", true),
        ("kubeadm", "cilium: { version: '1.20' }", "'::/0'", "fd00:ec2::254", false),
        ("aks", "azure-cni: { networkPolicy: azure }", "168.0.0.0/8", "168.63.129.16", false),
        ("aks", "azure-cni: { networkPolicy: azure }", "168.63.129.16/32", "168.63.129.16", true),
    ] {
        let (said, built) = said(&tiny(platform, cni, "", &format!("from: app, to: {{ cidr: {range}, port: 80 }}")));
        let built = built.unwrap_or_else(|| panic!("{range}: {said}"));
        assert_eq!(built.disagreements, Vec::<String>::new());
        let to = Subject::Address(address.parse().unwrap());
        assert_eq!(
            World::new(&built.plan.network.view, policies(&built)).allows(&app, &to, Port::tcp(80)),
            open,
            "{range} {address}"
        );
    }
}

/// Governed namespaces are closed by every profile where the spec says which connections there are, and by some where it says none.
#[test]
fn profiles_close_namespaces() {
    let text = tiny("kubeadm", "calico: { version: '3.31' }", "", "from: nodes, to: app");
    for (profile, closes) in [
        ("baseline", false),
        ("restricted", true),
        ("ten-ways", true),
        ("cis-level-1", false),
        ("cis-level-2", true),
        ("nsa", true),
    ] {
        let text = text.replace("profiles: [restricted]", &format!("profiles: [{profile}]"));
        let (before, _) = text.split_once("  network:").unwrap();
        let (told, built) = said(before);
        let built = built.unwrap_or_else(|| panic!("{profile}: {told}"));
        assert_eq!(built.plan.network.isolates_pod("app", &Labels::new()), closes, "{profile}");
        let (told, built) = said(&text);
        let built = built.unwrap_or_else(|| panic!("{profile}: {told}"));
        let plan = &built.plan.network;
        assert!(plan.isolates_pod("app", &Labels::new()), "{profile}");
        assert!(plan.isolates_pod("app", &Labels::from([("app".to_owned(), "app".to_owned())])), "{profile}");
    }
}

/// A deployer whose namespace is isolated needs a flow to the API server, whatever isolates it; tiers of others are none of its business.
#[test]
fn delivery_keeps_its_way_to_the_api_server() {
    let codes = |profile: &str, namespaces: &str, network: &str, rest: &str| {
        let text = format!(
            "apiVersion: harden.dev/v1alpha1\nkind: Cluster\nmetadata: {{ name: c }}\nspec:\n  profiles: [{profile}]\n  platform:\n    kubeadm: {{ \
             kubernetesVersion: \"1.36.3\", controlPlaneEndpoint: \"192.0.2.10:6443\", podSubnets: [10.244.0.0/16], serviceSubnets: \
             [10.96.0.0/12] }}\n    cni: {{ cilium: {{ version: \"1.19\" }} }}\n    runtime: {{ containerd: \"2.3\" }}\n    nodePools: [{{ name: all, \
             role: control-plane, os: other, cidrs: [192.0.2.0/28] }}]\n  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}\n  identity: {{ \
             delivery: [{{ serviceAccount: deployer/deployer }}] }}\n  namespaces: [{namespaces}]\n  network: {{ {network} }}\n{rest}"
        );
        let mut diags = harden::diag::Diagnostics::default();
        crate::support::with_cluster(&text, "", None, &mut diags, harden::build::plan);
        diags.list().iter().filter(|one| one.severity == harden::diag::Severity::Error).map(|one| one.code).collect::<Vec<_>>()
    };
    let (both, cut) = ("{ name: shop }, { name: deployer }", vec!["delivery-cut-off"]);
    let peer = "peers: { deployer: { namespace: deployer, selector: {} } }";
    let none: Vec<&str> = Vec::new();
    assert_eq!(codes("restricted", both, "", ""), cut);
    assert_eq!(codes("restricted", "{ name: shop }", "", ""), none, "nobody isolates it");
    assert_eq!(codes("baseline", both, "", ""), none, "nothing is denied");
    let flow = |to: &str| format!("{peer}, flows: [{{ name: delivery, from: deployer, to: {to} }}]");
    assert_eq!(codes("restricted", both, &flow("kube-api"), ""), none);
    assert_eq!(codes("restricted", both, &flow("internet"), ""), cut, "that is another way");
    assert_eq!(
        codes("restricted", both, &flow("{ cidr: 0.0.0.0/0, port: 6443 }"), ""),
        cut,
        "nodes are left out of a wide range"
    );
    let other = "tiers: [{ name: web, namespace: shop, selector: {} }], flows: [{ name: web, from: web, to: kube-api }]";
    assert_eq!(codes("restricted", both, other, ""), cut, "that is the way of another namespace");
    let waiver = "  waivers: [{ id: W-1, control: network/default-deny, scope: { namespace: deployer }, owner: sre, reason: x, expires: 2027-01-15 }]\n";
    assert_eq!(codes("restricted", both, "", waiver), none, "its namespace stays open");
    let global = "  controls: { network/global-deny: { apply: true } }\n";
    assert_eq!(codes("baseline", "{ name: shop }", "", global), cut, "everything is denied");
    assert_eq!(codes("baseline", "{ name: shop }", &flow("kube-api"), global), none);
}
