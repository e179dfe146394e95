//! Files to documents to objects: broken documents do not hide good ones, lists are taken apart, what is no object is said.

use std::borrow::Cow;

use crate::{
    diag::{Diagnostic, Severity, Source},
    facts,
    policy::{pod_spec, pod_spec_way},
    targets::{Form, Observed, is_patch},
    yaml::{self, Document, Entry, Node, Style, Value},
};

use super::{
    Against, Extent, Finding, Findings,
    accounts::Accounts,
    kustomization, policies, settings,
    subject::{Reader, Subject},
};

/// What to do with a template.
pub(super) const RENDER: &str = "judge what it renders to: `helm template ... | harden check --spec FILE -`";

/// A file to be judged.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name, as it was named or found.
    pub name: String,
    /// Whether it was named itself, and not found in a folder.
    pub named: bool,
    /// What it holds.
    pub content: Content,
}

/// What a file holds.
#[derive(Debug, Clone)]
pub enum Content {
    /// A text.
    Text(Source),
    /// Bytes that are no text.
    Unreadable(Box<Diagnostic>),
    /// It was not read, and why.
    Left(String),
}

/// Whether a file of this name is a manifest or configuration by its ending, as kubectl takes files of a folder.
pub(super) fn is_yaml(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// Whether somebody who applies a folder applies a file of it, or the file was named itself; the rest may be part of a node.
pub(super) fn is_taken(file: &File) -> bool {
    file.named || is_yaml(&file.name) || kustomization::is_called(&file.name)
}

/// Judges a file by itself.
pub(super) fn judge(file: &File, against: &Against<'_>, accounts: &Accounts, found: &mut Findings) {
    match &file.content {
        Content::Left(_) | Content::Unreadable(_) => not_read(file, found),
        Content::Text(source) if file.name.ends_with(".flags") => flags(source, against, found),
        Content::Text(_) if !is_taken(file) => {}
        Content::Text(source) => {
            let documents = yaml::read(source);
            let for_kubeadm = documents.iter().any(|document| document.root.as_ref().is_some_and(is_for_kubeadm));
            let reader = if for_kubeadm { Reader::Kubeadm } else { Reader::Own };
            for document in &documents {
                one(file, document, reader, against, accounts, found);
            }
        }
    }
}

/// Tells that a file was not read; what somebody would apply all the same is a finding.
pub(super) fn not_read(file: &File, found: &mut Findings) {
    match &file.content {
        Content::Text(_) => {}
        Content::Left(reason) => found.skip(&file.name, None, reason.clone()),
        Content::Unreadable(problem) => {
            found.skip(&file.name, None, problem.message.clone());
            if is_taken(file) {
                found.findings.push(broken(problem, 1));
            }
        }
    }
}

fn flags(source: &Source, against: &Against<'_>, found: &mut Findings) {
    let mut observed = Observed::default();
    observed.read(source.name(), source.text());
    if against.extent == Extent::Workloads || observed.sightings.is_empty() {
        return found.skip(source.name(), None, "these are not the flags of a program that this plan speaks of");
    }
    found.document(source.name());
    found.objects(source.name(), observed.sightings.len());
    for sighting in &observed.sightings {
        settings::sighting(sighting, &Subject::text(sighting.place.clone()), against, found);
    }
}

/// Whether a document is one that kubeadm reads: it completes the others of the same file.
fn is_for_kubeadm(root: &Node) -> bool {
    root.get("apiVersion").and_then(Node::as_str).is_some_and(|version| version.starts_with("kubeadm.k8s.io/"))
}

/// Whether every program would refuse the text, ours and kubectl.
fn is_refused(errors: &[&Diagnostic]) -> bool {
    errors.iter().all(|problem| matches!(problem.code, "yaml-syntax" | "yaml-key"))
}

/// Judges a document of a file.
pub(super) fn one(
    file: &File,
    document: &Document,
    reader: Reader,
    against: &Against<'_>,
    accounts: &Accounts,
    found: &mut Findings,
) {
    found.document(&file.name);
    let at = Some((document.index, document.place.position().line));
    let errors: Vec<&Diagnostic> = document.problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    for problem in document.problems.iter().filter(|problem| problem.severity != Severity::Error) {
        found.notices.push(broken(problem, document.index));
    }
    if !errors.is_empty() {
        return unreadable(file, document, &errors, found);
    }
    let Some(root) = document.root.as_ref().filter(|root| !root.is_null()) else { return };
    if kustomization::is_one(&file.name, root)
        && let Some(finding) = kustomization::not_told(&Subject::of(document.index, root, String::new()), root, against)
    {
        return found.unknown.push(finding);
    }
    if !is_object(root) && !is_patch(&file.name, root) {
        return found.skip(&file.name, at, "it has no `apiVersion` and `kind`, so it is no Kubernetes object");
    }
    for (object, above) in objects(root) {
        let object = object.as_ref();
        let subject = Subject { reader, ..Subject::of(document.index, object, above) };
        let kind = object.get("kind").and_then(Node::as_str).unwrap_or("object");
        found.summary.not_asked.extend(not_asked(kind));
        if !judge_object(&file.name, object, &subject, against, accounts, found) {
            let line = object.place.position().line;
            found.skip(&file.name, Some((document.index, line)), nothing_asked(object));
        }
    }
}

/// Why nothing was asked of an object.
fn nothing_asked(object: &Node) -> String {
    let text = |key| object.get(key).and_then(Node::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if let Some(minor) = facts::object_api_gone(version, kind) {
        return format!("no API server has served {version} {kind} since {minor}: write it for a version that is served");
    }
    if (version, kind) == ("v1", "Config") {
        return "what a kubeconfig may hold depends on where it lies: judge a copy of the node".to_owned();
    }
    if let Some(way) = pod_spec_way(version, kind) {
        return match pod_spec(&object.to_json()) {
            Some(_) => format!(
                "no admission policy is planned for the cluster, so nothing is asked of pods and what makes them: {version} {kind}"
            ),
            None => format!("no map stands at `{}`, and no API server takes a {version} {kind} without it", way.join(".")),
        };
    }
    format!("nothing is asked of this kind yet: {version} {kind}")
}

/// What is asked of no object of a kind, although objects of the kind are judged: admission or a reviewer has to.
fn not_asked(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Pod"
        | "PodTemplate"
        | "ReplicationController"
        | "ReplicaSet"
        | "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "Job"
        | "CronJob" => "of pods what else the level of Pod Security of their namespace asks than the policies do",
        "Namespace" => "of namespaces labels of Pod Security where the plan writes none",
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => {
            "of roles and bindings those that the plan does not write"
        }
        "NetworkPolicy" | "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" | "GlobalNetworkPolicy" => {
            "of network policies those that the plan does not write"
        }
        _ => return None,
    })
}

/// A document with errors is judged by nobody: programs would read it differently, or not at all.
fn unreadable(file: &File, document: &Document, errors: &[&Diagnostic], found: &mut Findings) {
    let at = Some((document.index, document.place.position().line));
    let first = errors.first().map_or_else(String::new, |problem| problem.message.clone());
    found.skip(&file.name, at, format!("it cannot be read: {first}"));
    let text = document.place.source.text();
    let looks = file.named || !is_refused(errors) || text.contains("apiVersion");
    if is_refused(errors) && text.contains("{{") {
        found.unknown.push(Finding {
            message: "this is a template: what it becomes is not known".to_owned(),
            fix: RENDER.to_owned(),
            ..broken(errors[0], document.index)
        });
    } else if looks {
        found.findings.extend(errors.iter().map(|problem| broken(problem, document.index)));
    }
}

fn is_object(root: &Node) -> bool {
    ["apiVersion", "kind"].iter().all(|key| root.get(key).is_some_and(|value| value.as_str().is_some()))
}

/// Whether somebody could give a document to an API server: it has version and kind, and not those of a program's configuration.
pub(super) fn is_manifest(name: &str, document: &Document) -> bool {
    if document.has_errors() {
        return document.place.source.text().contains("apiVersion");
    }
    let Some(root) = &document.root else { return false };
    kustomization::is_one(name, root)
        || objects(root).iter().any(|(object, _)| is_object(object) && !is_configuration(name, object))
}

fn is_configuration(name: &str, object: &Node) -> bool {
    let of_object = |form| matches!(form, Form::Object(_) | Form::Pod(_));
    observed(name, object, 1).sightings.iter().any(|sighting| !of_object(sighting.form))
}

/// The objects of a document, each with where it stands: the document itself, or the items of a list, and of lists in it. As kubectl has it,
/// whatever has `items` is a list, of whatever kind, and an item that says neither is of the list's version and kind without `List`
/// (apimachinery, unstructured/helpers.go, read 2026-11-26).
pub(super) fn objects(root: &Node) -> Vec<(Cow<'_, Node>, String)> {
    let mut found = Vec::new();
    taken_apart(Cow::Borrowed(root), String::new(), &mut found);
    found
}

fn taken_apart<'n>(root: Cow<'n, Node>, above: String, out: &mut Vec<(Cow<'n, Node>, String)>) {
    let is_list = root.get("items").and_then(Node::as_seq).is_some();
    let named_so = root.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
    let items: Vec<Cow<'n, Node>> = match &root {
        Cow::Borrowed(list) => items(list).iter().map(Cow::Borrowed).collect(),
        Cow::Owned(list) => items(list).iter().cloned().map(Cow::Owned).collect(),
    };
    for (n, item) in items.into_iter().enumerate() {
        let item = named_by(&root, &item).map_or(item, Cow::Owned);
        taken_apart(item, format!("{above}/items/{n}"), out);
    }
    // What is no list by its name may be read by another program than kubectl.
    if !is_list || !named_so {
        out.push((root, above));
    }
}

/// The items of a list; none of anything else.
fn items(list: &Node) -> &[Node] {
    list.get("items").and_then(Node::as_seq).unwrap_or(&[])
}

/// An item that says neither its version nor its kind, with those that its list gives it.
fn named_by(list: &Node, item: &Node) -> Option<Node> {
    let says = |key: &str| item.get(key).is_some_and(|value| !value.is_null());
    let kind = list.get("kind").and_then(Node::as_str)?.strip_suffix("List")?;
    let version = list.get("apiVersion").and_then(Node::as_str)?;
    let entries = item.as_map().filter(|_| !says("apiVersion") && !says("kind"))?;
    let given = |key: &str, text: &str| Entry {
        key: key.to_owned(),
        key_place: item.place.clone(),
        key_style: Style::Plain,
        value: Node { value: Value::Str(text.to_owned()), style: Some(Style::Plain), ..item.clone() },
    };
    let mut all = vec![given("apiVersion", version), given("kind", kind)];
    all.extend(entries.iter().cloned());
    Some(Node { value: Value::Map(all), ..item.clone() })
}

/// The roots of every document that can be read in the texts that hold a word; most hold none, and reading a text takes long.
pub(super) fn roots_with<'f>(files: &'f [File], word: &'static str) -> impl Iterator<Item = (&'f File, Node)> {
    let texts = files.iter().filter_map(|file| match &file.content {
        Content::Text(source) => Some((file, source)),
        Content::Unreadable(_) | Content::Left(_) => None,
    });
    texts.filter(move |(_, source)| source.text().contains(word)).flat_map(|(file, source)| {
        let readable = yaml::read(source).into_iter().filter(|document| !document.has_errors());
        readable.filter_map(move |document| Some((file, document.root?)))
    })
}

/// Judges an object; `false` where nothing can be asked of it.
fn judge_object(
    name: &str,
    root: &Node,
    subject: &Subject<'_>,
    against: &Against<'_>,
    accounts: &Accounts,
    found: &mut Findings,
) -> bool {
    let mut observed = observed(name, root, subject.document);
    if subject.reader == Reader::ApiServerAlone {
        // What is a program's own to read is read by none.
        observed.problems.clear();
        observed.sightings.retain(|sighting| matches!(sighting.form, Form::Object(_)));
    }
    for problem in &observed.problems {
        found.findings.push(broken(problem, subject.document));
    }
    let mut judged = !observed.problems.is_empty();
    for sighting in observed.sightings.iter().filter(|_| against.extent == Extent::Cluster) {
        if matches!(sighting.form, Form::Pod(_)) && !in_system(root) {
            continue;
        }
        judged = true;
        settings::sighting(sighting, subject, against, found);
    }
    judged |= policies::judge(root, subject, against, accounts, found);
    found.objects(name, usize::from(judged));
    judged
}

/// What observers see of an object.
fn observed(name: &str, root: &Node, index: usize) -> Observed {
    let mut observed = Observed::default();
    observed.document(name, &Document { index, place: root.place.clone(), root: Some(root.clone()), problems: Vec::new() });
    observed
}

/// A pod of the control plane lives in `kube-system`; any other may run a program of the same name for itself.
fn in_system(root: &Node) -> bool {
    root.at_pointer("/metadata/namespace").and_then(Node::as_str) == Some("kube-system")
}

/// A finding about the text itself.
pub(super) fn broken(problem: &Diagnostic, document: usize) -> Finding {
    let place = problem.labels.first().map(|label| label.place.clone());
    Finding {
        control: Some(problem.code.to_owned()),
        severity: problem.severity,
        message: problem.message.clone(),
        place: place.unwrap_or_else(|| Source::new("", "").place(crate::diag::Span::default())),
        document,
        object: None,
        namespace: None,
        container: None,
        path: String::new(),
        benchmarks: Vec::new(),
        fix: problem.help.clone(),
        waiver: None,
    }
}

/// A static pod that no observer of settings knows.
pub(super) fn static_pod(name: &str, index: usize, root: &Node, against: &Against<'_>, found: &mut Findings) {
    let subject = Subject::of(index, root, String::new());
    if !judge_object(name, root, &subject, against, &Accounts::of_static_pods(), found) {
        let line = root.place.position().line;
        found.skip(name, Some((index, line)), "nothing is asked of this kind yet");
    }
}
