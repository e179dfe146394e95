//! The log plan: where each kind of log is written, who ships it, how long it is kept and where it goes; and how nodes ship.

use std::collections::BTreeMap;

use super::{AgentPart, AgentPlan, Held, Plan, SettingKey, Topic, agent_key};

/// A kind of log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// What pods write to standard output and standard error.
    Application,
    /// The audit log of the API server.
    Audit,
    /// The kubelet and the programs of the control plane.
    Kubernetes,
    /// The operating system: journal, kernel, auditd.
    Node,
    /// The container runtime.
    Runtime,
}

impl LogKind {
    /// Every kind, sorted by name.
    pub const ALL: [LogKind; 5] = [LogKind::Application, LogKind::Audit, LogKind::Kubernetes, LogKind::Node, LogKind::Runtime];

    /// The name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            LogKind::Application => "application",
            LogKind::Audit => "audit",
            LogKind::Kubernetes => "kubernetes",
            LogKind::Node => "node",
            LogKind::Runtime => "runtime",
        }
    }

    /// The word under `logging.sources` that asks for it: the audit log comes with `kubernetes`.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            LogKind::Audit | LogKind::Kubernetes => "kubernetes",
            LogKind::Application | LogKind::Node | LogKind::Runtime => self.name(),
        }
    }
}

/// What is known of a kind of log, each part a sentence for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindPlan {
    /// Where it is written.
    pub written: String,
    /// Who ships it.
    pub shipped: String,
    /// How long it is kept where it is written.
    pub kept: String,
    /// Where it goes.
    pub goes: String,
    /// How much it is a day, with the arithmetic.
    pub volume: String,
}

impl KindPlan {
    /// Its parts by name.
    fn parts(&self) -> [(&'static str, &str); 5] {
        let KindPlan { written, shipped, kept, goes, volume } = self;
        [("goes", goes), ("kept", kept), ("shipped", shipped), ("volume", volume), ("written", written)]
    }
}

/// How nodes ship their logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingPlan {
    /// The receiver: a name or an address.
    pub host: Held<String>,
    /// Its port.
    pub port: Held<u16>,
    /// Whether the connection is TLS, with the receiver's name checked.
    pub tls: Held<bool>,
    /// The CA of the receiver's certificate, a file on the nodes.
    pub ca_file: Held<String>,
    /// Megabytes of disk that a node buffers while the receiver is away.
    pub queue_megabytes: Held<i64>,
    /// Megabytes that one line may have.
    pub line_megabytes: Held<i64>,
    /// The kinds that are shipped.
    pub kinds: BTreeMap<LogKind, Held<()>>,
}

/// The log plan of a cluster.
#[derive(Debug, Clone, Default)]
pub struct LogPlan {
    /// Every kind that the spec or its profile asks for.
    pub kinds: BTreeMap<LogKind, Held<KindPlan>>,
    /// How nodes ship, where they do.
    pub shipping: Option<ShippingPlan>,
    /// The agent for pod logs, where one runs.
    pub agent: Option<Held<AgentPlan>>,
}

/// The key of a part of a kind.
#[must_use]
pub fn kind_key(kind: LogKind, part: &str) -> SettingKey {
    SettingKey::Part(Topic::Logging, format!("{}/{part}", kind.name()))
}

/// The key of a part of the shipping.
#[must_use]
pub fn shipping_key(part: &str) -> SettingKey {
    SettingKey::Part(Topic::Logging, format!("shipping/{part}"))
}

/// Adds the settings of logs to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    for (kind, held) in &plan.logs.kinds {
        for (part, text) in held.value.parts() {
            out.insert(kind_key(*kind, part), held.as_ref().map(|_| text.to_owned()));
        }
    }
    if let Some(agent) = &plan.logs.agent {
        for part in AgentPart::ALL {
            out.insert(agent_key(part), agent.as_ref().map(|agent| agent.object(part).to_json().to_string()));
        }
    }
    let Some(shipping) = &plan.logs.shipping else { return };
    let ShippingPlan { host, port, tls, ca_file, queue_megabytes, line_megabytes, kinds } = shipping;
    let mut add = |part: &str, held: Held<String>| out.insert(shipping_key(part), held);
    add("host", host.clone());
    add("port", port.as_ref().map(ToString::to_string));
    add("tls", tls.as_ref().map(ToString::to_string));
    if tls.value {
        add("ca-file", ca_file.clone());
    }
    add("queue-megabytes", queue_megabytes.as_ref().map(ToString::to_string));
    add("line-megabytes", line_megabytes.as_ref().map(ToString::to_string));
    for (kind, held) in kinds {
        add(&format!("kinds/{}", kind.name()), held.as_ref().map(|()| "true".to_owned()));
    }
}
