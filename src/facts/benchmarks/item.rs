//! The rows: benchmarks, their items, what an item looks at and what it expects to see.

use crate::base::Minor;

/// One version of a benchmark.
#[derive(Debug)]
pub struct Benchmark {
    /// The name that kube-bench gives it (`cis-1.12`).
    pub name: &'static str,
    /// The Kubernetes minors that kube-bench maps to it; none for a managed platform.
    pub minors: &'static [Minor],
    /// Whether the tests of its items are known here; else only the numbers are.
    pub evaluated: bool,
    /// Its items, in its order.
    pub items: &'static [Item],
}

/// One numbered recommendation.
#[derive(Debug)]
pub struct Item {
    /// The number in this version (`1.2.15`).
    pub id: &'static str,
    /// The kind of node that it is tested on.
    pub target: Target,
    /// What it is about; the same in every version.
    pub topic: &'static Topic,
    /// Whether a miss is a failure; else it is a warning.
    pub scored: bool,
    /// What this version looks at and expects.
    pub look: &'static Look,
}

/// The kind of node, or other place, that an item is tested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Control-plane nodes.
    Master,
    /// Nodes with an etcd member.
    Etcd,
    /// The configuration of the control plane as a whole.
    ControlPlane,
    /// Every node.
    Node,
    /// Objects in the cluster.
    Policies,
    /// The services of a cloud around the cluster.
    ManagedServices,
}

/// What an item is about, whatever its number.
#[derive(Debug)]
pub struct Topic {
    /// The stable key (`apiserver-profiling`).
    pub key: &'static str,
    /// The subject in our words.
    pub words: &'static str,
    /// What the newest version looks at.
    pub look: Look,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// The command line of a program and, where a test has a path, its configuration file.
    Command {
        /// The program.
        of: &'static str,
        /// Whether one passing test is enough.
        any: bool,
        /// What is expected.
        tests: &'static [Test],
    },
    /// The mode of files.
    Mode {
        /// Which files.
        files: Files,
        /// No bit beyond these may be set.
        at_most: u32,
    },
    /// The owner of files.
    Owner {
        /// Which files.
        files: Files,
        /// User and group (`root:root`).
        owner: &'static str,
    },
    /// The provider that the encryption configuration names first.
    Provider {
        /// The accepted ones.
        allowed: &'static [&'static str],
    },
    /// Something that lies outside of what is written here.
    Unseen {
        /// Why it cannot be judged.
        why: &'static str,
    },
    /// A question to people.
    People,
}

/// Which files an item stats.
#[derive(Debug, Clone, Copy)]
pub enum Files {
    /// Each of these.
    All(&'static [&'static str]),
    /// The one that a flag of a program names, else the first that exists, else the last.
    First {
        /// Program and flag.
        named: Option<(&'static str, &'static str)>,
        /// The candidates.
        paths: &'static [&'static str],
    },
    /// Everything below a folder (the folder included) whose path has the ending.
    Under {
        /// The folder.
        folder: &'static str,
        /// The ending, empty for all.
        ending: &'static str,
    },
}

/// One expectation about a flag or a field.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// The flag as it stands on the command line (`--profiling`), or a text that occurs there.
    pub flag: &'static str,
    /// The path in the configuration file (`.authentication.anonymous.enabled`); `[:]` at the end joins a list.
    pub path: Option<&'static str>,
    /// What is expected.
    pub expect: Expect,
}

/// What is expected of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// It is this text.
    Eq(&'static str),
    /// It is there and not this text.
    NotEq(&'static str),
    /// It holds this text.
    Has(&'static str),
    /// It is there and does not hold this text.
    HasNot(&'static str),
    /// It is a number and at least this one.
    AtLeast(i64),
    /// It is a number above this one.
    Above(i64),
    /// Each element of the comma-separated list is one of these.
    SubsetOf(&'static [&'static str]),
}

/// A file that kubeadm writes, owned by root.
#[derive(Debug)]
pub struct KubeadmFile {
    /// The path.
    pub path: &'static str,
    /// The mode.
    pub mode: u32,
    /// The nodes that have it.
    pub on: On,
}

/// The nodes that have a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Every control-plane node.
    ControlPlane,
    /// The control-plane node that ran `kubeadm init`.
    First,
    /// Control-plane nodes with a local etcd member.
    Etcd,
    /// Every node.
    Every,
}
