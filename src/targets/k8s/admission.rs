//! Admission policies that the API server enforces itself.

use crate::{
    plan::{Plan, PolicyPlan},
    targets::in_tree,
};

use super::{ObjectFile, Stage};

pub(super) const STAGE: Stage =
    Stage { name: "admission", purpose: |_| "Policies that the API server enforces itself, each with its binding.", files };

/// What the head of its file says.
pub(super) const ALWAYS_PULL: &str = "Has every new container and image volume pull its image at every start";

fn files(plan: &Plan) -> Vec<ObjectFile> {
    let documents = in_tree::objects(plan);
    if documents.is_empty() {
        return Vec::new();
    }
    if !plan.policies.values().any(PolicyPlan::mutates) {
        let until = "Until the day on which policies deny (policies.rollout) nothing is set and nothing is refused: pods that do not are recorded in audit \
             events. Build again on that day.";
        let purpose = vec![format!("{ALWAYS_PULL}, from its day on."), until.to_owned()];
        return vec![ObjectFile { name: "always-pull.yaml".to_owned(), purpose, documents }];
    }
    let purpose = vec![
        format!("{ALWAYS_PULL}, and refuses what could not be set."),
        "The registry is asked at every start, also after a node restarts: while it is away, or limits the rate, no pod starts. Layers that are \
         there are not fetched again; an image that is named by its digest gains little."
            .to_owned(),
        "In force about a second after it is applied. Pods that run already keep their policy until they are next created.".to_owned(),
    ];
    vec![ObjectFile { name: "always-pull.yaml".to_owned(), purpose, documents }]
}
