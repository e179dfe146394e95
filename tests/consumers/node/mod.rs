//! A node that is none: a folder with what a control-plane node holds, and the static pods of an emitted tree run in it, each in a mount
//! namespace whose root holds nothing but the program and the volumes of its manifest. A path that is emitted and not mounted fails as
//! on a node. Only addresses, ports and the URLs of etcd are replaced.

mod client;
mod kubelet;
mod pod;

pub(crate) use client::{Client, Person};
pub(crate) use kubelet::{CONFIG, Kubelet, REPLACED, Runtime};
pub(crate) use pod::{Pod, Running};

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use harden::base::{KubeVersion, Minor};

use crate::programs::{self, Built};

/// The programs of one Kubernetes minor.
pub(crate) struct Set {
    /// `1.36.3`.
    pub(crate) version: &'static str,
    /// The folder of the Kubernetes programs.
    pub(crate) kube: &'static str,
    /// The folder of its etcd.
    pub(crate) etcd: &'static str,
}

/// The sets that can be judged, newest last.
pub(crate) const SETS: [Set; 7] = [
    Set { version: "1.31.0", kube: "k131", etcd: "etcd35" },
    Set { version: "1.32.2", kube: "k132", etcd: "etcd35" },
    Set { version: "1.33.13", kube: "k133", etcd: "etcd35" },
    Set { version: "1.34.4", kube: "k134", etcd: "etcd36" },
    Set { version: "1.35.4", kube: "k135", etcd: "etcd36" },
    Set { version: "1.36.3", kube: "k136", etcd: "etcd36" },
    Set { version: "1.37.2", kube: "k137", etcd: "etcd37" },
];

impl Set {
    /// Its minor.
    pub(crate) fn minor(&self) -> Minor {
        self.version.parse::<KubeVersion>().expect("a version").minor
    }

    /// A Kubernetes program.
    pub(crate) fn kube(&self, name: &str) -> Option<Built> {
        programs::find(self.kube, name)
    }

    /// A program of etcd.
    pub(crate) fn etcd(&self, name: &str) -> Option<Built> {
        programs::find(self.etcd, name)
    }
}

/// The sets asked for: `HARDEN_CONSUMERS_MINORS=1.34,1.37`, by default 1.36.
pub(crate) fn sets() -> Vec<&'static Set> {
    let wanted = std::env::var("HARDEN_CONSUMERS_MINORS").unwrap_or_else(|_| "1.36".to_owned());
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    SETS.iter().filter(|set| wanted.iter().any(|minor| set.version.starts_with(&format!("{minor}.")))).collect()
}

/// Authorizers in a file instead of the flag.
pub(crate) const AUTHORIZERS: (&str, &str) =
    ("  waivers:\n", "  controls: { apiserver/authorization-mode: { with: { form: file } } }\n  waivers:\n");

/// An issuer of people's tokens.
pub(crate) const ISSUER: (&str, &str) = (
    "  identity:\n",
    "  identity:\n    issuers:\n      - { name: corp, url: \"https://id.example.internal\", audiences: [kubernetes, tools], \
     username: { claim: email, prefix: \"oidc:\" }, groups: { claim: groups, prefix: \"corp:\" } }\n",
);

/// Keys behind a plug-in instead of in the file.
pub(crate) const KMS: (&str, &str) = ("secretbox: {}", "kms: { name: vault, socket: \"unix:///run/kms/vault.sock\" }");

/// A node.
pub(crate) struct Node {
    /// Its root folder.
    pub(crate) root: PathBuf,
    /// The tree that was built for it.
    pub(crate) tree: PathBuf,
    folder: tempfile::TempDir,
}

impl Node {
    /// Builds the tree of a spec for a set, brings the files to the node, and lets kubeadm make certificates and kubeconfigs from the
    /// emitted configuration.
    pub(crate) fn new(set: &Set, kubeadm: &Built) -> Self {
        Node::of(set, kubeadm, &[])
    }

    /// The same with some texts of the spec put for others.
    pub(crate) fn of(set: &Set, kubeadm: &Built, changes: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/specs");
        let mut spec = fs::read_to_string(specs.join("server.yaml")).expect("the spec").replace("VERSION", set.version);
        for (from, to) in changes {
            assert!(spec.contains(from), "the spec does not hold {from}");
            spec = spec.replacen(from, to, 1);
        }
        fs::write(folder.path().join("server.yaml"), spec).expect("a spec");
        fs::copy(specs.join("live.yaml"), folder.path().join("live.yaml")).expect("the owner's file");
        harden(folder.path(), &["build", "server.yaml", "--as-of", "2026-11-26", "--out", "out"]);
        let node = Node { root: folder.path().join("node"), tree: folder.path().join("out/judged"), folder };
        node.bring_files();
        node.make_credentials(kubeadm);
        node
    }

    /// What the report tells to do: the files of the API server, and the key of encryption at rest.
    fn bring_files(&self) {
        fs::create_dir_all(&self.root).expect("a folder");
        let from = self.tree.join("control-plane/etc");
        run(Command::new("cp").arg("-a").arg(&from).arg(self.root.join("etc")));
        let make_key = self.root.join("etc/kubernetes/encryption/make-key.sh");
        if make_key.exists() {
            run(Command::new(make_key).args(["apply", "--new-key", "--empty-cluster"]));
        }
    }

    fn make_credentials(&self, kubeadm: &Built) {
        fs::copy(self.tree.join("kubeadm/init.yaml"), self.root.join("kubeadm.yaml")).expect("the configuration");
        for phase in ["certs", "kubeconfig"] {
            let root = self.root.to_str().expect("a path");
            let arguments = ["init", "phase", phase, "all", "--rootfs", root, "--config", "/kubeadm.yaml"];
            kubeadm.must(&arguments);
        }
    }

    /// A path on the node.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Whether anonymous requests are limited to paths, which a minor without the file of authentication cannot do.
    pub(crate) fn limits_anonymous(&self) -> bool {
        self.path("/etc/kubernetes/authentication/authentication.yaml").exists()
    }

    /// A folder for scratch files.
    pub(crate) fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// The emitted manifest of a static pod.
    pub(crate) fn manifest(&self, name: &str) -> String {
        fs::read_to_string(self.tree.join(format!("control-plane/cp-1/manifests/{name}.yaml"))).expect("a manifest")
    }
}

/// Runs harden and gives its output; it must succeed.
pub(crate) fn harden(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_harden")).args(arguments).current_dir(folder).output().expect("harden starts");
    assert!(output.status.success(), "harden {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {text}");
    text
}

/// A port of this machine that nobody listens on, below those that the system gives to connections: none of them takes it
/// before its server does.
pub(crate) fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 10_000).expect("a small number");
    let next = || 20_000 + (begin + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000;
    std::iter::repeat_with(next).take(12_000).find(|&port| TcpListener::bind(("0.0.0.0", port)).is_ok()).expect("a port")
}

/// Asks again until it holds, for at most so many seconds.
pub(crate) fn eventually(seconds: u64, what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
        std::thread::sleep(Duration::from_millis(200));
    }
}
