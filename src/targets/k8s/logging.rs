//! The agent for pod logs.

use crate::{
    plan::{AGENT_CA, AGENT_NAMESPACE, AgentPart, Plan, agent_key},
    targets::origins,
};

use super::{ObjectFile, Stage};

pub(super) const STAGE: Stage = Stage {
    name: "logging",
    purpose: |_| "The agent for pod logs. Applied last: its namespace, service account and network policies come with the stages before.",
    files,
};

/// What the head of its file says.
pub(super) const AGENT: &str = "An OpenTelemetry Collector on every node ships the logs of pods";

fn files(plan: &Plan) -> Vec<ObjectFile> {
    let Some(agent) = &plan.logs.agent else { return Vec::new() };
    let mut purpose = vec![format!("{AGENT}. It reads one folder of the node and has no right at the API server.")];
    if agent.value.tls && agent.value.own_ca {
        purpose.push(format!(
            "Its pods wait for the CA of the receiver: kubectl -n {AGENT_NAMESPACE} create configmap {AGENT_CA} --from-file=ca.crt=FILE"
        ));
    }
    let documents = AgentPart::ALL
        .map(|part| agent.value.object(part).with(&origins::setting(&agent_key(part), agent)))
        .into_iter()
        .collect();
    vec![ObjectFile { name: "log-collector.yaml".to_owned(), purpose, documents }]
}
