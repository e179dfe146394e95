//! The programs whose flags are known.

use std::fmt;

/// A program that takes flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Program {
    /// The API server.
    KubeApiserver,
    /// The controller manager.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The node agent.
    Kubelet,
    /// The service proxy.
    KubeProxy,
    /// The store of the API server; its own versions, see `etcd_flag`.
    Etcd,
}

impl Program {
    /// Every program.
    pub const ALL: [Program; 6] = [
        Program::KubeApiserver,
        Program::KubeControllerManager,
        Program::KubeScheduler,
        Program::Kubelet,
        Program::KubeProxy,
        Program::Etcd,
    ];

    /// The name of the binary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Program::KubeApiserver => "kube-apiserver",
            Program::KubeControllerManager => "kube-controller-manager",
            Program::KubeScheduler => "kube-scheduler",
            Program::Kubelet => "kubelet",
            Program::KubeProxy => "kube-proxy",
            Program::Etcd => "etcd",
        }
    }

    /// The program behind the name of a binary, without a folder.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Program::ALL.into_iter().find(|program| program.name() == name)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
