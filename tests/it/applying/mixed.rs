//! Clusters with pools of systems that no script is made for: nothing is said to hold there that nobody does.

use crate::managed::{Tree, omits, says};

use super::SMALLEST;

const SYSLOG: (&str, &str) = (
    "  api: { sources",
    "  logging: { siem: { syslog: { host: siem.example.com, port: 6514, tls: true } }, sources: [node, runtime, kubernetes] }\n  api: { sources",
);
const BARE_CONTROL_PLANE: (&str, &str) =
    ("name: control-plane, role: control-plane, os: debian-12", "name: control-plane, role: control-plane, os: rhel-9");
const BARE_WORKERS: (&str, &str) = ("name: workers, role: worker, os: debian-12", "name: workers, role: worker, os: flatcar");

fn row<'t>(tree: &'t Tree, kind: &str) -> &'t str {
    tree.report().lines().find(|line| line.starts_with(&format!("| {kind} |"))).unwrap_or_default()
}

/// An auditor reads from the table who ships the audit log.
#[test]
fn logs_are_shipped_where_a_script_brings_the_file() {
    let all = Tree::of(SMALLEST, &[SYSLOG]);
    says(row(&all, "audit"), "rsyslog of each control-plane node");
    says(row(&all, "node"), "rsyslog of each node");
    let tree = Tree::of(SMALLEST, &[SYSLOG, BARE_CONTROL_PLANE]);
    says(row(&tree, "audit"), "| nobody |");
    says(row(&tree, "audit"), "it stays where it is written");
    for kind in ["node", "runtime", "kubernetes"] {
        says(row(&tree, kind), "rsyslog of each node of `workers`; nobody on those of `control-plane`");
    }
    let sources: Vec<&str> = tree.report().lines().filter(|line| line.starts_with("| `logging/sources`")).collect();
    assert!(sources.iter().any(|line| line.contains("(pool control-plane)") && line.contains("impossible")), "{sources:#?}");
    let workers = Tree::of(SMALLEST, &[SYSLOG, BARE_WORKERS]);
    says(row(&workers, "audit"), "rsyslog of each control-plane node");
    says(row(&workers, "node"), "rsyslog of each node of `control-plane`; nobody on those of `workers`");
}

/// The steps name the pools that have a script, and what is done by hand on the others.
#[test]
fn a_pool_without_a_script_is_named() {
    let tree = Tree::of(SMALLEST, &[BARE_CONTROL_PLANE]);
    let nodes = tree.list("The nodes");
    says(nodes, "on a node of `workers` that is new");
    says(nodes, "No script is made for `control-plane` (rhel-9)");
    says(nodes, "copy `/etc/kubernetes/super-admin.conf` to where your secrets are kept and remove it there");
    omits(nodes, "the script removes `super-admin.conf`");
    says(tree.list("A new cluster"), "Run the script of its pool again on every node of `workers`");
    let whole = Tree::of(SMALLEST, &[]);
    omits(whole.list("The nodes"), "No script is made");
    says(whole.list("The nodes"), "the script removes `super-admin.conf`");
}

/// Of CRI-O nothing is replaced.
#[test]
fn each_runtime_loses_what_it_loses() {
    let crio = Tree::of(SMALLEST, &[("containerd: \"2.3\"", "crio: \"1.36\"")]);
    omits(crio.list("The nodes"), "takes the place of yours");
    says(crio.list("The nodes"), "`systemctl restart crio`");
    says(Tree::of(SMALLEST, &[]).list("The nodes"), "bring them to `/etc/containerd/conf.d`");
}

/// From another path rsyslog of Ubuntu reads no CA.
#[test]
fn the_ca_lies_where_rsyslog_reads_it() {
    let ubuntu = ("name: workers, role: worker, os: debian-12", "name: workers, role: worker, os: ubuntu-24.04");
    let own = |path: &str| SYSLOG.1.replace("tls: true", &format!("tls: true, caFile: {path}"));
    let with = |path: &str| Tree::of(SMALLEST, &[(SYSLOG.0, &own(path)), ubuntu]);
    says(with("/etc/siem/ca.pem").report(), "names no folder of certificates");
    omits(with("/etc/ssl/certs/siem.pem").report(), "names no folder of certificates");
}
