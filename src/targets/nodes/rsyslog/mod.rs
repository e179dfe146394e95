//! The drop-in of rsyslog: what is read, what is sent on, and the queue in between.

mod quote;

use std::sync::Arc;

use crate::{
    base::{Lines, Origin},
    plan::{Held, HostOs, LogKind, PoolRole, Program, ShippingPlan, host_paths, kube_system_logs, shipping_key},
    targets::origins,
};

use super::{Pool, file::HostFile};

use quote::quoted;

/// The ruleset and the queue.
const NAME: &str = "harden_siem";
/// Where rsyslog of Debian and Ubuntu keeps queues and positions.
const SPOOL: &str = "/var/spool/rsyslog";
/// The programs that write to the journal for a kind.
const RUNTIMES: &str = r#"["containerd", "crio", "cri-dockerd", "dockerd"]"#;
const KUBELET: &str = r#"["etcd", "kubelet"]"#;

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    let Some(shipping) = &pool.plan.logs.shipping else { return Vec::new() };
    let form = origins::form("rsyslog-drop-in");
    let mut lines = Lines::default();
    globals(pool, shipping, &mut lines, &form);
    action(shipping, &mut lines, &form);
    inputs(pool, shipping, &mut lines);
    journal(shipping, &mut lines, &form);
    let purpose = format!(
        "Ships the logs of a node of pool {} of {}. Needs {}.",
        pool.node.name,
        pool.plan.cluster.name,
        packages(shipping)
    );
    let file = HostFile::new("/etc/rsyslog.d/60-harden.conf", &purpose, lines);
    vec![HostFile { validator: "rsyslog".to_owned(), effect: "rsyslog", ..file }]
}

fn packages(shipping: &ShippingPlan) -> &'static str {
    if shipping.tls.value { "the packages rsyslog and rsyslog-gnutls" } else { "the package rsyslog" }
}

fn of<T>(part: &str, held: &Held<T>) -> Arc<Origin> {
    origins::setting(&shipping_key(part), held)
}

fn globals(pool: &Pool<'_>, shipping: &ShippingPlan, lines: &mut Lines, form: &Arc<Origin>) {
    if pool.os == HostOs::Ubuntu2404 {
        let user = origins::form("ubuntu-rsyslog-user");
        lines.push("", &user);
        lines.push("# rsyslog runs as root from here on: as syslog, Ubuntu's user of it, it may not read the files below. The later line counts.", &user);
        lines.push("$PrivDropToUser root", &user);
        lines.push("$PrivDropToGroup root", &user);
    }
    let line = &shipping.line_megabytes;
    lines.push(&format!("global(maxMessageSize=\"{}m\")", line.value), &of("line-megabytes", line));
    lines.push("module(load=\"imfile\" mode=\"inotify\")", form);
    lines.push("", form);
}

/// The ruleset that sends: everything that is called into it leaves the node.
fn action(shipping: &ShippingPlan, lines: &mut Lines, form: &Arc<Origin>) {
    lines.push(&format!("ruleset(name=\"{NAME}\") {{"), form);
    lines.push(
        &format!("  action(name=\"{NAME}\" type=\"omfwd\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" template=\"RSYSLOG_SyslogProtocol23Format\""),
        form,
    );
    lines.push(&format!("    target={}", quoted(&shipping.host.value)), &of("host", &shipping.host));
    lines.push(&format!("    port=\"{}\"", shipping.port.value), &of("port", &shipping.port));
    if shipping.tls.value {
        let tls = of("tls", &shipping.tls);
        lines.push("    streamDriver=\"gtls\" streamDriverMode=\"1\" streamDriverAuthMode=\"x509/name\"", &tls);
        lines.push(&format!("    streamDriverPermittedPeers={}", quoted(&shipping.host.value)), &tls);
        lines.push(&format!("    streamDriver.CAFile={}", quoted(&shipping.ca_file.value)), &of("ca-file", &shipping.ca_file));
    }
    let queue = &shipping.queue_megabytes;
    lines.push(
        &format!(
            "    queue.type=\"LinkedList\" queue.filename=\"{NAME}\" queue.spoolDirectory=\"{SPOOL}\" queue.maxDiskSpace=\"{}m\"",
            queue.value
        ),
        &of("queue-megabytes", queue),
    );
    lines.push("    queue.saveOnShutdown=\"on\" action.resumeRetryCount=\"-1\" action.resumeInterval=\"10\")", form);
    lines.push("}", form);
    lines.push("", form);
}

/// Files that are read line by line, past the node's own rules.
fn inputs(pool: &Pool<'_>, shipping: &ShippingPlan, lines: &mut Lines) {
    let mut read = |kind: LogKind, tag: &str, path: &str| {
        let Some(held) = shipping.kinds.get(&kind) else { return };
        let tail =
            format!("tag=\"{tag}\" facility=\"local0\" severity=\"info\" ruleset=\"{NAME}\" persistStateInterval=\"100\")");
        let input = format!("input(type=\"imfile\" file={} {tail}", quoted(path));
        lines.push(&input, &of(&format!("kinds/{}", kind.name()), held));
    };
    if pool.node.role == PoolRole::ControlPlane {
        let path = pool.plan.component(Program::KubeApiserver).flag_text("audit-log-path");
        read(LogKind::Audit, "kube-audit", path.as_deref().unwrap_or(host_paths::AUDIT_LOG));
    }
    for program in pool.plan.kubernetes_pods(pool.node) {
        read(LogKind::Kubernetes, program, &kube_system_logs(program));
    }
    read(LogKind::Node, "auditd", "/var/log/audit/audit.log");
}

/// What journald hands on comes through the node's own rules: it is called into the ruleset beside them.
fn journal(shipping: &ShippingPlan, lines: &mut Lines, form: &Arc<Origin>) {
    lines.push("", form);
    let held: Vec<_> = [LogKind::Kubernetes, LogKind::Runtime, LogKind::Node]
        .into_iter()
        .filter_map(|kind| Some((kind, shipping.kinds.get(&kind)?)))
        .collect();
    if held.len() == 3 {
        let key = held.first().map(|(kind, _)| shipping_key(&format!("kinds/{}", kind.name())));
        let reasons = held.iter().flat_map(|(_, held)| held.reasons.iter().cloned()).collect();
        lines.push(&format!("call {NAME}"), &origins::of_reasons(key.as_ref(), reasons));
        return;
    }
    let mut call = |kind: LogKind, condition: &str| {
        let Some(held) = shipping.kinds.get(&kind) else { return };
        lines.push(&format!("if {condition} then call {NAME}"), &of(&format!("kinds/{}", kind.name()), held));
    };
    call(LogKind::Kubernetes, &format!("$programname == {KUBELET}"));
    call(LogKind::Runtime, &format!("$programname == {RUNTIMES}"));
    call(LogKind::Node, &format!("not ($programname == {KUBELET} or $programname == {RUNTIMES})"));
}
