//! Reading back: the patches that kubeadm lays over static pods and the kubelet's file, by its three kinds; emitted or foreign.

use crate::{
    plan::{Program, SettingKey},
    targets::{
        control_plane,
        observed::{Form, Leaf, Leaves, Sighting, Written},
    },
    yaml::Node,
};

use super::observe::{field, fields};

/// What kubeadm patches, by the beginning of the name of a patch (kubeadm, `--patches`: `TARGET[SUFFIX][+TYPE].EXTENSION`).
const TARGETS: [(&str, Program); 5] = [
    ("etcd", Program::Etcd),
    ("kube-apiserver", Program::KubeApiserver),
    ("kube-controller-manager", Program::KubeControllerManager),
    ("kube-scheduler", Program::KubeScheduler),
    ("kubeletconfiguration", Program::Kubelet),
];

/// What a patch says, where a document is one: a list of steps, or a part of what it is laid over.
pub(in crate::targets) fn observe(file: &str, root: &Node) -> Option<Sighting> {
    let program = target(file, root)?;
    Some(if root.as_seq().is_some() { steps(file, program, root) } else { part(file, program, root) })
}

/// Whether a document is a patch of kubeadm.
#[must_use]
pub fn is_patch(file: &str, root: &Node) -> bool {
    target(file, root).is_some()
}

/// What a document is laid over, where it is a patch. The name of its file alone tells a part from the whole.
fn target(file: &str, root: &Node) -> Option<Program> {
    let name = file.rsplit('/').next()?;
    let (rest, program) = TARGETS.into_iter().find_map(|(target, program)| Some((name.strip_prefix(target)?, program)))?;
    let numbered = rest.starts_with(|c: char| c.is_ascii_digit());
    let of_its_name = match root.as_seq() {
        Some(_) => numbered || rest.starts_with(['+', '.']),
        None => rest.contains("+strategic.") || rest.contains("+merge.") || (numbered && root.get("kind").is_none()),
    };
    (of_its_name && (root.as_seq().is_some() || root.as_map().is_some())).then_some(program)
}

/// A part of the kubelet's file, or of a pod: its lists of arguments take the place of those that are there.
fn part(file: &str, program: Program, root: &Node) -> Sighting {
    let form = Form::Patch(program);
    if program == Program::Kubelet {
        return Sighting { form, ..fields(file, program, root) };
    }
    let own = |found: &Sighting| found.form == Form::Pod(program);
    match control_plane::observe_pod(file, root).into_iter().find(own) {
        Some(found) => Sighting { form, ..found },
        None => {
            let mut sighting = Sighting::new(file, form, root.place.clone());
            sighting.keep(Leaves::of_document(root));
            sighting
        }
    }
}

/// A JSON patch: the arguments and fields that it puts in.
fn steps(file: &str, program: Program, root: &Node) -> Sighting {
    let mut sighting = Sighting::new(file, Form::Patch(program), root.place.clone());
    if program == Program::Kubelet {
        for step in root.as_seq().unwrap_or(&[]) {
            let text = |key: &str| step.get(key).and_then(Node::as_str).unwrap_or_default();
            let path = text("path").trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~");
            if let Some(value) = step.get("value").filter(|_| matches!(text("op"), "add" | "replace")) {
                field(&mut sighting, program, &path, value);
            }
        }
        return sighting;
    }
    for leaf in Leaves::of(root, "").rest() {
        let put = leaf.pointer.ends_with("/value") && operation(root, &leaf).is_some_and(|op| op != "test");
        match leaf.written.text.strip_prefix("--").and_then(|flag| flag.split_once('=')).filter(|_| put) {
            Some((flag, value)) => {
                let value = Written { text: value.to_owned(), ..leaf.written.clone() };
                sighting.set(SettingKey::Flag(program, flag.to_owned()), value);
            }
            None => _ = sighting.others.insert(leaf.pointer, leaf.written),
        }
    }
    sighting
}

/// The operation that a leaf of a patch belongs to.
fn operation<'n>(root: &'n Node, leaf: &Leaf) -> Option<&'n str> {
    let step = leaf.pointer.split('/').nth(1)?;
    root.at_pointer(&format!("/{step}/op"))?.as_str()
}
