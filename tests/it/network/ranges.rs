//! Ranges that lie in those of node pools: what they mean under each plug-in, and where the way out leads.

use harden::{
    base::FactId,
    build::Built,
    facts::id,
    kube::network::{Labels, Port},
    plan::{Ground, Outcome, Verdict},
    semantics::network::{Subject, World},
};

use super::{policies, said, tiny};
use crate::support::none;

/// A plug-in on its platform, and whether ranges match nodes there that open and that answer.
const PLUG_INS: [(&str, &str, bool, bool); 17] = [
    ("kubeadm", "calico: { version: '3.31' }", false, true),
    ("kubeadm", "calico: { version: '3.31', encapsulation: none }", true, true),
    ("kubeadm", "cilium: { version: '1.20' }", false, false),
    ("kubeadm", "cilium: { version: '1.20', datapath: native }", false, false),
    ("kubeadm", "weave: { version: '2.8' }", false, true),
    ("kubeadm", "none: {}", false, true),
    ("eks", "aws-vpc-cni: { version: '1.20' }", true, true),
    ("eks", "calico: { version: '3.31' }", false, true),
    ("eks", "cilium: { version: '1.20', datapath: native }", false, false),
    ("eks-without-pods", "aws-vpc-cni: { version: '1.20' }", true, true),
    ("eks-without-pods", "calico: { version: '3.31' }", false, true),
    ("aks", "azure-cni: { networkPolicy: cilium }", false, false),
    ("aks", "azure-cni: { networkPolicy: calico }", true, true),
    ("aks", "azure-cni: { networkPolicy: azure }", true, true),
    ("aks", "azure-cni: {}", false, false),
    ("aks", "calico: { version: '3.31', encapsulation: none }", true, true),
    ("aks-without-pods", "azure-cni: { networkPolicy: azure }", true, true),
];

/// Ranges in the one of a pool of each platform: all of it, one address that is a node in most tables, one that is in none, API servers.
fn ranges(platform: &str) -> &'static [&'static str] {
    match platform.split('-').next() {
        Some("kubeadm") => &["192.0.2.64/26", "192.0.2.73/32", "192.0.2.96/27", "192.0.2.0/29"],
        Some("eks") => &["10.0.0.0/24", "10.0.0.9/32", "10.0.0.128/25"],
        _ => &["10.224.0.0/24", "10.224.0.9/32", "10.224.0.128/25"],
    }
}

fn verdicts<'a>(built: &'a Built, intent: Option<&str>) -> Vec<&'a Verdict> {
    let control = built.plan.verdicts.iter().find(|control| control.id.to_string() == "network/flows").unwrap();
    let found = built.plan.intents.iter().find(|found| Some(found.path.as_str()) == intent);
    found.map_or(&control.verdicts, |intent| &intent.verdicts).iter().collect()
}

fn tells(verdicts: &[&Verdict], fact: FactId) -> bool {
    verdicts.iter().any(|verdict| verdict.outcome == Outcome::Weaker && verdict.ground == Ground::Fact(fact))
}

/// Wherever in a pool a range lies: it means the nodes there and the verdict says so, or it is an error.
#[test]
fn a_range_in_a_pool_is_judged_by_the_plug_in() {
    let mut wrong = Vec::new();
    for (platform, cni, opens, answers) in PLUG_INS {
        for range in ranges(platform) {
            for (flow, matched) in [
                (format!("from: {{ cidr: {range} }}, to: app"), opens),
                (format!("from: app, to: {{ cidr: {range}, port: 5432 }}"), answers),
            ] {
                let (said, built) = said(&tiny(platform, cni, "", &flow));
                let right = match built {
                    None => {
                        !matched && said.matches("flow-not-matched").count() == 1 && said.contains("the range of a node pool")
                    }
                    Some(built) => {
                        let all = [verdicts(&built, None), verdicts(&built, Some("/network/flows/flow"))];
                        let from_nodes = flow.starts_with("from: {");
                        matched
                            && built.disagreements.is_empty()
                            && all.iter().all(|all| tells(all, id::FLOW_AMONG_NODES))
                            && all.iter().all(|all| tells(all, id::FLOW_FROM_NODES) == from_nodes)
                    }
                };
                if !right {
                    wrong.push(format!("{platform} {cni} {flow}, matched: {matched}: {said}"));
                }
            }
        }
    }
    none(&wrong);
}

/// The way out is one: nodes by their word, a machine beside them in a pool whose ranges leave it out.
#[test]
fn the_way_out_of_a_range_in_a_pool_builds() {
    let machine = "from: app, to: { cidr: 192.0.2.100/32, port: 5432 }";
    for cni in ["cilium: { version: '1.20' }", "cilium: { version: '1.20', datapath: native }"] {
        let text = tiny("kubeadm", cni, "", machine);
        let (told, built) = said(&text);
        assert!(built.is_none() && told.contains("`nodes`") && told.contains("`cidrs` of the pool"), "{told}");
        for followed in
            [text.replace("[192.0.2.64/26]", "[192.0.2.64/27]"), tiny("kubeadm", cni, "", "from: app, to: nodes, ports: [5432]")]
        {
            let (told, built) = said(&followed);
            let built = built.unwrap_or_else(|| panic!("{told}"));
            assert_eq!(built.disagreements, Vec::<String>::new());
            assert!(!tells(&verdicts(&built, None), id::FLOW_AMONG_NODES));
        }
    }
}

/// What the spec says is the load balancer is no node, although its address lies in the range of a pool.
#[test]
fn a_load_balancer_in_the_range_of_a_pool_is_no_node() {
    let sources = "admins: [203.0.113.0/24]";
    let with = |text: String, address: &str| {
        text.replace(sources, &format!("{sources}, loadBalancer: {{ addresses: [{address}], preservesClientIp: true }}"))
    };
    for (_, cni, _, _) in PLUG_INS.into_iter().filter(|(platform, ..)| *platform == "kubeadm") {
        for flow in ["from: { cidr: 192.0.2.9/32 }, to: app", "from: app, to: { cidr: 192.0.2.9/32, port: 443 }"] {
            let (told, built) = said(&with(tiny("kubeadm", cni, "", flow), "192.0.2.9"));
            let built = built.unwrap_or_else(|| panic!("{cni} {flow}: {told}"));
            assert_eq!(built.disagreements, Vec::<String>::new(), "{cni} {flow}");
            assert!(!tells(&verdicts(&built, None), id::FLOW_AMONG_NODES), "{cni} {flow}");
        }
        // The address of a node stays one.
        let (_, node) = said(&with(tiny("kubeadm", cni, "", "from: { cidr: 192.0.2.1/32 }, to: app"), "192.0.2.1"));
        assert!(node.is_none_or(|node| tells(&verdicts(&node, None), id::FLOW_AMONG_NODES)), "{cni}");
    }
}

/// EKS as it comes, pods, nodes and the interfaces of the control plane in the same subnets: each help leads to a spec that builds.
#[test]
fn webhooks_of_eks_find_a_way_in() {
    let shared = |flow: &str| {
        let text = tiny("eks", "aws-vpc-cni: { version: '1.20' }", "", flow);
        text.replace("100.64.0.0/16", "10.0.64.0/18").replace("10.0.0.0/24", "10.0.64.0/18")
    };
    for flow in ["from: kube-api, to: app", "from: nodes, to: app"] {
        let (told, built) = said(&shared(flow));
        assert!(built.is_none() && told.contains("{ cidr: RANGE }"), "{flow}: {told}");
    }
    let app = Subject::pod("app", &Labels::from([("app".to_owned(), "app".to_owned())]));
    let other = Subject::pod("other", &Labels::new());
    for (range, interface, among) in [
        ("10.0.64.0/18", "10.0.64.200", true),
        ("10.0.64.0/20", "10.0.64.200", true),
        ("10.0.80.0/20", "10.0.80.200", true),
        ("10.0.0.0/28", "10.0.0.4", false),
    ] {
        let (told, built) = said(&shared(&format!("from: {{ cidr: {range} }}, to: app")));
        let built = built.unwrap_or_else(|| panic!("{range}: {told}"));
        assert_eq!(built.disagreements, Vec::<String>::new(), "{range}");
        let world = World::new(&built.plan.network.view, policies(&built));
        assert!(world.allows(&Subject::Address(interface.parse().unwrap()), &app, Port::tcp(8443)), "{range}");
        assert_eq!(world.allows(&other, &app, Port::tcp(8443)), among, "{range}");
        assert_eq!(tells(&verdicts(&built, None), id::FLOW_AMONG_NODES), among, "{range}");
    }
    // A waiver leaves the namespace open, and governed.
    let text = shared("from: app, to: dns")
        .replace("    tiers: [{ name: app, namespace: app,", "    tiers: [{ name: app, namespace: shop,");
    let text = text.replace("[{ name: app }]", "[{ name: app }, { name: shop }]")
        + "  waivers: [{ id: W-1, control: network/default-deny, scope: { namespace: app }, owner: sre, reason: webhooks, expires: 2027-01-15 }]\n";
    let (told, built) = said(&text);
    let built = built.unwrap_or_else(|| panic!("{told}"));
    let world = World::new(&built.plan.network.view, policies(&built));
    assert!(built.plan.namespaces.contains_key("app"));
    assert!(world.allows(
        &Subject::Address("10.0.64.200".parse().unwrap()),
        &Subject::pod("app", &Labels::new()),
        Port::tcp(8443)
    ));
}

/// Where AKS has no declared engine, one thing is said of it, wherever it is said.
#[test]
fn an_engine_that_nobody_names_is_one_statement() {
    let (told, built) = said(&tiny("aks", "azure-cni: {}", "", "from: app, to: internet, ports: [443]"));
    let plan = built.unwrap_or_else(|| panic!("{told}")).plan;
    for (control, outcome) in [
        ("cloud/network-policy", Outcome::Impossible),
        ("network/default-deny", Outcome::Weaker),
        ("network/dns", Outcome::Weaker),
        ("network/flows", Outcome::Weaker),
    ] {
        let found = plan.verdicts.iter().find(|found| found.id.to_string() == control).unwrap();
        assert!(!found.verdicts.is_empty(), "{control}");
        for verdict in &found.verdicts {
            assert_eq!((verdict.outcome, &verdict.ground), (outcome, &Ground::Fact(id::AKS_POLICY_ENGINE)), "{control}");
        }
    }
    let texts = plan.intents.iter().flat_map(|intent| &intent.verdicts);
    assert!(texts.clone().any(|verdict| verdict.ground == Ground::Fact(id::AKS_POLICY_ENGINE)));
    assert!(!texts.clone().any(|verdict| verdict.ground == Ground::Fact(id::AZURE_POLICY_SWITCH)));
}
