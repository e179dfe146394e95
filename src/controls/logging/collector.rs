//! Ships the logs of pods by an agent in the cluster, which can do nothing else.

use std::collections::BTreeMap;

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control, network},
    facts::{self, Enforcer},
    plan::{
        AGENT_NAME, AGENT_NAMESPACE, AgentPart, AgentPlan, Ground, LogKind, Lowering, NamespacePlan, Outcome, Scope, account_key,
        agent_key, label_key,
    },
    resolve::{Agent, LogSink, Resolved},
};

use super::{
    shippers::{self, Shippers},
    strokes,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "logging/collector",
    area: Area::Logging,
    title: "ship the logs of pods by an agent that can do nothing else",
    level: Level::Baseline,
    doc: include_str!("collector.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match &cluster.logs.agent {
        Agent::None => Applies::No(Outcome::Weaker, facts::id::POD_LOGS_STAY),
        Agent::Cannot(fact) => Applies::No(Outcome::Impossible, *fact),
        Agent::Runs { .. } => Applies::Yes,
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (Agent::Runs { image, .. }, Some(sink @ LogSink::Syslog { host, port, tls, ca_file })) =
        (&cluster.logs.agent, &cluster.logs.siem)
    else {
        return;
    };
    let place = SpecPath::new("/logging/collector");
    let asked = out.reason().cause;
    out.because(Cause::Spec(place.clone()));
    let plan = AgentPlan {
        image: image.clone(),
        always_pull: cluster.images.always_pull == Some(true),
        host: host.clone(),
        port: *port,
        tls: *tls,
        own_ca: ca_file.is_some(),
        left_out: shippers::left_out(cluster, out.plan()),
    };
    let mut held = out.held(plan);
    held.reasons.insert(out.because(Cause::Spec(sink.path())).reason());
    out.because(Cause::Spec(place.clone()));
    out.plan_mut().logs.agent = Some(held);
    let mut keys: Vec<_> = AgentPart::ALL.map(agent_key).into();
    keys.extend(namespace(out));
    let held = out.held(false);
    out.plan_mut().rbac.accounts.insert((AGENT_NAMESPACE.to_owned(), AGENT_NAME.to_owned()), held);
    keys.push(account_key(AGENT_NAMESPACE, AGENT_NAME));
    out.because(asked);
    let what = if ca_file.is_some() { "the owner makes the ConfigMap `siem-ca` with the CA first" } else { "" };
    out.verdict_on(Scope::Cluster, Outcome::Enforced, Ground::Settings(keys), what);
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::AGENT_STATE, "");
    strokes::intents(cluster, out, &place, Outcome::Weaker, &Ground::Fact(facts::id::AGENT_STATE), "");
    let shippers = Shippers::of(cluster, out.plan(), LogKind::Application);
    for (pool, (outcome, fact)) in shippers.pools.iter().filter_map(|(pool, shipper)| Some((pool, shipper.shortfall()?))) {
        let system = out.plan().pools.get(pool).map(|pool| format!("`{}`", pool.os)).unwrap_or_default();
        out.verdict(Scope::Pool(pool.clone()), outcome, fact, system);
        strokes::intents(cluster, out, &place, outcome, &Ground::Fact(fact), &format!("pool `{pool}`"));
    }
    if cluster.selects(network::DEFAULT_DENY.id) && cluster.network.view.semantics.enforcer == Enforcer::Nobody {
        let detail = "the agent reaches more than DNS and the receiver";
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::NETWORK_NOBODY, detail);
    }
    let nodes_ship = cluster.kubeadm.is_some() && cluster.logs.asks_nodes();
    if !nodes_ship {
        let keys = AgentPart::ALL.map(agent_key);
        strokes::intents_by(cluster, out, &sink.path(), &keys);
    }
}

/// The namespace of the agent: a folder of the node is more than any Pod Security level but the open one lets in.
fn namespace(out: &mut Lowering<'_>) -> Vec<crate::plan::SettingKey> {
    let labels = ["audit", "enforce", "warn"].map(|mode| format!("pod-security.kubernetes.io/{mode}"));
    let keys = labels.each_ref().map(|label| label_key(AGENT_NAMESPACE, label)).into();
    let labels: BTreeMap<_, _> = labels.into_iter().map(|label| (label, out.held("privileged".to_owned()))).collect();
    let reasons = [out.reason()].into();
    out.plan_mut().namespaces.insert(AGENT_NAMESPACE.to_owned(), NamespacePlan { reasons, labels });
    keys
}
