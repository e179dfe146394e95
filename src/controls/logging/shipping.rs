//! Ships the logs of nodes, runtimes and the control plane off the nodes, with a queue on the disk.

use std::collections::BTreeMap;

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Control, Param, ParamKind, Stricter},
    facts,
    plan::{Ground, Held, HostOs, LogKind, Lowering, Outcome, Scope, ShippingPlan},
    resolve::{LogSink, Resolved},
    spec::model::Runtime,
};

use super::{audit_volume, pools, ships, strokes};

pub(super) const ID: &str = "logging/shipping";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Logging,
    title: "ship the logs of nodes to the SIEM, with a queue on the disk",
    level: Level::Baseline,
    doc: include_str!("shipping.md"),
    params: &[Param {
        name: "queue",
        kind: ParamKind::Int { min: 10, max: 1_000_000 },
        stricter: Stricter::Higher,
        about: "megabytes of disk that a node buffers while the receiver is away",
    }],
    applies: ships,
    lower,
};

/// The CAs that Debian and Ubuntu trust.
const SYSTEM_CA: &str = "/etc/ssl/certs/ca-certificates.crt";
/// What rsyslog speaks TLS with, on every machine of Debian and Ubuntu.
const GTLS: &str = "/usr/lib/*/rsyslog/lmnsd_gtls.so";
/// Megabytes of one line: request and answer of the largest audit event, and a longest address written with escapes.
const LINE: i64 = 8;

/// Where the profile of rsyslog in Ubuntu lets it read certificates.
const READ_BY_RSYSLOG: &str = "/etc/ssl/certs/";

/// What lets rsyslog of Ubuntu read the logs of Docker's containers.
const DOCKER_RULE: &str = "write `/var/lib/docker/containers/** r,` to `/etc/apparmor.d/rsyslog.d/docker`, then `apparmor_parser -r \
    /etc/apparmor.d/usr.sbin.rsyslogd`; until then the logs of the control plane's pods and of kube-proxy stay on the node, all others are \
    shipped";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(sink @ LogSink::Syslog { host, port, tls, ca_file }) = &cluster.logs.siem else { return };
    let ground = Ground::Fact(facts::id::NO_RELAY_NEEDED);
    strokes::intents(cluster, out, &SpecPath::new("/logging/siem/relay"), Outcome::NotApplicable, &ground, "");
    let asked = out.reason().cause;
    let kinds: BTreeMap<LogKind, _> = cluster
        .logs
        .kinds
        .iter()
        .filter(|(kind, _)| *kind != LogKind::Application)
        .map(|(kind, cause)| (*kind, out.because(cause.clone()).held(())))
        .collect();
    let (queue, cause) = cluster.int(ID, "queue");
    let queue_megabytes = out.because(cause).held(queue);
    let line_megabytes = out.because(Cause::Shape(facts::id::AUDIT_EVENT_LINE)).held(LINE);
    let there = Cause::Spec(sink.path());
    let ca = match ca_file {
        Some(file) => out.because(there.clone()).held(file.clone()),
        None => out.because(Cause::Shape(facts::id::SYSTEM_CA)).held(SYSTEM_CA.to_owned()),
    };
    out.because(there);
    let plan = ShippingPlan {
        host: out.held(host.clone()),
        port: out.held(*port),
        tls: out.held(*tls),
        ca_file: ca,
        queue_megabytes,
        line_megabytes,
        kinds,
    };
    out.because(asked);
    if plan.kinds.is_empty() {
        out.verdict(Scope::Cluster, Outcome::NotApplicable, facts::id::NO_NODE_SOURCE, "");
        return;
    }
    needs(out, &plan);
    if !pools::hardened(out).is_empty() {
        answer(cluster, out, &plan);
        out.plan_mut().logs.shipping = Some(plan);
    }
}

/// What must be on the nodes before the drop-in means anything.
fn needs(out: &mut Lowering<'_>, plan: &ShippingPlan) {
    let ca: Option<&Held<String>> = plan.tls.value.then_some(&plan.ca_file);
    pools::on_each(out, |out, pool, _| {
        let asked = out.reason().cause;
        let mut keys = vec![out.host_rule(&pool.name, "program/rsyslogd", "rsyslog")];
        if let Some(ca) = ca {
            keys.push(out.host_rule(&pool.name, &format!("there{GTLS}"), "install the package rsyslog-gnutls"));
            let told = if ca.value == SYSTEM_CA {
                "install the package ca-certificates"
            } else {
                "put the CA of the receiver of logs there"
            };
            let cause = ca.reasons.first().map_or_else(|| asked.clone(), |reason| reason.cause.clone());
            keys.push(out.because(cause).host_rule(&pool.name, &format!("there{}", ca.value), told));
            out.because(asked);
        }
        keys
    });
}

/// What becomes of the receiver, and of a relay beside it.
fn answer(cluster: &Resolved, out: &mut Lowering<'_>, plan: &ShippingPlan) {
    let packages = if plan.tls.value { "rsyslog and rsyslog-gnutls" } else { "rsyslog" };
    let ubuntu = pools::hardened(out).iter().any(|(_, os)| *os == HostOs::Ubuntu2404);
    let root =
        if ubuntu { "; rsyslog of Ubuntu runs as root from then on, since its own user may not read the audit log" } else { "" };
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::NEEDS_PACKAGE, format!("{packages}{}{root}", bridge(cluster, plan)));
    if plan.kinds.contains_key(&LogKind::Kubernetes) && matches!(cluster.hosts.runtime, Some(Runtime::Docker { .. })) {
        for (pool, _) in pools::hardened(out).into_iter().filter(|(_, os)| *os == HostOs::Ubuntu2404) {
            out.verdict(Scope::Pool(pool.name), Outcome::Weaker, facts::id::DOCKER_LOGS_APPARMOR, DOCKER_RULE);
        }
    }
    if plan.tls.value && !plan.ca_file.value.starts_with(READ_BY_RSYSLOG) {
        for (pool, _) in pools::hardened(out).into_iter().filter(|(_, os)| *os == HostOs::Ubuntu2404) {
            out.verdict(Scope::Pool(pool.name), Outcome::Weaker, facts::id::CA_APPARMOR, plan.ca_file.value.clone());
        }
    }
    let ground = Ground::Fact(facts::id::NEEDS_PACKAGE);
    strokes::intents(cluster, out, &SpecPath::new("/logging/siem/syslog"), Outcome::Weaker, &ground, "");
}

/// How long the queue bridges, where the rate of audit events is declared.
fn bridge(cluster: &Resolved, plan: &ShippingPlan) -> String {
    let queue = plan.queue_megabytes.value;
    match cluster.audit.events_per_second {
        Some(rate) if plan.kinds.contains_key(&LogKind::Audit) => {
            let holds = audit_volume::holds(rate, 1, queue);
            format!("; the queue of {queue} MB bridges {holds} of audit events where one node writes all {rate} a second")
        }
        Some(_) | None => format!("; the queue takes {queue} MB"),
    }
}
