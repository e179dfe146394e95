//! What other hardening sets write and break nodes with stands in no file that harden writes for a node.

use harden::{kube::network::Protocol, plan::Plan};

use super::{
    Case, cases,
    compile::{EVERYTHING, Inputs},
    none_in,
};

#[test]
fn no_node_file_holds_what_breaks_nodes() {
    let scripts =
        cases().iter().flat_map(|case| &case.built.artifacts).filter(|file| file.path.as_str().ends_with("/harden-node.sh"));
    assert!(scripts.count() > 20);
    none_in(cases(), of_case);
}

/// The modules of a cluster with a flow over SCTP, every level of ours selected, stay.
#[test]
fn sctp_stays_under_a_flow() {
    let text = EVERYTHING.replace("to: internet, ports: [443]", "to: internet, ports: [{ port: 3868, protocol: SCTP }]");
    assert_ne!(text, EVERYTHING);
    for case in Inputs::of_text("everything with SCTP", text).build() {
        assert!(over_sctp(&case.built.plan), "{}", case.name);
        assert_eq!(of_case(&case), [""; 0]);
    }
}

#[test]
fn what_breaks_nodes_would_be_found() {
    for line in [
        "umask 027",
        "  UMASK 027",
        "UMask=0027",
        "(umask 027 && mkdir -p -- /opt/cni/bin)",
        "/dev/vda3 /var ext4 defaults,noexec,nosuid 0 2",
        "ufw enable",
        "systemctl start firewalld.service",
        "apt-get install -y ufw",
        "systemctl enable --now firewalld",
        "systemctl restart nftables",
        "systemctl reload-or-restart nftables.service",
        "nft flush ruleset",
        "flush ruleset",
        "-e 2",
        "-a always,exit -F arch=b64 -S execve -k exec",
    ] {
        assert!(breaks(line, false).is_some(), "{line}");
    }
    for line in ["install sctp /bin/false", "blacklist sctp", "    'node/x' 'module-off' 'sctp' '' '' ''"] {
        assert!(breaks(line, true).is_some(), "{line}");
        assert!(breaks(line, false).is_none(), "{line}");
    }
    for line in ["umask 022", "    (umask 077 && mkdir -- \"$waiting\")", "systemctl mask nftables.service", "-e 1", ""] {
        assert!(breaks(line, true).is_none(), "{line}");
    }
}

fn over_sctp(plan: &Plan) -> bool {
    plan.network.flows.iter().any(|flow| flow.value.ports.iter().any(|port| port.protocol == Protocol::Sctp))
}

fn of_case(case: &Case) -> Vec<String> {
    let sctp = over_sctp(&case.built.plan);
    let files = case.built.artifacts.iter().filter(|file| file.path.as_str().starts_with("nodes/"));
    let found = files.flat_map(|file| {
        file.text().lines().filter_map(move |line| Some(format!("{}: {}: {line}", file.path.as_str(), breaks(line, sctp)?)))
    });
    found.collect()
}

/// What is wrong with a line of a file for a node.
fn breaks(line: &str, sctp: bool) -> Option<&'static str> {
    let line = line.trim().to_lowercase();
    let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let has = |word: &str| words.contains(&word);
    let starts = ["start", "restart", "reload", "enable", "unmask"].iter().any(|verb| has(verb));
    let wrong = [
        // What is installed later cannot be read by others; the folders of our own state are for root alone.
        (has("umask") && line != "umask 022" && !line.starts_with("(umask 077 && mkdir "), "umask"),
        // An emptyDir lies below /var, and its programs are refused.
        (has("noexec"), "noexec"),
        ((has("ufw") || has("firewalld")) && (starts || has("install")), "a second firewall"),
        (has("systemctl") && starts && has("nftables"), "the stock unit, which flushes every table"),
        (line.contains("flush ruleset"), "flushes the tables of kube-proxy and the network plug-in"),
        (line.starts_with("-e 2"), "audit rules that cannot be changed without a reboot"),
        (has("execve"), "an audit record of every program of every container"),
        (sctp && has("sctp"), "a module that a declared flow needs"),
    ];
    wrong.iter().find(|(wrong, _)| *wrong).map(|(_, why)| *why)
}
