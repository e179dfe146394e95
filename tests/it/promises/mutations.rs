//! Every control makes a difference: waiving it changes the emitted tree, or its verdicts at least.

use std::collections::{BTreeMap, BTreeSet};

use harden::controls::CATALOGUE;

use super::compile::{EVERYTHING, Inputs};

/// Files that speak of the plan, not files that a cluster is made from.
const REPORTS: [&str; 4] = ["REPORT.md", "coverage.json", "manifest.json", "provenance.json"];

/// Controls that write nothing of their own on a self-managed cluster: waiving one changes its verdict alone, with the reason.
const VERDICT_ONLY: &[(&str, &str)] = &[];

/// Controls that cannot be waived alone: something else rests on them, and the build says so.
const NEEDED: &[(&str, &str)] = &[];

#[test]
fn every_control_makes_a_difference() {
    let whole = files(&Inputs::of_text("whole", EVERYTHING.to_owned())).unwrap();
    let (mut verdict_only, mut needed, mut wrong) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
    for control in CATALOGUE {
        let text = waived(control.id);
        match files(&Inputs::of_text(control.id, text)) {
            Err(why) => _ = needed.insert(control.id, why),
            Ok(found) => {
                let differs = |report: bool| {
                    let names = whole.keys().chain(found.keys()).filter(|name| REPORTS.contains(&name.as_str()) == report);
                    names.filter(|name| whole.get(*name) != found.get(*name)).count()
                };
                let of_control = |files: &BTreeMap<String, String>| {
                    let coverage: serde_json::Value = serde_json::from_str(&files["coverage.json"]).unwrap();
                    let list = coverage["controls"].as_array().unwrap().clone();
                    list.into_iter().find(|found| found["id"] == control.id).unwrap()["verdicts"].clone()
                };
                if of_control(&whole) == of_control(&found) {
                    wrong.push(format!("{}: waiving it changes no verdict", control.id));
                }
                if differs(false) == 0 {
                    verdict_only.insert(control.id);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let listed = |list: &[(&'static str, &str)]| list.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>();
    let shown: Vec<String> = needed.iter().map(|(id, why)| format!("{id}:\n{why}")).collect();
    assert_eq!(needed.keys().copied().collect::<BTreeSet<_>>(), listed(NEEDED), "needed by others:\n{}", shown.join("\n"));
    assert_eq!(verdict_only, listed(VERDICT_ONLY), "without a line of their own");
}

/// The spec with one control waived.
fn waived(id: &str) -> String {
    let waiver = format!(
        "  controls: {{ {id}: {{ apply: false, waiver: M-1 }} }}\n  waivers: [{{ id: M-1, control: {id}, owner: tests, reason: mutation, expires: 2027-03-01 }}]\n---"
    );
    EVERYTHING.replacen("---", &waiver, 1)
}

fn files(inputs: &Inputs) -> Result<BTreeMap<String, String>, String> {
    let cases = inputs.try_build()?;
    let case = cases.first().ok_or("nothing was built")?;
    Ok(case.built.artifacts.iter().map(|artifact| (artifact.path.to_string(), artifact.text())).collect())
}
