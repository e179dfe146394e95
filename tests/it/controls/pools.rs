//! What the spec says of a pool of nodes: each pool has verdicts of its own, and etcd on hosts of its own is none of the cluster's nodes.

use harden::plan::{Ground, Outcome, Plan, Scope};

use super::{plan, small, spec_of};

const WORKERS: &str = "role: worker, os: debian-12, cidrs: [192.0.2.64/26] }";

/// The small cluster with other workers.
fn workers(words: &str, more: &str) -> Plan {
    let text = small("restricted", more);
    assert!(text.contains(WORKERS));
    plan(&text.replace(WORKERS, words), None).unwrap()
}

/// The verdicts of a control, by pool; the whole cluster has no name.
fn verdicts(plan: &Plan, control: &str) -> Vec<(String, Outcome)> {
    let of = |scope: &Scope| if let Scope::Pool(pool) = scope { pool.clone() } else { String::new() };
    let found = plan.verdicts.iter().find(|known| known.id.0 == control).unwrap();
    found.verdicts.iter().map(|verdict| (of(&verdict.scope), verdict.outcome)).collect()
}

#[track_caller]
fn intent(plan: &Plan, path: &str, outcome: Outcome, ground: &str) {
    let intent = plan.intents.iter().find(|intent| intent.path.as_str() == path).unwrap_or_else(|| panic!("no intent {path}"));
    let said = intent.verdicts.iter().map(|verdict| match &verdict.ground {
        Ground::Fact(fact) => (verdict.outcome, fact.0.to_owned()),
        Ground::Waiver(id) => (verdict.outcome, id.clone()),
        Ground::Settings(keys) => (verdict.outcome, keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
    });
    assert_eq!(said.collect::<Vec<_>>(), [(outcome, ground.to_owned())], "{path}");
}

const CLOSED: &str = "access: none, open: [{ port: 443, from: [198.51.100.0/24], reason: ingress }]";

/// Where people come to one pool by ssh and to another not, both have a verdict, and a report shows both.
#[test]
fn a_pool_without_ssh_hides_no_other() {
    let mixed = workers(&WORKERS.replace(" }", &format!(", {CLOSED} }}")), "");
    let of = |control, first, second| {
        assert_eq!(verdicts(&mixed, control), [("control-plane".to_owned(), first), ("workers".to_owned(), second)], "{control}");
    };
    for control in ["node/sshd-authentication", "node/sshd-algorithms", "node/sshd-sessions"] {
        of(control, Outcome::Enforced, Outcome::NotApplicable);
    }
    of("node/remote-access", Outcome::NotApplicable, Outcome::Enforced);
    assert_eq!(verdicts(&workers(WORKERS, ""), "node/sshd-authentication"), [(String::new(), Outcome::Enforced)]);
}

#[test]
fn what_is_asked_of_a_pool_has_an_answer() {
    let of = |os: &str| WORKERS.replace("debian-12", os).replace(" }", &format!(", {CLOSED} }}"));
    let pool = "/platform/nodePools/workers";
    let debian = workers(&of("debian-13"), "");
    intent(&debian, pool, Outcome::Enforced, "shapes-artifacts");
    let units = "node/workers/unit/ssh.service node/workers/unit/ssh.socket";
    intent(&debian, &format!("{pool}/access"), Outcome::Enforced, units);
    intent(&debian, &format!("{pool}/open/0"), Outcome::Enforced, "node/workers/firewall/allow/tcp/443/open-1");

    let other = workers(&of("rhel-9"), "");
    intent(&other, pool, Outcome::Weaker, "os-not-hardened");
    intent(&other, &format!("{pool}/access"), Outcome::Impossible, "os-not-hardened");
    intent(&other, &format!("{pool}/open/0"), Outcome::Impossible, "os-not-hardened");

    let waived = workers(
        &of("debian-12"),
        "  controls: { node/firewall: { apply: false, waiver: W-1 } }\n  waivers:\n    \
         - { id: W-1, control: node/firewall, scope: { cluster: matrix }, owner: me, reason: \"security groups\", expires: 2027-06-30 }\n",
    );
    intent(&waived, &format!("{pool}/open/0"), Outcome::Waived, "W-1");
    let ssh = workers(&WORKERS.replace(" }", ", access: ssh }"), "");
    intent(&ssh, &format!("{pool}/access"), Outcome::Elsewhere, "ssh-declared");

    let text = spec_of("eks", "1.36");
    let eks = plan(&text, None).unwrap();
    intent(&eks, "/controls/node~1firewall", Outcome::Impossible, "eks-nodes");
}

/// kubeadm's guide runs etcd hosts with a kubelet of another configuration, others under systemd: neither takes what is made for nodes.
#[test]
fn hosts_of_etcd_get_no_runtime_and_no_kubelet() {
    let etcd = format!("{WORKERS}\n      - {{ name: etcd, role: etcd, os: debian-13, cidrs: [192.0.2.32/28] }}");
    let external = "      etcd: { external: { endpoints: [\"https://192.0.2.33:2379\"], caFile: /etc/kubernetes/pki/etcd/ca.crt, \
         certFile: /etc/kubernetes/pki/apiserver-etcd-client.crt, keyFile: /etc/kubernetes/pki/apiserver-etcd-client.key } }\n      podSubnets:";
    let text = small("restricted", "").replace(WORKERS, &etcd).replace("      podSubnets:", external);
    let plan = plan(&text, None).unwrap();
    let runtime = |pool: &str| {
        let of_runtime = |name: &&String| name.starts_with("runtime/") || name.contains("containerd.sock");
        plan.pools[pool].file_rules.keys().filter(of_runtime).count()
    };
    assert_eq!(runtime("etcd"), 0);
    assert!(runtime("workers") > 3);
    assert!(plan.pools["etcd"].file_rules.contains_key("sshd/PermitRootLogin"));
    let verdicts = verdicts(&plan, "runtime/cgroup-driver");
    assert!(verdicts.contains(&("etcd".to_owned(), Outcome::NotApplicable)), "{verdicts:?}");
    assert!(verdicts.contains(&("workers".to_owned(), Outcome::Enforced)), "{verdicts:?}");
    let files = harden::targets::emit(&plan);
    let kubelet: Vec<&str> = files.iter().map(|file| file.path.as_str()).filter(|path| path.contains("/kubelet.")).collect();
    assert!(kubelet.iter().any(|path| path.starts_with("nodes/workers/")), "{kubelet:?}");
    assert!(kubelet.iter().all(|path| !path.starts_with("nodes/etcd/")), "{kubelet:?}");
}
