//! Where files say something else than a plan.

use std::collections::BTreeSet;

use crate::{
    base::KubeVersion,
    facts::{self, ConfigKind, KubeadmKind},
    plan::{KubeadmCluster, NodeAddress, PER_NODE, Plan, Program, SettingKey, host_paths},
};

use super::{
    Form, Observed, Seen, Sighting,
    expected::{Expected, Role, documents, expected, values},
    objects,
};

impl Observed {
    /// Where the files of a tree say something else than the plan: `(file, what)`, each once.
    #[must_use]
    pub fn differences(&self, plan: &Plan) -> Vec<(String, String)> {
        let mut found = Found { plan, list: BTreeSet::new() };
        for problem in &self.problems {
            let file = problem.labels.first().map_or("", |label| label.place.source.name());
            found.add(file, problem.message.clone());
        }
        for file in self.unread.iter().filter(|name| has_observer(name)) {
            found.add(file, "holds nothing that its reader knows".to_owned());
        }
        let patched = self.sightings.iter().any(|sighting| matches!(sighting.form, Form::Patch(_)));
        let mut used = BTreeSet::new();
        for (form, role) in documents(plan) {
            let candidates = self.sightings.iter().enumerate().filter(|(_, sighting)| sighting.form == form);
            match candidates.into_iter().find(|(at, sighting)| !used.contains(at) && plays(sighting, role)) {
                Some((at, sighting)) => {
                    used.insert(at);
                    found.compare(sighting, role, &expected(plan, form, role, patched));
                }
                None => {
                    found.add(&place_of(form, role), format!("the plan asks for it, and no document says it ({})", name(form)))
                }
            }
        }
        for (at, sighting) in self.sightings.iter().enumerate() {
            match sighting.form {
                Form::Patch(program) => found.patch(sighting, program),
                Form::Object(_) => {}
                Form::Pod(_) | Form::Flags(_) | Form::Kubeadm(_) | Form::Fields(_) | Form::Configuration(_) => {
                    if !used.contains(&at) {
                        found.add(&sighting.file, format!("the plan asks for no such document ({})", name(sighting.form)));
                    }
                }
            }
        }
        self.files_of_flags(&mut found);
        found.list.extend(objects::differences(self, plan));
        found.list.into_iter().collect()
    }

    /// Every configuration lies where the API server's flag looks for it.
    fn files_of_flags(&self, found: &mut Found<'_>) {
        let flags = [
            (ConfigKind::Admission, "admission-control-config-file"),
            (ConfigKind::AuditPolicy, "audit-policy-file"),
            (ConfigKind::Authentication, "authentication-config"),
            (ConfigKind::Authorization, "authorization-config"),
            (ConfigKind::Encryption, "encryption-provider-config"),
        ];
        for (kind, flag) in flags {
            let Some(file) = self.of(Form::Configuration(kind)).next().map(|sighting| sighting.file.as_str()) else { continue };
            let key = SettingKey::Flag(Program::KubeApiserver, flag.to_owned());
            for sighting in self.of(Form::Flags(Program::KubeApiserver)) {
                let Seen::Known(path, _) = sighting.seen(&key) else {
                    found.add(file, format!("no `--{flag}` names it"));
                    continue;
                };
                let path = format!("control-plane{}", path.concat());
                let template = kind == ConfigKind::Encryption && host_paths::folder(&path) == host_paths::folder(file);
                if path != file && !template {
                    found.add(file, format!("`--{flag}` names `{path}`"));
                }
            }
        }
    }
}

/// Folders of a tree that only harden writes and other programs read: their consumers judge them, and building again gives the same.
const WRITTEN_ONLY: &[&str] = &["ci/", "helm/", "nodes/", "terraform/", "tests/"];

/// Whether an observer should understand a file of a tree.
#[must_use]
pub fn has_observer(name: &str) -> bool {
    (name.ends_with(".yaml") || name.ends_with(".flags")) && !WRITTEN_ONLY.iter().any(|folder| name.starts_with(folder))
}

/// Whether a document is the one of a role.
fn plays(sighting: &Sighting, role: Role<'_>) -> bool {
    let name = sighting.others.get("/nodeRegistration/name").map(|written| written.text.as_str());
    let control_plane = sighting.others.keys().any(|key| key == "/controlPlane" || key.starts_with("/controlPlane/"));
    match (sighting.form, role) {
        (Form::Pod(_), Role::Node(node)) => sighting.file.starts_with(&format!("control-plane/{}/", node.name)),
        (Form::Kubeadm(KubeadmKind::Join), Role::Node(node)) => sighting.file.contains(&format!("/nodes/{}/", node.name)),
        (Form::Kubeadm(KubeadmKind::Join), Role::Worker) => !control_plane,
        (Form::Kubeadm(KubeadmKind::Join), Role::ControlPlane) => control_plane && name.is_none(),
        (_, _) => true,
    }
}

/// Where a document of a form lies in a tree.
fn place_of(form: Form, role: Role<'_>) -> String {
    match (form, role) {
        (Form::Pod(program), Role::Node(node)) => format!("control-plane/{}/manifests/{program}.yaml", node.name),
        (Form::Flags(program), _) => format!("control-plane/flags/{program}.flags"),
        (Form::Kubeadm(KubeadmKind::Join), Role::Node(node)) => format!("kubeadm/nodes/{}/join-control-plane.yaml", node.name),
        (Form::Kubeadm(KubeadmKind::Join), Role::Worker) => "kubeadm/join-worker.yaml".to_owned(),
        (Form::Kubeadm(KubeadmKind::Join), _) => "kubeadm/join-control-plane.yaml".to_owned(),
        (Form::Kubeadm(_) | Form::Fields(_), _) => "kubeadm/init.yaml".to_owned(),
        (Form::Pod(_) | Form::Configuration(_) | Form::Patch(_), _) => "control-plane".to_owned(),
        (Form::Object(_), _) => "k8s".to_owned(),
    }
}

/// The name of a form, for people.
fn name(form: Form) -> String {
    match form {
        Form::Pod(program) => format!("static pod of {program}"),
        Form::Flags(program) => format!("flags of {program}"),
        Form::Kubeadm(kind) => kind.kind().to_owned(),
        Form::Fields(program) => format!("configuration of {program}"),
        Form::Configuration(kind) => kind.kind().to_owned(),
        Form::Patch(program) => format!("patch of {program}"),
        Form::Object(kind) => kind.name().to_owned(),
    }
}

struct Found<'a> {
    plan: &'a Plan,
    list: BTreeSet<(String, String)>,
}

impl Found<'_> {
    fn add(&mut self, file: &str, what: String) {
        self.list.insert((file.to_owned(), what));
    }

    fn compare(&mut self, sighting: &Sighting, role: Role<'_>, expected: &Expected) {
        for (key, wanted) in &expected.settings {
            match sighting.settings.get(key) {
                None => self.add(&sighting.file, format!("`{key}` is planned to be `{}` and is not set", shown(wanted))),
                Some(values) => {
                    let texts: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
                    if texts != wanted.iter().map(String::as_str).collect::<Vec<_>>() {
                        self.differ(&sighting.file, &key.to_string(), wanted, &texts);
                    }
                }
            }
        }
        for (key, values) in sighting.settings.iter().filter(|(key, _)| !expected.settings.contains_key(key)) {
            self.unplanned(sighting, role, key, &values[0].text);
        }
        self.others(sighting, expected);
        if let (Form::Pod(program), Role::Node(node)) = (sighting.form, role) {
            self.missing_own(sighting, program, node);
            self.version(sighting, program);
        }
    }

    /// Where several values are in question, only those that differ are told.
    fn differ(&mut self, file: &str, key: &str, wanted: &[String], texts: &[&str]) {
        if let ([wanted], [text]) = (wanted, texts) {
            return self.add(file, format!("`{key}` is planned to be `{wanted}` and is `{text}`"));
        }
        let before = self.list.len();
        for (n, wanted) in wanted.iter().enumerate().filter(|(_, wanted)| !texts.contains(&wanted.as_str())) {
            self.add(file, format!("`{key}`: planned value {} `{wanted}` is not there", n + 1));
        }
        for (n, text) in texts.iter().enumerate().filter(|(_, text)| !wanted.iter().any(|wanted| wanted == *text)) {
            self.add(file, format!("`{key}`: value {} `{text}` is not planned", n + 1));
        }
        if self.list.len() == before {
            self.add(file, format!("`{key}`: the values stand in another order than planned, or one stands twice"));
        }
    }

    /// A setting that is not in the plan: that of one node, a folder of certificates of its system, or a difference.
    fn unplanned(&mut self, sighting: &Sighting, role: Role<'_>, key: &SettingKey, text: &str) {
        if let (Form::Pod(_), Role::Node(node)) = (sighting.form, role) {
            match key {
                SettingKey::Flag(program, name) if PER_NODE.contains(&(*program, name.as_str())) => {
                    return self.own(sighting, node, name, text);
                }
                SettingKey::Mount(_, path) if self.is_ca_folder(node, path, text) => return,
                SettingKey::Flag(..)
                | SettingKey::Field(..)
                | SettingKey::Mount(..)
                | SettingKey::Part(..)
                | SettingKey::Node(_) => {}
            }
        }
        self.add(&sighting.file, format!("`{key}` is `{text}` and is not planned"));
    }

    /// An argument of one node names that node, and no other but in the list of members.
    fn own(&mut self, sighting: &Sighting, node: &NodeAddress, name: &str, text: &str) {
        let others = |kubeadm: &KubeadmCluster| {
            let others = kubeadm.nodes.iter().filter(|other| other.name != node.name);
            others.flat_map(|other| [other.name.clone(), other.address.to_string()]).collect::<Vec<String>>()
        };
        let words: Vec<&str> = text.split([',', '=', '/', '[', ']']).flat_map(|part| [part, port_off(part)]).collect();
        let says = |what: &str| words.contains(&what);
        let own = match name {
            "name" => text == node.name,
            "initial-cluster-state" => text == "existing",
            "initial-cluster" => says(&node.name) && says(&node.address.to_string()),
            _ => {
                let foreign = self.plan.cluster.kubeadm.iter().flat_map(others).any(|other| says(&other));
                says(&node.address.to_string()) && !foreign
            }
        };
        if !own {
            self.add(&sighting.file, format!("`--{name}` is `{text}`, which is not that of node `{}`", node.name));
        }
    }

    /// Every argument that only the node itself can say is there; a first member has no state to name.
    fn missing_own(&mut self, sighting: &Sighting, program: Program, node: &NodeAddress) {
        let nodes = self.plan.cluster.kubeadm.iter().flat_map(|kubeadm| &kubeadm.nodes);
        let first = nodes.into_iter().next().is_some_and(|first| first.name == node.name);
        for (_, name) in PER_NODE.iter().filter(|(of, name)| *of == program && !(first && *name == "initial-cluster-state")) {
            if !sighting.settings.contains_key(&SettingKey::Flag(program, (*name).to_owned())) {
                self.add(&sighting.file, format!("`--{name}` of node `{}` is not set", node.name));
            }
        }
    }

    fn is_ca_folder(&self, node: &NodeAddress, path: &str, text: &str) -> bool {
        let os = self.plan.pools.get(&node.pool).map_or("other", |pool| pool.os.as_str());
        let known = facts::kubeadm_ca_folders(os).unwrap_or(&[]).contains(&path);
        known && text == format!("{path} ro DirectoryOrCreate")
    }

    fn others(&mut self, sighting: &Sighting, expected: &Expected) {
        for (pointer, wanted) in &expected.others {
            let default = expected.defaults.get(pointer.as_str()).copied();
            let text = sighting.others.get(pointer).map(|written| written.text.as_str()).or(default);
            if text != Some(wanted) {
                let is = text.map_or("not there".to_owned(), |text| format!("`{text}`"));
                self.add(&sighting.file, format!("`{pointer}` is planned to be `{wanted}` and is {is}"));
            }
        }
        let pod = matches!(sighting.form, Form::Pod(_));
        for (pointer, written) in sighting.others.iter().filter(|(pointer, _)| !pod && !expected.others.contains_key(*pointer)) {
            self.add(&sighting.file, format!("`{pointer}` is `{}` and is not planned", written.text));
        }
    }

    /// The image of a static pod is that of the planned version.
    fn version(&mut self, sighting: &Sighting, program: Program) {
        let image = sighting.others.get("image").map_or("", |written| written.text.as_str());
        let version: KubeVersion = self.plan.cluster.version;
        let tag = match program {
            Program::Etcd => self.plan.cluster.etcd_tag().unwrap_or_default().to_owned(),
            Program::KubeApiserver
            | Program::KubeControllerManager
            | Program::KubeScheduler
            | Program::Kubelet
            | Program::KubeProxy => format!("v{version}"),
        };
        if !image.ends_with(&format!("/{program}:{tag}")) {
            self.add(&sighting.file, format!("the image is `{image}`, planned is `{program}:{tag}`"));
        }
    }

    /// A patch only puts planned values of planned flags in.
    fn patch(&mut self, sighting: &Sighting, program: Program) {
        for (key, written) in &sighting.settings {
            let planned = match key {
                SettingKey::Flag(_, name) => self.plan.component(program).flags.get(name).map(values).unwrap_or_default(),
                SettingKey::Field(..) | SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => Vec::new(),
            };
            for value in written.iter().filter(|value| !planned.contains(&value.text)) {
                self.add(&sighting.file, format!("`{key}` is patched to `{}`, which is not planned", value.text));
            }
        }
    }
}

/// A part without its port.
fn port_off(part: &str) -> &str {
    part.rsplit_once(':').map_or(part, |(host, _)| host)
}

fn shown(values: &[String]) -> String {
    values.join("`, `")
}
