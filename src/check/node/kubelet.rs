//! The kubelet of a node: flags before drop-ins before its file before its defaults; without a file the open defaults of its flags.

use std::collections::BTreeMap;

use crate::{
    diag::{Place, Severity},
    facts,
    plan::{Program, SettingKey, host_paths::clean},
    targets::{Form, Observed, Written, flags_of},
    yaml,
};

use super::{
    super::{Against, Findings, settings, settings::Said, subject::Subject},
    Node, unit,
};

/// Where kubeadm's kubelet looks for static pods.
pub(super) const MANIFESTS: &str = "/etc/kubernetes/manifests";

/// Where the static pods of a node lie.
pub(super) struct StaticPods {
    /// The folder, as a plain path.
    pub(super) folder: String,
    /// Where that is said; nothing where it is kubeadm's place.
    pub(super) place: Option<Place>,
    /// Whether it is known what the kubelet reads.
    pub(super) sure: bool,
}

/// What the kubelet of a node is told by its command line and its files.
pub(super) struct Told {
    /// The last value of every flag.
    flags: BTreeMap<String, Written>,
    /// The fields of its file and of the drop-ins.
    said: Said,
    with_file: bool,
    /// What stands for the whole.
    anchor: Option<Place>,
    /// What is wrong with its files, what they hold, and what cannot be told.
    found: Findings,
    /// Whether everything that it reads is here.
    sure: bool,
}

impl Told {
    /// The folder of drop-ins, where it is told one.
    pub(super) fn drop_ins(&self) -> Option<String> {
        self.flags.get("config-dir").filter(|value| !value.text.is_empty()).map(|value| clean(&value.text))
    }

    /// The folder of static pods: a flag comes before every file.
    pub(super) fn pods(&self) -> StaticPods {
        let field = SettingKey::Field(Program::Kubelet, "staticPodPath".to_owned());
        let of_file = || self.said.get(&field).and_then(|values| values.last());
        match self.flags.get("pod-manifest-path").or_else(of_file) {
            Some(value) => StaticPods { folder: clean(&value.text), place: Some(value.place.clone()), sure: self.sure },
            None => StaticPods { folder: MANIFESTS.to_owned(), place: None, sure: self.sure },
        }
    }
}

/// Reads what the kubelet of a node reads: flags before drop-ins before its file.
pub(super) fn read(node: &Node<'_>) -> Told {
    let mut told = Told {
        flags: BTreeMap::new(),
        said: BTreeMap::new(),
        with_file: false,
        anchor: None,
        found: Findings::default(),
        sure: false,
    };
    let start = match unit::start(node) {
        unit::Started::Kubelet(start) => start,
        unit::Started::Other(what, place) => {
            let message = format!("the unit of the kubelet starts `{what}`: what the kubelet is told is not known");
            unknown(&mut told.found, place, message, "judge a node whose unit starts the kubelet itself".to_owned());
            return told;
        }
        unit::Started::Nothing => {
            if let Some(source) = node.at.keys().find_map(|path| node.text(path)) {
                let message = "neither the unit of the kubelet nor its files are here".to_owned();
                let fix = "add /var/lib/kubelet and the unit".to_owned();
                unknown(&mut told.found, source.place(crate::diag::Span::default()), message, fix);
            }
            return told;
        }
    };
    for (file, place) in &start.missing {
        let message = format!("`{file}` is named and is not among the files: flags in it are not known");
        unknown(&mut told.found, place.clone(), message, format!("add `{file}`"));
    }
    told.anchor = start.command.clone().or_else(|| start.words.first().map(|word| word.place.clone()));
    told.flags = last_flags(&start.words);
    let text = |name: &str| told.flags.get(name).map(|value| value.text.clone()).filter(|text| !text.is_empty());
    let with_file = text("config");
    for word in start.words.iter().filter(|word| !word.exact && !word.text.starts_with('-')) {
        let message =
            format!("`{}` on the command line of the kubelet is filled in by a shell: flags in it are not known", word.text);
        unknown(&mut told.found, word.place.clone(), message, "write the flags themselves".to_owned());
        if with_file.is_none() {
            return told;
        }
    }
    told.with_file = with_file.is_some();
    if let Some(path) = &with_file {
        match file(node, path, &mut told.said, &mut told.found) {
            Some(place) => told.anchor = Some(place),
            None => {
                let place = told.flags["config"].place.clone();
                let message = format!("`{path}` is the kubelet's file and is not among the files");
                unknown(&mut told.found, place, message, format!("add `{path}`"));
                return told;
            }
        }
    }
    if let Some(folder) = told.drop_ins()
        && !drop_ins(node, &folder, &mut told.said, &mut told.found)
    {
        let place = told.flags["config-dir"].place.clone();
        let message = format!("`{folder}` is the kubelet's folder of drop-ins, and no file of it is among the files");
        unknown(&mut told.found, place, message, format!("add `{folder}`, also where it is empty on the node"));
    }
    told.sure = true;
    told
}

/// Judges the kubelet of a node; gives the place of its static pods.
pub(super) fn judge(node: &Node<'_>, against: &Against<'_>, found: &mut Findings) -> StaticPods {
    let mut told = read(node);
    found.merge(std::mem::take(&mut told.found));
    let pods = told.pods();
    let Told { flags, mut said, with_file, anchor, sure, .. } = told;
    let Some(anchor) = anchor else { return pods };
    let subject = Subject::text(anchor.clone());
    if sure {
        overrides(&flags, with_file, &anchor, against, &mut said);
        found.objects(anchor.source.name(), 1);
        let only_fields: Said = said.into_iter().filter(|(key, _)| matches!(key, SettingKey::Field(..))).collect();
        settings::said(Form::Fields(Program::Kubelet), &only_fields, &subject, against, found);
    }
    own_flags(&flags, sure, &subject, against, found);
    pods
}

/// The last value of every flag.
fn last_flags(words: &[crate::targets::Word]) -> BTreeMap<String, Written> {
    flags_of(Program::Kubelet, words).into_iter().collect()
}

/// Reads the first document of the kubelet's file, as it does.
fn file(node: &Node<'_>, path: &str, said: &mut Said, found: &mut Findings) -> Option<Place> {
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
        unknown(found, place, "this is no KubeletConfiguration".to_owned(), "give the kubelet its own file".to_owned());
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

/// The files `*.conf` below the folder of drop-ins, in the order of their names; whether any file lies there.
fn drop_ins(node: &Node<'_>, folder: &str, said: &mut Said, found: &mut Findings) -> bool {
    let folder = format!("{}/", folder.trim_end_matches('/'));
    let paths: Vec<String> = node.below(&folder).filter(|path| path.ends_with(".conf")).map(str::to_owned).collect();
    for path in paths {
        file(node, &path, said, found);
    }
    node.below(&folder).next().is_some()
}

/// Flags come after every file; without a file the defaults of the flags count, which are open.
fn overrides(flags: &BTreeMap<String, Written>, with_file: bool, anchor: &Place, against: &Against<'_>, said: &mut Said) {
    for (flag, path) in facts::kubelet_flag_fields() {
        let key = SettingKey::Field(Program::Kubelet, path.to_owned());
        match flags.get(flag) {
            Some(value) => {
                let text = settings::as_field(flag, &value.text);
                said.insert(key, vec![Written { text, ..value.clone() }]);
            }
            None if !with_file => {
                let default = facts::flag(Program::Kubelet, flag, against.plan.cluster.minor()).known().and_then(|f| f.default);
                if let Some(default) = default.filter(|text| !text.is_empty()) {
                    let place = flags.values().next().map_or_else(|| anchor.clone(), |any| any.place.clone());
                    let value = Written { text: default.to_owned(), place, exact: true };
                    said.insert(key, vec![value]);
                }
            }
            None => {}
        }
    }
}

/// Flags that no field of the file stands for; where the file is not known, every flag by itself.
fn own_flags(flags: &BTreeMap<String, Written>, sure: bool, subject: &Subject<'_>, against: &Against<'_>, found: &mut Findings) {
    let known = |name: &str| facts::flag(Program::Kubelet, name, against.plan.cluster.minor()).is_known();
    let with_the_file = |name: &str| sure && facts::kubelet_field_of_flag(name).is_some() && known(name);
    let own: Said = flags
        .iter()
        .filter(|(name, _)| !with_the_file(name))
        .map(|(name, value)| (SettingKey::Flag(Program::Kubelet, name.clone()), vec![value.clone()]))
        .collect();
    // Of a part of what it is told nothing is missing.
    let form = if sure { Form::Flags(Program::Kubelet) } else { Form::Patch(Program::Kubelet) };
    settings::said(form, &own, subject, against, found);
}

fn unknown(found: &mut Findings, place: Place, message: String, fix: String) {
    found.unknown.push(Subject::text(place.clone()).of_no_control(place, message, fix));
}
