//! The static pods of a node, and the files that their flags name.

use std::collections::BTreeSet;

use crate::{
    diag::{Place, Severity, Source, Span},
    facts::ConfigKind,
    plan::{Plan, Program, SettingKey},
    targets::{Form, Observed, Sighting},
    yaml::{self, Document, Value},
};

use super::{
    super::{Against, Findings, documents, settings, subject::Subject},
    Node,
    kubelet::{MANIFESTS, StaticPods},
};

/// The flags of the API server that name files, and what lies there.
pub(super) const FILES: &[(&str, ConfigKind)] = &[
    ("admission-control-config-file", ConfigKind::Admission),
    ("audit-policy-file", ConfigKind::AuditPolicy),
    ("authentication-config", ConfigKind::Authentication),
    ("authorization-config", ConfigKind::Authorization),
    ("encryption-provider-config", ConfigKind::Encryption),
];

/// Judges the static pods in a folder of the node, and what they read.
pub(super) fn judge(node: &Node<'_>, pods: &StaticPods, against: &Against<'_>, found: &mut Findings) {
    let folder = format!("{}/", pods.folder);
    if let Some(place) = pods.place.clone().filter(|_| pods.folder != MANIFESTS && pods.folder != "/")
        && node.below(&folder).next().is_none()
    {
        let message = format!(
            "`{}` is the folder of static pods, and no file of it is among the files: what runs is not known",
            pods.folder
        );
        let fix = format!("add `{}`, also where it is empty on the node", pods.folder);
        found.unknown.push(Subject::text(place.clone()).of_no_control(place, message, fix));
    }
    let mut runs = BTreeSet::new();
    let mut first: Option<Place> = None;
    for path in node.below(&folder) {
        let name = &path[folder.len()..];
        // The kubelet takes any ending, no folders, and no name that begins with a dot.
        if name.contains('/') || name.starts_with('.') {
            continue;
        }
        let Some(source) = node.read(path) else { continue };
        first.get_or_insert_with(|| source.place(Span::default()));
        for sighting in pod(source, against, found) {
            if let Form::Pod(program) = sighting.form {
                runs.insert(program);
                if program == Program::KubeApiserver {
                    named_files(node, &sighting, against, found);
                }
            }
        }
    }
    if let Some(place) = first.filter(|_| !runs.is_empty()) {
        for program in planned_pods(against.plan).into_iter().filter(|program| !runs.contains(program)) {
            let message = format!("no static pod runs {program} here");
            let subject = Subject::text(place.clone());
            let fix = "add its manifest, or leave it where it runs elsewhere".to_owned();
            found.unknown.push(subject.finding(against.plan, None, place.clone(), message, fix));
        }
    }
}

fn planned_pods(plan: &Plan) -> Vec<Program> {
    let in_pods = |program: &Program| !matches!(program, Program::Kubelet | Program::KubeProxy);
    let external = plan.cluster.kubeadm.as_ref().is_some_and(|kubeadm| kubeadm.external_etcd.is_some());
    let wanted = plan.components.iter().filter(|(_, component)| !component.is_empty()).map(|(program, _)| *program);
    wanted.filter(in_pods).filter(|program| !(external && *program == Program::Etcd)).collect()
}

/// The first document of a manifest: the kubelet reads no other.
fn pod(source: &Source, against: &Against<'_>, found: &mut Findings) -> Vec<Sighting> {
    let documents = yaml::read(source);
    let Some(first) = documents.first() else { return Vec::new() };
    found.document(source.name());
    let Some(root) = readable(first, found) else { return Vec::new() };
    let mut observed = Observed::default();
    observed.document(source.name(), first);
    let subject = Subject::of(first.index, root, String::new());
    if observed.sightings.is_empty() {
        documents::static_pod(source.name(), first.index, root, against, found);
    } else {
        found.objects(source.name(), 1);
    }
    for sighting in &observed.sightings {
        settings::sighting(sighting, &subject, against, found);
    }
    observed.sightings
}

/// The content of a document without errors; what is wrong with it is told.
fn readable<'d>(document: &'d Document, found: &mut Findings) -> Option<&'d yaml::Node> {
    for problem in &document.problems {
        let told = documents::broken(problem, document.index);
        match problem.severity {
            Severity::Error => found.findings.push(told),
            Severity::Warning | Severity::Notice => found.notices.push(told),
        }
    }
    if document.has_errors() {
        let at = Some((document.index, document.place.position().line));
        found.skip(document.place.source.name(), at, "it cannot be read");
        return None;
    }
    document.root.as_ref().filter(|root| root.value != Value::Null)
}

/// The files that the API server is told to read.
fn named_files(node: &Node<'_>, pod: &Sighting, against: &Against<'_>, found: &mut Findings) {
    for (flag, kind) in FILES {
        let key = SettingKey::Flag(Program::KubeApiserver, (*flag).to_owned());
        let Some(value) = pod.settings.get(&key).and_then(|values| values.last()) else { continue };
        let path = on_host(pod, &value.text);
        let Some(source) = node.read(&path) else {
            let message = format!("`--{flag}` names `{}`, and `{path}` is not among the files of the node", value.text);
            let subject = Subject::text(value.place.clone());
            let fix = format!("add `{path}`");
            found.unknown.push(subject.finding(against.plan, None, value.place.clone(), message, fix));
            continue;
        };
        let inner = configuration(source, *kind, against, found);
        // The configurations of admission plugins lie beside the list that names them.
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for name in inner {
            let path = if name.starts_with('/') { on_host(pod, &name) } else { format!("{folder}/{name}") };
            if let Some(source) = node.read(&path) {
                configuration(source, *kind, against, found);
            }
        }
    }
}

/// The path on the host of a path in the container; the longest mount counts.
fn on_host(pod: &Sighting, path: &str) -> String {
    let mounts = pod.settings.iter().filter_map(|(key, values)| match key {
        SettingKey::Mount(_, at) => {
            let rest =
                path.strip_prefix(at.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/') || at.ends_with('/'))?;
            let host = values.last()?.text.split(' ').next()?;
            Some((at.len(), format!("{host}{rest}")))
        }
        SettingKey::Flag(..) | SettingKey::Field(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
    });
    mounts.max().map_or_else(|| path.to_owned(), |(_, host)| host)
}

/// Judges a file that the API server reads; gives the files that it names.
fn configuration(source: &Source, kind: ConfigKind, against: &Against<'_>, found: &mut Findings) -> Vec<String> {
    let documents = yaml::read(source);
    let Some(first) = documents.first() else { return Vec::new() };
    found.document(source.name());
    let Some(root) = readable(first, found) else { return Vec::new() };
    let mut observed = Observed::default();
    observed.document(source.name(), first);
    let subject = Subject::of(1, root, String::new());
    for problem in observed.problems.iter().filter(|problem| !first.problems.contains(problem)) {
        found.findings.push(documents::broken(problem, 1));
    }
    if !observed.sightings.is_empty() {
        found.objects(source.name(), 1);
    } else if observed.problems.is_empty() {
        let message = format!("this is no {}", kind.kind());
        let fix = format!("write a {} there", kind.kind());
        found.findings.push(subject.finding(against.plan, Some("not-in-version"), first.place.clone(), message, fix));
    }
    let mut named = Vec::new();
    for sighting in &observed.sightings {
        settings::sighting(sighting, &subject, against, found);
        named.extend(sighting.others.iter().filter(|(key, _)| key.starts_with("plugins/")).map(|(_, value)| value.text.clone()));
    }
    named.retain(|name| name != "inside");
    named
}
