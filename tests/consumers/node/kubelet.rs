//! A kubelet of the node: its root is the folder of the node, its runtime is upstream's fake. Files stand where they do on a node
//! and hold what kubeadm writes from the emitted configuration. Its ports are others, and control groups are left alone.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::{DirBuilderExt, symlink},
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    node::{Node, Running, free_port},
    programs::Built,
};

/// Where the runtime listens, as the emitted kubeadm configuration says by way of the link `/var/run`, and the kubelet's default.
const SOCKET: &str = "/run/containerd/containerd.sock";

/// Where kubeadm writes the configuration of the kubelet.
pub(crate) const CONFIG: &str = "/var/lib/kubelet/config.yaml";

/// What the kubelet would set on the machine: it sees files that hold it instead.
const SYSCTLS: [(&str, &str); 6] = [
    ("vm/overcommit_memory", "1"),
    ("vm/panic_on_oom", "0"),
    ("kernel/panic", "10"),
    ("kernel/panic_on_oops", "1"),
    ("kernel/keys/root_maxkeys", "1000000"),
    ("kernel/keys/root_maxbytes", "25000000"),
];

/// What is not as on a node, for whoever reads the test's output.
pub(crate) const REPLACED: &str = "its runtime is a fake, ports and the server's address are of this machine, --cgroups-per-qos=false \
     --enforce-node-allocatable= (control groups of the machine are left alone), six sysctls are seen as files";

/// A container runtime that runs nothing; ends with its input.
pub(crate) struct Runtime(Child);

impl Runtime {
    /// Starts it where the emitted configuration looks for it.
    pub(crate) fn start(node: &Node, program: &Built) -> Self {
        let socket = node.path(SOCKET);
        fs::create_dir_all(socket.parent().expect("a folder")).expect("a folder");
        fs::create_dir_all(node.path("/var")).expect("a folder");
        symlink("../run", node.path("/var/run")).expect("a link");
        let mut command = Command::new(program.path());
        let mut child =
            command.arg(&socket).arg("cgroupfs").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("criruntime starts");
        let mut said = String::new();
        BufReader::new(child.stdout.take().expect("an output")).read_line(&mut said).expect("a line");
        assert_eq!(said, "ready\n", "criruntime does not listen on {}", socket.display());
        Runtime(child)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A kubelet that runs.
pub(crate) struct Kubelet {
    /// The port it serves on.
    pub(crate) port: u16,
    /// The port of its own health.
    pub(crate) health: u16,
    /// The program.
    pub(crate) running: Running,
}

impl Kubelet {
    /// Lets kubeadm write the kubelet's files, and points its kubeconfig to a server of this machine.
    pub(crate) fn prepare(node: &Node, kubeadm: &Built, server: u16) {
        let root = node.root.to_str().expect("a path");
        kubeadm.must(&["init", "phase", "kubelet-start", "--rootfs", root, "--config", "/kubeadm.yaml"]);
        let mut config = fs::read_to_string(node.path(CONFIG)).expect("the kubelet's file");
        if !Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
            eprintln!("this machine has control groups v1, which kubelets from 1.35 on refuse: failCgroupV1: false is added");
            config.push_str("failCgroupV1: false\n");
        }
        fs::write(node.path(CONFIG), config).expect("written");
        let file = node.path("/etc/kubernetes/kubelet.conf");
        let text = fs::read_to_string(&file).expect("a kubeconfig");
        let emitted = "server: https://192.0.2.10:6443\n";
        assert!(text.contains(emitted), "{text}");
        fs::write(&file, text.replace(emitted, &format!("server: https://127.0.0.1:{server}\n"))).expect("written");
        for (file, text) in [("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("/etc/group", "root:x:0:\n")] {
            fs::write(node.path(file), text).expect("written");
        }
        for (name, value) in SYSCTLS {
            let file = node.path(&format!("/sysctls/{name}"));
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, format!("{value}\n")).expect("written");
        }
        for folder in ["/bin", "/dev", "/etc/kubernetes/manifests", "/proc", "/sys"] {
            fs::create_dir_all(node.path(folder)).expect("a folder");
        }
        fs::DirBuilder::new().mode(0o1777).recursive(true).create(node.path("/tmp")).expect("a folder");
        fs::write(node.path("/bin/kubelet"), "").expect("a file");
    }

    /// Starts it on its files as they stand, with the flags of kubeadm's unit and those given.
    pub(crate) fn start(node: &Node, program: &Built, flags: &[&str]) -> Self {
        let (port, health) = (free_port(), free_port());
        let root = node.root.display();
        let mut script = format!(
            "set -e\nmount --bind '{root}' '{root}'\ncd '{root}'\nmount --bind '{}' bin/kubelet\nmount --rbind /dev dev\n\
             mount --rbind /sys sys\nmount -t proc proc proc\n",
            program.path().display()
        );
        for (name, _) in SYSCTLS {
            script.push_str(&format!("mount --bind sysctls/{name} proc/sys/{name}\n"));
        }
        script.push_str("exec chroot . /bin/kubelet \"$@\"\n");
        let mut command = Command::new("unshare");
        command
            .args(["-m", "--propagation", "private", "bash", "-c", &script, "kubelet"])
            .args(["--kubeconfig=/etc/kubernetes/kubelet.conf", &format!("--config={CONFIG}"), "--hostname-override=cp-1"])
            .args([format!("--port={port}"), format!("--healthz-port={health}")])
            .args(["--cgroups-per-qos=false", "--enforce-node-allocatable="])
            .args(flags);
        Kubelet { port, health, running: Running::start(&mut command, node.scratch().join("kubelet.log")) }
    }
}
