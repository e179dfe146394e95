//! What was observed on a node, or is known of it before it exists.

use std::collections::BTreeMap;

use crate::facts::benchmarks::{On, kubeadm_files};

/// Everything that the tests of a benchmark look at. What is not in here is unknown, never fine.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The arguments of each running program, by its name (`kube-apiserver`, `etcd`, `kubelet`).
    pub commands: BTreeMap<String, Vec<String>>,
    /// The configuration file of the kubelet.
    pub kubelet_config: Option<serde_json::Value>,
    /// The text of the API server's encryption configuration.
    pub encryption_config: Option<String>,
    /// Files and folders by absolute path.
    pub files: BTreeMap<String, FileState>,
}

/// What `stat` says of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// There is no such file.
    Absent,
    /// There is one.
    Present {
        /// The permission bits.
        mode: u32,
        /// User and group by name (`root:root`).
        owner: String,
    },
}

impl Evidence {
    /// Adds the files that kubeadm leaves on a node of these kinds; of its other files it adds that they are not there.
    pub fn add_kubeadm_files(&mut self, kinds: &[On]) {
        for file in kubeadm_files() {
            let state = if file.on == On::Every || kinds.contains(&file.on) {
                FileState::Present { mode: file.mode, owner: "root:root".to_owned() }
            } else {
                FileState::Absent
            };
            self.files.insert(file.path.to_owned(), state);
        }
    }
}

/// Evidence as kube-bench reads it: with the text of the process list for each program.
pub(super) struct Seen<'a> {
    pub(super) evidence: &'a Evidence,
    lists: BTreeMap<&'a str, String>,
}

impl<'a> Seen<'a> {
    /// On nodes kube-bench asks for the exact name (`ps -fC`), on control planes for every line that holds the name (`ps -ef | grep`): the
    /// lines for etcd are also those of the API server, whose flags name etcd.
    pub(super) fn new(evidence: &'a Evidence) -> Self {
        let line = |(name, arguments): (&String, &Vec<String>)| format!("{name} {}", arguments.join(" "));
        let lines: Vec<String> = evidence.commands.iter().map(line).collect();
        let list = |program: &str, own: &String| match program {
            "kubelet" | "kube-proxy" => own.clone(),
            _ => lines.iter().filter(|line| line.contains(program)).map(String::as_str).collect::<Vec<_>>().join("\n"),
        };
        let lists = evidence.commands.keys().zip(&lines).map(|(program, own)| (program.as_str(), list(program, own))).collect();
        Seen { evidence, lists }
    }

    /// The lines of the process list for a program; none when the program is unknown.
    pub(super) fn process_list(&self, program: &str) -> Option<&str> {
        self.lists.get(program).map(String::as_str)
    }
}
