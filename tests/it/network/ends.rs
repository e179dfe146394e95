//! Ends of flows that have no address, that are the node of the pod itself, or that nobody answers at.

use harden::{
    kube::network::{Entity, Peer, Port},
    plan::{Ground, Outcome},
    semantics::network::{Subject, World},
};

use super::{policies, said, tiny};

const APP: &str = "app";

fn app() -> Subject {
    Subject::pod(APP, &[(APP.to_owned(), APP.to_owned())].into())
}

/// A declared connection is never cut off as if it needed no policy: without the addresses of nodes the flow is an error.
#[test]
fn nodes_without_addresses_are_an_error() {
    const PLAIN: &str = "calico: { version: '3.31', encapsulation: none }";
    const TUNNEL: &str = "calico: { version: '3.31' }";
    const AWS: &str = "aws-vpc-cni: { version: '1.20' }";
    const NATIVE: &str = "cilium: { version: '1.20', datapath: native }";
    const NODES: [&str; 2] = ["from: nodes, to: app", "from: app, to: nodes, ports: [9100]"];
    const API: [&str; 2] = ["from: kube-api, to: app", "from: app, to: kube-api"];
    const CONTROL_PLANE: &str = ", cidrs: [192.0.2.0/28], nodes: [{ name: cp-1, address: 192.0.2.1 }]";
    const WORKERS: &str = ", cidrs: [192.0.2.64/26]";
    let cases = [
        ("kubeadm", PLAIN, NODES, CONTROL_PLANE, true),
        ("kubeadm", PLAIN, NODES, WORKERS, true),
        ("kubeadm", TUNNEL, NODES, WORKERS, true),
        ("kubeadm", PLAIN, API, CONTROL_PLANE, true),
        ("kubeadm", PLAIN, API, WORKERS, false),
        ("kubeadm", NATIVE, NODES, WORKERS, false),
        ("kubeadm", NATIVE, API, CONTROL_PLANE, false),
        ("eks", AWS, NODES, ", cidrs: [10.0.0.0/24]", true),
        ("aks", "azure-cni: { networkPolicy: calico }", NODES, ", cidrs: [10.224.0.0/24]", true),
    ];
    for (platform, cni, flows, gone, refused) in cases {
        for flow in flows {
            // Without a script there is no firewall that asks for the same.
            let text = tiny(platform, cni, "", flow).replace(gone, "").replace("os: debian-12", "os: other");
            let (said, built) = said(&text);
            match built {
                Some(built) => assert!(!refused && built.disagreements.is_empty(), "{platform} {cni} {flow}: {said}"),
                None => {
                    let told: Vec<&str> = said.lines().filter(|line| line.starts_with("flow-not-matched")).collect();
                    assert!(refused && told.len() == 1 && told[0].contains("`cidrs`"), "{platform} {cni} {flow}: {said}");
                    assert!(!told[0].contains("provider"), "{told:?}");
                }
            }
        }
    }
}

/// Cilium takes the agent of EKS Pod Identity for the node that it runs on, which no range matches.
#[test]
fn the_agent_of_pod_identity_is_the_node_under_cilium() {
    for range in ["169.254.170.23/32", "'fd00:ec2::23/128'"] {
        let flow = format!("from: app, to: {{ cidr: {range}, port: 80 }}");
        let platform = if range.contains("fd00") { "eks6" } else { "eks" };
        let agent = Subject::Address(range.trim_matches('\'').split('/').next().unwrap().parse().unwrap());
        for (cni, by_entity) in [
            ("cilium: { version: '1.20' }", true),
            ("cilium: { version: '1.20', datapath: native }", true),
            ("calico: { version: '3.31' }", false),
            ("aws-vpc-cni: { version: '1.20' }", false),
        ] {
            let (said, built) = said(&tiny(platform, cni, "", &flow));
            let built = built.expect(&said);
            assert_eq!(built.disagreements, Vec::<String>::new(), "{cni}");
            let policies = policies(&built);
            let rules = policies
                .iter()
                .filter(|policy| policy.name.starts_with("flow-"))
                .flat_map(|policy| policy.egress.iter().flatten());
            let peers: Vec<&Peer> = rules.flat_map(|rule| &rule.peers).collect();
            assert_eq!(peers == [&Peer::Entity(Entity::Host)], by_entity, "{cni}: {peers:?}");
            let world = World::new(&built.plan.network.view, policies.clone());
            assert!(world.allows(&app(), &agent, Port::tcp(80)), "{cni}");
            assert!(!world.allows(&app(), &agent, Port::tcp(443)), "{cni}");
        }
    }
    // Nothing comes from it, and a range around it does not match it.
    for flow in ["from: { cidr: 169.254.170.23/32 }, to: app", "from: app, to: { cidr: 169.254.170.0/24, port: 80 }"] {
        let (said, built) = said(&tiny("eks", "cilium: { version: '1.20' }", "", flow));
        assert!(built.is_none() && said.contains("flow-not-matched"), "{flow}: {said}");
    }
    // Elsewhere it is an address like others.
    let (said, built) =
        said(&tiny("kubeadm", "cilium: { version: '1.20' }", "", "from: app, to: { cidr: 169.254.170.23/32, port: 80 }"));
    let peers = policies(&built.expect(&said)).into_iter().filter(|policy| policy.name.starts_with("flow-"));
    assert!(peers.flat_map(|policy| policy.egress.unwrap()).all(|rule| rule.peers != [Peer::Entity(Entity::Host)]));
}

/// Plug-ins judge the port behind a Service; a port that nobody answers on is told.
#[test]
fn ports_of_services_are_told() {
    const CALICO: &str = "calico: { version: '3.31' }";
    for (flow, refused) in [
        ("from: app, to: kube-api, ports: [443]", "6443"),
        ("from: app, to: kube-api, ports: [6443]", ""),
        ("from: app, to: kube-api", ""),
        ("from: app, to: dns, ports: [5353]", "53"),
        ("from: app, to: dns, ports: [9153]", ""),
    ] {
        let (said, built) = said(&tiny("kubeadm", CALICO, "", flow));
        assert_eq!(built.is_some(), refused.is_empty(), "{flow}: {said}");
        assert!(said.lines().filter(|line| line.starts_with("flow-not-matched")).all(|line| line.contains(refused)), "{said}");
    }
    for (flow, warned) in [
        ("from: monitoring, to: app, ports: [443]", true),
        ("from: monitoring, to: app, ports: [8443]", false),
        ("from: monitoring, to: app, ports: [9090]", false),
        ("from: monitoring, to: app", false),
        ("from: app, to: exporter, ports: [443]", false),
    ] {
        let (said, built) = said(&tiny("kubeadm", CALICO, "", flow));
        assert!(built.is_some() && said.contains("service-port: ") == warned, "{flow}: {said}");
    }
}

/// A range of a family that pods have no addresses of opens nothing, and the report says so.
#[test]
fn ranges_of_another_family_are_not_applicable() {
    let flow = "from: app, to: { cidr: '2001:db8:9::/48', port: 443 }";
    let (said, built) = said(&tiny("kubeadm", "calico: { version: '3.31' }", "", flow));
    let built = built.expect(&said);
    let intent = built.plan.intents.iter().find(|intent| intent.path.to_string() == "/network/flows/flow").unwrap();
    let ground = Ground::Fact(harden::facts::id::FLOW_OTHER_FAMILY);
    assert!(
        intent.verdicts.iter().all(|verdict| verdict.outcome == Outcome::NotApplicable && verdict.ground == ground),
        "{intent:?}"
    );
    assert!(policies(&built).iter().all(|policy| !policy.name.starts_with("flow-")));
    assert!(
        !built.artifacts.iter().any(|file| file.path.as_str() == "tests/connectivity.csv" && file.text().contains("2001:db8:9"))
    );
    // Pods of IPv6 clusters of EKS send IPv4 by a second interface.
    let (said, built) =
        super::said(&tiny("eks6", "cilium: { version: '1.20' }", "", "from: app, to: { cidr: 203.0.113.0/24, port: 443 }"));
    assert!(policies(&built.expect(&said)).iter().any(|policy| policy.name.starts_with("flow-")));
}

/// Where the spec cannot give the address of the API server, the deployer's flow to an address is taken at its word, and that is said.
#[test]
fn a_deployer_reaches_an_api_server_of_the_provider() {
    const AZURE: &str = "azure-cni: { networkPolicy: calico }";
    const CALICO: &str = "calico: { version: '3.31' }";
    for (platform, cni, flow, passes) in [
        ("aks", AZURE, "from: app, to: { cidr: 20.50.1.2/32, port: 443 }", true),
        ("aks", AZURE, "from: app, to: { cidr: 0.0.0.0/0, port: 443 }", true),
        ("aks", AZURE, "from: app, to: internet, ports: [443]", true),
        ("aks", AZURE, "from: app, to: { cidr: 20.50.1.2/32, port: 8443 }", false),
        ("eks", CALICO, "from: app, to: { cidr: 10.1.2.3/32, port: 443 }", true),
        ("eks", CALICO, "from: app, to: internet, ports: [443]", false),
        ("kubeadm", CALICO, "from: app, to: nodes", true),
        ("kubeadm", CALICO, "from: app, to: nodes, ports: [9100]", false),
        ("kubeadm", CALICO, "from: app, to: internet", false),
    ] {
        let text = tiny(platform, cni, "", flow) + "  identity: { delivery: [{ serviceAccount: app/deployer }] }\n";
        let (said, built) = said(&text);
        assert_eq!(!said.contains("delivery-cut-off"), passes, "{platform} {flow}: {said}");
        let Some(built) = built else { continue };
        let control = built.plan.verdicts.iter().find(|control| control.id.0 == "rbac/delivery").unwrap();
        let told = control.verdicts.iter().any(|verdict| verdict.detail.contains("`app/deployer` by `flow`"));
        assert_eq!(told, platform != "kubeadm", "{platform} {flow}: {control:?}");
    }
    // The help can be followed: where `kube-api` would be refused, it names an address.
    for (platform, cni, named) in [("aks", AZURE, false), ("kubeadm", CALICO, true), ("eks", "cilium: { version: '1.20' }", true)]
    {
        let text = tiny(platform, cni, "", "from: monitoring, to: app")
            + "  identity: { delivery: [{ serviceAccount: app/deployer }] }\n";
        let (said, _) = said(&text);
        assert_eq!(said.contains("to: kube-api"), named, "{said}");
        assert_eq!(said.contains("to: { cidr: ADDRESS/32, port: 443 }"), !named, "{said}");
    }
}

/// What nobody can try is no row, and a cache whose address nobody gives is said.
#[test]
fn clusters_of_ipv6_alone_say_what_is_not_known() {
    let six = |cni: &str, more: &str| {
        tiny("kubeadm", cni, more, "from: monitoring, to: app")
            .replace(
                "podSubnets: [10.20.0.0/16], serviceSubnets: [10.30.0.0/16]",
                "podSubnets: ['fd00:10:244::/56'], serviceSubnets: ['fd00:10:96::/112']",
            )
            .replace("192.0.2.0/28", "'2001:db8:1::/64'")
            .replace("192.0.2.64/26", "'2001:db8:2::/64'")
            .replace("address: 192.0.2.1 ", "address: '2001:db8:1::1' ")
    };
    const CALICO: &str = "calico: { version: '3.31' }";
    let (said, built) = said(&six(CALICO, ""));
    let built = built.expect(&said);
    let table = built.artifacts.iter().find(|file| file.path.as_str() == "tests/connectivity.csv").unwrap();
    assert!(!table.text().contains("metadata") && table.text().contains("internet"), "{}", table.text());
    for (cni, outcome) in [(CALICO, Outcome::Weaker), ("cilium: { version: '1.20' }", Outcome::Enforced)] {
        let (said, built) = super::said(&six(cni, "    nodeLocalDns: true"));
        let built = built.expect(&said);
        let dns = built.plan.verdicts.iter().find(|control| control.id.0 == "network/dns").unwrap();
        assert_eq!(dns.outcome(), outcome, "{cni}: {dns:?}");
        assert_eq!(built.plan.network.view.node_dns().len(), 1, "the Service address alone");
    }
}
