//! `coverage.json` and the JSON of `harden plan`: every control and every intent with its verdicts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    base::{Artifact, ControlId, Minor},
    facts,
    plan::{Ground, Impact, Plan, SettingKey, Settings, Verdict},
};

use super::json_artifact;

/// Which files carry lines of each control, by control id.
fn files_of_controls(artifacts: &[Artifact]) -> BTreeMap<&'static str, Vec<&str>> {
    let mut files: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for artifact in artifacts {
        let mut last: Option<&std::sync::Arc<crate::base::Origin>> = None;
        for line in &artifact.lines {
            if last.is_some_and(|origin| std::sync::Arc::ptr_eq(origin, &line.origin)) {
                continue;
            }
            last = Some(&line.origin);
            for control in line.origin.reasons.iter().filter_map(|reason| reason.control) {
                let list = files.entry(control.0).or_default();
                if list.last() != Some(&artifact.path.as_str()) {
                    list.push(artifact.path.as_str());
                }
            }
        }
    }
    files
}

/// The file of the tree: the same as `harden plan --format json`.
#[must_use]
pub fn coverage(plan: &Plan, settings: &Settings, artifacts: &[Artifact]) -> Artifact {
    json_artifact("coverage.json", &plan_json(plan, settings, artifacts))
}

/// The JSON of a plan; the files behind each control come from the artifacts.
#[must_use]
pub fn plan_json(plan: &Plan, settings: &Settings, artifacts: &[Artifact]) -> Value {
    let files = files_of_controls(artifacts);
    let minor = plan.cluster.minor();
    let controls: Vec<Value> = plan
        .verdicts
        .iter()
        .map(|control| {
            let empty = Vec::new();
            let artifacts = files.get(control.id.0).unwrap_or(&empty);
            let verdicts: Vec<Value> = control
                .verdicts
                .iter()
                .map(|verdict| verdict_json(verdict, plan, Some(control.id), settings, artifacts))
                .collect();
            let benchmarks: Vec<Value> = facts::benchmarks::ids(control.id.0, minor)
                .iter()
                .map(|id| json!({ "benchmark": id.benchmark, "id": id.id }))
                .collect();
            json!({
                "id": control.id.0,
                "area": control.area.name(),
                "topic": control.id.topic(),
                "title": control.title,
                "outcome": control.outcome().name(),
                "verdicts": verdicts,
                "benchmarks": benchmarks,
            })
        })
        .collect();
    let intents: Vec<Value> = plan
        .intents
        .iter()
        .map(|intent| {
            let verdicts: Vec<Value> =
                intent.verdicts.iter().map(|verdict| verdict_json(verdict, plan, None, settings, &[])).collect();
            json!({ "path": intent.path.as_str(), "outcome": intent.outcome().name(), "verdicts": verdicts })
        })
        .collect();
    json!({
        "schemaVersion": 1,
        "cluster": plan.cluster.name,
        "platform": plan.cluster.platform.name(),
        "kubernetesVersion": plan.cluster.version.to_string(),
        "controls": controls,
        "intents": intents,
    })
}

/// One verdict: scope, outcome, reason, cause, settings with their impact, artifacts.
#[must_use]
pub fn verdict_json(
    verdict: &Verdict,
    plan: &Plan,
    control: Option<ControlId>,
    settings: &Settings,
    artifacts: &[&str],
) -> Value {
    let keys: &[SettingKey] = match &verdict.ground {
        Ground::Settings(keys) => keys,
        Ground::Fact(_) | Ground::Waiver(_) => &[],
    };
    let held: Vec<Value> = keys
        .iter()
        .map(|key| {
            let impact: Vec<&str> = plan.impact(key, control).into_iter().map(Impact::name).collect();
            json!({ "key": key.to_string(), "value": settings.get(key).map(|held| held.value.as_str()), "impact": impact })
        })
        .collect();
    json!({
        "scope": verdict.scope.to_string(),
        "outcome": verdict.outcome.name(),
        "reason": reason_json(verdict, plan.cluster.minor()),
        "cause": verdict.cause.to_string(),
        "settings": held,
        "artifacts": artifacts,
    })
}

fn reason_json(verdict: &Verdict, minor: Minor) -> Value {
    let detail = (!verdict.detail.is_empty()).then_some(verdict.detail.as_str());
    match &verdict.ground {
        Ground::Fact(fact) => json!({ "fact": fact.0, "sentence": facts::sentence(*fact, minor), "detail": detail }),
        Ground::Waiver(id) => json!({ "waiver": id, "detail": detail }),
        Ground::Settings(keys) => {
            json!({ "settings": keys.iter().map(ToString::to_string).collect::<Vec<_>>(), "detail": detail })
        }
    }
}
