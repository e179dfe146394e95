//! Says of every kind of log where it is written, who ships it, how long it is kept, where it goes and how much it is.

use crate::{
    base::{Area, FactId, Level, Platform, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{
        Ground, Held, KindPlan, LogKind, Lowering, Outcome, Program, Scope,
        cloud::{Destination, Owner},
        host_paths, kind_key,
    },
    resolve::{Agent, KubeProxyAnswers, LogSink, Resolved},
};

use super::{
    audit_volume,
    shippers::{Shipper, Shippers},
    shipping, strokes,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "logging/sources",
    area: Area::Logging,
    title: "know of every kind of log who ships it, where to and how much it is",
    level: Level::Baseline,
    doc: include_str!("sources.md"),
    params: &[],
    applies: |_| Applies::Yes,
    lower,
};

/// What has a provider hand out the logs of its control plane.
const PROVIDED: &str = "cloud/control-plane-logs";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    for kind in LogKind::ALL {
        let cause = cluster.logs.kinds.iter().find(|(asked, _)| *asked == kind).map(|(_, cause)| cause.clone());
        let row = kind_plan(cluster, out, kind);
        let held = out.because(cause.unwrap_or_else(|| asked.clone())).held(row);
        out.plan_mut().logs.kinds.insert(kind, held);
        out.because(asked.clone());
        answer(cluster, out, kind);
    }
    let agent = SpecPath::new("/logging/collector");
    match &cluster.logs.agent {
        Agent::None => strokes::intents(cluster, out, &agent, Outcome::Enforced, &Ground::Fact(facts::id::NO_AGENT), ""),
        Agent::Cannot(fact) => strokes::intents(cluster, out, &agent, Outcome::Impossible, &Ground::Fact(*fact), ""),
        Agent::Runs { .. } => {}
    }
    let rate = SpecPath::new("/logging/audit/eventsPerSecond");
    strokes::intents_by(cluster, out, &rate, &[kind_key(LogKind::Audit, "volume")]);
    if cluster.platform == Platform::Kubeadm
        && let Some(sink @ LogSink::Other(_)) = &cluster.logs.siem
    {
        let ground = Ground::Fact(facts::id::SIEM_NOT_BUILT);
        strokes::intents(cluster, out, &sink.path(), Outcome::Impossible, &ground, "");
    }
}

/// What becomes of a kind: shipped by what another control writes, or the fact that it stays.
fn answer(cluster: &Resolved, out: &mut Lowering<'_>, kind: LogKind) {
    let shippers = Shippers::of(cluster, out.plan(), kind);
    let (outcome, fact) = fate(cluster, &shippers, kind);
    let detail = format!("{}: {}", kind.name(), kind_plan(cluster, out, kind).shipped);
    out.verdict(Scope::Cluster, outcome, fact, detail);
    let managed = cluster.kubeadm.is_none();
    let path = SpecPath::new("/logging/sources").child(kind.source());
    let is_ours = !(managed && kind.source() == LogKind::Kubernetes.name());
    if is_ours {
        strokes::intents(cluster, out, &path, outcome, &Ground::Fact(fact), "");
    }
    if !shippers.any() {
        return;
    }
    for (pool, shipper) in &shippers.pools {
        let Some((outcome, fact)) = shipper.shortfall() else { continue };
        let (who, limit) = shipper.words();
        out.verdict(Scope::Pool(pool.clone()), outcome, fact, format!("{}: {who}{limit}", kind.name()));
        if is_ours {
            strokes::intents(cluster, out, &path, outcome, &Ground::Fact(fact), &format!("pool `{pool}`"));
        }
    }
}

fn fate(cluster: &Resolved, shippers: &Shippers, kind: LogKind) -> (Outcome, FactId) {
    let of_nodes = match cluster.platform {
        Platform::Kubeadm => None,
        Platform::Eks => Some(facts::id::EKS_NODE_LOGS),
        Platform::Aks => Some(facts::id::AKS_NODE_LOGS),
    };
    match (kind, of_nodes) {
        (LogKind::Application, _) => match &cluster.logs.agent {
            Agent::Runs { .. } if shippers.any() => (Outcome::Weaker, facts::id::AGENT_STATE),
            Agent::Runs { .. } => {
                let why = shippers.pools.values().find_map(|shipper| shipper.shortfall());
                why.unwrap_or((Outcome::Weaker, facts::id::AGENT_STATE))
            }
            Agent::Cannot(fact) => (Outcome::Impossible, *fact),
            Agent::None => (Outcome::Weaker, facts::id::POD_LOGS_STAY),
        },
        (LogKind::Audit | LogKind::Kubernetes, Some(_)) if !cluster.selects(PROVIDED) => {
            (Outcome::Weaker, facts::id::PROVIDER_LOGS_UNASKED)
        }
        (LogKind::Audit | LogKind::Kubernetes, Some(_)) => (Outcome::Elsewhere, facts::id::PROVIDER_LOGS),
        (LogKind::Node | LogKind::Runtime, Some(fact)) => (Outcome::Impossible, fact),
        (_, None) if shippers.has(Shipper::Node) => (Outcome::Weaker, facts::id::NEEDS_PACKAGE),
        (_, None) => match &cluster.logs.siem {
            Some(LogSink::Other(_)) => (Outcome::Impossible, facts::id::SIEM_NOT_BUILT),
            Some(LogSink::Syslog { .. }) if !cluster.logs.asks(kind) => (Outcome::NotApplicable, facts::id::SOURCE_NOT_ASKED),
            Some(LogSink::Syslog { .. }) if cluster.selects(shipping::ID) && !shippers.any() => {
                (Outcome::Impossible, facts::id::OS_NOT_HARDENED)
            }
            Some(LogSink::Syslog { .. }) => (Outcome::Weaker, facts::id::NOTHING_SHIPPED),
            None => (Outcome::Weaker, facts::id::SIEM_NOT_DECLARED),
        },
    }
}

/// The row of a kind.
fn kind_plan(cluster: &Resolved, out: &Lowering<'_>, kind: LogKind) -> KindPlan {
    let volume = volume(cluster, kind);
    let of_the_provider = cluster.kubeadm.is_none() && kind.source() == LogKind::Kubernetes.name();
    if of_the_provider {
        let written = match cluster.platform {
            Platform::Eks => "CloudWatch Logs, group `/aws/eks/CLUSTER/cluster`, once it is switched on",
            Platform::Aks | Platform::Kubeadm => "where a diagnostic setting of the cluster sends it",
        };
        return KindPlan {
            written: written.to_owned(),
            shipped: "the provider".to_owned(),
            kept: kept_by_the_provider(cluster, out),
            goes: passed_on_by_the_provider(cluster, out),
            volume,
        };
    }
    let shippers = Shippers::of(cluster, out.plan(), kind);
    KindPlan {
        written: written(cluster, out, kind),
        shipped: shippers.in_words(),
        kept: kept(out, kind),
        goes: if shippers.any() { receiver(cluster) } else { "it stays where it is written".to_owned() },
        volume,
    }
}

/// How long the provider keeps the logs of the control plane.
fn kept_by_the_provider(cluster: &Resolved, out: &Lowering<'_>) -> String {
    let cloud = out.plan().cloud.as_ref();
    let days = cloud.and_then(|cloud| cloud.settings.get("log_analytics_retention_in_days"));
    match (cloud.and_then(|cloud| cloud.log_group.as_ref()), days) {
        (Some(group), _) => {
            let days = if group.days.value == 0 { "for ever".to_owned() } else { format!("{} days", group.days.value) };
            let owner = if group.owner.value == Owner::Harden { "" } else { ", once its owner sets it" };
            format!("{days}, in the log group{owner}")
        }
        (None, Some(days)) => format!("{} days, once the owner of the workspace sets it", days.value),
        (None, None) => match cluster.audit.retention_days {
            Some(days) => format!("as the owner of the receiver sets it: the spec asks for {days} days"),
            None => "as the owner of the receiver sets it".to_owned(),
        },
    }
}

/// Where the provider passes them on.
fn passed_on_by_the_provider(cluster: &Resolved, out: &Lowering<'_>) -> String {
    let Some(cloud) = &out.plan().cloud else { return "nowhere".to_owned() };
    let destinations: Vec<String> = cloud.destinations.iter().map(|held| destination(&held.value)).collect();
    let of = |owner: &Option<Held<Owner>>| {
        let ours = owner.as_ref().is_some_and(|owner| owner.value == Owner::Harden);
        if ours { "" } else { ", once its owner sets it" }
    };
    match &cloud.forward {
        Some(forward) => {
            format!("to {}, by a subscription of the log group{}", forward.value.destination, of(&cloud.filter_owner))
        }
        None if cluster.platform == Platform::Aks && !cluster.selects(PROVIDED) => {
            "nowhere: no diagnostic setting comes of this spec".to_owned()
        }
        None if destinations.is_empty() => {
            "it stays where it is written: no receiver that the provider reaches is declared".to_owned()
        }
        None => format!("to {}, by the diagnostic setting{}", destinations.join(", and to "), of(&cloud.diagnostics_owner)),
    }
}

fn destination(destination: &Destination) -> String {
    let named = |what: &str, name: &Option<String>| match name {
        Some(name) => format!("{what} {name}"),
        None => format!("{what} that the caller of the module names"),
    };
    match destination {
        Destination::EventHub { hub, .. } => named("the Event Hub", hub),
        Destination::Workspace(id) => named("the workspace", id),
    }
}

fn receiver(cluster: &Resolved) -> String {
    match &cluster.logs.siem {
        Some(LogSink::Syslog { host, port, tls, .. }) => {
            format!("syslog at {host} port {port}, {}", if *tls { "over TLS" } else { "readable on the way" })
        }
        Some(LogSink::Other(word)) => (*word).to_owned(),
        None => "nowhere".to_owned(),
    }
}

fn written(cluster: &Resolved, out: &Lowering<'_>, kind: LogKind) -> String {
    match kind {
        LogKind::Application => "`/var/log/pods` of each node".to_owned(),
        LogKind::Audit => {
            let path = out.plan().component(Program::KubeApiserver).flag_text("audit-log-path");
            format!("`{}` of each control-plane node", path.unwrap_or_else(|| host_paths::AUDIT_LOG.to_owned()))
        }
        LogKind::Kubernetes => {
            let proxy = match (&cluster.kube_proxy, cluster.cni.name.as_str()) {
                (KubeProxyAnswers::Runs { .. }, _) => "kube-proxy, ",
                (KubeProxyAnswers::Absent, "cilium") => "Cilium, ",
                (KubeProxyAnswers::Absent, _) => "",
            };
            format!("the journal (kubelet), and `/var/log/pods/kube-system_*` ({proxy}programs of the control plane)")
        }
        LogKind::Node => "the journal, and `/var/log/audit/audit.log` where auditd runs".to_owned(),
        LogKind::Runtime => format!("the journal ({})", cluster.runtime.name),
    }
}

fn kept(out: &Lowering<'_>, kind: LogKind) -> String {
    match kind {
        LogKind::Application => "until the kubelet rotates it, by default 5 files of 10 MiB a container".to_owned(),
        LogKind::Audit => {
            let flag = |name: &str| out.plan().component(Program::KubeApiserver).flag_text(name);
            match (flag("audit-log-maxbackup"), flag("audit-log-maxsize"), flag("audit-log-maxage")) {
                (Some(files), Some(size), Some(days)) => format!("{files} files of {size} MB, {days} days at most"),
                _ => "for ever, until the disk is full".to_owned(),
            }
        }
        LogKind::Kubernetes => format!("{}; files of pods until the kubelet rotates them", journal(out)),
        LogKind::Node => format!("{}; audit.log as the file of auditd says", journal(out)),
        LogKind::Runtime => journal(out),
    }
}

fn journal(out: &Lowering<'_>) -> String {
    match journal_size(out) {
        Some(size) => format!("{size} of journal, the oldest go first"),
        None => "the journal as the image of the node sets it".to_owned(),
    }
}

/// How large the journal may grow on the nodes that a script is made for.
fn journal_size<'a>(out: &'a Lowering<'_>) -> Option<&'a str> {
    out.plan().pools.values().find_map(|pool| pool.file_rules.get("journald/SystemMaxUse")).map(|held| held.value.as_str())
}

/// How much a day, where a rate is declared: of audit events alone.
fn volume(cluster: &Resolved, kind: LogKind) -> String {
    match (kind, cluster.audit.events_per_second) {
        (LogKind::Audit, Some(rate)) => audit_volume::arithmetic(rate),
        (LogKind::Audit, None) => "not known: the spec gives no `eventsPerSecond`".to_owned(),
        (LogKind::Application | LogKind::Kubernetes | LogKind::Node | LogKind::Runtime, _) => {
            "not known: the spec gives a rate for audit events alone".to_owned()
        }
    }
}
