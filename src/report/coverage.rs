//! `coverage.json` and the JSON of `harden plan`: every control and every intent with its verdicts.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::{
    base::{Artifact, Cause, ControlId, KubeVersion, Minor},
    facts::{self, benchmarks::BenchmarkId},
    plan::{Ground, Held, Impact, Plan, Scope, SettingKey, Settings, Verdict, values_of},
};

use super::{FilesOfControls, Numbered, json::Shown, json_artifact};

/// The whole, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Coverage<'a> {
    schema_version: u8,
    cluster: &'a str,
    platform: &'static str,
    kubernetes_version: Shown<KubeVersion>,
    controls: Vec<CoveredControl<'a>>,
    intents: Vec<CoveredIntent<'a>>,
    settings: Vec<AskedSetting<'a>>,
}

/// One setting of the plan: what it is, who asks for it, what its change does.
#[derive(Serialize)]
struct AskedSetting<'a> {
    key: Shown<&'a SettingKey>,
    value: &'a str,
    controls: BTreeSet<ControlId>,
    impact: Vec<&'static str>,
}

#[derive(Serialize)]
struct CoveredControl<'a> {
    id: ControlId,
    area: &'static str,
    topic: &'static str,
    title: &'static str,
    outcome: &'static str,
    verdicts: Vec<CoveredVerdict<'a>>,
    benchmarks: Vec<BenchmarkId>,
}

#[derive(Serialize)]
struct CoveredIntent<'a> {
    path: &'a str,
    outcome: &'static str,
    verdicts: Vec<CoveredVerdict<'a>>,
}

#[derive(Serialize)]
struct CoveredVerdict<'a> {
    scope: Shown<&'a Scope>,
    outcome: &'static str,
    reason: CoveredReason<'a>,
    cause: Shown<&'a Cause>,
    settings: Vec<CoveredSetting<'a>>,
    artifacts: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum CoveredReason<'a> {
    Fact {
        fact: &'static str,
        sentence: &'static str,
        detail: Option<&'a str>,
        /// Whether it is this version of harden that does not write it, and nothing else forbids it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        unwritten: bool,
    },
    Waiver {
        waiver: &'a str,
        detail: Option<&'a str>,
    },
    Settings {
        settings: Vec<Shown<&'a SettingKey>>,
        detail: Option<&'a str>,
    },
}

#[derive(Serialize)]
struct CoveredSetting<'a> {
    key: Shown<&'a SettingKey>,
    value: Option<&'a str>,
    impact: Vec<&'static str>,
}

/// The file of the tree: the same as `harden plan --format json`.
#[must_use]
pub fn coverage(plan: &Plan, settings: &Settings, files: &FilesOfControls<'_>) -> Artifact {
    json_artifact("coverage.json", &covered(plan, settings, files))
}

/// The JSON of a plan; the files behind each control come from the artifacts.
#[must_use]
pub fn plan_json(plan: &Plan, settings: &Settings, artifacts: &[Artifact]) -> Value {
    let files = FilesOfControls::of(&Numbered::of(artifacts));
    serde_json::to_value(covered(plan, settings, &files)).expect("internal error: the keys of coverage are texts")
}

fn covered<'a>(plan: &'a Plan, settings: &'a Settings, files: &'a FilesOfControls<'a>) -> Coverage<'a> {
    let minor = plan.cluster.minor();
    let verdicts = |verdicts: &'a [Verdict], control: Option<ControlId>| {
        let files_of = |verdict: &Verdict| control.map_or_else(Vec::new, |control| files.with(control, &[&verdict.scope]));
        verdicts.iter().map(|verdict| covered_verdict(verdict, plan, control, settings, files_of(verdict))).collect()
    };
    let controls = plan.verdicts.iter().map(|control| CoveredControl {
        id: control.id,
        area: control.area.name(),
        topic: control.id.topic(),
        title: control.title,
        outcome: control.outcome().name(),
        verdicts: verdicts(&control.verdicts, Some(control.id)),
        benchmarks: facts::benchmarks::ids_with(control.id.0, minor, &|name| values_of(settings, name)),
    });
    let intents = plan.intents.iter().map(|intent| CoveredIntent {
        path: intent.path.as_str(),
        outcome: intent.outcome().name(),
        verdicts: verdicts(&intent.verdicts, None),
    });
    Coverage {
        schema_version: 1,
        cluster: &plan.cluster.name,
        platform: plan.cluster.platform.name(),
        kubernetes_version: Shown(plan.cluster.version),
        controls: controls.collect(),
        intents: intents.collect(),
        settings: settings.iter().map(|setting| asked_setting(plan, setting)).collect(),
    }
}

/// One verdict: scope, outcome, reason, cause, settings with their impact, artifacts.
fn covered_verdict<'a>(
    verdict: &'a Verdict,
    plan: &Plan,
    control: Option<ControlId>,
    settings: &'a Settings,
    artifacts: Vec<&'a str>,
) -> CoveredVerdict<'a> {
    let keys: &[SettingKey] = match &verdict.ground {
        Ground::Settings(keys) => keys,
        Ground::Fact(_) | Ground::Waiver(_) => &[],
    };
    let setting = |key: &'a SettingKey| CoveredSetting {
        key: Shown(key),
        value: settings.get(key).map(|held| held.value.as_str()),
        impact: plan.impact(key, control).into_iter().map(Impact::name).collect(),
    };
    CoveredVerdict {
        scope: Shown(&verdict.scope),
        outcome: verdict.outcome.name(),
        reason: reason(verdict, plan.cluster.minor()),
        cause: Shown(&verdict.cause),
        settings: keys.iter().map(setting).collect(),
        artifacts,
    }
}

fn asked_setting<'a>(plan: &Plan, (key, held): (&'a SettingKey, &'a Held<String>)) -> AskedSetting<'a> {
    AskedSetting {
        key: Shown(key),
        value: &held.value,
        controls: held.reasons.iter().filter_map(|reason| reason.control).collect(),
        impact: plan.impact(key, None).into_iter().map(Impact::name).collect(),
    }
}

fn reason(verdict: &Verdict, minor: Minor) -> CoveredReason<'_> {
    let detail = (!verdict.detail.is_empty()).then_some(verdict.detail.as_str());
    match &verdict.ground {
        Ground::Fact(fact) => CoveredReason::Fact {
            fact: fact.0,
            sentence: facts::sentence(*fact, minor),
            detail,
            unwritten: verdict.is_unwritten(),
        },
        Ground::Waiver(id) => CoveredReason::Waiver { waiver: id, detail },
        Ground::Settings(keys) => CoveredReason::Settings { settings: keys.iter().map(Shown).collect(), detail },
    }
}
