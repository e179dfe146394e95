//! What the steps of a report say of a cluster of kubeadm: nothing is lost, closed or cut off before the person who applies them read of it.

mod mixed;
mod order;
mod upgrade;

use crate::managed::{Tree, omits, says};

const SMALLEST: &str = "golden/build/smallest-1.36/harden.yaml";
const NEWEST: &str = "golden/build/newest-1.37/harden.yaml";
const SHOP: &str = "golden/build/three-nodes-1.36/harden.yaml";
const RESTRICTED: (&str, &str) = ("spec:\n  platform", "spec:\n  profiles: [restricted]\n  platform");
const ENFORCE: (&str, &str) = ("stage: prepare", "stage: enforce");
/// The tree of the shop over no configuration of its owner's.
const BARE: (&str, &str) = ("      config: live.yaml\n", "");

/// Where a text stands in the steps for a running cluster.
#[track_caller]
fn at(tree: &Tree, words: &str) -> usize {
    let running = tree.list("A running cluster");
    running.find(words).unwrap_or_else(|| panic!("`{words}` is not in:\n{running}"))
}

/// A step that replaces what kubeadm stored comes after the words that say so.
#[test]
fn what_kubeadm_stored_is_fetched_before_it_is_replaced() {
    let tree = Tree::of(SMALLEST, &[]);
    for words in ["get cm kubeadm-config -o", "get cm kubelet-config -o", "get cm kube-proxy -o", "`platform.kubeadm.config`"] {
        assert!(at(&tree, words) < at(&tree, "Before anything"), "{words}");
    }
    assert!(at(&tree, "Before anything") < at(&tree, "upload-config all"));
    says(tree.file("kubeadm/init.yaml"), "That replaces what the cluster stores");
    let without = Tree::of(NEWEST, &[]);
    omits(without.list("A running cluster"), "get cm kube-proxy -o jsonpath");
    says(without.list("A running cluster"), "kube-proxy.yaml");
}

/// Pod Security counts from the restart of the API servers on.
#[test]
fn pod_security_is_tried_before_the_servers_restart() {
    let tree = Tree::of(SMALLEST, &[RESTRICTED]);
    let trial = "`kubectl label --dry-run=server --overwrite ns --all pod-security.kubernetes.io/enforce=baseline`";
    assert!(at(&tree, trial) < at(&tree, "The control plane, one node"));
    omits(tree.list("A running cluster"), "as soon as `k8s/namespaces` is applied");
}

/// A label counts as soon as it is applied, and its level may be another than that of the cluster.
#[test]
fn pod_security_is_tried_for_each_level() {
    let api = "  api: { sources";
    let namespaces = "  namespaces: [{ name: pay, podSecurity: restricted }, { name: shop }, { name: kube-system }]\n";
    let tree = Tree::of(SMALLEST, &[RESTRICTED, (api, &format!("{namespaces}{api}"))]);
    let asked = |words: &str| at(&tree, &format!("`kubectl label --dry-run=server --overwrite ns {words}`"));
    assert!(
        asked("--all pod-security.kubernetes.io/enforce=baseline") < asked("pay pod-security.kubernetes.io/enforce=restricted")
    );
    assert!(asked("pay pod-security.kubernetes.io/enforce=restricted") < at(&tree, "](#the-objects)"));
    // A baseline refuses nothing by itself, and the label of a namespace does.
    let alone = Tree::of(SMALLEST, &[(api, &format!("{namespaces}{api}"))]);
    at(&alone, "`restricted` holds in `pay`. Pods that break it");
    omits(alone.list("A running cluster"), "ns --all");
    says(alone.row("admission/pod-security"), "refuses pods below the level when they are next created");
    omits(Tree::of(SMALLEST, &[]).row("admission/pod-security"), "refuses pods below");
}

/// Nothing plain can be read at the last stage of encryption: that is said before the file is made and the servers restart.
#[test]
fn the_last_stage_of_encryption_is_warned_of_first() {
    let tree = Tree::of(NEWEST, &[ENFORCE]);
    assert!(at(&tree, "Encryption stage `enforce`") < at(&tree, "](#the-nodes)"));
    assert_eq!(tree.report().matches("Encryption stage `enforce`").count(), 1);
}

/// The container of etcd is replaced by a later step, and its image has no shell: the snapshot is written where the host has it.
#[test]
fn a_snapshot_outlives_its_container() {
    let tree = Tree::of(SHOP, &[BARE]);
    let data = "--data-dir=/var/lib/etcd";
    says(tree.file("control-plane/flags/etcd.flags"), data);
    says(tree.file("control-plane/cp-1/manifests/etcd.yaml"), "path: /var/lib/etcd");
    says(tree.list("A running cluster"), "snapshot save /var/lib/etcd/before.db`");
    for file in ["ca.crt", "server.crt", "server.key"] {
        says(tree.list("A running cluster"), &format!("=/etc/kubernetes/pki/etcd/{file} "));
    }
    says(tree.list("A running cluster"), "break glass alone");
}

/// Without kube-proxy the plug-in cannot reach the API server by its Service, and kubeadm's ranges are not its own.
#[test]
fn the_plug_in_is_told_what_it_cannot_know() {
    let newest = Tree::of(NEWEST, &[]);
    let new = newest.list("A new cluster");
    for value in
        ["kubeProxyReplacement=true", "k8sServiceHost=api.example.internal", "k8sServicePort=6443", "ipam.mode=kubernetes"]
    {
        says(new, &format!("`{value}`"));
    }
    says(newest.list("A running cluster"), "grep -v KUBE");
    says(newest.list("The nodes"), "`10.244.0.0/16`: the pool of the network plug-in must lie there");
    let calico = Tree::of(SMALLEST, &[]);
    says(calico.list("A new cluster"), "`10.244.0.0/16` as `cidr` of the `ipPools`");
    omits(calico.list("A new cluster"), "kubeProxyReplacement");
}

/// Each plug-in has a default of its own for the way between nodes, and the firewall opens the declared one alone.
#[test]
fn the_plug_in_carries_packets_as_the_firewall_lets_them() {
    const CALICO: &str = "calico: { version: \"3.31\" }";
    let told = |cni: &str| Tree::of(SMALLEST, &[(CALICO, cni)]).list("A new cluster").to_owned();
    for (cni, words) in [
        ("calico: { version: \"3.31\", encapsulation: vxlan }", "`encapsulation: VXLAN`"),
        ("calico: { version: \"3.31\", encapsulation: ipip-cross-subnet }", "`encapsulation: IPIPCrossSubnet`"),
        ("calico: { version: \"3.31\", encapsulation: none }", "`encapsulation: None`"),
        ("calico: { version: \"3.31\", encryption: wireguard }", "wireguardEnabled"),
        ("cilium: { version: \"1.19\", datapath: geneve }", "`tunnelProtocol=geneve`"),
        ("cilium: { version: \"1.19\", datapath: native }", "`ipv4NativeRoutingCIDR=10.244.0.0/16`"),
        ("cilium: { version: \"1.19\", datapath: vxlan, encryption: wireguard }", "`encryption.type=wireguard`"),
    ] {
        says(&told(cni), words);
    }
    omits(&told(CALICO), "encapsulation");
    let vxlan = Tree::of(SMALLEST, &[RESTRICTED, (CALICO, "calico: { version: \"3.31\", encapsulation: vxlan }")]);
    says(vxlan.list("The nodes"), "pods' packets pass as `vxlan` alone");
}

/// A firewall that lets named nodes alone to etcd keeps a further one out until it is named.
#[test]
fn a_further_node_is_named_before_it_joins() {
    says(Tree::of(NEWEST, &[]).list("A new cluster"), "name each in `nodes` of its pool");
    says(Tree::of(SMALLEST, &[]).list("A new cluster"), "`kubeadm/join-control-plane.yaml`, which takes");
    says(Tree::of(SHOP, &[BARE]).list("A new cluster"), "`kubeadm/nodes/<node>/join-control-plane.yaml`");
}

/// What both lists need stands in lists of its own, once; what must be done first stands first.
#[test]
fn no_step_is_said_twice() {
    let tree = Tree::of(SHOP, &[BARE]);
    let steps = tree.report().split("## How to apply").nth(1).unwrap().split("\n## ").next().unwrap();
    let of = |line: &str| line.split_once(". ").filter(|(n, _)| n.parse::<u8>().is_ok()).map(|(_, step)| step.to_owned());
    let mut long: Vec<String> = steps.lines().filter_map(of).filter(|step| step.len() > 120).collect();
    let all = long.len();
    long.sort();
    long.dedup();
    assert_eq!(long.len(), all);
    let nodes = tree.list("The nodes");
    let place = |words: &str| nodes.find(words).unwrap_or_else(|| panic!("`{words}`: {nodes}"));
    assert!(place("/etc/containerd/conf.d") < place("apply --confirm"));
    assert!(place("take a copy of `super-admin.conf`") < place("apply --confirm"));
    for list in ["A new cluster", "A running cluster"] {
        says(tree.list(list), "[The nodes](#the-nodes)");
        says(tree.list(list), "[The objects](#the-objects)");
    }
}

/// Policies of the network cut at once, on every platform, and Gatekeeper refuses only when its values say so.
#[test]
fn the_objects_say_what_they_do_at_once() {
    let tree = Tree::of(SHOP, &[BARE]);
    let objects = tree.list("The objects");
    says(objects, "`k8s/network` takes effect at once: in `");
    says(tree.file("helm/gatekeeper.values.yaml"), "validatingWebhookFailurePolicy: Ignore");
    says(objects, "everything passes");
    omits(objects, "the way out");
    says(objects, "On each day of `policies.rollout` (`deny` 2027-01-15) build with `--as-of today`");
    says(tree.list("A running cluster"), "Never delete `k8s/namespaces`");
}

/// The two programs that write rules for packets change together, by a change that the operator takes.
#[test]
fn kube_proxy_and_calico_change_together() {
    let nftables = ("serviceSubnets: [10.96.0.0/12]\n", "serviceSubnets: [10.96.0.0/12]\n      kubeProxy: { mode: nftables }\n");
    let tree = Tree::of(SHOP, &[BARE, nftables]);
    let patch = r#"{"spec":{"calicoNetwork":{"linuxDataplane":"Nftables","linuxPolicySetupTimeoutSeconds":null}}}"#;
    assert!(at(&tree, "rollout restart daemonset kube-proxy") < at(&tree, patch));
}

/// A plug-in that needs packets from anywhere is not said to have them dropped, and none are let through that were dropped before.
#[test]
fn the_reverse_path_is_left_to_cilium() {
    let tree = Tree::of(NEWEST, &[]);
    says(tree.row("node/reverse-path-filter"), "**impossible**");
    omits(tree.row("node/reverse-path-filter"), "drops packets");
    omits(tree.file("nodes/workers/harden-node.sh"), "'net.ipv4.conf.all.rp_filter'");
    says(Tree::of(SMALLEST, &[RESTRICTED]).file("nodes/workers/harden-node.sh"), "'net.ipv4.conf.all.rp_filter' '1'");
}

/// What the rows say that a change does is what this tree does.
#[test]
fn impacts_are_those_of_the_values() {
    let api = "  api: { sources: { admins: [203.0.113.0/24] } }\n";
    let more = format!(
        "{api}  controls: {{ node/firewall: {{ with: {{ mode: count }}, waiver: W-1 }} }}\n  waivers:\n    - {{ id: W-1, control: \
         node/firewall, owner: sre, reason: \"first seen\", expires: 2027-01-01 }}\n"
    );
    let counts = Tree::of(SMALLEST, &[RESTRICTED, (api, &more)]);
    omits(counts.row("node/firewall"), "drops new connections");
    says(Tree::of(SMALLEST, &[RESTRICTED]).row("node/firewall"), "drops new connections");
    let tree = Tree::of(SHOP, &[BARE]);
    omits(tree.row("policy/privileged"), "while Gatekeeper does not answer");
}

/// Relay of Hubble is a pod, and dials the address of each node.
#[test]
fn hubble_answers_its_relay() {
    let rules = Tree::of(NEWEST, &[]).file("nodes/workers/files/etc/harden/node.nft").to_owned();
    for group in ["@nodes4", "@pods4"] {
        says(&rules, &format!("ip saddr {group} tcp dport 4244 "));
    }
}

/// What has no ports is open by its number: the host needs no list of protocols to load its rules.
#[test]
fn protocols_without_ports_are_open_as_a_whole() {
    let pool = "role: worker, os: debian-13,";
    let open = "open: [{ protocol: VRRP, from: [192.0.2.96/28, \"2001:db8::/64\"], reason: keepalived }, \
        { protocol: OSPF, from: [192.0.2.1/32], reason: routes }, { protocol: UDP, port: 520, from: [192.0.2.1/32], reason: RIP }],";
    let tree = Tree::of(NEWEST, &[(pool, &format!("{pool} {open}"))]);
    let rules = tree.file("nodes/workers/files/etc/harden/node.nft");
    for rule in [
        "ip saddr @open_14 meta l4proto 112 accept comment \"keepalived\"",
        "ip6 saddr @open_16 meta l4proto 112 accept comment \"keepalived\"",
        "ip saddr @open_24 meta l4proto 89 accept comment \"routes\"",
        "ip saddr @open_34 udp dport 520 accept comment \"RIP\"",
    ] {
        says(rules, rule);
    }
}

/// Files that the kubelet rotates are not said to be kept as the journal is.
#[test]
fn each_log_is_kept_as_its_writer_keeps_it() {
    let report = Tree::of(SHOP, &[BARE]);
    let row = |kind: &str| report.report().lines().find(|line| line.starts_with(&format!("| {kind} |"))).unwrap_or_default();
    says(row("kubernetes"), "files of pods until the kubelet rotates them");
    says(row("node"), "audit.log as the file of auditd says");
    omits(row("runtime"), "kubelet");
}

/// A machine of GitHub's own has no scanner and no login, and a caller can give it none.
#[test]
fn the_job_runs_where_its_programs_are() {
    let api = "  api: { sources";
    let tree = Tree::of(SMALLEST, &[(api, &format!("  vulnerabilities: {{ scanning: {{ pipeline: github }} }}\n{api}"))]);
    says(tree.file("ci/github-image.yaml"), "runs-on: ${{ inputs.runner }}");
}

/// Whether the nodes see who comes is never guessed.
#[test]
fn a_load_balancer_says_whether_it_keeps_the_address() {
    let sources = "sources: { admins: [203.0.113.0/24]";
    let row = |more: &str| {
        let tree = Tree::of(SMALLEST, &[RESTRICTED, (sources, &format!("{sources}{more}"))]);
        tree.row("apiserver/api-sources").to_owned()
    };
    says(&row(""), "**enforced**");
    says(&row(", loadBalancer: { addresses: [192.0.2.10], preservesClientIp: true }"), "**enforced**");
    says(&row(", loadBalancer: { addresses: [192.0.2.10], preservesClientIp: false }"), "**weaker**");
    says(&row(", loadBalancer: { addresses: [192.0.2.10] }"), "**weaker**");
}

/// Whoever lets everybody in through a waiver is told that nothing is held.
#[test]
fn sources_that_are_everybody_are_waived() {
    let open = |tree: &Tree| {
        says(tree.row("apiserver/api-sources"), "**waived**");
        says(tree.report(), "waiver W-1 (the declared sources are the whole internet): `apiserver/api-sources`");
        says(tree.report(), "waiver W-1 (the declared sources are the whole internet) | `/api/sources/admins`");
    };
    let sources = ("admins: [203.0.113.0/24]", "admins: [0.0.0.0/0]");
    let waiver = "  waivers: [{ id: W-1, control: apiserver/api-sources, owner: sre, reason: roaming, expires: 2027-03-01 }]\n  api: { sources";
    open(&Tree::of(SMALLEST, &[RESTRICTED, sources, ("  api: { sources", waiver)]));
    open(&Tree::of(SMALLEST, &[sources, ("  api: { sources", waiver)]));
}

/// kured waits for a file that not every system writes.
#[test]
fn kured_is_told_of_systems_that_write_no_file() {
    let api = "  api: { sources";
    let patching =
        format!("    addons: [kured]\n  vulnerabilities: {{ patching: {{ window: \"Sat 01:30\", reboot: kured }} }}\n{api}");
    let with = |os: &str| {
        let workers = format!("name: workers, role: worker, os: {os}");
        let tree = Tree::of(SMALLEST, &[(api, &patching), ("name: workers, role: worker, os: debian-12", &workers)]);
        tree.report().to_owned()
    };
    omits(&with("ubuntu-24.04"), "/var/run/reboot-required");
    says(&with("rhel-9"), "/var/run/reboot-required");
    says(&with("windows-2025"), "kured runs on Linux nodes alone");
    omits(&with("windows-2025"), "/var/run/reboot-required");
}

/// What holds by a file names it, also where another control writes the most of it.
#[test]
fn sources_of_the_api_server_stand_in_the_firewall() {
    let tree = Tree::of(SHOP, &[BARE]);
    says(tree.row("apiserver/api-sources"), "| `nodes/control-plane/files/etc/harden/node.nft`");
}

/// What is not held for one reason is said once, with the details of each control.
#[test]
fn one_reason_is_one_number() {
    let report = Tree::of(SHOP, &[BARE]);
    let reason = "the package must be on the nodes";
    let not_held = report.report().split("## Not held here").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!(not_held.matches(reason).count(), 1);
    says(report.report(), "(audit: rsyslog of each control-plane node; kubernetes: rsyslog of each node;");
    let rows: Vec<&str> = report.report().lines().filter(|line| line.starts_with("| `admission/event-rate-limit`")).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    says(rows[0], "**weaker**");
    says(rows[0], "`admission/event-rate-limit/Namespace`");
}

/// Files of the control plane are none of a worker's, in benchmarks too.
#[test]
fn workers_have_no_files_of_the_control_plane() {
    let report = Tree::of(SHOP, &[BARE]);
    let row = |pool: &str| {
        let wanted = format!("(pool {pool})");
        let mut rows = report.report().lines().filter(|line| line.starts_with("| `kubeconfig/file-modes`"));
        rows.find(|line| line.contains(&wanted)).unwrap()
    };
    says(row("control-plane"), "cis-1.12: 1.1.1,");
    omits(row("workers"), "1.1.1");
    says(row("workers"), "4.1.1");
}

/// What scans the cluster and what scans in pipelines share deadlines, and no file; and one control with two reasons is one row.
#[test]
fn each_scan_names_its_own_files() {
    let api = "  api:";
    let scanning = "scanning: { pipeline: github, cluster: trivy-operator }, patching: { deadlines: { critical: 7d } }";
    let tree = Tree::of(SMALLEST, &[(api, &format!("  vulnerabilities: {{ {scanning} }}\n{api}"))]);
    let (cluster, pipeline) = (tree.file("helm/trivy-operator.values.yaml"), tree.file("ci/scan-image.sh"));
    says(cluster, "images/cluster-scan");
    omits(cluster, "images/pipeline-scan");
    says(cluster, "helm upgrade --install trivy-operator trivy-operator --repo https://");
    says(pipeline, "images/pipeline-scan");
    omits(pipeline, "images/cluster-scan");
    omits(tree.row("images/cluster-scan"), "scan-image.sh");
    let rows = tree
        .report()
        .lines()
        .filter(|line| line.starts_with("| `patching/supported-releases`") && line.contains("**elsewhere**"));
    assert_eq!(rows.count(), 1);
}

/// Who said that Gatekeeper runs with the values of the tree is not asked to say so.
#[test]
fn what_is_declared_of_gatekeeper_is_not_asked_for() {
    let asked = "Then write `policies.engines.gatekeeper.installed: values`";
    says(Tree::of(SHOP, &[BARE]).report(), asked);
    omits(Tree::of(SHOP, &[BARE, ("installed: owner", "installed: values")]).report(), asked);
}

/// Logs of kube-proxy are read where it runs; Cilium's where it stands in.
#[test]
fn logs_of_who_serves_services_are_read() {
    let siem =
        "  logging: { siem: { syslog: { host: siem.example.com, port: 6514, tls: true, caFile: /etc/ssl/certs/siem.crt } } }\n";
    let to = format!("{siem}  controls: {{ network");
    let tree = Tree::of(NEWEST, &[("  controls: { network", &to)]);
    let rules = tree.file("nodes/workers/files/etc/rsyslog.d/60-harden.conf");
    omits(rules, "kube-proxy");
    says(rules, "/var/log/pods/kube-system_cilium-*/*/*.log");
    says(tree.report(), "`/var/log/pods/kube-system_*` (Cilium, programs of the control plane)");
    says(Tree::of(SHOP, &[BARE]).file("nodes/workers/files/etc/rsyslog.d/60-harden.conf"), "kube-system_kube-proxy-*");
}

/// What stops pods is an impact, beside the restart of the runtime.
#[test]
fn what_the_runtime_refuses_to_pods_is_told() {
    let tree = Tree::of(SMALLEST, &[RESTRICTED]);
    says(tree.report(), "refuses ports below 1024 to pods created from then on");
    says(tree.report(), "stops NRI plug-ins");
}
