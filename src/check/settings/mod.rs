//! The settings of a document against those of the plan; what it leaves out is what its reader takes by itself.

mod defaults;
mod names;
mod risks;
mod urls;
mod values;

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    base::ControlId,
    diag::{Place, Severity},
    facts::{self, KubeadmKind, Lookup},
    plan::{FlagValue, Held, Plan, Program, SettingKey, Topic, strictness},
    targets::{Form, ObjectKind, Sighting, Written, planned},
};

use super::{Against, Finding, Findings, subject::Subject};

pub(super) use values::as_field;

/// What a program does with a flag, gate or plugin that it does not know.
const STOPS: &str = "with it the program does not start";

/// What a document says, by the key of the plan.
pub(super) type Said = BTreeMap<SettingKey, Vec<Written>>;

/// Judges one document that an observer understood.
pub(super) fn sighting(sighting: &Sighting, subject: &Subject<'_>, against: &Against<'_>, found: &mut Findings) {
    let subject = &anchored(sighting, subject);
    let mut judge = Judge { form: sighting.form, subject, against, found };
    if judge.reads_a_file(&sighting.settings) {
        return;
    }
    let wanted = match sighting.form {
        Form::Object(kind) => judge.of_object(kind, &sighting.settings),
        // What a patch leaves out, the file below it says.
        Form::Patch(Program::Kubelet) => {
            let mut wanted = planned(against.plan, Form::Fields(Program::Kubelet));
            wanted.retain(|key, _| sighting.settings.contains_key(key));
            wanted
        }
        Form::Pod(_) | Form::Flags(_) | Form::Kubeadm(_) | Form::Fields(_) | Form::Configuration(_) | Form::Patch(_) => {
            planned(against.plan, sighting.form)
        }
    };
    judge.compare(&sighting.settings, &wanted);
    if is_kubeadm(sighting.form) {
        judge.external_etcd(&sighting.others);
    }
    if let Form::Pod(program) = sighting.form {
        judge.version(program, sighting);
    }
}

/// Judges what a program is told by all its files together.
pub(super) fn said(form: Form, said: &Said, subject: &Subject<'_>, against: &Against<'_>, found: &mut Findings) {
    let mut judge = Judge { form, subject, against, found };
    judge.compare(said, &planned(against.plan, form));
}

struct Judge<'a, 'f> {
    form: Form,
    subject: &'a Subject<'a>,
    against: &'a Against<'a>,
    found: &'f mut Findings,
}

impl Judge<'_, '_> {
    fn plan(&self) -> &Plan {
        self.against.plan
    }

    fn compare(&mut self, said: &Said, wanted: &BTreeMap<SettingKey, Vec<String>>) {
        let plain: BTreeSet<&SettingKey> =
            said.iter().filter(|(key, values)| self.urls(key, values)).map(|(key, _)| key).collect();
        for (key, wanted) in wanted.iter().filter(|(key, _)| !plain.contains(key)) {
            match said.get(key) {
                Some(values) if values.iter().any(|value| !value.exact) => self.not_told(key, wanted, values),
                Some(values) => self.judge(key, wanted, values),
                None => self.absent(key, wanted),
            }
        }
        for (key, values) in said.iter().filter(|(key, _)| !wanted.contains_key(*key) && !plain.contains(key)) {
            self.beside(key, values);
        }
        for (key, values) in said {
            self.names(key, values);
        }
        self.urls_left_out(said);
        self.risks(said, wanted);
        self.exclusive(said);
    }

    /// The value comes from somewhere else.
    fn not_told(&mut self, key: &SettingKey, wanted: &[String], values: &[Written]) {
        let Some(value) = values.iter().find(|value| !value.exact) else { return };
        let message = format!("{} is `{}`, and what that becomes is not known", values::name(key), value.text);
        let fix = format!("write the value itself: `{}`", wanted.join("`, `"));
        let control = asked(self.against, key).control.map(|control| control.0);
        let finding = self.subject.finding(self.plan(), control, value.place.clone(), message, fix);
        self.found.unknown.push(finding);
    }

    fn judge(&mut self, key: &SettingKey, wanted: &[String], values: &[Written]) {
        let texts = values::effective(key, values);
        let Some(last) = values.last() else { return };
        if values::equal(key, &texts, wanted) {
            return;
        }
        // A part of the list may be its owner's; what is switched off beside it counts.
        if let SettingKey::Flag(program, name) = key
            && name == "disable-admission-plugins"
            && values::must_be_absent(self.plan(), *program, name, &texts.join(",")).is_some()
        {
            return self.flag(*program, name, last);
        }
        if values::is_at_least(key, &texts, wanted) {
            return;
        }
        if let ([text], [_]) = (texts.as_slice(), wanted)
            && self.missing_items(key, text, &last.place, None)
        {
            return;
        }
        let message = values::differs(key, &texts, wanted);
        self.push(key, last.place.clone(), message, values::fix(self.form, key, wanted));
    }

    /// Nothing is written: the reader's own value counts.
    fn absent(&mut self, key: &SettingKey, wanted: &[String]) {
        let default = defaults::of(self.form, self.subject.reader, key, self.plan());
        let place = self.subject.place.clone();
        if let (Some(default), [wanted]) = (&default, wanted) {
            if values::is_at_least(key, std::slice::from_ref(default), std::slice::from_ref(wanted)) {
                return;
            }
            if self.missing_items(key, default, &place, Some(wanted)) {
                return;
            }
        }
        let is = match default.as_deref() {
            Some("") => "is not set, and nothing stands in for it".to_owned(),
            Some(default) => format!("is not set, and the default is `{default}`"),
            None => "is not there".to_owned(),
        };
        let message = format!("{} {is}; planned is `{}`", values::name(key), values::shown(wanted));
        self.push(key, place, message, values::fix(self.form, key, wanted));
    }

    /// Items of a list that each have a control of their own: one finding for each that is missing. `false` where that is not it.
    fn missing_items(&mut self, key: &SettingKey, text: &str, place: &Place, absent: Option<&String>) -> bool {
        let SettingKey::Flag(program, name) = key else { return false };
        let more = strictness(key, "a,b", "a") == Some(Ordering::Greater);
        let flag = self.plan().component(*program).flags.get(name);
        let Some(FlagValue::List(items)) = flag.map(|flag| &flag.held.value).filter(|_| more) else { return false };
        let has: Vec<&str> = text.split(',').map(str::trim).collect();
        let missing: Vec<Held<String>> = items.iter().filter(|item| !has.contains(&item.value.as_str())).cloned().collect();
        for item in &missing {
            let not_set = absent.map_or("", |_| " (it is not set)");
            let message = format!("`--{name}` lacks `{}`{not_set}", item.value);
            self.told(Asked::of(item), place.clone(), message, format!("add `{}` to `--{name}`", item.value));
        }
        !missing.is_empty()
    }

    /// A setting that no control asks for in this form.
    fn beside(&mut self, key: &SettingKey, values: &[Written]) {
        let Some(last) = values.last() else { return };
        match key {
            SettingKey::Flag(program, name) => {
                if let Some(flag) = self.plan().component(*program).flags.get(name) {
                    let wanted = vec![flag.held.value.text()];
                    return self.judge(key, &wanted, values);
                }
                if *program != Program::Kubelet || !self.before_the_file(key, name, values) {
                    self.flag(*program, name, last);
                }
            }
            SettingKey::Field(program, path) => {
                let lookup = match program {
                    Program::Kubelet => facts::kubelet_field(path, self.plan().cluster.minor()),
                    Program::KubeProxy => facts::kube_proxy_field(path, self.plan().cluster.minor()),
                    Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => return,
                };
                self.unknown_name(&format!("the field `{path}`"), &lookup, last, facts::UNKNOWN_FIELD);
            }
            SettingKey::Part(..) if matches!(self.form, Form::Configuration(_)) => {
                let message = format!("`{key}` is `{}`, and nothing of the kind is planned", last.text);
                let asked = Asked { asked: true, ..asked(self.against, key) };
                self.told(asked, last.place.clone(), message, "take it out, or plan it in the spec".to_owned());
            }
            SettingKey::Part(..) | SettingKey::Mount(..) | SettingKey::Node(_) => {}
        }
    }

    /// A flag of the kubelet against the field of its file that it stands for: a flag comes before every file. `false` where the plan asks
    /// for no such field.
    fn before_the_file(&mut self, flag: &SettingKey, name: &str, values: &[Written]) -> bool {
        if matches!(name, "config" | "config-dir") && is_kubeadm(self.form) {
            self.another_file(name, values);
        }
        let known = facts::flag(Program::Kubelet, name, self.plan().cluster.minor()).is_known();
        let Some(path) = facts::kubelet_field_of_flag(name).filter(|_| known) else { return false };
        let field = SettingKey::Field(Program::Kubelet, path.to_owned());
        let wanted = planned(self.plan(), Form::Fields(Program::Kubelet)).remove(&field);
        let (Some(wanted), Some(last)) = (wanted, values.last()) else { return false };
        if values.iter().any(|value| !value.exact) {
            self.not_told(&field, &wanted, values);
            return true;
        }
        let texts: Vec<String> = values::effective(flag, values).iter().map(|text| values::as_field(name, text)).collect();
        if values::is_at_least(&field, &texts, &wanted) {
            return true;
        }
        let fix = format!("take it out, or set it to `{}`: it counts before the kubelet's file", values::shown(&wanted));
        self.push(&field, last.place.clone(), values::differs(flag, &texts, &wanted), fix);
        true
    }

    /// A kubelet that kubeadm tells to read a file of the owner's.
    fn another_file(&mut self, flag: &str, values: &[Written]) {
        let Some(value) = values.last() else { return };
        let message = format!("`--{flag}` has the kubelet read `{}`, which is not judged with it", value.text);
        let fix = "take it out, or judge a copy of the node".to_owned();
        let finding = self.subject.finding(self.plan(), None, value.place.clone(), message, fix);
        self.found.unknown.push(finding);
    }

    /// A flag that the plan does not speak of: one that its program does not know stops it, and some must not be there.
    fn flag(&mut self, program: Program, name: &str, value: &Written) {
        if let Some(control) = values::must_be_absent(self.plan(), program, name, &value.text) {
            let message = format!("`--{name}` is `{}`, and must not be", value.text);
            let asked = Asked { control: Some(control), asked: true };
            return self.told(asked, value.place.clone(), message, format!("take `--{name}` out"));
        }
        let minor = self.plan().cluster.minor();
        match program {
            Program::Etcd => {
                let Some(version) = self.plan().cluster.etcd_version() else { return };
                self.unknown_name(&format!("`--{name}`"), &facts::etcd_flag(name, version), value, STOPS);
            }
            Program::KubeApiserver
            | Program::KubeControllerManager
            | Program::KubeScheduler
            | Program::Kubelet
            | Program::KubeProxy => self.unknown_name(&format!("`--{name}`"), &facts::flag(program, name, minor), value, STOPS),
        }
    }

    /// A name that this version does not know, and what its program does with it.
    fn unknown_name<T, V: std::fmt::Display>(&mut self, what: &str, lookup: &Lookup<T, V>, value: &Written, then: &str) {
        let known = matches!(lookup, Lookup::Known(_) | Lookup::NotCovered);
        let Some(refusal) = lookup.refusal().filter(|_| !known) else { return };
        let fix = lookup.advice().unwrap_or_else(|| "take it out".to_owned());
        let message = format!("{what} {refusal}: {then}");
        let finding = self.subject.finding(self.plan(), Some("not-in-version"), value.place.clone(), message, fix);
        self.found.findings.push(finding);
    }

    /// A program that is given a file of its own may read that alone.
    fn reads_a_file(&mut self, said: &Said) -> bool {
        let (Form::Pod(program) | Form::Flags(program)) = self.form else { return false };
        let flag = match program {
            Program::Etcd => "config-file",
            Program::KubeScheduler | Program::KubeProxy => "config",
            Program::KubeApiserver | Program::KubeControllerManager | Program::Kubelet => return false,
        };
        let Some(value) = said.get(&SettingKey::Flag(program, flag.to_owned())).and_then(|values| values.last()) else {
            return false;
        };
        let message = format!("{program} reads `{}`, which counts before its flags and is not judged", value.text);
        let fix = "give it flags alone, as kubeadm does".to_owned();
        let finding = self.subject.finding(self.plan(), None, value.place.clone(), message, fix);
        self.found.unknown.push(finding);
        true
    }

    /// What is asked of an object: the labels of a governed namespace, and whatever it says that is planned.
    fn of_object(&self, kind: ObjectKind, said: &Said) -> BTreeMap<SettingKey, Vec<String>> {
        let name = self.subject.root.and_then(super::subject::object).and_then(|object| object.name).unwrap_or_default();
        let labels = format!("{name}/labels/");
        let asked = |key: &SettingKey| match key {
            SettingKey::Part(Topic::Namespace, part) if kind == ObjectKind::Namespace => part.starts_with(&labels),
            SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => {
                false
            }
        };
        let settings = self.against.settings.iter().filter(|(key, _)| asked(key) || said.contains_key(*key));
        settings.map(|(key, held)| (key.clone(), vec![held.value.clone()])).collect()
    }

    /// The plan is for one version; what runs may be another.
    fn version(&mut self, program: Program, sighting: &Sighting) {
        let Some(image) = sighting.others.get("image").filter(|_| program != Program::Etcd) else { return };
        let Some(tag) = image.text.rsplit_once(":v").map(|(_, tag)| tag) else { return };
        let minor = self.plan().cluster.minor().to_string();
        if !tag.starts_with(&format!("{minor}.")) {
            let message = format!("{program} is v{tag} here, and judged as {minor}");
            let fix = "name the version that runs in the spec, or upgrade".to_owned();
            let mut finding = self.subject.finding(self.plan(), None, image.place.clone(), message, fix);
            finding.severity = Severity::Warning;
            self.found.notices.push(finding);
        }
    }

    fn push(&mut self, key: &SettingKey, place: Place, message: String, fix: String) {
        self.told(asked(self.against, key), place, message, fix);
    }

    /// A finding; what only the installer or the owner's own files ask for is worth a notice.
    fn told(&mut self, asked: Asked, place: Place, message: String, fix: String) {
        let control = asked.control.map(|control| control.0);
        let mut finding: Finding = self.subject.finding(self.plan(), control, place, message, fix);
        if asked.asked {
            self.found.findings.push(finding);
        } else {
            finding.severity = Severity::Notice;
            self.found.notices.push(finding);
        }
    }
}

/// What is missing in a list of arguments is told at the list, not at the document.
fn anchored<'a>(sighting: &Sighting, subject: &Subject<'a>) -> Subject<'a> {
    let flags = sighting.settings.iter().filter(|(key, _)| matches!(key, SettingKey::Flag(..)));
    let first = flags.flat_map(|(_, values)| values).map(|value| &value.place).min_by_key(|place| place.span.start);
    let list = first.and_then(|first| {
        let root = subject.root?;
        let pointer = super::subject::pointer(root, first)?;
        // The argument, its list, the key of the list.
        let mut above = pointer.rsplit('/').map(str::len).scan(pointer.len(), |end, length| {
            *end = end.saturating_sub(length + 1);
            pointer.get(..*end)
        });
        let list = above.find(|above| root.at_pointer(above).is_some_and(|node| node.as_seq().is_some()))?;
        let (owner, key) = list.rsplit_once('/')?;
        root.at_pointer(owner)?.place_of_key(key).cloned()
    });
    Subject { place: list.unwrap_or_else(|| subject.place.clone()), ..subject.clone() }
}

/// Who asks for a setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asked {
    control: Option<ControlId>,
    /// Whether anybody asks beside the installer and the owner's own files.
    asked: bool,
}

impl Asked {
    fn of<T>(held: &Held<T>) -> Self {
        Asked { control: held.reasons.iter().find_map(|reason| reason.control), asked: !held.is_found() }
    }
}

/// Who asks for a setting: for its own key, else for the parts below it, else for what it is a part of, else for its neighbours.
fn asked(against: &Against<'_>, key: &SettingKey) -> Asked {
    if let Some(held) = against.settings.get(key) {
        return Asked::of(held);
    }
    let text = key.text();
    let is_below =
        |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('/') || rest.starts_with('.'));
    let mut settings = against.settings.iter();
    if let Some((_, held)) = settings.find(|(other, _)| is_below(&other.text(), &text)) {
        return Asked::of(held);
    }
    let above = against.settings.iter().filter(|(other, _)| is_below(&text, &other.text()));
    if let Some((_, held)) = above.max_by_key(|(other, _)| other.text().len()) {
        return Asked::of(held);
    }
    if !matches!(key, SettingKey::Part(..)) {
        return Asked::default();
    }
    let mut folder = text.as_str();
    while let Some((up, _)) = folder.rsplit_once('/') {
        folder = up;
        let mut beside =
            against.settings.iter().filter(|(other, _)| is_below(&other.text(), folder)).map(|(_, held)| Asked::of(held));
        let first = beside.next();
        if let Some(first) = first.filter(|first| first.control.is_some()).or_else(|| beside.find(|one| one.control.is_some())) {
            return first;
        }
    }
    Asked::default()
}

/// Whether a form is a document for kubeadm.
fn is_kubeadm(form: Form) -> bool {
    matches!(form, Form::Kubeadm(KubeadmKind::Cluster | KubeadmKind::Init | KubeadmKind::Join))
}
