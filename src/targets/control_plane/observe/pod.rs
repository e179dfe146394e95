//! A pod that runs a program of the control plane: its command line, its mounts, its image.

use crate::{
    plan::{HostMount, MountType, Program, SettingKey},
    targets::observed::{Form, Sighting, Written, flags, program_of, words_of_list, written},
    yaml::Node,
};

use super::start;

/// One sighting for each container that runs a known program.
pub(in crate::targets) fn observe(file: &str, root: &Node) -> Vec<Sighting> {
    let containers = root.at_pointer("/spec/containers").and_then(Node::as_seq).unwrap_or(&[]);
    containers.iter().filter_map(|container| of_container(file, root, container)).collect()
}

fn of_container(file: &str, root: &Node, container: &Node) -> Option<Sighting> {
    let variable = |name: &str| variable(container, name);
    let mut words = words_of_list(container.get("command"), variable);
    let by_image = words.is_empty().then(|| program_of_image(container)).flatten();
    words.extend(words_of_list(container.get("args"), variable));
    let (program, words) = program_of(&words).or_else(|| Some((by_image?, words.clone())))?;
    let mut sighting = start(file, Form::Pod(program), root);
    for (name, value) in flags(program, &words) {
        sighting.set(SettingKey::Flag(program, name), value);
    }
    mounts(&mut sighting, program, root, container);
    if let Some(image) = container.get("image") {
        sighting.others.insert("image".to_owned(), written(image));
    }
    Some(sighting)
}

/// The value that the container itself gives a variable.
fn variable(container: &Node, name: &str) -> Option<String> {
    let list = container.get("env")?.as_seq()?;
    let entry = list.iter().find(|entry| entry.get("name").and_then(Node::as_str) == Some(name))?;
    entry.get("value")?.as_str().map(str::to_owned)
}

/// Without a command the entry point of the image runs; the images of the control plane are named after their programs.
fn program_of_image(container: &Node) -> Option<Program> {
    let image = container.get("image")?.as_str()?;
    let name = image.rsplit('/').next()?.split(['@', ':']).next()?;
    Program::from_name(name)
}

fn mounts(sighting: &mut Sighting, program: Program, root: &Node, container: &Node) {
    let volumes = root.at_pointer("/spec/volumes").and_then(Node::as_seq).unwrap_or(&[]);
    for mount in container.get("volumeMounts").and_then(Node::as_seq).unwrap_or(&[]) {
        let text = |key: &str| mount.get(key).and_then(Node::as_str).unwrap_or_default();
        // Of two volumes with one name the later one counts, as kubeadm writes them.
        let volume = volumes.iter().rev().find(|volume| volume.get("name").and_then(Node::as_str) == Some(text("name")));
        let Some(host) = volume.and_then(|volume| volume.get("hostPath")) else {
            sighting.others.insert(format!("mount{}", text("mountPath")), written_at(mount, "no path of the host"));
            continue;
        };
        let host_text = |key: &str| host.get(key).and_then(Node::as_str).unwrap_or_default();
        let read_only = mount.get("readOnly").and_then(Node::as_bool).unwrap_or(false);
        let found = host_mount(text("mountPath"), host_text("path"), read_only, host_text("type"));
        sighting.set(SettingKey::Mount(program, text("mountPath").to_owned()), written_at(mount, &found));
    }
}

/// A mount as settings of a plan are written.
pub(in crate::targets) fn host_mount(mount_path: &str, host_path: &str, read_only: bool, kind: &str) -> String {
    match MountType::from_name(kind) {
        None => format!("{host_path} {} {kind}", if read_only { "ro" } else { "rw" }),
        Some(kind) => {
            let (mount_path, host_path) = (mount_path.to_owned(), host_path.to_owned());
            HostMount { name: String::new(), host_path, mount_path, read_only, kind, installer: false }.to_string()
        }
    }
}

fn written_at(node: &Node, text: &str) -> Written {
    Written { text: text.to_owned(), place: node.used_at().clone(), exact: true }
}
