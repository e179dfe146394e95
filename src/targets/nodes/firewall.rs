//! The firewall of a host: a table of its own with an input hook, and the unit that loads it before the kubelet starts.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{Cidr, Lines, Origin},
    facts,
    plan::HostRule,
};

use super::{
    Pool,
    file::{HostFile, form, origin},
};

/// Where the rules lie.
pub(super) const RULES: &str = "/etc/harden/node.nft";
/// The unit that loads them.
pub(super) const UNIT: &str = "harden-firewall.service";
/// The unit: it unloads nothing but its own table, and comes before the network and the kubelet.
const UNIT_TEXT: &str = "\
[Unit]
Description=Host firewall of a Kubernetes node, table inet harden_node alone
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service
Wants=network-pre.target
Before=network-pre.target kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/harden/node.nft
ExecReload=/usr/sbin/nft -f /etc/harden/node.nft
ExecStop=-/usr/sbin/nft delete table inet harden_node

[Install]
WantedBy=sysinit.target
";

/// What is let in whatever the spec says: loopback, answers, ICMP (path MTU, neighbours), DHCP. Protocols by their numbers: a minimal
/// Debian has no `/etc/protocols` for nft to look names up.
const ALWAYS: &[&str] = &[
    "iif \"lo\" accept",
    "ct state established,related accept",
    "meta l4proto { 1, 58 } accept",
    "udp sport 67 udp dport 68 accept",
    "ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept",
];

/// A group of ranges, by family, each with its origin.
type Groups<'a> = BTreeMap<&'a str, (Vec<Member>, Vec<Member>)>;

struct Member {
    range: Cidr,
    origin: Arc<Origin>,
}

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    let Some(mode) = pool.rules().find(|rule| matches!(rule.rule, HostRule::FirewallMode)) else { return Vec::new() };
    let mode_origin = origin(mode);
    let rules = HostFile::new(
        RULES,
        "The firewall of this host. What is forwarded or sent is not touched, nor any other table.",
        table(pool, mode.held.value == "enforce", &mode_origin),
    );
    let unit = HostFile::new(
        format!("/etc/systemd/system/{UNIT}"),
        "Loads the firewall of this host.",
        Lines::of(UNIT_TEXT.to_owned(), &mode_origin),
    );
    vec![
        HostFile { validator: "nft".to_owned(), effect: "firewall", ..rules },
        HostFile { validator: "systemd".to_owned(), effect: "firewall", ..unit },
    ]
}

fn table(pool: &Pool<'_>, enforce: bool, mode: &Arc<Origin>) -> Lines {
    let form = form();
    let groups = groups(pool);
    let mut lines = Lines::default();
    // Made, deleted and made anew in one transaction: loading twice leaves the same.
    lines.push("table inet harden_node", &form);
    lines.push("delete table inet harden_node", &form);
    lines.push("table inet harden_node {", &form);
    for (group, (v4, v6)) in &groups {
        set(&mut lines, group, "4", "ipv4_addr", v4);
        set(&mut lines, group, "6", "ipv6_addr", v6);
    }
    node_ports(pool, enforce, &groups, &mut lines);
    input(pool, enforce, mode, &groups, &mut lines);
    lines.push("}", &form);
    lines
}

fn groups<'a>(pool: &Pool<'a>) -> Groups<'a> {
    let mut groups = Groups::new();
    for rule in pool.rules() {
        let HostRule::FirewallMember(group, range) = rule.rule else { continue };
        let Ok(range) = range.parse::<Cidr>() else { continue };
        let (v4, v6) = groups.entry(group).or_default();
        let member = Member { range, origin: origin(rule) };
        if range.address().is_ipv4() { v4.push(member) } else { v6.push(member) }
    }
    groups
}

/// The name of a set in nft: no dashes.
fn set_name(group: &str, family: &str) -> String {
    format!("{}{family}", group.replace('-', "_"))
}

fn set(lines: &mut Lines, group: &str, family: &str, kind: &str, members: &[Member]) {
    if members.is_empty() {
        return;
    }
    let form = form();
    lines.push(&format!("    set {} {{", set_name(group, family)), &form);
    lines.push(&format!("        type {kind}"), &form);
    lines.push("        flags interval", &form);
    lines.push("        auto-merge", &form);
    lines.push("        elements = {", &form);
    for member in members {
        lines.push(&format!("            {},", member.range), &member.origin);
    }
    lines.push("        }", &form);
    lines.push("    }", &form);
}

/// The families that a group has ranges of, each with the word that matches its addresses.
fn families(group: &str, groups: &Groups<'_>) -> Vec<(&'static str, &'static str)> {
    let Some((v4, v6)) = groups.get(group) else { return Vec::new() };
    [(v4, ("ip", "4")), (v6, ("ip6", "6"))]
        .into_iter()
        .filter(|(members, _)| !members.is_empty())
        .map(|(_, family)| family)
        .collect()
}

/// The matches of a group's ranges, one for each family that it has.
fn sources(group: &str, groups: &Groups<'_>) -> Vec<String> {
    let of = |(word, family): (&str, &str)| format!("{word} saddr @{}", set_name(group, family));
    families(group, groups).into_iter().map(of).collect()
}

/// The matches of what a group sends to the addresses of Services, one for each family that both have.
fn to_services(group: &str, groups: &Groups<'_>) -> Vec<String> {
    let own = families(group, groups);
    let both = families("services", groups).into_iter().filter(|family| own.contains(family));
    both.map(|(word, n)| format!("{word} saddr @{} {word} daddr @{}", set_name(group, n), set_name("services", n))).collect()
}

/// A text between quotes of nft, which knows no escapes.
fn comment(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || " .,:/()_+-".contains(*c)).take(100).collect()
}

/// What a rule lets in, a match for each family.
fn matches(rule: HostRule<'_>, groups: &Groups<'_>) -> Vec<String> {
    if let HostRule::FirewallServices(group) = rule {
        return to_services(group, groups);
    }
    let HostRule::FirewallAllow(protocol, port, group) = rule else { return Vec::new() };
    let what = if protocol == "ip" { format!("meta l4proto {port}") } else { format!("{protocol} dport {port}") };
    sources(group, groups).into_iter().map(|source| format!("{source} {what}")).collect()
}

fn input(pool: &Pool<'_>, enforce: bool, mode: &Arc<Origin>, groups: &Groups<'_>, lines: &mut Lines) {
    let form = form();
    lines.push("    chain input {", &form);
    let policy = if enforce { "drop" } else { "accept" };
    lines.push(&format!("        type filter hook input priority filter - 10; policy {policy};"), mode);
    for rule in ALWAYS {
        lines.push(&format!("        {rule}"), &form);
    }
    for rule in pool.rules() {
        for what in matches(rule.rule, groups) {
            lines.push(&format!("        {what} accept comment \"{}\"", comment(&rule.held.value)), &origin(rule));
        }
    }
    last(enforce, "harden-input: ", mode, lines);
    lines.push("    }", &form);
}

/// What becomes of everything else: logged at a limited rate, counted, and dropped where the firewall enforces.
fn last(enforce: bool, prefix: &str, mode: &Arc<Origin>, lines: &mut Lines) {
    lines.push(&format!("        limit rate 10/minute log prefix \"{prefix}\""), mode);
    lines.push(if enforce { "        counter drop" } else { "        counter accept" }, mode);
}

/// NodePorts are rewritten in prerouting at -100: a chain before that still sees them.
fn node_ports(pool: &Pool<'_>, enforce: bool, groups: &Groups<'_>, lines: &mut Lines) {
    let Some(asked) = pool.rules().find(|rule| matches!(rule.rule, HostRule::NodePorts)) else { return };
    let Some((first, last_port)) = facts::port_range(&asked.held.value) else { return };
    let (form, asked) = (form(), origin(asked));
    lines.push("    chain node_ports {", &form);
    lines.push("        type filter hook prerouting priority dstnat - 10; policy accept;", &asked);
    lines.push("        fib daddr type != local return", &form);
    lines.push("        ct state established,related return", &form);
    // TCP, UDP and SCTP, which have their ports in one place.
    lines.push("        meta l4proto != { 6, 17, 132 } return", &form);
    lines.push(&format!("        th dport != {first}-{last_port} return"), &asked);
    lines.push("        iif \"lo\" return", &form);
    for group in ["nodes", "pods"] {
        for source in sources(group, groups) {
            lines.push(&format!("        {source} return"), &asked);
        }
    }
    for rule in pool.rules() {
        let HostRule::FirewallAllow(protocol, port, group) = rule.rule else { continue };
        if !port.parse::<u16>().is_ok_and(|port| (first..=last_port).contains(&port)) {
            continue;
        }
        for source in sources(group, groups) {
            lines.push(
                &format!("        {source} {protocol} dport {port} return comment \"{}\"", comment(&rule.held.value)),
                &origin(rule),
            );
        }
    }
    last(enforce, "harden-node-port: ", &asked, lines);
    lines.push("    }", &form);
}
