//! Volumes of the owner: none may lie over what is written here, hold the whole host, or have a name that no pod can have.

use std::collections::BTreeSet;

use crate::{plan::host_paths, yaml::Node};

use super::Fate;

/// Where the programs lie in their images.
const PROGRAMS: [&str; 2] = ["/usr/local/bin", "/go-runner"];

/// Sockets whose holder is root on the node.
const RUNTIMES: [&str; 7] = [
    "/run/containerd",
    "/run/crio",
    "/run/cri-dockerd.sock",
    "/run/docker.sock",
    "/run/dockershim.sock",
    "/run/docker",
    "/run/k3s/containerd",
];

/// Folders from which a program that may write in them takes the node over.
const OF_THE_NODE: [&str; 10] = ["/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/sbin", "/sys", "/usr"];

const MOVE: &str = "name a folder of your own by its whole path";

/// What is owned here, and the names that were seen.
pub(super) struct Owned {
    folders: Vec<String>,
    data: String,
    seen: BTreeSet<(String, String)>,
}

impl Owned {
    pub(super) fn of(root: &Node) -> Self {
        let text = |pointer: &str, default: &str| {
            let found = root.at_pointer(pointer).and_then(Node::as_str).filter(|text| !text.is_empty());
            plain(found.unwrap_or(default))
        };
        let files = [
            host_paths::AUDIT_POLICY,
            host_paths::AUDIT_LOG,
            host_paths::ADMISSION,
            host_paths::AUTHENTICATION,
            host_paths::AUTHORIZATION,
            host_paths::ENCRYPTION,
        ];
        let mut folders: Vec<String> = files.into_iter().map(|file| host_paths::folder(file).to_owned()).collect();
        folders.push(text("/ClusterConfiguration/certificatesDir", "/etc/kubernetes/pki"));
        let data = text("/ClusterConfiguration/etcd/local/dataDir", "/var/lib/etcd");
        Owned { folders, data, seen: BTreeSet::new() }
    }

    pub(super) fn judge(&mut self, volume: &Node, section: &str) -> Fate {
        let text = |key: &str| volume.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let (name, host, mount) = (text("name"), text("hostPath"), text("mountPath"));
        if !is_label(&name) {
            return Fate::Stop(format!("`{name}` is no name of a volume"), "write small letters, digits and dashes, at most 63");
        }
        if !self.seen.insert((section.to_owned(), name.clone())) {
            return Fate::Stop(format!("two volumes are called `{name}`"), "give each volume a name of its own");
        }
        for path in [&host, &mount] {
            if !path.starts_with('/') || path.contains(':') || path.split('/').any(|segment| matches!(segment, "." | "..")) {
                return Fate::Stop(format!("`{path}` is no whole path, from `/` on and without `..`"), MOVE);
            }
        }
        let read_only = volume.get("readOnly").and_then(Node::as_bool).unwrap_or(false);
        self.paths(&plain(&host), &plain(&mount), read_only)
    }

    fn paths(&self, host: &str, mount: &str, read_only: bool) -> Fate {
        if host.is_empty() || mount.is_empty() {
            return Fate::refuse("it is the whole host, or lies over the whole image of the program");
        }
        if overlap(host, &self.data) {
            return Fate::Refuse(format!("it shows the database of etcd, `{}`, to another program", self.data));
        }
        let over = self.folders.iter().find(|folder| overlap(mount, folder)).filter(|_| host != mount);
        if let Some(folder) = over {
            return Fate::Refuse(format!(
                "it lies over `{folder}`, and the program would read other files than those written here"
            ));
        }
        if let Some(programs) = PROGRAMS.iter().find(|programs| overlap(mount, programs)) {
            return Fate::Refuse(format!("it lies over `{programs}`, where the program itself is"));
        }
        let real = host.strip_prefix("/var").filter(|rest| within(rest, "/run")).unwrap_or(host);
        if RUNTIMES.iter().any(|socket| overlap(real, socket)) {
            return Fate::refuse("it holds the socket of a container runtime: who reaches it is root on the node");
        }
        if !read_only && OF_THE_NODE.iter().any(|folder| within(host, folder)) {
            return Fate::Eyes(format!("the program may write in `{host}` of the node; `readOnly: true` closes that"));
        }
        Fate::Keep
    }
}

/// In its shortest form; the root is empty.
fn plain(path: &str) -> String {
    host_paths::clean(path).trim_end_matches('/').to_owned()
}

fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn overlap(a: &str, b: &str) -> bool {
    within(a, b) || within(b, a)
}

fn is_label(name: &str) -> bool {
    let inner = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    inner && !name.is_empty() && name.len() <= 63 && !name.starts_with('-') && !name.ends_with('-')
}
