//! Selection and lowering: from the answers to a plan with a verdict for every control and every intent.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::{Cause, ControlId, FactId, SpecPath},
    diag::{Diagnostics, Severity},
    facts::{self, Support},
    plan::{ControlVerdict, Ground, IntentVerdict, Lowering, Outcome, Plan, Scope, SettingKey, Settings, Verdict},
    resolve::{Choice, Resolved},
};

use super::{Applies, CATALOGUE, Control, apiserver, cloud, diagnostics::holds_by_itself, node, policy, rbac, select, shape};

/// Lowers every control of the catalogue; gives the plan and every setting of it as text. `None` when something cannot be said; the diagnostics say what.
pub fn lower(cluster: &Resolved, diags: &mut Diagnostics) -> Option<(Plan, Settings)> {
    let before = diags.errors();
    let mut plan = shape::start(cluster, diags);
    let mut intents: BTreeMap<SpecPath, Vec<Verdict>> = BTreeMap::new();
    for control in CATALOGUE {
        let (verdicts, lowered) = one(cluster, control, &mut plan, diags);
        for (path, mut found) in lowered {
            intents.entry(path).or_default().append(&mut found);
        }
        plan.verdicts.push(ControlVerdict { id: control.id(), area: control.area, title: control.title, verdicts });
    }
    cloud::intents(cluster, &plan, &mut intents);
    node::intents(cluster, &plan, &mut intents);
    of_choices(cluster, &plan, &mut intents);
    apiserver::refuse_dropped_encryption(cluster, &plan, diags);
    policy::warn_of_undeclared(cluster, &plan, diags);
    policy::judge_version(cluster, &plan, diags);
    rbac::refuse_delivery_cut_off(cluster, &plan, diags);
    rbac::warn_of_delivery(cluster, &plan, diags);
    rbac::warn_of_strength(cluster, &plan, diags);
    rbac::warn_of_prefixes(cluster, diags);
    cloud::judge_provider(cluster, diags);
    cluster.owner.settle(cluster, &mut plan, diags);
    let settings = plan.settings();
    ground_in_settings(&mut plan, &settings);
    plan.intents = all_intents(cluster, &plan, intents);
    (diags.errors() == before).then_some((plan, settings))
}

/// Reports what controls say of single values where there are no answers to lower from: a spec that was read in part, decisions that are
/// missing. Nobody mends one mistake to be told of the next.
pub fn judge_values(cluster: &Resolved, diags: &mut Diagnostics) {
    if facts::support(cluster.version.minor) != Support::Build {
        return;
    }
    let mut found = Diagnostics::default();
    lower(cluster, &mut found);
    let told = found.list().iter().filter(|one| one.severity == Severity::Error && holds_by_itself(one.code));
    told.cloned().for_each(|one| diags.push(one));
}

type Verdicts = (Vec<Verdict>, BTreeMap<SpecPath, Vec<Verdict>>);

fn one(cluster: &Resolved, control: &Control, plan: &mut Plan, diags: &mut Diagnostics) -> Verdicts {
    let choice = cluster.choice(control.id());
    let cause = choice.cause();
    let verdict = |outcome, ground, detail: &str| Verdict {
        scope: Scope::Cluster,
        outcome,
        ground,
        detail: detail.to_owned(),
        cause: cause.clone(),
    };
    if let Applies::No(outcome, fact) = (control.applies)(cluster) {
        return (vec![verdict(outcome, Ground::Fact(fact), "")], BTreeMap::new());
    }
    match &choice {
        Choice::NotSelected { .. } => {
            (vec![verdict(Outcome::NotApplicable, Ground::Fact(FactId("not-selected")), "")], BTreeMap::new())
        }
        Choice::Waived { waiver, .. } => (vec![verdict(Outcome::Waived, Ground::Waiver(waiver.clone()), "")], BTreeMap::new()),
        Choice::Selected { .. } => {
            let mut spared = BTreeMap::new();
            for pool in plan.pools.keys() {
                spared.extend(cluster.waiver_of_pool(control.id, pool).map(|waiver| (pool.clone(), waiver.id.clone())));
            }
            let mut pen = Lowering::new(plan, diags, cluster, Some(control.id()), cause.clone()).sparing(spared);
            (control.lower)(cluster, &mut pen);
            let (mut verdicts, intents) = pen.finish();
            if verdicts.is_empty() {
                verdicts.push(verdict(Outcome::Enforced, Ground::Settings(Vec::new()), ""));
            }
            verdicts.sort();
            (verdicts, intents)
        }
    }
}

/// Fills in the settings behind every verdict that rests on them: those that carry the id of its control.
fn ground_in_settings(plan: &mut Plan, settings: &Settings) {
    let mut by_control: BTreeMap<ControlId, Vec<SettingKey>> = BTreeMap::new();
    for (key, held) in settings {
        let controls: BTreeSet<ControlId> = held.reasons.iter().filter_map(|r| r.control).collect();
        for control in controls {
            by_control.entry(control).or_default().push(key.clone());
        }
    }
    for control in &mut plan.verdicts {
        for verdict in &mut control.verdicts {
            if let Ground::Settings(keys) = &mut verdict.ground
                && keys.is_empty()
            {
                *keys = by_control.get(&control.id).cloned().unwrap_or_default();
            }
        }
    }
}

/// Who selects a control that cannot be on this platform, or sets its parameters, has selected nothing.
fn of_choices(cluster: &Resolved, plan: &Plan, intents: &mut BTreeMap<SpecPath, Vec<Verdict>>) {
    let controls = SpecPath::new("/controls");
    for control in &plan.verdicts {
        let path = controls.child(control.id.0);
        if cluster.intents.contains(&path) && control.verdicts.iter().all(|verdict| verdict.outcome == Outcome::Impossible) {
            let of_the_place = |verdict: &Verdict| Verdict { cause: Cause::Spec(path.clone()), ..verdict.clone() };
            let verdicts = control.verdicts.iter().map(of_the_place).collect();
            intents.entry(path.clone()).or_insert(verdicts);
        }
    }
}

/// Every intent of the spec with what became of it; what no control took says why, never silent.
fn all_intents(cluster: &Resolved, plan: &Plan, mut lowered: BTreeMap<SpecPath, Vec<Verdict>>) -> Vec<IntentVerdict> {
    let mut out = Vec::new();
    for path in &cluster.intents {
        let mut verdicts = lowered.remove(path).unwrap_or_default();
        if verdicts.is_empty() {
            verdicts = cluster.answered(path).map_or_else(|| unclaimed(cluster, plan, path), |verdict| vec![verdict]);
        }
        verdicts.sort();
        verdicts.dedup();
        out.push(IntentVerdict { path: path.clone(), verdicts });
    }
    for (path, verdicts) in lowered {
        out.push(IntentVerdict { path, verdicts });
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// Places of the spec of which this version lowers little or nothing, and what is to be said of them where it lowers nothing.
const UNWRITTEN: &[(&str, FactId)] = &[
    ("/policies/engines/admissionPolicy", facts::id::IN_TREE_POLICIES),
    ("/policies/engines/azurePolicy", facts::id::NOT_BUILT_YET),
    ("/platform/cni/cilium/hostFirewall", facts::id::NOT_BUILT_YET),
];

/// What no control took: that of the control which the place asks for and which does not arise here, else this version writes nothing of it,
/// or what it steers is not selected.
fn unclaimed(cluster: &Resolved, plan: &Plan, path: &SpecPath) -> Vec<Verdict> {
    let asked = select::asked_at(cluster, path).and_then(|id| plan.verdicts.iter().find(|control| control.id.0 == id));
    if let Some(control) = asked {
        let of_the_place = |verdict: &Verdict| Verdict { cause: Cause::Spec(path.clone()), ..verdict.clone() };
        return control.verdicts.iter().map(of_the_place).collect();
    }
    let unwritten = UNWRITTEN.iter().find(|(place, _)| path.is_within(&SpecPath::new(place)));
    let (outcome, fact) =
        unwritten.map_or((Outcome::NotApplicable, facts::id::STEERS_NOTHING), |(_, fact)| (Outcome::Impossible, *fact));
    let (ground, cause) = (Ground::Fact(fact), Cause::Spec(path.clone()));
    vec![Verdict { scope: Scope::Cluster, outcome, ground, detail: String::new(), cause }]
}
