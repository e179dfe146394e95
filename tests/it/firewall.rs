//! The firewall of hosts: whom it lets in, under which ports, and what lets in the whole world.

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Severity},
    facts,
    plan::{Ground, HostRule, Outcome},
};

use crate::support::with_cluster;

/// A cluster of kubeadm under `restricted`, with changes of its text.
fn text(changes: &[(&str, &str)]) -> String {
    let mut text = "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: c }
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: 1.36.3
      controlPlaneEndpoint: 'api.example:6443'
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]
    cni: { calico: { version: '3.31', encapsulation: vxlan } }
    runtime: { containerd: '2.3' }
    nodePools:
      - { name: cp, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }
      - { name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }
  api: { sources: { admins: [203.0.113.0/24] } }
"
    .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

/// The codes of errors and warnings, and what was built.
fn judged(text: &str, owner: &str) -> (Vec<&'static str>, Option<Built>) {
    let mut diags = Diagnostics::default();
    let built = with_cluster(text, owner, None, &mut diags, build::build);
    (diags.list().iter().filter(|one| one.severity != Severity::Notice).map(|one| one.code).collect(), built)
}

#[track_caller]
fn built(changes: &[(&str, &str)], owner: &str) -> Built {
    let (codes, built) = judged(&text(changes), owner);
    built.unwrap_or_else(|| panic!("{codes:?}"))
}

fn rules<'b>(built: &'b Built, pool: &str) -> &'b str {
    file(built, &format!("nodes/{pool}/files/etc/harden/node.nft"))
}

fn file<'b>(built: &'b Built, path: &str) -> &'b str {
    let found = built.artifacts.iter().find(|artifact| artifact.path.as_str() == path).unwrap_or_else(|| panic!("no {path}"));
    Box::leak(found.text().to_string().into_boxed_str())
}

/// Outcome and detail of a control for the whole cluster.
fn verdict(built: &Built, id: &str) -> (Outcome, String) {
    let control = built.plan.verdicts.iter().find(|control| control.id.0 == id).unwrap();
    let verdict = &control.verdicts[0];
    let fact = if let Ground::Fact(fact) = &verdict.ground { fact.0 } else { "" };
    (verdict.outcome, format!("{fact} {}", verdict.detail))
}

/// Nodes that are named with their addresses are let in by them; a pool of which nothing is known is an error.
#[test]
fn nodes_are_let_in_by_ranges_or_by_name() {
    const NAMED: &[(&str, &str)] = &[
        ("cidrs: [192.0.2.0/28]", "nodes: [{ name: cp-1, address: 192.0.2.1 }]"),
        ("cidrs: [192.0.2.64/26]", "nodes: [{ name: w-1, address: 192.0.2.65 }]"),
    ];
    let named = built(NAMED, "");
    for pool in ["cp", "workers"] {
        for line in [
            "192.0.2.1/32,",
            "192.0.2.65/32,",
            "ip saddr @nodes4 udp dport 4789 accept",
            "ip saddr @nodes4 tcp dport 10250 accept",
        ] {
            assert!(rules(&named, pool).contains(line), "{pool}: {line}\n{}", rules(&named, pool));
        }
    }
    assert!(rules(&named, "cp").contains("ip saddr @nodes4 tcp dport 6443 accept"));
    assert!(file(&named, "nodes/workers/harden-node.sh").contains("192.0.2.65/32"), "the script knows the nodes of its pool");
    for gone in [", cidrs: [192.0.2.0/28]", ", cidrs: [192.0.2.64/26]"] {
        let (codes, built) = judged(&text(&[(gone, "")]), "");
        assert!(built.is_none() && codes == ["pool-without-addresses"], "{codes:?}");
        // Without a firewall nobody needs them.
        let (codes, built) = judged(&text(&[(gone, ""), ("[restricted]", "[baseline]")]), "");
        assert!(built.is_some(), "{codes:?}");
    }
}

/// What the plan says is open has a line.
#[test]
fn every_rule_of_the_plan_has_a_line() {
    let bare = built(&[], "");
    let full = built(
        &[
            ("'api.example:6443'", "'api.example:8443'"),
            ("      podSubnets", "      kubeProxy: { mode: ipvs }\n      podSubnets"),
        ],
        "",
    );
    let mut tried = 0;
    for built in [&bare, &full] {
        for pool in built.plan.pools.values() {
            let lines = rules(built, &pool.name);
            for name in pool.file_rules.keys() {
                let Some(HostRule::FirewallAllow(protocol, port, group)) = HostRule::of(name) else { continue };
                tried += 1;
                assert!(
                    lines.contains(&format!("@{}4 {protocol} dport {port} accept", group.replace('-', "_"))),
                    "{name}\n{lines}"
                );
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

/// In mode ipvs packets to Services pass the input hook.
#[test]
fn services_of_ipvs_pass() {
    const IPVS: (&str, &str) = ("      podSubnets", "      kubeProxy: { mode: ipvs }\n      podSubnets");
    let ipvs = built(&[IPVS], "");
    for pool in ["cp", "workers"] {
        for line in [
            "10.96.0.0/12,",
            "ip saddr @pods4 ip daddr @services4 accept",
            "ip saddr @nodes4 ip daddr @services4 accept",
            "ip saddr @pods4 tcp dport 30000-32767 accept",
        ] {
            assert!(rules(&ipvs, pool).contains(line), "{pool}: {line}\n{}", rules(&ipvs, pool));
        }
    }
    let (outcome, detail) = verdict(&ipvs, "node/firewall");
    assert!(outcome == Outcome::Enforced && detail.contains("everybody else needs `open`"), "{detail}");
    let carried = built(
        &[("      podSubnets", "      config: kubeadm.yaml\n      podSubnets")],
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n",
    );
    assert!(rules(&carried, "workers").contains("@services4"));
    let plain = built(&[], "");
    assert!(!rules(&plain, "workers").contains("services"));
    assert_eq!(verdict(&plain, "node/firewall").1.trim(), "");
}

/// HAProxy on control-plane nodes answers under the port of the shared endpoint.
#[test]
fn the_shared_endpoint_is_open_where_nodes_answer_it() {
    const FRONT: (&str, &str) = ("'api.example:6443'", "'api.example:8443'");
    let balanced =
        |address: &str| format!("admins: [203.0.113.0/24], loadBalancer: {{ addresses: [{address}], preservesClientIp: true }}");
    let on_nodes = balanced("192.0.2.10");
    for changes in [vec![FRONT], vec![FRONT, ("admins: [203.0.113.0/24]", on_nodes.as_str())]] {
        let front = built(&changes, "");
        for group in ["admins4", "nodes4", "pods4"] {
            assert!(rules(&front, "cp").contains(&format!("ip saddr @{group} tcp dport 8443 accept")), "{}", rules(&front, "cp"));
        }
        assert!(file(&front, "nodes/cp/harden-node.sh").contains("2379 2380 6443 8443"));
        assert!(!rules(&front, "workers").contains("8443"));
    }
    let elsewhere = built(&[FRONT, ("admins: [203.0.113.0/24]", &balanced("198.51.100.10"))], "");
    assert!(!rules(&elsewhere, "cp").contains("8443"));
    assert!(!rules(&built(&[], ""), "cp").contains("shared endpoint"));
}

/// Ports that the owner moves are open where they are.
#[test]
fn ports_are_open_where_the_owner_moved_them() {
    const CONFIG: (&str, &str) = ("      podSubnets", "      config: kubeadm.yaml\n      podSubnets");
    const KUBELET: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nport: 10260\n";
    const FLAG: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs: [{ name: port, value: \
                        '10260' }]\n";
    const PROXY: &str = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nhealthzBindAddress: ";
    const RANGE: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: { extraArgs: [{ name: \
                         service-node-port-range, value: 20000-22767 }] }\n";
    for owner in [KUBELET, FLAG] {
        let moved = built(&[CONFIG], owner);
        assert!(rules(&moved, "workers").contains("ip saddr @nodes4 tcp dport 10260 accept"), "{}", rules(&moved, "workers"));
        assert!(!rules(&moved, "workers").contains("10250"));
    }
    let health = built(&[CONFIG], &format!("{PROXY}0.0.0.0:10999\n"));
    assert!(rules(&health, "workers").contains("dport 10999 accept") && !rules(&health, "workers").contains("10256"));
    let local = built(&[CONFIG], &format!("{PROXY}127.0.0.1:10256\n"));
    assert!(!rules(&local, "workers").contains("10256"));
    let closed = ("  api:", "  controls: { node/node-ports: {} }\n  api:");
    let open = "cidrs: [192.0.2.64/26], open: [{ port: 20080, from: [198.51.100.0/24], reason: shop }, { port: 20081, protocol: SCTP, from: \
                [198.51.100.0/24], reason: calls }]";
    let range = built(&[CONFIG, closed, ("cidrs: [192.0.2.64/26]", open)], RANGE);
    for line in [
        "meta l4proto != { 6, 17, 132 } return",
        "th dport != 20000-22767 return",
        "ip saddr @open_14 tcp dport 20080 return",
        "ip saddr @open_24 sctp dport 20081 return",
    ] {
        assert!(rules(&range, "workers").contains(line), "{line}\n{}", rules(&range, "workers"));
    }
    assert!(rules(&built(&[closed], ""), "workers").contains("th dport != 30000-32767 return"));
}

/// The forms of `service-node-port-range`.
#[test]
fn port_ranges_are_read_as_the_server_does() {
    for (text, range) in [
        ("30000-32767", Some((30_000, 32_767))),
        ("30000+100", Some((30_000, 30_100))),
        ("30000", Some((30_000, 30_000))),
        ("30000-300", None),
        ("a-b", None),
        ("1-70000", None),
    ] {
        assert_eq!(facts::port_range(text), range, "{text}");
    }
}

/// Nobody knows the ports of a plug-in that the spec does not name.
#[test]
fn an_unknown_plug_in_is_said() {
    let unknown = built(&[("calico: { version: '3.31', encapsulation: vxlan }", "none: {}")], "");
    let (outcome, detail) = verdict(&unknown, "node/firewall");
    assert!(outcome == Outcome::Enforced && detail.contains("declare them under `open`"), "{detail}");
}

/// Changes of the spec, the codes that they bring, and the control whose waiver lets them.
type Case<'a> = (Vec<(&'a str, &'a str)>, Vec<&'static str>, &'a str);

/// What lets the world in is counted together, wherever it is written; a waiver lets it.
#[test]
fn the_world_is_counted_together() {
    let open = |port: u16, from: &str| format!("cidrs: [192.0.2.0/28], open: [{{ port: {port}, from: [{from}], reason: r }}]");
    const CP: &str = "cidrs: [192.0.2.0/28]";
    const ADMINS: &str = "admins: [203.0.113.0/24]";
    let (api, halves, part) = (open(6443, "0.0.0.0/0"), open(6443, "0.0.0.0/1, 128.0.0.0/1"), open(6443, "128.0.0.0/1"));
    let (etcd, kubelet, ssh) = (open(2379, "0.0.0.0/0"), open(10250, "'2000::/3'"), open(22, "0.0.0.0/1, 128.0.0.0/1"));
    let web = open(443, "0.0.0.0/0");
    let front = open(8443, "0.0.0.0/0");
    const SPLIT: (&str, &str) = (ADMINS, "admins: [0.0.0.0/1], egress: [128.0.0.0/1]");
    const UNICAST: (&str, &str) = (ADMINS, "admins: [0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3]");
    const HALF: (&str, &str) = (ADMINS, "admins: [0.0.0.0/1]");
    const WIDE: (&str, &str) = ("cidrs: [192.0.2.64/26]", "cidrs: [128.0.0.0/1]");
    let (sources, port) = ("open-to-the-world", "port-open-to-the-world");
    let cases: Vec<Case<'_>> = vec![
        (vec![(CP, &api)], vec![sources], "apiserver/api-sources"),
        (vec![(CP, &halves)], vec![sources], "apiserver/api-sources"),
        (vec![(CP, &part), HALF], vec![sources], "apiserver/api-sources"),
        (vec![(CP, &front), ("'api.example:6443'", "'api.example:8443'")], vec![sources], "apiserver/api-sources"),
        (vec![SPLIT], vec![sources], "apiserver/api-sources"),
        (vec![UNICAST], vec![sources], "apiserver/api-sources"),
        (vec![HALF, WIDE, (CP, "cidrs: [9.9.9.0/28]")], vec![sources], ""),
        (vec![(CP, &etcd)], vec![port], "node/firewall"),
        (vec![(CP, &kubelet)], vec![port], "node/firewall"),
        (vec![(CP, &ssh)], vec![port], "node/firewall"),
        (vec![(CP, &web)], vec![], ""),
        (vec![(CP, &part)], vec![], ""),
        (vec![HALF], vec![], ""),
    ];
    for (changes, expected, control) in cases {
        let text = text(&changes);
        let (codes, _) = judged(&text, "");
        let told: Vec<&str> = codes.iter().copied().filter(|code| code.ends_with("open-to-the-world")).collect();
        assert_eq!(told, expected, "{changes:?}: {codes:?}");
        if !control.is_empty() {
            let waived =
                format!("{text}  waivers: [{{ id: W-1, control: {control}, owner: sre, reason: r, expires: 2027-03-01 }}]\n");
            let (codes, built) = judged(&waived, "");
            assert!(built.is_some() && codes.is_empty(), "{changes:?}: {codes:?}");
        }
    }
}

/// The verdict on the sources of the API server names what `open` lets in beside them.
#[test]
fn sources_under_open_are_named() {
    let open = "cidrs: [192.0.2.0/28], open: [{ port: 6443, from: [198.51.100.0/24], reason: portal }]";
    let (outcome, detail) = verdict(&built(&[("cidrs: [192.0.2.0/28]", open)], ""), "apiserver/api-sources");
    assert!(outcome == Outcome::Enforced && detail.contains("`open` of pool `cp` lets in `198.51.100.0/24` as well"), "{detail}");
    let (_, detail) = verdict(&built(&[], ""), "apiserver/api-sources");
    assert!(!detail.contains("`open`"), "{detail}");
}

/// Who opens the API server to the world opens ssh with it, and is told.
#[test]
fn administrators_from_everywhere_reach_ssh() {
    let world = "api: { sources: { admins: [0.0.0.0/0] } }\n  waivers: [{ id: W-1, control: apiserver/api-sources, owner: sre, reason: r, expires: 2027-06-01 }]";
    let admins = ("api: { sources: { admins: [203.0.113.0/24] } }", world);
    let (outcome, detail) = verdict(&built(&[admins], ""), "node/firewall");
    assert!(outcome == Outcome::Weaker && detail.contains("firewall-ssh-world") && detail.contains("`workers`"), "{detail}");
    let closed = ("os: debian-12, ", "os: debian-12, access: none, ");
    assert_eq!(verdict(&built(&[admins, closed], ""), "node/firewall").0, Outcome::Enforced);
    assert_eq!(verdict(&built(&[], ""), "node/firewall").0, Outcome::Enforced);
}

/// A port that a waiver opens to the world is waived and not held; without a firewall nobody asks for addresses; a family that nodes lack
/// is said.
#[test]
fn what_the_firewall_cannot_hold_is_said() {
    let open = "cidrs: [192.0.2.0/28], open: [{ port: 2379, from: [0.0.0.0/0], reason: backup }]";
    let waiver = |scope: &str| {
        format!("  waivers: [{{ id: W-1, control: node/firewall{scope}, owner: sre, reason: r, expires: 2027-06-01 }}]\n")
    };
    let api = "  api: { sources: { admins: [203.0.113.0/24] } }\n";
    let with = |waivers: &str| format!("{api}{waivers}");
    let one = with(&waiver(""));
    let found = built(&[("cidrs: [192.0.2.0/28]", open), (api, &one)], "");
    assert_eq!(verdict(&found, "node/firewall").0, Outcome::Waived);
    let both = with(
        "  waivers:\n    - { id: W-1, control: node/firewall, scope: { pool: cp }, owner: sre, reason: r, expires: 2027-06-01 }\n    - { id: \
         W-2, control: node/firewall, scope: { pool: workers }, owner: sre, reason: r, expires: 2027-06-01 }\n",
    );
    built(&[(", cidrs: [192.0.2.64/26]", ""), (api, &both)], "");
    let dual = [
        ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16, 'fd00:10:244::/56']"),
        ("serviceSubnets: [10.96.0.0/12]", "serviceSubnets: [10.96.0.0/12, 'fd00:10:96::/112']"),
    ];
    let (outcome, detail) = verdict(&built(&dual, ""), "node/firewall");
    assert!(outcome == Outcome::Enforced && detail.contains("of both families"), "{detail}");
}

/// A range of a pool that is the half of the world is asked about.
#[test]
fn wide_ranges_of_pools_are_a_warning() {
    for (range, warned) in [("16.0.0.0/4", true), ("10.0.0.0/8", true), ("172.16.0.0/12", false), ("203.0.112.0/24", false)] {
        let (codes, built) =
            judged(&text(&[("192.0.2.64/26", range), ("10.244.0.0/16", "100.64.0.0/16"), ("10.96.0.0/12", "100.80.0.0/16")]), "");
        assert!(built.is_some() && codes.contains(&"wide-pool") == warned, "{range}: {codes:?}");
    }
}
