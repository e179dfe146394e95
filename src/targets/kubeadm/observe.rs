//! Reading back: documents of kubeadm, the files of kubelet and kube-proxy; emitted or foreign.

use crate::{
    facts::{self, ConfigKind, KubeadmKind},
    plan::{Program, SettingKey},
    targets::{
        control_plane::host_mount,
        observed::{Form, Leaves, Sighting, Written, written},
    },
    yaml::{Node, Value},
};

/// The programs that kubeadm's ClusterConfiguration speaks of, and where.
const COMPONENTS: [(&str, Program); 4] = [
    ("/apiServer", Program::KubeApiserver),
    ("/controllerManager", Program::KubeControllerManager),
    ("/scheduler", Program::KubeScheduler),
    ("/etcd/local", Program::Etcd),
];

/// What a document says, where it is one of these.
pub(in crate::targets) fn observe(file: &str, root: &Node) -> Option<Sighting> {
    let version = root.get("apiVersion")?;
    let (api_version, kind) = (version.as_str()?, root.get("kind")?.as_str()?);
    let leaves = Leaves::of_document(root);
    let mut sighting = match (facts::kubeadm_kind(api_version, kind), ConfigKind::of_document(api_version, kind)) {
        (Some(kind), _) => document(Sighting::new(file, Form::Kubeadm(kind), root.place.clone()), kind, root, leaves),
        (None, Some(ConfigKind::Kubelet)) => fields(file, Program::Kubelet, root),
        (None, Some(ConfigKind::KubeProxy)) => fields(file, Program::KubeProxy, root),
        (None, _) => return None,
    };
    sighting.others.insert("/apiVersion".to_owned(), written(version));
    Some(sighting)
}

fn document(mut sighting: Sighting, kind: KubeadmKind, root: &Node, mut leaves: Leaves) -> Sighting {
    match kind {
        KubeadmKind::Cluster => {
            for (pointer, program) in COMPONENTS {
                arguments(&mut sighting, &mut leaves, root, &format!("{pointer}/extraArgs"), program);
                volumes(&mut sighting, &mut leaves, &format!("{pointer}/extraVolumes"), program);
            }
        }
        KubeadmKind::Init | KubeadmKind::Join => {
            arguments(&mut sighting, &mut leaves, root, "/nodeRegistration/kubeletExtraArgs", Program::Kubelet);
        }
        KubeadmKind::Reset | KubeadmKind::Upgrade => {}
    }
    sighting.keep(leaves);
    sighting
}

/// Extra arguments: a list of name and value from v1beta4 on, a mapping before it.
fn arguments(sighting: &mut Sighting, leaves: &mut Leaves, root: &Node, pointer: &str, program: Program) {
    let Some(node) = root.at_pointer(pointer) else { return };
    match &node.value {
        Value::Seq(items) => {
            for n in 0..items.len() {
                let name = leaves.take(&format!("{pointer}/{n}/name"));
                let value = leaves.take(&format!("{pointer}/{n}/value"));
                if let (Some(name), Some(value)) = (name, value) {
                    sighting.set(SettingKey::Flag(program, name.text), value);
                }
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                if let Some(value) = leaves.take(&format!("{pointer}/{}", crate::targets::observed::escaped(&entry.key))) {
                    sighting.set(SettingKey::Flag(program, entry.key.clone()), value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {}
    }
}

fn volumes(sighting: &mut Sighting, leaves: &mut Leaves, pointer: &str, program: Program) {
    for n in 0.. {
        let mut take = |field: &str| leaves.take(&format!("{pointer}/{n}/{field}"));
        let (Some(mount_path), Some(host_path)) = (take("mountPath"), take("hostPath")) else { break };
        take("name");
        let read_only = take("readOnly").is_some_and(|value| value.text == "true");
        let kind = take("pathType").map_or_else(String::new, |kind| kind.text);
        let text = host_mount(&mount_path.text, &host_path.text, read_only, &kind);
        sighting.set(SettingKey::Mount(program, mount_path.text.clone()), Written { text, ..mount_path });
    }
}

/// Every field of a configuration file by its dotted path.
pub(super) fn fields(file: &str, program: Program, root: &Node) -> Sighting {
    let mut sighting = Sighting::new(file, Form::Fields(program), root.place.clone());
    for entry in root.as_map().unwrap_or(&[]) {
        if !matches!(entry.key.as_str(), "apiVersion" | "kind") {
            field(&mut sighting, program, &entry.key, &entry.value);
        }
    }
    sighting
}

/// A mapping is several fields, anything else is one; items of lists are joined as settings are written.
pub(super) fn field(sighting: &mut Sighting, program: Program, path: &str, node: &Node) {
    match node.as_map() {
        Some(entries) if !entries.is_empty() => {
            for entry in entries {
                field(sighting, program, &format!("{path}.{}", entry.key), &entry.value);
            }
        }
        Some(_) | None => {
            let text = match node.as_seq() {
                Some(items) => items.iter().map(|item| written(item).text).collect::<Vec<_>>().join(","),
                None => written(node).text,
            };
            sighting.set(SettingKey::Field(program, path.to_owned()), Written { text, ..written(node) });
        }
    }
}
