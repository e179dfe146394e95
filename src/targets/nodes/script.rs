//! The script of a pool: data rows with quoted values, then an engine that is the same for every pool.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, ControlId, Lines, Mode, Origin, OutPath, Reason},
    plan::{HostRule, PoolRole, host_paths},
    targets::{head, origins, shell},
};

use super::{
    Pool, Rule,
    file::{HostFile, origin},
    firewall, kubelet,
};

/// What every row is compared with, before the rows.
const NAMES: &str = include_str!("harden-node.names.sh.j2");
/// One row: controls, kind, target, wanted, validator, effect.
const ROW: &str = "    {{ controls }} {{ kind }} {{ target }} {{ wanted }} {{ validator }} {{ effect }}\n";
/// The engine, the same for every pool.
const ENGINE: &str = include_str!("harden-node.engine.sh");

/// The ports of etcd, for clients and members.
const ETCD: &str = "2379-2380";

/// A row of the script.
struct Row {
    controls: BTreeSet<ControlId>,
    kind: &'static str,
    target: String,
    wanted: String,
    validator: String,
    effect: &'static str,
    origin: Arc<Origin>,
}

impl Row {
    /// A row that carries a rule and has no file.
    fn of(rule: &Rule<'_>, kind: &'static str, target: &str, wanted: &str) -> Self {
        Row {
            controls: rule.held.reasons.iter().filter_map(|reason| reason.control).collect(),
            kind,
            target: target.to_owned(),
            wanted: wanted.to_owned(),
            validator: String::new(),
            effect: "",
            origin: origin(rule),
        }
    }
}

pub(super) fn emit(pool: &Pool<'_>, files: &[HostFile]) -> Option<Artifact> {
    let form = origins::form("node-script");
    let rows = rows(pool, files);
    let controls: BTreeSet<ControlId> = rows.iter().flat_map(|row| row.controls.iter().copied()).collect();
    let mut lines = shell::lines("#!/usr/bin/env bash", &form);
    for text in head::with_controls(&purpose(pool), &controls) {
        lines.push(&format!("# {text}"), &form);
    }
    lines.extend(shell::lines("set -euo pipefail\numask 022\nexport LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin\n\n", &form));
    let (os_id, os_version) = pool.os.release();
    let ranges: Vec<String> = pool.node.cidrs.iter().map(ToString::to_string).collect();
    let names = minijinja::context! { pool => pool.node.name.as_str(), role => role(pool), ranges => ranges.join(" "), guarded => guarded(pool), os_id, os_version };
    lines.extend(shell::rows(NAMES, names, &form));
    lines.extend(shell::lines("\n# controls, kind, target, wanted, validator, effect\nrows=(\n", &form));
    rows.iter().for_each(|row| lines.extend(text(row)));
    lines.extend(shell::lines(")\nreadonly rows\n", &form));
    lines.extend(shell::lines(ENGINE, &form));
    let path = OutPath::new(&format!("nodes/{}/harden-node.sh", pool.node.name)).ok()?;
    Some(Artifact { path, mode: Mode::Executable, lines })
}

/// The role of the pool, as the engine names it.
fn role(pool: &Pool<'_>) -> &'static str {
    match pool.node.role {
        PoolRole::ControlPlane => "control-plane",
        PoolRole::Worker => "worker",
        PoolRole::Etcd => "etcd",
    }
}

/// The ports of the control plane whose open connections the firewall must let in anew.
fn guarded(pool: &Pool<'_>) -> String {
    let mut ports: Vec<String> = Vec::new();
    let api: Vec<String> =
        pool.plan.cluster.kubeadm.iter().flat_map(|kubeadm| kubeadm.api_ports()).map(|port| port.to_string()).collect();
    for rule in pool.rules() {
        let HostRule::FirewallAllow("tcp", port, _) = rule.rule else { continue };
        if port == ETCD {
            ports.extend(port.split('-').map(str::to_owned));
        } else if api.iter().any(|api| api == port) {
            ports.push(port.to_owned());
        }
    }
    ports.dedup();
    ports.join(" ")
}

fn purpose(pool: &Pool<'_>) -> Vec<String> {
    vec![
        format!("Hardens a node of pool {} of {}, or says what is left to do.", pool.node.name, pool.plan.cluster.name),
        "Copy the whole folder to the node and run it there as root:".to_owned(),
        "    ./harden-node.sh audit            changes nothing".to_owned(),
        "    ./harden-node.sh apply --dry-run  shows what would change".to_owned(),
    ]
}

fn text(row: &Row) -> Lines {
    let controls: Vec<&str> = row.controls.iter().map(|control| control.0).collect();
    let values = minijinja::context! {
        controls => controls.join(","),
        kind => row.kind,
        target => row.target.as_str(),
        wanted => row.wanted.as_str(),
        validator => row.validator.as_str(),
        effect => row.effect,
    };
    shell::rows(ROW, values, &row.origin)
}

/// What must be there first, then files, then what single rules ask of the running system.
fn rows(pool: &Pool<'_>, files: &[HostFile]) -> Vec<Row> {
    let mut rows: Vec<Row> = pool
        .rules()
        .filter_map(|rule| {
            if let HostRule::Program(name) = rule.rule {
                return Some(Row::of(rule, "program", name, &rule.held.value));
            }
            let HostRule::There(path) = rule.rule else { return None };
            Some(Row::of(rule, "there", path, &rule.held.value))
        })
        .collect();
    rows.extend(files.iter().map(of_file));
    rows.extend(pool.rules().filter_map(|rule| of_rule(pool, rule)));
    // What the running kubelet has read is known only after its files are there.
    rows.extend(files.iter().filter(|file| file.path == kubelet::DROP_IN).map(|file| Row {
        kind: "kubelet",
        wanted: String::new(),
        validator: String::new(),
        effect: "",
        ..of_file(file)
    }));
    rows.extend(pool.rules().find(|rule| matches!(rule.rule, HostRule::FirewallMode)).into_iter().flat_map(|rule| {
        let wants = format!("/etc/systemd/system/sysinit.target.wants/{}", firewall::UNIT);
        let unit = format!("/etc/systemd/system/{}", firewall::UNIT);
        [
            Row { effect: "firewall", ..Row::of(rule, "link", &wants, &unit) },
            Row::of(rule, "firewall", firewall::RULES, &rule.held.value),
        ]
    }));
    rows
}

fn of_file(file: &HostFile) -> Row {
    let reasons: BTreeSet<Reason> = file.lines.iter().flat_map(|(_, origin)| origin.reasons.iter().cloned()).collect();
    let asked: BTreeSet<Reason> = reasons.into_iter().filter(|reason| reason.control.is_some()).collect();
    Row {
        controls: file.controls(),
        kind: file.kind.word(),
        target: file.path.clone(),
        wanted: format!("{} {}", file.mode, file.digest()),
        validator: file.validator.clone(),
        effect: file.effect,
        origin: origins::of_reasons(None, asked),
    }
}

/// What a rule asks of the running system beside its line in a file; nothing where the file is all.
fn of_rule(pool: &Pool<'_>, rule: &Rule<'_>) -> Option<Row> {
    let value = rule.held.value.as_str();
    Some(match rule.rule {
        HostRule::Sysctl(key) => Row::of(rule, "sysctl", key, value),
        HostRule::ModuleLoaded(module) => Row::of(rule, "module-load", module, value),
        HostRule::ModuleOff(module) => Row::of(rule, "module-off", module, value),
        HostRule::FileMode(path) => Row::of(rule, "mode", path, value),
        HostRule::Absent(path) if path == host_paths::DISCOVERY => Row::of(rule, "served", path, "/etc/kubernetes/kubelet.conf"),
        HostRule::Absent(path) => {
            let folder = pool.plan.cluster.kubeadm.as_ref().map_or("/etc/kubernetes/pki", |kubeadm| &kubeadm.certificates_dir);
            Row::of(rule, "super-admin", path, &format!("{folder}/ca.key"))
        }
        HostRule::NoTokens(pattern) => Row::of(rule, "no-tokens", pattern, value),
        HostRule::Sshd(keyword) => Row::of(rule, "sshd", keyword, value),
        HostRule::UnitMasked(unit) => {
            // What loads other rules goes when ours stay, and not while they are tried.
            let effect = if unit == "nftables.service" { "firewall" } else { "" };
            Row { effect, ..Row::of(rule, "link", &format!("/etc/systemd/system/{unit}"), "/dev/null") }
        }
        HostRule::Time => Row::of(rule, "time", "service", value),
        HostRule::Swap => Row::of(rule, "swap", "swap", value),
        HostRule::AppArmor => Row::of(rule, "apparmor", "apparmor", value),
        HostRule::AuditOption(_)
        | HostRule::AuditWatch(_)
        | HostRule::CoreLimit
        | HostRule::FirewallAllow(..)
        | HostRule::FirewallMember(..)
        | HostRule::FirewallMode
        | HostRule::FirewallServices(_)
        | HostRule::Mirror(_)
        | HostRule::NodePorts
        | HostRule::Program(_)
        | HostRule::Runtime(..)
        | HostRule::Sudo(_)
        | HostRule::Systemd(..)
        | HostRule::There(_)
        | HostRule::UpgradeHold(_)
        | HostRule::UpgradeOption(_) => return None,
    })
}
