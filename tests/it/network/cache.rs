//! A DNS cache on every node: where it is declared, and what a range that holds its address means.

use harden::{
    diag::Diagnostics,
    kube::network::{Labels, Policy, Port},
    semantics::network::{Subject, World},
};

use super::{policies, said, tiny};
use crate::support::{none, with_cluster};

const PLUG_INS: [&str; 5] = [
    "calico: { version: '3.31' }",
    "calico: { version: '3.31', encapsulation: none }",
    "cilium: { version: '1.20' }",
    "weave: { version: '2.8' }",
    "none: {}",
];

/// The policies of a cluster with more lines about its platform.
fn built(cni: &str, more: &str) -> Vec<Policy> {
    let (said, built) = said(&tiny("kubeadm", cni, more, "from: app, to: internet, ports: [443]"));
    let built = built.unwrap_or_else(|| panic!("{cni} {more}: {said}"));
    assert_eq!(built.disagreements, Vec::<String>::new(), "{cni} {more}");
    policies(&built)
}

/// Whoever declares the cache, pods may ask it: the addon says as much as the field.
#[test]
fn the_addon_is_the_cache() {
    for cni in PLUG_INS {
        let field = built(cni, "    nodeLocalDns: true");
        assert_ne!(built(cni, ""), field, "{cni}");
        for addon in ["node-local-dns", "nodelocaldns"] {
            assert_eq!(built(cni, &format!("    addons: [{addon}]")), field, "{cni} {addon}");
            assert_eq!(built(cni, &format!("    addons: [{addon}]\n    nodeLocalDns: true")), field, "{cni} {addon}");
        }
        assert_eq!(built(cni, "    addons: [metrics-server]\n    nodeLocalDns: false"), built(cni, ""), "{cni}");
    }
}

/// An addon that runs and a field that denies it: one of them is wrong, and both are shown.
#[test]
fn a_cache_that_is_denied_is_an_error() {
    for addon in ["node-local-dns", "nodelocaldns"] {
        let more = format!("    addons: [metrics-server, {addon}]\n    nodeLocalDns: false");
        let text = tiny("kubeadm", "cilium: { version: '1.20' }", &more, "from: app, to: internet");
        let mut diags = Diagnostics::default();
        assert!(with_cluster(&text, "", None, &mut diags, harden::build::build).is_none(), "{addon}");
        let [one] = diags.list() else { panic!("{:?}", diags.list()) };
        assert_eq!(one.code, "does-not-belong");
        let places: Vec<&str> = one.labels.iter().map(|label| &text[label.place.span.start..label.place.span.end]).collect();
        assert_eq!(places, ["false", addon]);
    }
}

/// A plug-in that matches no cache on nodes names what is to be taken out.
#[test]
fn the_addon_is_what_is_to_be_taken_out() {
    let flow = "from: app, to: internet";
    for (more, word) in
        [("    addons: [node-local-dns]", "take `node-local-dns` out"), ("    nodeLocalDns: true", "take `nodeLocalDns` out")]
    {
        let (said, built) = said(&tiny("aks", "azure-cni: { networkPolicy: cilium }", more, flow));
        assert!(built.is_none() && said.contains(word), "{more}: {said}");
    }
}

/// A range that holds the address of the cache does not mean it where that is the node's; one that is nothing else is an error there.
#[test]
fn a_wide_range_stands_beside_the_cache() {
    let app = Subject::pod("app", &Labels::from([("app".to_owned(), "app".to_owned())]));
    let cache = Subject::Address("169.254.20.10".parse().unwrap());
    let mut wrong = Vec::new();
    for cni in PLUG_INS {
        let by_range = !cni.starts_with("cilium");
        for range in ["0.0.0.0/0", "128.0.0.0/1", "169.254.0.0/16", "169.254.20.0/24", "169.254.20.10/32", "172.16.0.0/12"] {
            let holds = range.parse::<harden::base::Cidr>().unwrap().contains("169.254.20.10".parse().unwrap());
            let (said, built) =
                said(&tiny("kubeadm", cni, "    nodeLocalDns: true", &format!("from: app, to: {{ cidr: {range}, port: 443 }}")));
            let is_error = !by_range && range.ends_with("/32");
            let right = match built {
                None => is_error && said.contains("flow-not-matched") && said.contains("name `dns`"),
                Some(built) => {
                    let world = World::new(&built.plan.network.view, policies(&built));
                    let open = world.allows(&app, &cache, Port::tcp(443));
                    !is_error
                        && built.disagreements.is_empty()
                        && open == (holds && by_range)
                        && world.allows(&app, &cache, Port::udp(53))
                }
            };
            if !right {
                wrong.push(format!("{cni} {range}: {said}"));
            }
        }
    }
    none(&wrong);
}
