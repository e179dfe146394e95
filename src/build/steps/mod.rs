//! The steps that a person takes to apply a tree, in order: for a new cluster, for a running one, for another installer.

mod kubeadm;
mod network_plugin;
mod nodes;
mod objects;
mod pod_security;
mod provider;
mod running;
mod version;

use crate::{
    base::{Artifact, Platform},
    plan::Plan,
    report::StepList,
    targets::{FOR_PEOPLE, NETWORK_ENGINE},
};

use kubeadm::{Tree, other_installer};
use nodes::NODES;
use objects::{OBJECTS, applied, objects, trials};
use provider::{for_people, new_at_provider, provider};
use version::ANOTHER_VERSION;

/// The title of the list for a cluster that runs.
const RUNNING: &str = "A running cluster";
/// Where to turn when it runs another version.
const TO_ANOTHER_VERSION: &str = "[Another Kubernetes version](#another-kubernetes-version)";

/// The lists of steps, as Markdown sentences.
pub(super) fn steps(plan: &Plan, artifacts: &[Artifact]) -> Vec<StepList> {
    match (plan.cluster.platform, &plan.cluster.kubeadm) {
        (Platform::Kubeadm, Some(kubeadm)) => {
            let tree = Tree { plan, kubeadm, artifacts };
            let mut lists = vec![
                StepList { title: "A new cluster", steps: tree.new_cluster() },
                StepList { title: RUNNING, steps: tree.running_cluster() },
                StepList { title: ANOTHER_VERSION, steps: tree.upgrade() },
                StepList { title: NODES, steps: tree.on_nodes() },
                StepList { title: OBJECTS, steps: objects(plan, artifacts) },
                StepList { title: "Another installer", steps: vec![other_installer()] },
            ];
            lists.retain(|list| !list.steps.is_empty());
            lists
        }
        (Platform::Kubeadm | Platform::Eks | Platform::Aks, _) => {
            let ways = provider(plan, artifacts);
            let people = plan.cloud.iter().flat_map(|_| for_people(artifacts));
            let elsewhere = |stage: &str| FOR_PEOPLE.contains(&stage) || stage == NETWORK_ENGINE;
            let objects = applied(plan, artifacts, |stage| plan.cloud.is_none() || !elsewhere(stage));
            let steps: Vec<String> = ways
                .before
                .into_iter()
                .chain(pod_security::ask_first(plan))
                .chain(people)
                .chain(ways.open)
                .chain(objects)
                .chain(ways.after)
                .chain(trials(plan, artifacts))
                .collect();
            let objects = applied(plan, artifacts, |_| true);
            let new = new_at_provider(plan, artifacts).into_iter().chain(objects).chain(trials(plan, artifacts)).collect();
            let running = StepList { title: RUNNING, steps };
            if running.steps.is_empty() { Vec::new() } else { vec![StepList { title: "A new cluster", steps: new }, running] }
        }
    }
}
