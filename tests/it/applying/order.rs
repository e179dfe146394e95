//! What a step needs stands before it, and what it says can be done as it stands.

use crate::managed::{Tree, omits, says};

use super::{BARE, ENFORCE, NEWEST, RESTRICTED, SHOP, SMALLEST, at};

const WORKERS: &str = "{ name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }";
const DAYS: &str = "rollout: { warn: 2026-11-01, deny: 2027-01-15 }";
const DRAIN: &str = "`kubectl drain NODE --ignore-daemonsets --delete-emptydir-data`";

/// A runtime that changes under running pods takes them along: the node is empty before.
#[test]
fn a_node_is_drained_before_its_runtime_changes() {
    let tree = Tree::of(SMALLEST, &[]);
    let nodes = tree.list("The nodes");
    let place = |words: &str| nodes.find(words).unwrap_or_else(|| panic!("`{words}`: {nodes}"));
    assert!(place("On one that runs pods these stay as they are") < place(DRAIN));
    assert!(place(DRAIN) < place("bring its runtime to containerd 2.3"));
    assert!(place("bring its runtime to containerd 2.3") < place("`./harden-node.sh apply`"));
    assert!(place("`./harden-node.sh apply`") < place("`systemctl restart containerd`"));
    assert!(place("`systemctl restart containerd`") < place("`kubectl uncordon NODE`"));
    omits(nodes, "Install on every node");
    says(tree.list("Another Kubernetes version"), DRAIN);
    says(tree.list("Another Kubernetes version"), "PodDisruptionBudget");
}

/// A build keeps the day that is recorded: a step that wants another one says how it moves.
#[test]
fn a_day_of_the_rollout_is_built_for() {
    let tree = Tree::of(SHOP, &[BARE]);
    let objects = tree.list("The objects");
    says(objects, "On each day of `policies.rollout` (`deny` 2027-01-15) build with `--as-of today`");
    says(objects, "restart the API servers, one after the other");
    omits(objects, "The policies deny from the moment");
}

/// On the day of deny there is no day to come, and what the day asks for is still to be done.
#[test]
fn the_day_of_deny_is_no_surprise() {
    let come = "rollout: { warn: 2026-11-01, deny: 2026-11-26 }";
    let tree = Tree::of(SHOP, &[BARE, (DAYS, come)]);
    let objects = tree.list("The objects");
    says(objects, "The day of `deny` in `policies.rollout` has come (2026-11-26)");
    for words in
        ["restart the API servers, one after the other", "the command that installs Gatekeeper", "Read what was recorded"]
    {
        says(objects, words);
    }
    omits(objects, "with days to come first");
    // Without a rollout the advice stands.
    says(Tree::of(SHOP, &[BARE, (DAYS, "")]).list("The objects"), "write `policies.rollout` with days to come first");
}

/// Pods that wait for an object of the owner's wait for ever, unless a step makes it.
#[test]
fn the_authority_of_the_receiver_is_brought() {
    let tree = Tree::of(SHOP, &[BARE]);
    let objects = tree.list("The objects");
    let made = objects.find("kubectl -n harden-logging create configmap siem-ca --from-file=ca.crt=FILE").unwrap();
    assert!(made < objects.find("The objects of the cluster, in this order").unwrap());
    omits(Tree::of(SHOP, &[BARE, (", caFile: /etc/ssl/certs/siem-ca.crt", "")]).list("The objects"), "siem-ca");
}

/// Whether anything is still stored plain is asked of etcd itself, whose image has no shell.
#[test]
fn what_is_stored_plain_is_named() {
    let tree = Tree::of(NEWEST, &[ENFORCE]);
    let step = &tree.list("A running cluster")[at(&tree, "Encryption stage `enforce`")..];
    says(step, "exec etcd-NODE -- etcdctl");
    says(step, "get PREFIX --prefix -w json | jq -r");
    says(step, "for PREFIX `/registry/secrets/`");
    says(step, "`Conflict` or `NotFound`");
}

/// The way back names everything that the objects changed.
#[test]
fn the_way_back_is_whole() {
    let tree = Tree::of(SHOP, &[BARE]);
    let running = tree.list("A running cluster");
    says(running, "`k8s/policies`, `k8s/network`, `k8s/logging`");
    omits(running, "the way out");
    let denies = Tree::of(SHOP, &[BARE, (DAYS, "")]);
    says(denies.list("A running cluster"), "`helm/gatekeeper.values.yaml` has the way out of its webhook");
    says(running, "no service account");
}

/// The files beside a verdict are those of its scope.
#[test]
fn the_files_of_a_pool_are_its_own() {
    let old = WORKERS.replace("debian-12", "ubuntu-22.04");
    let more = format!("{WORKERS}\n      - {}", old.replace("name: workers", "name: old").replace("64/26", "128/26"));
    let tree = Tree::of(SMALLEST, &[(WORKERS, &more)]);
    let coverage: serde_json::Value = serde_json::from_str(tree.file("coverage.json")).unwrap();
    let controls = coverage["controls"].as_array().unwrap();
    let swap = controls.iter().find(|control| control["id"] == "node/swap").unwrap();
    let files = |scope: &str| {
        let verdict = swap["verdicts"].as_array().unwrap().iter().find(|verdict| verdict["scope"] == scope).unwrap().clone();
        (verdict["artifacts"].to_string(), verdict["reason"]["unwritten"] == true)
    };
    assert_eq!(files("pool old"), ("[]".to_owned(), true));
    assert_eq!(files("pool workers"), (r#"["nodes/workers/harden-node.sh"]"#.to_owned(), false));
    let (title, rest) = ("### Not written by this version of harden", tree.report().split("## Not held here").nth(1).unwrap());
    says(rest.split(title).nth(1).unwrap(), "(`ubuntu-22.04`)");
    omits(rest.split(title).next().unwrap(), "ubuntu-22.04");
}

/// Nothing is confirmed where no firewall is loaded.
#[test]
fn a_pool_without_a_firewall_is_named() {
    let waiver =
        "  waivers: [{ id: W-1, control: node/firewall, scope: { pool: workers }, owner: o, reason: r, expires: 2027-03-01 }]\n";
    let last = "  api: { sources: { admins: [203.0.113.0/24] } }\n";
    let tree = Tree::of(SMALLEST, &[RESTRICTED, (last, &format!("{last}{waiver}"))]);
    says(tree.list("The nodes"), "A waiver leaves the nodes of `workers` without it: there `./harden-node.sh apply` alone");
    omits(Tree::of(SMALLEST, &[RESTRICTED]).list("The nodes"), "A waiver leaves the nodes");
}
