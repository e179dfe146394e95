//! A static pod: its program in a root that holds its volumes and nothing else.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use harden::{
    diag::Source,
    yaml::{self, Node as Yaml},
};

use crate::{node::Node, programs::Built};

/// A static pod, read from the bytes of its manifest.
#[derive(Clone)]
pub(crate) struct Pod {
    /// The name of the program.
    pub(crate) name: String,
    /// The arguments, as rendered.
    pub(crate) arguments: Vec<String>,
    mounts: Vec<Mount>,
    manifest: Yaml,
}

#[derive(Clone)]
struct Mount {
    host: String,
    inside: String,
    read_only: bool,
    kind: String,
}

/// A running program; ends with it.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Pod {
    /// Reads a manifest.
    pub(crate) fn read(text: &str) -> Self {
        let document = yaml::read(&Source::new("manifest", text)).into_iter().next().expect("a document");
        let manifest = document.root.expect("a pod");
        let container = manifest.at_pointer("/spec/containers/0").expect("a container");
        let mut command: Vec<String> = texts(container.get("command"));
        let name = command.remove(0);
        let volumes = manifest.at_pointer("/spec/volumes").and_then(Yaml::as_seq).unwrap_or(&[]);
        let mounts = container.get("volumeMounts").and_then(Yaml::as_seq).unwrap_or(&[]);
        let mounts = mounts.iter().map(|mount| Mount::read(mount, volumes)).collect();
        Pod { name, arguments: command, mounts, manifest }
    }

    /// Replaces the values of flags, or adds them.
    pub(crate) fn set(&mut self, flags: &[(&str, String)]) {
        for (name, value) in flags {
            let prefix = format!("--{name}=");
            let at = self.arguments.iter().position(|argument| argument.starts_with(&prefix));
            self.arguments.retain(|argument| !argument.starts_with(&prefix));
            let at = at.unwrap_or(self.arguments.len()).min(self.arguments.len());
            self.arguments.insert(at, format!("{prefix}{value}"));
        }
    }

    /// The value of a flag.
    pub(crate) fn value(&self, flag: &str) -> Option<&str> {
        let prefix = format!("--{flag}=");
        self.arguments.iter().find_map(|argument| argument.strip_prefix(&prefix))
    }

    /// Takes a mount away, as a careless edit would.
    pub(crate) fn lose_mount(&mut self, inside: &str) {
        let before = self.mounts.len();
        self.mounts.retain(|mount| mount.inside != inside);
        assert!(self.mounts.len() < before, "{inside} is not mounted");
    }

    /// The probes of the manifest: paths that must answer without credentials.
    pub(crate) fn probes(&self) -> Vec<String> {
        ["livenessProbe", "readinessProbe", "startupProbe"]
            .iter()
            .filter_map(|probe| self.manifest.at_pointer(&format!("/spec/containers/0/{probe}/httpGet/path")))
            .filter_map(|path| path.as_str().map(str::to_owned))
            .collect()
    }

    /// Starts the program on the node; its root holds the volumes of the manifest, each as its type demands.
    pub(crate) fn start(&self, node: &Node, program: &Built) -> Result<Running, String> {
        let base = tempfile::tempdir_in(node.scratch()).expect("a folder").keep();
        let root = base.join("root");
        fs::create_dir_all(root.join("bin")).expect("a folder");
        let mut script = String::from("set -e\n");
        for mount in &self.mounts {
            mount.prepare(node)?;
            let (host, inside) = (node.path(&mount.host), root.join(mount.inside.trim_start_matches('/')));
            if host.is_dir() {
                fs::create_dir_all(&inside).expect("a folder");
            } else {
                fs::create_dir_all(inside.parent().expect("a folder")).expect("a folder");
                fs::write(&inside, "").expect("a file");
            }
            script.push_str(&format!("mount --bind '{}' '{}'\n", host.display(), inside.display()));
            if mount.read_only {
                script.push_str(&format!("mount -o remount,ro,bind '{}'\n", inside.display()));
            }
        }
        fs::create_dir_all(root.join("tmp")).expect("a folder");
        fs::create_dir_all(root.join("dev")).expect("a folder");
        fs::write(root.join("bin").join(&self.name), "").expect("a file");
        script.push_str(&format!("mount --bind '{}' '{}/bin/{}'\n", program.path().display(), root.display(), self.name));
        script.push_str(&format!("mount --bind /dev '{}/dev'\n", root.display()));
        script.push_str(&format!("exec chroot '{}' /bin/{} \"$@\"\n", root.display(), self.name));
        let mut command = Command::new("unshare");
        command.args(["-m", "--propagation", "private", "bash", "-c", &script, &self.name]).args(&self.arguments);
        Ok(Running::start(&mut command, base.join("log")))
    }
}

fn texts(list: Option<&Yaml>) -> Vec<String> {
    list.and_then(Yaml::as_seq).unwrap_or(&[]).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

impl Mount {
    fn read(mount: &Yaml, volumes: &[Yaml]) -> Self {
        let text = |node: &Yaml, pointer: &str| node.at_pointer(pointer).and_then(Yaml::as_str).unwrap_or_default().to_owned();
        let name = text(mount, "/name");
        let volume = volumes.iter().find(|volume| text(volume, "/name") == name).unwrap_or_else(|| panic!("no volume {name}"));
        Mount {
            host: text(volume, "/hostPath/path"),
            inside: text(mount, "/mountPath"),
            read_only: mount.get("readOnly").and_then(Yaml::as_bool).unwrap_or(false),
            kind: text(volume, "/hostPath/type"),
        }
    }

    /// What the kubelet checks or makes for each type of host path.
    fn prepare(&self, node: &Node) -> Result<(), String> {
        let host = node.path(&self.host);
        let fits = match self.kind.as_str() {
            "DirectoryOrCreate" => {
                fs::create_dir_all(&host).expect("a folder");
                true
            }
            "FileOrCreate" | "File" => host.is_file(),
            "Directory" => host.is_dir(),
            other => return Err(format!("hostPath type {other} of {}", self.host)),
        };
        if fits { Ok(()) } else { Err(format!("hostPath {} is no {}", self.host, self.kind)) }
    }
}

impl Running {
    /// Starts a program that says into a file what it says.
    pub(super) fn start(command: &mut Command, log: PathBuf) -> Self {
        let out = fs::File::create(&log).expect("a log");
        command.stdin(Stdio::null()).stdout(out.try_clone().expect("a log")).stderr(out);
        Running { child: command.spawn().unwrap_or_else(|why| panic!("{command:?}: {why}")), log }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the program has said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a state").is_none()
    }

    /// Waits until it ends by itself; gives its log, or nothing when it still runs after so many seconds.
    pub(crate) fn ends_within(&mut self, seconds: u64) -> Option<String> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(seconds) {
            if !self.runs() {
                return Some(self.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.runs() {
            return;
        }
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let begun = Instant::now();
        while self.child.try_wait().is_ok_and(|state| state.is_none()) {
            if begun.elapsed() > Duration::from_secs(5) {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
