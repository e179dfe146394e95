//! What has EKS Auto Mode enforce network policies.

use crate::{
    plan::{
        Plan,
        cloud::{AUTO_MODE_ENGINE, auto_mode_engine_key},
    },
    targets::{
        observed::{Leaves, Sighting},
        origins,
    },
    yaml::Out,
};

use super::{ObjectFile, Stage, object};

/// The stage that wakes policies; it is applied when they have been looked through.
pub(crate) const NAME: &str = "network-engine";

/// The namespace of the ConfigMap.
const NAMESPACE: &str = "kube-system";

pub(super) const STAGE: Stage = Stage {
    name: NAME,
    purpose: |_| "Has Auto Mode enforce network policies: those that lie dormant wake up. Look at kubectl get networkpolicy -A first.",
    files,
};

/// What the head of its file says.
pub(super) const SWITCH: &str = "Has EKS Auto Mode enforce network policies";

fn files(plan: &Plan) -> Vec<ObjectFile> {
    let Some(owner) = plan.cloud.as_ref().and_then(crate::plan::CloudPlan::own_auto_mode_engine) else { return Vec::new() };
    let [name, key, value] = AUTO_MODE_ENGINE;
    let mut switch = object("v1", "ConfigMap", name, Some(NAMESPACE));
    switch.set("data", Out::map([(key, value)]));
    let purpose = format!(
        "{SWITCH}, also those that lie dormant. On nodes whose NodeClass says networkPolicy: DefaultAllow, as the one that EKS makes does."
    );
    let document = switch.with(&origins::setting(&auto_mode_engine_key(), owner));
    vec![ObjectFile { name: "auto-mode.yaml".to_owned(), purpose: vec![purpose], documents: vec![document] }]
}

/// Whether a ConfigMap is this one.
pub(super) fn is_it(namespace: &str, name: &str) -> bool {
    namespace == NAMESPACE && name == AUTO_MODE_ENGINE[0]
}

/// Reads it back.
pub(super) fn observe(sighting: &mut Sighting, leaves: &mut Leaves) {
    if let Some(value) = leaves.take(&format!("/data/{}", AUTO_MODE_ENGINE[1])) {
        sighting.set(auto_mode_engine_key(), value);
    }
}
