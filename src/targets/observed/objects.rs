//! Objects of the cluster against the plan: each setting that an object can say stands in exactly one of them, with the planned value.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    plan::{Plan, SettingKey},
    targets::k8s::ObjectKind,
};

use super::{Form, Observed, Sighting, Written, has_observer};

/// Where objects say something else than the plan: `(file, what)`.
pub(super) fn differences(observed: &Observed, plan: &Plan) -> Vec<(String, String)> {
    let mut seen: BTreeMap<&SettingKey, Vec<(&str, &Written)>> = BTreeMap::new();
    for sighting in applied(observed) {
        for (key, values) in &sighting.settings {
            seen.entry(key).or_default().extend(values.iter().map(|value| (sighting.file.as_str(), value)));
        }
    }
    let mut found = Vec::new();
    for (key, held) in plan.settings().iter().filter(|(key, _)| ObjectKind::ALL.iter().any(|kind| kind.can_say(key))) {
        match seen.remove(key).unwrap_or_default().as_slice() {
            [] => found.push(("k8s".to_owned(), format!("`{key}` is planned to be `{}` and no object says it", held.value))),
            [(_, value)] if value.text == held.value => {}
            [(file, value)] => {
                found.push(((*file).to_owned(), format!("`{key}` is planned to be `{}` and is `{}`", held.value, value.text)));
            }
            [(file, _), ..] => found.push(((*file).to_owned(), format!("`{key}` is said more than once"))),
        }
    }
    found.extend(lists(observed));
    for (key, places) in seen {
        found.extend(
            places.iter().map(|(file, value)| ((*file).to_owned(), format!("`{key}` is `{}` and is not planned", value.text))),
        );
    }
    found
}

/// The objects of a tree that are applied; those of a suite of tests are not.
fn applied(observed: &Observed) -> impl Iterator<Item = &Sighting> {
    observed.sightings.iter().filter(|sighting| matches!(sighting.form, Form::Object(_)) && has_observer(&sighting.file))
}

/// Where a kustomization lists other files than its folder holds, or lets them be applied in another order.
fn lists(observed: &Observed) -> Vec<(String, String)> {
    let mut folders: BTreeMap<&str, (BTreeSet<&str>, Option<BTreeSet<&str>>)> = BTreeMap::new();
    let mut unordered = Vec::new();
    for sighting in applied(observed) {
        let (Form::Object(kind), Some((folder, name))) = (sighting.form, sighting.file.rsplit_once('/')) else { continue };
        let (files, list) = folders.entry(folder).or_default();
        if kind == ObjectKind::Kustomization {
            let resources = sighting.others.iter().filter(|(pointer, _)| pointer.starts_with("/resources/"));
            *list = Some(resources.map(|(_, written)| written.text.as_str()).collect());
            let keeps =
                sighting.others.iter().any(|(pointer, written)| pointer == "/sortOptions/order" && written.text == "fifo");
            if !keeps {
                unordered
                    .push((sighting.file.clone(), "`sortOptions.order` is not `fifo`: what denies may come first".to_owned()));
            }
        } else {
            files.insert(name);
        }
    }
    let differ = |(folder, (files, list)): (&str, (BTreeSet<&str>, Option<BTreeSet<&str>>))| {
        let file = format!("{folder}/kustomization.yaml");
        match list {
            None => vec![(file, "is missing: nothing lists the objects beside it".to_owned())],
            Some(list) => {
                let differ = list.symmetric_difference(&files);
                differ.map(|name| (file.clone(), format!("`{name}` is listed or there, not both"))).collect()
            }
        }
    };
    folders.into_iter().flat_map(differ).chain(unordered).collect()
}
