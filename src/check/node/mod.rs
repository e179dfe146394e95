//! Nodes: a folder that holds the files of one is read as its programs read it.

mod kubeconfig;
mod kubelet;
mod pods;
mod rest;
mod unit;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{Against, Content, Extent, File, Findings, accounts::Accounts, documents};
use crate::diag::Source;

/// Beginnings of paths that only a node has.
const MARKS: &[&str] = &[
    "etc/kubernetes/manifests/",
    "etc/kubernetes/kubelet.conf",
    "etc/systemd/system/kubelet.service",
    "usr/lib/systemd/system/kubelet.service",
    "var/lib/kubelet/config.yaml",
    "var/lib/kubelet/kubeadm-flags.env",
];

/// The nodes among files: for each the place of every file by its path on the node.
#[derive(Debug, Default)]
pub(super) struct Roots {
    nodes: BTreeMap<String, BTreeMap<String, usize>>,
    held: BTreeSet<usize>,
}

/// Whether a flag of the API server names a file that is looked for among those of its node.
pub(super) fn is_read_of_flag(name: &str) -> bool {
    pods::FILES.iter().any(|(flag, _)| *flag == name)
}

/// Finds the nodes among files by the paths that only a node has; the folder of static pods belongs to its node wherever it is.
pub(super) fn roots(files: &[File]) -> Roots {
    let mut prefixes: BTreeSet<&str> = BTreeSet::new();
    for file in files {
        prefixes.extend(MARKS.iter().filter_map(|mark| prefix(&file.name, mark)));
    }
    let mut roots = Roots::default();
    for (at, file) in files.iter().enumerate() {
        let inside = prefixes.iter().rev().filter_map(|prefix| Some((*prefix, file.name.strip_prefix(prefix)?)));
        if let Some((prefix, rest)) = inside.max_by_key(|(prefix, _)| prefix.len())
            && is_of_a_node(rest)
        {
            roots.nodes.entry(prefix.to_owned()).or_default().insert(format!("/{rest}"), at);
            roots.held.insert(at);
        }
    }
    // A drop-in of a folder that is told may tell the folder of the static pods.
    loop {
        let known = roots.held.len();
        for (folder, prefix) in roots.folders(files) {
            let Some(node) = roots.nodes.get_mut(&prefix) else { continue };
            for (at, file) in files.iter().enumerate().filter(|(_, file)| file.name.starts_with(&folder)) {
                if roots.held.insert(at) {
                    node.insert(format!("/{}", &file.name[prefix.len()..]), at);
                }
            }
        }
        if roots.held.len() == known {
            return roots;
        }
    }
}

/// The folders of static pods and drop-ins that kubelets among the files are told, as names of files begin; whoever reads a node reads
/// these too.
#[must_use]
pub fn folders_of_nodes(files: &[File]) -> Vec<String> {
    roots(files).folders(files).into_iter().map(|(folder, _)| folder).collect()
}

/// What stands before a mark in a path, when the mark begins a segment.
fn prefix<'n>(name: &'n str, mark: &str) -> Option<&'n str> {
    let at = name.find(mark)?;
    let prefix = &name[..at];
    (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
}

/// Folders that belong to the system of a node; what lies beside them is judged as manifests are.
fn is_of_a_node(path: &str) -> bool {
    ["etc/", "usr/", "lib/", "run/", "var/"].iter().any(|folder| path.starts_with(folder))
}

/// A node: its files by their paths.
struct Node<'a> {
    files: &'a [File],
    at: &'a BTreeMap<String, usize>,
    /// The paths of which a program of the node reads the first document.
    read: RefCell<BTreeSet<String>>,
}

impl Node<'_> {
    /// The text of a file of the node.
    fn text(&self, path: &str) -> Option<&Source> {
        match &self.files.get(*self.at.get(path)?)?.content {
            Content::Text(source) => Some(source),
            Content::Unreadable(_) | Content::Left(_) => None,
        }
    }

    /// The text of a file for a program of the node that reads its first document.
    fn read(&self, path: &str) -> Option<&Source> {
        let source = self.text(path)?;
        self.mark(path);
        Some(source)
    }

    /// Notes that a program of the node reads the first document of a file.
    fn mark(&self, path: &str) {
        self.read.borrow_mut().insert(path.to_owned());
    }

    /// The paths below a folder, sorted.
    fn below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s str> {
        self.at.keys().map(String::as_str).filter(move |path| path.starts_with(folder))
    }
}

impl Roots {
    /// For each node the beginnings of the names of its static pods and drop-ins, and of all its files.
    fn folders(&self, files: &[File]) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (prefix, at) in &self.nodes {
            let told = kubelet::read(&Node { files, at, read: RefCell::default() });
            let folders = told.drop_ins().into_iter().chain([told.pods().folder]);
            all.extend(
                folders.filter(|folder| folder != "/").map(|folder| (format!("{prefix}{}/", &folder[1..]), prefix.clone())),
            );
        }
        all
    }

    /// Whether a file is one of a node.
    pub(super) fn holds(&self, at: usize) -> bool {
        self.held.contains(&at)
    }

    /// Judges every node: each program by what it reads, and what none reads as what an API server may be given.
    pub(super) fn judge(&self, files: &[File], against: &Against<'_>, accounts: &Accounts, found: &mut Findings) {
        for at in self.nodes.values() {
            let node = Node { files, at, read: RefCell::default() };
            node.unreadable(found);
            let pods = match against.extent {
                Extent::Workloads => None,
                Extent::Cluster => {
                    let pods = kubelet::judge(&node, against, found);
                    pods::judge(&node, &pods, against, found);
                    kubeconfig::judge(&node, against, found);
                    Some(pods)
                }
            };
            rest::judge(&node, pods.as_ref(), against, accounts, found);
        }
    }
}

impl Node<'_> {
    /// Files that could not be read are told once, here.
    fn unreadable(&self, found: &mut Findings) {
        for file in self.at.values().map(|at| &self.files[*at]) {
            documents::not_read(file, found);
            if let Content::Unreadable(problem) = &file.content
                && !documents::is_taken(file)
            {
                found.unknown.push(documents::broken(problem, 1));
            }
        }
    }
}
