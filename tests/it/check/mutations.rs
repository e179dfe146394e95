//! Over the golden trees: as they were built they give no finding, and each setting that says something weaker gives one.

use std::{cmp::Ordering, collections::BTreeMap};

use harden::{
    base::{Artifact, Date},
    check::{Against, Content, Extent, File, Findings, check},
    diag::{Place, Source},
    plan::{Plan, SettingKey, Topic, strictness},
    targets::{Form, Observed, Written, kind_of_flag, planned},
};

use crate::{
    promises::{Case, cases},
    support::{DAY, harden, none},
};

fn day() -> Date {
    DAY.parse().unwrap()
}

fn judged(case: &Case, files: &[File]) -> Findings {
    let plan = &case.built.plan;
    let settings = plan.settings();
    let against = Against {
        name: "case",
        plan,
        settings: &settings,
        waivers: &[],
        waiver_places: &BTreeMap::new(),
        as_of: day(),
        extent: Extent::Cluster,
        namespace: "default",
    };
    check(files, &against)
}

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), named: true, content: Content::Text(Source::new(name, text)) }
}

fn is_read(artifact: &Artifact) -> bool {
    let name = artifact.path.as_str();
    harden::targets::has_observer(name) || name.ends_with(".json")
}

#[test]
fn emitted_trees_give_no_finding() {
    let wrong: Vec<String> = cases()
        .iter()
        .flat_map(|case| {
            let files: Vec<File> =
                case.built.artifacts.iter().filter(|a| is_read(a)).map(|a| file(a.path.as_str(), a.text())).collect();
            let found = judged(case, &files);
            let told = found.findings.into_iter().chain(found.notices).chain(found.unknown);
            told.map(|f| format!("{}: {}: {:?} {}", case.name, f.place.source.name(), f.control, f.message)).collect::<Vec<_>>()
        })
        .collect();
    none(&wrong);
}

/// The same with the program, over the folders of the golden trees and their own specs.
#[test]
fn golden_trees_pass_their_own_spec() {
    let mut wrong = Vec::new();
    for case in crate::support::cases("build") {
        let output = harden(&case, &["check", "out", "--spec", "harden.yaml", "--as-of", DAY]);
        if output.status.code() != Some(0) {
            wrong.push(format!(
                "{}:\n{}{}",
                case.display(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    none(&wrong);
}

/// Values of all kinds; for each setting the first that is not as strict as the planned one.
const OTHERS: [&str; 9] = ["true", "false", "0", "1", "99999", "privileged", "AlwaysAllow", "VersionTLS10", "x-other"];

fn weaker(key: &SettingKey, planned: &str) -> Option<String> {
    let by_rule = OTHERS.iter().find(|other| strictness(key, other, planned) == Some(Ordering::Less));
    let other = by_rule.or_else(|| {
        OTHERS.iter().rev().find(|other| !matches!(strictness(key, other, planned), Some(Ordering::Greater | Ordering::Equal)))
    });
    other.map(|other| (*other).to_owned())
}

/// A text in which the value at a place is another one.
fn spoiled(text: &str, place: &Place, key: &SettingKey, value: &Written) -> Option<String> {
    let (before, span, after) = (&text[..place.span.start], place.source.slice(place.span), &text[place.span.end..]);
    let other = weaker(key, &value.text)?;
    if key.text() == "authentication/anonymous" {
        return Some(text.replacen("path: /livez", "path: /", 1)).filter(|changed| changed != text);
    }
    let changed = match key {
        SettingKey::Flag(_, name) if span.contains(&format!("--{name}=")) => {
            let at = span.find('=')? + 1;
            let quote: String = span.chars().rev().take_while(|c| matches!(c, '"' | '\'')).collect();
            format!("{}{other}{quote}", &span[..at])
        }
        SettingKey::Flag(..) => format!("\"{other}\""),
        SettingKey::Field(..) if span.starts_with('-') || span.starts_with('[') => format!("[{other}]\n"),
        SettingKey::Mount(_, path) => span.replace(path.as_str(), &format!("{path}/other")),
        SettingKey::Field(..) | SettingKey::Part(..) | SettingKey::Node(_) if span.contains(&value.text) => {
            span.replacen(&value.text, &other, 1)
        }
        SettingKey::Field(..) => other,
        SettingKey::Part(..) | SettingKey::Node(_) => part(key, span)?,
    };
    (changed != span).then(|| format!("{before}{changed}{after}"))
}

/// Parts whose text in the plan is put together from several values.
fn part(key: &SettingKey, span: &str) -> Option<String> {
    match key {
        SettingKey::Part(Topic::AuditPolicy, _) => ["Metadata", "RequestResponse", "Request", "None"]
            .iter()
            .find(|level| span.contains(**level))
            .map(|level| span.replacen(level, if *level == "None" { "Metadata" } else { "None" }, 1)),
        // A binding is one setting: another name at its end is another subject or role.
        SettingKey::Part(Topic::Rbac, _) if span.contains("name: ") => {
            let at = span.rfind("name: ")? + "name: ".len();
            let end = span[at..].find('\n').map_or(span.len(), |line| at + line);
            Some(format!("{}x-other{}", &span[..at], &span[end..]))
        }
        // Objects of Gatekeeper and of the agent for logs are one setting each: their last line is a part of it.
        SettingKey::Part(Topic::Policy | Topic::Logging, _) if span.contains("kind: ") => {
            let end = span.trim_end().len();
            Some(format!("{}x{}", &span[..end], &span[end..]))
        }
        _ => Some("x-other".to_owned()),
    }
}

fn asked_by_a_control(plan: &Plan, key: &SettingKey) -> bool {
    plan.settings().get(key).is_none_or(|held| held.reasons.iter().any(|reason| reason.control.is_some()))
}

#[test]
fn every_setting_that_is_weaker_is_found() {
    let mut wrong = Vec::new();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    let wanted = [
        "everything",
        "golden/build/three-nodes-1.36 shop",
        "golden/build/newest-1.37 newest",
        "golden/build/anonymous-left-on-1.31 oldest",
    ];
    for case in cases().iter().filter(|case| wanted.contains(&case.name.as_str()) || case.name.starts_with("everything")) {
        let plan = &case.built.plan;
        for artifact in case.built.artifacts.iter().filter(|artifact| is_read(artifact)) {
            let (name, text) = (artifact.path.as_str(), artifact.text());
            let mut observed = Observed::default();
            observed.read(name, text);
            for sighting in &observed.sightings {
                let asked = planned(plan, sighting.form);
                for (key, values) in &sighting.settings {
                    let is_asked = asked.contains_key(key) || matches!(sighting.form, Form::Object(_));
                    if !is_asked || !plan.settings().iter().any(|(other, _)| same_setting(other, key)) {
                        continue;
                    }
                    let Some(mutant) = values.first().and_then(|value| spoiled(text, &value.place, key, value)) else {
                        wrong.push(format!("{} {name}: `{key}` is not spoiled", case.name));
                        continue;
                    };
                    *tried.entry(kind(key)).or_default() += 1;
                    let found = judged(case, &[file(name, &mutant)]);
                    let told = !found.findings.is_empty();
                    let noticed = told || (!asked_by_a_control(plan, key) && !found.notices.is_empty());
                    if !noticed {
                        wrong.push(format!("{} {name}: `{key}`", case.name));
                    }
                }
            }
        }
    }
    none(&wrong);
    assert!(tried["flag"] > 200 && tried["field"] > 30 && tried["mount"] > 10 && tried["part"] > 20, "{tried:?}");
}

fn same_setting(planned: &SettingKey, seen: &SettingKey) -> bool {
    let (planned, seen) = (planned.text(), seen.text());
    planned.starts_with(&seen) || seen.starts_with(&planned) || planned.split('/').next() == seen.split('/').next()
}

fn kind(key: &SettingKey) -> &'static str {
    match key {
        SettingKey::Flag(program, name) => {
            let _ = kind_of_flag(*program, name);
            "flag"
        }
        SettingKey::Field(..) => "field",
        SettingKey::Mount(..) => "mount",
        SettingKey::Part(..) | SettingKey::Node(_) => "part",
    }
}

/// A setting that is left out is found where its reader would take something weaker: kubeadm's own manifests, unhardened.
#[test]
fn a_setting_that_is_left_out_is_found() {
    let case = cases().iter().find(|case| case.name == "everything" || case.name.starts_with("everything ")).unwrap();
    let found = judged(case, &[file("control-plane/flags/kube-apiserver.flags", "")]);
    let controls: Vec<&str> = found.findings.iter().filter_map(|finding| finding.control.as_deref()).collect();
    for control in ["apiserver/profiling", "apiserver/audit-log", "admission/always-pull-images"] {
        assert!(controls.contains(&control), "{control} is not in {controls:?}");
    }
}
