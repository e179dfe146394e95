//! What observers saw in files: settings under the keys of the plan, and answers that are no settings, each with its place.
//!
//! Emitted trees and foreign manifests go through the same observers; a value that a file does not say is told from one that the file
//! could not say.

mod command_line;
mod differences;
mod expected;
mod leaves;
mod objects;

use std::collections::BTreeMap;

use crate::{
    diag::{Diagnostic, Diagnostics, Place, Source},
    facts::{ConfigKind, KubeadmKind},
    plan::{Plan, Program, SettingKey},
    yaml::{self, Document, Node},
};

use super::{
    control_plane,
    k8s::{self, ObjectKind},
    kubeadm,
};

pub use command_line::{Word, flags as flags_of, kind as kind_of_flag, program_of};
pub use differences::has_observer;

pub(super) use command_line::{flags, words_of_file, words_of_list};
pub(super) use leaves::{Leaf, Leaves, escaped, text, written};

/// What an observer saw of one thing. "Not in the file" is not "fine".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// The file says so, there.
    Known(T, Place),
    /// The file would say it, and does not: its reader's default counts.
    Absent,
    /// A file of this form cannot say it.
    Unknown,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text, as settings of a plan are written.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Whether it counts as it stands; else it names something that the file does not hold (`$(NODE_IP)`).
    pub exact: bool,
}

/// What a document is, and so what it can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A pod that runs a program: its whole command line, and its mounts.
    Pod(Program),
    /// The command line of a program.
    Flags(Program),
    /// A document of kubeadm: what it is told beside what it writes itself.
    Kubeadm(KubeadmKind),
    /// The configuration file of kubelet or kube-proxy.
    Fields(Program),
    /// A file that the API server reads.
    Configuration(ConfigKind),
    /// A patch that kubeadm lays over the static pod of a program.
    Patch(Program),
    /// An object of the cluster.
    Object(ObjectKind),
}

impl Form {
    /// Whether a document of this form would say a setting.
    #[must_use]
    pub fn can_say(self, key: &SettingKey) -> bool {
        match (self, key) {
            (Form::Pod(own), SettingKey::Flag(program, _) | SettingKey::Mount(program, _))
            | (Form::Flags(own), SettingKey::Flag(program, _))
            | (Form::Fields(own), SettingKey::Field(program, _)) => own == *program,
            (Form::Configuration(kind), SettingKey::Part(topic, part)) => control_plane::can_say(kind, *topic, part),
            (Form::Object(kind), key) => kind.can_say(key),
            (Form::Pod(_) | Form::Flags(_) | Form::Fields(_) | Form::Configuration(_), _) => false,
            // What kubeadm is not told, it decides itself.
            (Form::Kubeadm(_) | Form::Patch(_), _) => false,
        }
    }
}

/// One document that an observer understood.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The name of its file.
    pub file: String,
    /// What it is.
    pub form: Form,
    /// The whole document.
    pub place: Place,
    /// The settings it makes; several values where it repeats a flag or lists rules, in their order.
    pub settings: BTreeMap<SettingKey, Vec<Written>>,
    /// Everything else that it says, by JSON pointer or name.
    pub others: BTreeMap<String, Written>,
}

impl Sighting {
    pub(super) fn new(file: &str, form: Form, place: Place) -> Self {
        Sighting { file: file.to_owned(), form, place, settings: BTreeMap::new(), others: BTreeMap::new() }
    }

    /// What the document says of a setting: every value of it, in order, and where the first one stands.
    #[must_use]
    pub fn seen(&self, key: &SettingKey) -> Seen<Vec<&str>> {
        match self.settings.get(key).and_then(|values| Some((values, values.first()?))) {
            Some((values, _)) if values.iter().any(|value| !value.exact) => Seen::Unknown,
            Some((values, first)) => Seen::Known(values.iter().map(|v| v.text.as_str()).collect(), first.place.clone()),
            None if self.form.can_say(key) => Seen::Absent,
            None => Seen::Unknown,
        }
    }

    pub(super) fn set(&mut self, key: SettingKey, value: Written) {
        self.settings.entry(key).or_default().push(value);
    }

    /// Keeps what no observer took, so that nothing in a document is passed over.
    pub(super) fn keep(&mut self, leaves: Leaves) {
        for leaf in leaves.rest() {
            self.others.insert(leaf.pointer, leaf.written);
        }
    }
}

/// What was seen in files.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Every document that was understood, in the order of reading.
    pub sightings: Vec<Sighting>,
    /// What kept others from being understood.
    pub problems: Vec<Diagnostic>,
    /// Files with a document that no observer knows, or of which none can read anything.
    pub unread: Vec<String>,
}

impl Observed {
    /// Reads a file by its name and content.
    pub fn read(&mut self, name: &str, text: &str) {
        let source = Source::new(name, text);
        match name.rsplit_once('.') {
            Some((_, "yaml" | "yml" | "json")) => {
                for document in yaml::read(&source) {
                    self.document(name, &document);
                }
            }
            Some((stem, "flags")) if Program::from_name(base_name(stem)).is_some() => {
                let program = Program::from_name(base_name(stem));
                self.sightings.extend(program.map(|program| control_plane::flag_set(program, &source)));
            }
            _ => self.unread.push(name.to_owned()),
        }
    }

    /// Reads one document; an empty one says nothing.
    pub fn document(&mut self, name: &str, document: &Document) {
        self.problems.extend(document.problems.iter().cloned());
        let before = self.sightings.len();
        if let Some(root) = &document.root {
            self.root(name, root);
            if self.sightings.len() == before {
                self.unread.push(name.to_owned());
            }
        }
    }

    fn root(&mut self, name: &str, root: &Node) {
        let mut diags = Diagnostics::default();
        let found = kubeadm::observe_patch(name, root)
            .map(|one| vec![one])
            .or_else(|| control_plane::observe(name, root, &mut diags))
            .or_else(|| kubeadm::observe(name, root).map(|one| vec![one]))
            .or_else(|| k8s::observe(name, root).map(|one| vec![one]));
        self.problems.extend(diags.list().iter().cloned());
        self.sightings.extend(found.into_iter().flatten());
    }

    /// Every document of a form.
    pub fn of(&self, form: Form) -> impl Iterator<Item = &Sighting> {
        self.sightings.iter().filter(move |sighting| sighting.form == form)
    }
}

/// The settings that a document of a form must make for a plan, whatever node it is for: those that somebody asks for beside what the
/// installer writes itself.
#[must_use]
pub fn planned(plan: &Plan, form: Form) -> BTreeMap<SettingKey, Vec<String>> {
    expected::expected(plan, form, expected::Role::Any, false).settings
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
