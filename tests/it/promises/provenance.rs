//! Promise 3: every emitted line of every file answers `explain`, through what `provenance.json` says.

use std::collections::BTreeSet;

use harden::{
    base::{Artifact, SpecPath},
    build::may_be_ours,
    controls, facts,
    plan::SettingKey,
    report::Provenance,
    spec,
};

use super::{Case, cases, none_in};

#[test]
fn every_line_answers() {
    none_in(cases(), |case| {
        let provenance = provenance(case);
        let mut wrong = Vec::new();
        for artifact in &case.built.artifacts {
            for n in 1..=artifact.lines.iter().count() {
                match provenance.explain(artifact.path.as_str(), n) {
                    Some(found) if !found.reasons.is_empty() => {}
                    Some(_) | None => wrong.push(format!("{}:{n} has no reason", artifact.path)),
                }
            }
            let beyond = artifact.lines.iter().count() + 1;
            let of_the_tree = ["manifest.json", "provenance.json"].contains(&artifact.path.as_str());
            if !of_the_tree && provenance.explain(artifact.path.as_str(), beyond).is_some() {
                wrong.push(format!("{}:{beyond} is explained and does not exist", artifact.path));
            }
        }
        wrong
    });
}

/// Every file bears a mark: a later build that no longer wants it knows it again.
#[test]
fn every_file_is_known_again() {
    none_in(cases(), |case| {
        let stranger = |artifact: &&Artifact| !may_be_ours(artifact.path.as_str(), artifact.text().as_bytes());
        case.built.artifacts.iter().filter(stranger).map(|artifact| format!("{} bears no mark", artifact.path)).collect()
    });
}

#[test]
fn every_reason_exists() {
    none_in(cases(), |case| {
        let provenance = provenance(case);
        let settings = case.built.plan.settings();
        let mut wrong = BTreeSet::new();
        for artifact in &case.built.artifacts {
            for n in 1..=artifact.lines.iter().count() {
                let Some(found) = provenance.explain(artifact.path.as_str(), n) else { continue };
                if let Some(text) = &found.setting
                    && !text.parse::<SettingKey>().is_ok_and(|key| settings.contains_key(&key))
                {
                    wrong.insert(format!("{}: no setting `{text}`", artifact.path));
                }
                for (control, cause) in &found.reasons {
                    if control.as_deref().is_some_and(|id| controls::control(id).is_none()) {
                        wrong.insert(format!("{}: no control {control:?}", artifact.path));
                    }
                    if !exists(case, cause) {
                        wrong.insert(format!("{}: no cause `{cause}`", artifact.path));
                    }
                }
            }
        }
        wrong.into_iter().collect()
    });
}

/// Whether a cause names something: a place of the spec, of a profile or of the owner's file, a fact, a setting.
fn exists(case: &Case, cause: &str) -> bool {
    let built = &case.built;
    match cause.split_once(' ') {
        Some(("spec", path)) => spec::locate(&built.cluster.tree, &SpecPath::new(path)).is_some(),
        Some(("profile", rest)) => rest.split_once(' ').is_some_and(|(name, path)| {
            case.profiles.tree(name).is_some_and(|tree| spec::locate(tree, &SpecPath::new(path)).is_some())
        }),
        Some(("owner", place)) => place.split_once('#').is_some_and(|(file, pointer)| {
            built.cluster.sources_by_name.keys().any(|name| name == file) && pointer.starts_with('/')
        }),
        Some(("shape", fact)) => facts::fact(fact).is_some(),
        Some(("derived", keys)) => keys.split(", ").all(|key| key.parse::<SettingKey>().is_ok()),
        Some(_) | None => false,
    }
}

/// The head comment of a file names the controls behind it: all of them, and no other.
#[test]
fn head_comments_name_the_controls() {
    none_in(cases(), |case| {
        let mut wrong = Vec::new();
        for artifact in &case.built.artifacts {
            let named = named_in_head(artifact);
            let behind: BTreeSet<String> = artifact
                .lines
                .iter()
                .flat_map(|(_, origin)| origin.reasons.iter().filter_map(|reason| reason.control))
                .map(|control| control.0.to_owned())
                .collect();
            let speaks = [".yaml", ".sh"].iter().any(|end| artifact.path.as_str().ends_with(end));
            if speaks && named != behind {
                wrong.push(format!("{} names {named:?}, behind it are {behind:?}", artifact.path));
            }
            wrong.extend(named.iter().filter(|id| controls::control(id).is_none()).map(|id| format!("{}: {id}", artifact.path)));
        }
        wrong
    });
}

fn named_in_head(artifact: &Artifact) -> BTreeSet<String> {
    let comment = |text: &str| text.strip_prefix("# ").or(text.strip_prefix("#")).map(str::to_owned);
    let head: Vec<String> =
        artifact.lines.iter().skip_while(|(text, _)| text.starts_with("#!")).map_while(|(text, _)| comment(text)).collect();
    let text = head.join(" ");
    let Some((_, list)) = text.split_once("Controls: ") else { return BTreeSet::new() };
    list.split(", ").map(|id| id.trim().to_owned()).collect()
}

fn provenance(case: &Case) -> Provenance {
    let artifact = case.built.artifacts.iter().find(|artifact| artifact.path.as_str() == "provenance.json").unwrap();
    Provenance::read(artifact.text()).unwrap()
}
