//! The kubelet of a node: flags before drop-ins before its file before its defaults; without a file the open defaults of its flags.

use std::collections::BTreeMap;

use crate::{
    diag::{Place, Severity},
    facts,
    plan::{Program, SettingKey},
    targets::{Form, Observed, Written, flags_of},
    yaml,
};

use super::{
    super::{Against, Finding, Findings, settings, settings::Said, subject::Subject},
    Node, unit,
};

/// Where kubeadm's kubelet looks for static pods.
const MANIFESTS: &str = "/etc/kubernetes/manifests";

/// Judges the kubelet of a node; gives the folder of its static pods.
pub(super) fn judge(node: &Node<'_>, against: &Against<'_>, found: &mut Findings) -> String {
    let Some(start) = unit::start(node) else {
        tell(node, against, found, "neither the unit of the kubelet nor its files are here", "add /var/lib/kubelet and the unit");
        return MANIFESTS.to_owned();
    };
    for (file, place) in &start.missing {
        let message = format!("`{file}` is named and is not among the files: flags in it are not known");
        unknown(against, found, place.clone(), message, format!("add `{file}`"));
    }
    let flags = last_flags(&start.words);
    let mut said: Said = BTreeMap::new();
    let text = |name: &str| flags.get(name).map(|value| value.text.clone()).filter(|text| !text.is_empty());
    let with_file = text("config");
    let mut anchor = start.command.clone().or_else(|| start.words.first().map(|word| word.place.clone()));
    if let Some(path) = &with_file {
        match file(node, path, &mut said, against, found) {
            Some(place) => anchor = Some(place),
            None => {
                let place = flags["config"].place.clone();
                let message = format!("`{path}` is the kubelet's file and is not among the files");
                unknown(against, found, place, message, format!("add `{path}`"));
                return MANIFESTS.to_owned();
            }
        }
    }
    if let Some(folder) = text("config-dir") {
        drop_ins(node, &folder, &mut said, against, found);
    }
    overrides(&flags, with_file.is_some(), against, &mut said);
    let field = |path: &str| said.get(&SettingKey::Field(Program::Kubelet, path.to_owned())).and_then(|values| values.last());
    let folder = field("staticPodPath").map_or_else(|| MANIFESTS.to_owned(), |value| value.text.clone());
    if let Some(anchor) = anchor {
        found.objects(anchor.source.name(), 1);
        let subject = Subject::text(anchor);
        let only_fields: Said = said.into_iter().filter(|(key, _)| matches!(key, SettingKey::Field(..))).collect();
        settings::said(Form::Fields(Program::Kubelet), &only_fields, &subject, against, found);
        own_flags(&flags, &subject, against, found);
    }
    folder
}

/// The last value of every flag.
fn last_flags(words: &[crate::targets::Word]) -> BTreeMap<String, Written> {
    flags_of(Program::Kubelet, words).into_iter().collect()
}

/// Reads the first document of the kubelet's file, as it does.
fn file(node: &Node<'_>, path: &str, said: &mut Said, against: &Against<'_>, found: &mut Findings) -> Option<Place> {
    let source = node.text(path)?;
    let documents = yaml::read(source);
    let first = documents.first()?;
    let mut observed = Observed::default();
    observed.document(source.name(), first);
    for problem in &first.problems {
        let finding = super::documents::broken(problem, 1);
        match problem.severity {
            Severity::Error => found.findings.push(finding),
            Severity::Warning | Severity::Notice => found.notices.push(finding),
        }
    }
    let Some(sighting) = observed.of(Form::Fields(Program::Kubelet)).next() else {
        let place = first.place.clone();
        unknown(against, found, place, "this is no KubeletConfiguration".to_owned(), "give the kubelet its own file".to_owned());
        return Some(first.place.clone());
    };
    node.mark(path);
    found.document(source.name());
    for (key, values) in &sighting.settings {
        merge(key, values, said);
    }
    let kind = first.root.as_ref().and_then(|root| root.get("kind")).map(|kind| kind.place.clone());
    Some(kind.unwrap_or_else(|| first.place.clone()))
}

/// A later value replaces an earlier one and what stands above or below it; `null` takes it away, as in a merge patch.
fn merge(key: &SettingKey, values: &[Written], said: &mut Said) {
    let SettingKey::Field(program, path) = key else { return };
    let below = format!("{path}.");
    said.retain(|other, _| match other {
        SettingKey::Field(of, other) => {
            of != program || !(other == path || other.starts_with(&below) || path.starts_with(&format!("{other}.")))
        }
        SettingKey::Flag(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => true,
    });
    if values.iter().any(|value| value.text != "null") {
        said.insert(key.clone(), values.to_vec());
    }
}

/// The files `*.conf` below the folder of drop-ins, in the order of their names.
fn drop_ins(node: &Node<'_>, folder: &str, said: &mut Said, against: &Against<'_>, found: &mut Findings) {
    let folder = format!("{}/", folder.trim_end_matches('/'));
    let paths: Vec<String> = node.below(&folder).filter(|path| path.ends_with(".conf")).map(str::to_owned).collect();
    for path in paths {
        file(node, &path, said, against, found);
    }
}

/// Flags come after every file; without a file the defaults of the flags count, which are open.
fn overrides(flags: &BTreeMap<String, Written>, with_file: bool, against: &Against<'_>, said: &mut Said) {
    for (flag, path) in facts::kubelet_flag_fields() {
        let key = SettingKey::Field(Program::Kubelet, path.to_owned());
        match flags.get(flag) {
            Some(value) => _ = said.insert(key, vec![value.clone()]),
            None if !with_file => {
                let default = facts::flag(Program::Kubelet, flag, against.plan.cluster.minor()).known().and_then(|f| f.default);
                if let (Some(default), Some(any)) = (default.filter(|text| !text.is_empty()), flags.values().next()) {
                    let value = Written { text: default.to_owned(), place: any.place.clone(), exact: true };
                    said.insert(key, vec![value]);
                }
            }
            None => {}
        }
    }
}

/// Flags that no field of the file stands for.
fn own_flags(flags: &BTreeMap<String, Written>, subject: &Subject<'_>, against: &Against<'_>, found: &mut Findings) {
    let a_field = |name: &str| facts::kubelet_flag_fields().any(|(flag, _)| flag == name);
    let own: Said = flags
        .iter()
        .filter(|(name, _)| !a_field(name) || !facts::flag(Program::Kubelet, name, against.plan.cluster.minor()).is_known())
        .map(|(name, value)| (SettingKey::Flag(Program::Kubelet, name.clone()), vec![value.clone()]))
        .collect();
    settings::said(Form::Flags(Program::Kubelet), &own, subject, against, found);
}

fn unknown(against: &Against<'_>, found: &mut Findings, place: Place, message: String, fix: String) {
    let finding: Finding = Subject::text(place.clone()).finding(against.plan, None, place, message, fix);
    found.unknown.push(finding);
}

/// Something about the node as a whole, told at its first file.
fn tell(node: &Node<'_>, against: &Against<'_>, found: &mut Findings, message: &str, fix: &str) {
    if let Some(source) = node.at.keys().find_map(|path| node.text(path)) {
        unknown(against, found, source.place(crate::diag::Span::default()), message.to_owned(), fix.to_owned());
    }
}
