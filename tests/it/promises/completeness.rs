//! Promise 1: every intent of the spec and every control ends in verdicts, each on a ground that exists.

use std::collections::BTreeSet;

use harden::{
    controls::CATALOGUE,
    facts,
    plan::{Ground, Outcome, Scope, Verdict},
    report::Manifest,
    spec,
};

use super::{Case, cases, none_in};

#[test]
fn every_control_has_verdicts() {
    none_in(cases(), |case| {
        let plan = &case.built.plan;
        let ids: Vec<&str> = plan.verdicts.iter().map(|control| control.id.0).collect();
        let catalogue: Vec<&str> = CATALOGUE.iter().map(|control| control.id).collect();
        let mut wrong = Vec::new();
        if ids != catalogue {
            wrong.push(format!("verdicts are of {ids:?}"));
        }
        for control in &plan.verdicts {
            wrong.extend(judge(case, control.id.0, &control.verdicts));
        }
        wrong
    });
}

/// A control of hosts that speaks of one pool speaks of all: no pool is without a word because another has one.
#[test]
fn controls_of_hosts_speak_of_every_pool() {
    none_in(cases(), |case| {
        let plan = &case.built.plan;
        let of_hosts = |id: &str| id.starts_with("node/") || id.starts_with("runtime/");
        let mut wrong = Vec::new();
        for control in plan.verdicts.iter().filter(|control| of_hosts(control.id.0)) {
            let scopes: BTreeSet<&Scope> = control.verdicts.iter().map(|verdict| &verdict.scope).collect();
            let silent = plan.pools.keys().filter(|pool| !scopes.contains(&Scope::Pool((*pool).clone())));
            let silent: Vec<&String> = silent.collect();
            if !scopes.contains(&Scope::Cluster) && !silent.is_empty() {
                wrong.push(format!("{}: silence on {silent:?}", control.id.0));
            }
        }
        wrong
    });
}

#[test]
fn every_intent_has_verdicts() {
    none_in(cases(), |case| {
        let Case { built, .. } = case;
        let mut diags = harden::diag::Diagnostics::default();
        let asked = spec::decode(&built.cluster.tree, &mut diags).map(|spec| spec::intents(&spec)).unwrap_or_default();
        let told: BTreeSet<_> = built.plan.intents.iter().map(|intent| &intent.path).collect();
        // A waiver that is meant for another cluster asks nothing of this one.
        let meant = |path: &harden::base::SpecPath| {
            !path.as_str().starts_with("/waivers/") || built.cluster.waivers.iter().any(|waiver| path.is_within(&waiver.path))
        };
        let silent = asked.iter().filter(|path| meant(path) && !told.contains(path));
        let mut wrong: Vec<String> = silent.map(|path| format!("silence on {path}")).collect();
        if asked.is_empty() {
            wrong.push("the spec asks for nothing".to_owned());
        }
        for intent in &built.plan.intents {
            wrong.extend(judge(case, &intent.path.to_string(), &intent.verdicts));
        }
        wrong
    });
}

/// What is wrong with the verdicts of one thing.
fn judge(case: &Case, what: &str, verdicts: &[Verdict]) -> Vec<String> {
    let plan = &case.built.plan;
    let settings = plan.settings();
    let mut wrong = Vec::new();
    if verdicts.is_empty() {
        wrong.push(format!("{what}: no verdict"));
    }
    for verdict in verdicts {
        let grounded = match &verdict.ground {
            Ground::Fact(fact) => facts::fact(fact.0).is_some() && !facts::sentence(*fact, plan.cluster.minor()).is_empty(),
            Ground::Waiver(id) => case.built.cluster.waivers.iter().any(|waiver| waiver.id == *id),
            Ground::Settings(keys) => !keys.is_empty() && keys.iter().all(|key| settings.contains_key(key)),
        };
        if !grounded {
            wrong.push(format!("{what}: {} rests on nothing: {:?} {}", verdict.outcome, verdict.ground, verdict.detail));
        }
        let waived = matches!(verdict.ground, Ground::Waiver(_));
        if (verdict.outcome == Outcome::Waived) != waived {
            wrong.push(format!("{what}: {} on {:?}", verdict.outcome, verdict.ground));
        }
        let exists = match &verdict.scope {
            Scope::Cluster => true,
            Scope::Pool(name) => plan.pools.contains_key(name),
            Scope::Namespace(name) => !name.is_empty(),
            Scope::Workload(workload, _) => workload.contains('/'),
        };
        if !exists {
            wrong.push(format!("{what}: no scope {}", verdict.scope));
        }
    }
    wrong
}

#[test]
fn every_waiver_stands_in_the_report() {
    let mut seen = 0;
    for case in cases() {
        let text =
            |name: &str| case.built.artifacts.iter().find(|artifact| artifact.path.as_str() == name).map(|found| found.text());
        let report = text("REPORT.md").unwrap();
        let manifest = Manifest::read(text("manifest.json").unwrap()).unwrap();
        assert_eq!(manifest.cluster, case.built.cluster.name);
        for waiver in &case.built.cluster.waivers {
            seen += 1;
            let row = format!("| {} | `{}` |", waiver.id, waiver.control);
            let line = report.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("{}: no {row}", case.name));
            for part in [&waiver.owner, &waiver.reason, &waiver.expires.to_string()] {
                assert!(line.contains(part.as_str()), "{}: {line} lacks {part}", case.name);
            }
        }
    }
    assert!(seen >= 3, "{seen} waivers");
}
