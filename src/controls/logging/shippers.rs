//! Who ships a kind of log, pool by pool: rsyslog of the node, the agent in the cluster, or nobody.

use std::collections::BTreeMap;

use crate::{
    base::FactId,
    facts,
    plan::{AGENT_NAME, LogKind, NodePlan, Outcome, Plan, PoolRole},
    resolve::{LogSink, Resolved},
};

use super::shipping;

/// Who ships the logs of a kind from the nodes of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shipper {
    /// rsyslog of the node.
    Node,
    /// The agent.
    Agent,
    /// The agent, unless the system keeps it out.
    AgentUnless(FactId),
    /// The agent, and that part alone which pods write.
    AgentForPods,
    /// Nobody.
    Nobody(FactId),
}

impl Shipper {
    /// What of it does not hold on a pool, and why.
    pub(super) fn shortfall(self) -> Option<(Outcome, FactId)> {
        match self {
            Shipper::Node | Shipper::Agent => None,
            Shipper::AgentUnless(fact) => Some((Outcome::Weaker, fact)),
            Shipper::AgentForPods => Some((Outcome::Weaker, facts::id::OS_NOT_HARDENED)),
            Shipper::Nobody(fact) => Some((Outcome::Impossible, fact)),
        }
    }

    /// Whether anything is shipped.
    pub(super) fn ships(self) -> bool {
        !matches!(self, Shipper::Nobody(_))
    }

    /// In words, before the pools and behind them.
    pub(super) fn words(self) -> (String, &'static str) {
        let agent = || format!("the agent `{AGENT_NAME}` of each node");
        match self {
            Shipper::Node => ("rsyslog of each node".to_owned(), ""),
            Shipper::Agent => (agent(), ""),
            Shipper::AgentUnless(_) => (agent(), ", unless SELinux keeps it out"),
            Shipper::AgentForPods => (agent(), ", of what pods write alone"),
            Shipper::Nobody(_) => ("nobody".to_owned(), ""),
        }
    }
}

/// The pools whose nodes write a kind of log, each with who ships it from there. A cluster whose pools nobody declares is one nameless pool.
#[derive(Debug, Clone)]
pub(super) struct Shippers {
    kind: LogKind,
    /// The shipper of each pool.
    pub(super) pools: BTreeMap<String, Shipper>,
}

impl Shippers {
    /// Who ships a kind of log.
    pub(super) fn of(cluster: &Resolved, plan: &Plan, kind: LogKind) -> Self {
        let writes = |pool: &&NodePlan| match kind {
            LogKind::Audit => pool.role == PoolRole::ControlPlane,
            // Nodes of an external etcd belong to no cluster.
            LogKind::Application => pool.role != PoolRole::Etcd,
            LogKind::Kubernetes | LogKind::Node | LogKind::Runtime => true,
        };
        let shippers = plan.pools.values().filter(writes).map(|pool| (pool.name.clone(), of_pool(cluster, pool, kind)));
        let mut pools: BTreeMap<String, Shipper> = shippers.collect();
        if plan.pools.is_empty() && kind == LogKind::Application && cluster.logs.agent.runs() {
            pools.insert(String::new(), Shipper::Agent);
        }
        Shippers { kind, pools }
    }

    /// Whether anybody ships it, from anywhere.
    pub(super) fn any(&self) -> bool {
        self.pools.values().any(|shipper| shipper.ships())
    }

    /// Whether this one ships it somewhere.
    pub(super) fn has(&self, shipper: Shipper) -> bool {
        self.pools.values().any(|found| *found == shipper)
    }

    /// In words, each shipper with its pools where there are several.
    pub(super) fn in_words(&self) -> String {
        let mut groups: BTreeMap<Shipper, Vec<String>> = BTreeMap::new();
        for (pool, shipper) in &self.pools {
            groups.entry(*shipper).or_default().push(format!("`{pool}`"));
        }
        if !self.any() {
            return "nobody".to_owned();
        }
        let alone = groups.len() == 1;
        let one = |(shipper, pools): (Shipper, Vec<String>)| match (shipper, shipper.words()) {
            (Shipper::Node, _) if alone && self.kind == LogKind::Audit => "rsyslog of each control-plane node".to_owned(),
            (_, (who, limit)) if alone => format!("{who}{limit}"),
            (Shipper::Nobody(_), (who, _)) => format!("{who} on those of {}", pools.join(", ")),
            (_, (who, limit)) => format!("{who} of {}{limit}", pools.join(", ")),
        };
        groups.into_iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

fn of_pool(cluster: &Resolved, pool: &NodePlan, kind: LogKind) -> Shipper {
    if node_ships(cluster, pool, kind) {
        return Shipper::Node;
    }
    match (kind, agent(cluster, pool)) {
        (LogKind::Application, by_agent) => by_agent,
        (LogKind::Kubernetes, by_agent) if by_agent.ships() && cluster.logs.asks(kind) && cluster.kubeadm.is_some() => {
            Shipper::AgentForPods
        }
        (LogKind::Audit | LogKind::Kubernetes | LogKind::Node | LogKind::Runtime, _) => {
            Shipper::Nobody(facts::id::OS_NOT_HARDENED)
        }
    }
}

/// Whether nodes of a pool are told to ship a kind of log.
pub(super) fn node_ships(cluster: &Resolved, pool: &NodePlan, kind: LogKind) -> bool {
    let told = cluster.kubeadm.is_some() && cluster.selects(shipping::ID) && pool.host_os().is_some();
    told && kind != LogKind::Application && cluster.logs.asks(kind) && matches!(cluster.logs.siem, Some(LogSink::Syslog { .. }))
}

/// What the agent can do for what pods on a pool write.
fn agent(cluster: &Resolved, pool: &NodePlan) -> Shipper {
    if !cluster.logs.agent.runs() || pool.role == PoolRole::Etcd {
        return Shipper::Nobody(facts::id::POD_LOGS_STAY);
    }
    if pool.os.starts_with("windows") {
        return Shipper::Nobody(facts::id::AGENT_LINUX);
    }
    match (facts::enforces_selinux(&pool.os), facts::labels_containers(&cluster.runtime.name)) {
        (true, true) => Shipper::Nobody(facts::id::AGENT_SELINUX),
        (true, false) => Shipper::AgentUnless(facts::id::AGENT_SELINUX),
        (false, _) => Shipper::Agent,
    }
}

/// The programs of `kube-system` whose logs the agent leaves out: those that every pool ships by itself, and all of them where nobody asks
/// for what Kubernetes writes. What a pool does not ship the agent takes from all of them: a line that comes twice is better than none.
pub(super) fn left_out(cluster: &Resolved, plan: &Plan) -> Vec<String> {
    if cluster.kubeadm.is_none() {
        return Vec::new();
    }
    let mut shipped: BTreeMap<&str, bool> = BTreeMap::new();
    for pool in plan.pools.values().filter(|pool| pool.role != PoolRole::Etcd) {
        for program in plan.kubernetes_pods(pool) {
            *shipped.entry(program).or_insert(true) &= node_ships(cluster, pool, LogKind::Kubernetes);
        }
    }
    let asked = cluster.logs.asks(LogKind::Kubernetes);
    shipped.into_iter().filter(|(_, by_nodes)| *by_nodes || !asked).map(|(program, _)| program.to_owned()).collect()
}
