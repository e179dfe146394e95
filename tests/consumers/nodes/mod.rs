//! The scripts of node pools and the files that they bring: judged by shellcheck, nft, systemd, sshd, containerd and dockerd, and run in the
//! root of a Debian 12 that `tests/consumers/nodes.sh` made. Every judge also refuses a spoilt sample.
#![expect(clippy::disallowed_methods, reason = "these tests run real programs over files")]

mod boots;
mod guards;
mod living;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use harden::base::sha256_hex;

use crate::{
    node::{self, harden},
    programs,
};

/// What `nodes.sh` makes; nothing where it was not made, which is said.
fn made(name: &str) -> Option<PathBuf> {
    let path = programs::folder().join("nodes").join(name);
    if path.exists() {
        return Some(path);
    }
    programs::skipped(&format!("{name} was not made (tests/consumers/nodes.sh)"));
    None
}

/// A receiver of logs whose CA lies where a careless quote would end.
const SIEM: &str = r#", siem: { syslog: { host: siem.example.com, port: 6514, caFile: "/etc/ssl/certs/siem$HOME'`x`.crt" } }"#;

/// A spec with every node control, and with what stands behind the goals of the audit log.
fn spec(os: &str, cni: &str, runtime: &str, logging: &str) -> String {
    format!(
        r#"apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: judged }}
spec:
  profiles: [all]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.3"
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16, "fd00:10:244::/56"]
      serviceSubnets: [10.96.0.0/12, "fd00:10:96::/112"]
      kubeProxy: {{ mode: iptables }}
    cni: {{ {cni} }}
    addons: [kube-prometheus, metallb]
    runtime: {{ {runtime} }}
    mirrors: {{ docker.io: mirror.example.net/hub, registry.k8s.io: cache.example.net, "registry.example.net:5000": cache.example.net }}
    nodePools:
      - {{ name: control-plane, role: control-plane, os: {os}, cidrs: [192.0.2.0/28, "2001:db8::/64"] }}
      - name: workers
        role: worker
        os: {os}
        cidrs: [192.0.2.64/26]
        open: [{{ port: 9100, from: [198.51.100.7/32], reason: "node exporter; \"quoted\" $(reboot)" }}, {{ protocol: VRRP, from: [192.0.2.64/26, "2001:db8:2::/64"], reason: keepalived }}, {{ port: 30080, from: [198.51.100.0/24], reason: ingress }}]
  api: {{ sources: {{ admins: [203.0.113.0/24, "2001:db8:1::/48"], loadBalancer: {{ addresses: [192.0.2.200], preservesClientIp: true }} }} }}
  logging: {{ audit: {{ goals: [exec] }}{logging} }}
  images: {{ alwaysPull: false }}
---
apiVersion: harden.dev/v1alpha1
kind: Profile
metadata: {{ name: all }}
extends: [restricted]
select: {{ levels: [restricted], controls: [node/node-ports, node/router-advertisements, node/sshd-forwarding] }}
"#
    )
}

/// The tree of a spec.
struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new(os: &str, cni: &str, runtime: &str) -> Self {
        Tree::with(os, cni, runtime, "")
    }

    fn with(os: &str, cni: &str, runtime: &str, logging: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("spec.yaml"), spec(os, cni, runtime, logging)).expect("a spec");
        harden(folder.path(), &["build", "spec.yaml", "--as-of", "2026-11-26", "--out", "out"]);
        Tree { folder }
    }

    fn pool(&self, name: &str) -> PathBuf {
        self.folder.path().join("out/judged/nodes").join(name)
    }
}

/// Runs a program; whether it succeeded, and what it said.
fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

/// Whether a program of this machine is there; else it is said, and fails where everything is required.
fn has(program: &str) -> bool {
    let found = run(Command::new("sh").args(["-c", "command -v \"$1\"", "sh", program])).0 == 0;
    if !found {
        programs::missing(program);
    }
    found
}

const CNIS: [&str; 4] = [
    "calico: { version: \"3.31\" }",
    "cilium: { version: \"1.19\", datapath: vxlan, encryption: wireguard }",
    "flannel: { version: \"0.27\" }",
    "weave: { version: \"2.8\" }",
];

#[test]
fn scripts_and_rules_are_taken() {
    let (shellcheck, nft, systemd) = (has("shellcheck"), has("nft"), has("systemd-analyze"));
    for (n, cni) in CNIS.iter().enumerate() {
        let os = ["debian-12", "debian-13", "ubuntu-24.04"][n % 3];
        let tree = Tree::with(os, cni, "containerd: \"2.3\"", &SIEM.replace("$HOME'`x`", ""));
        for pool in ["control-plane", "workers"] {
            let folder = tree.pool(pool);
            if shellcheck {
                let (code, said) = run(Command::new("shellcheck").arg(folder.join("harden-node.sh")));
                assert_eq!((code, said.as_str()), (0, ""), "{os} {pool}");
            }
            if nft {
                judge_rules(&folder.join("files/etc/harden/node.nft"));
            }
            if systemd {
                let unit = folder.join("files/etc/systemd/system/harden-firewall.service");
                let (code, said) = run(Command::new("systemd-analyze").args(["--man=no", "verify"]).arg(&unit));
                assert!(code == 0 && !said.contains("harden-firewall.service:"), "{said}");
                let spoilt = tree.folder.path().join("spoilt.service");
                let text = fs::read_to_string(&unit).unwrap().replace("ExecStart=/usr", "ExecStart=usr");
                fs::write(&spoilt, text).unwrap();
                assert_ne!(
                    run(Command::new("systemd-analyze").args(["--man=no", "verify"]).arg(&spoilt)).0,
                    0,
                    "a spoilt unit was taken"
                );
            }
        }
    }
    eprintln!(
        "{}",
        run(Command::new("sh").args(["-c", "shellcheck --version | sed -n 2p; nft --version; systemctl --version | head -n 1"]))
            .1
    );
}

/// nft loads the rules twice in a network namespace of its own, beside rules of somebody else, which stay.
fn judge_rules(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    assert!(!text.contains("flush ruleset") && !text.contains("hook forward") && !text.contains("hook output"), "{text}");
    let script = r#"nft add table ip kube-proxy && nft add chain ip kube-proxy services && nft -c -f "$1" && nft -f "$1" &&
        one=$(nft -s list table inet harden_node) && nft -f "$1" && two=$(nft -s list table inet harden_node) &&
        [ "$one" = "$two" ] && nft list table ip kube-proxy"#;
    let (code, said) = run(Command::new("unshare").args(["--net", "sh", "-c", script, "sh"]).arg(file));
    assert_eq!(code, 0, "{said}\n{text}");
    let spoilt = tempfile::NamedTempFile::new().unwrap();
    fs::write(spoilt.path(), text.replacen("tcp dport", "tcp dports", 1)).unwrap();
    assert_ne!(
        run(Command::new("unshare").args(["--net", "nft", "-c", "-f"]).arg(spoilt.path())).0,
        0,
        "spoilt rules were taken"
    );
}

/// kubeadm's drop-in of the kubelet's unit.
const KUBELET_UNIT: &str = r#"[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
"#;

/// A configuration of containerd with a setting of its owner.
const CONTAINERD: &str =
    "version = 3\n[plugins.\"io.containerd.cri.v1.images\".pinned_images]\n  sandbox = \"registry.example.net/pause:3.10\"\n";

/// What the units of a node in a folder do.
const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$@" >>/run/systemctl.log
case "$*" in
    'reload-or-restart harden-firewall.service') exec nft -f /etc/harden/node.nft ;;
    is-active* | show*) exit 1 ;;
esac
"#;

/// A node in a folder: the root of a Debian with kubelet and containerd and what kubeadm leaves there, too open.
struct Host {
    folder: tempfile::TempDir,
}

impl Host {
    fn new(base: &Path, pool: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = Host { folder };
        let (code, said) = run(Command::new("cp").arg("-a").arg("--reflink=auto").arg(base).arg(host.root()));
        assert_eq!(code, 0, "{said}");
        if pool.ends_with("control-plane") {
            host.write("etc/kubernetes/manifests/kube-apiserver.yaml", "content\n", 0o644);
        }
        for (path, mode) in [
            ("etc/kubernetes/admin.conf", 0o644),
            ("etc/kubernetes/kubelet.conf", 0o400),
            ("etc/kubernetes/super-admin.conf", 0o600),
            ("etc/kubernetes/pki/ca.crt", 0o664),
            ("etc/kubernetes/pki/ca.key", 0o600),
            ("etc/kubernetes/pki/etcd/server.key", 0o640),
            ("var/lib/kubelet/config.yaml", 0o644),
            ("var/lib/containerd/layer/world-writable", 0o777),
        ] {
            host.write(path, "content\n", mode);
        }
        host.write("usr/lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet\n", 0o644);
        host.write("usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", KUBELET_UNIT, 0o644);
        host.write("etc/containerd/config.toml", CONTAINERD, 0o644);
        host.program("k136", "kubelet");
        host.program("containerd23", "containerd");
        fs::write(host.root().join("etc/fstab"), "/dev/vda1 / ext4 defaults 0 1\n/dev/vda2 none swap sw 0 0\n").unwrap();
        fs::set_permissions(host.root().join("etc/hostname"), fs::Permissions::from_mode(0o644)).unwrap();
        // A link where somebody set a trap: its target stays as it is.
        symlink("/etc/hostname", host.root().join("etc/kubernetes/pki/trap.key")).unwrap();
        host.bring(pool);
        host
    }

    /// Writes a file below the root.
    fn write(&self, path: &str, text: &str, mode: u32) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Installs a program that was built, where it was.
    fn program(&self, set: &str, name: &str) {
        if let Some(program) = programs::find(set, name) {
            fs::copy(program.path(), self.root().join("usr/bin").join(name)).unwrap();
        }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn bring(&self, pool: &Path) {
        let to = self.root().join("opt/pool");
        let _ = fs::remove_dir_all(&to);
        let (code, said) = run(Command::new("cp").arg("-a").arg(pool).arg(&to));
        assert_eq!(code, 0, "{said}");
    }

    /// Runs the script in namespaces of its own.
    fn script(&self, arguments: &[&str]) -> (i32, String) {
        self.inside("exec /opt/pool/harden-node.sh \"$@\"", arguments)
    }

    /// Runs commands of a shell in namespaces of their own.
    fn inside(&self, commands: &str, arguments: &[&str]) -> (i32, String) {
        run(Command::new("unshare")
            .args(["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "chroot"])
            .arg(self.root())
            .args(["sh", "-c", &format!("mount -t proc proc /proc; {commands}"), "sh"])
            .args(arguments))
    }

    /// Everything in the tree: mode, owner and content of each path.
    fn tree(&self) -> BTreeMap<String, String> {
        let spared = "( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./opt/pool ) -prune -o";
        let find = |more: &[&str]| {
            let (code, said) = run(Command::new("find").arg(".").args(spared.split(' ')).args(more).current_dir(self.root()));
            assert_eq!(code, 0, "{said}");
            said
        };
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for line in find(&["-printf", "%P\t%m %U:%G %l\\0"]).split_terminator('\0') {
            let (path, facts) = line.split_once('\t').unwrap();
            found.insert(path.to_owned(), facts.to_owned());
        }
        for line in find(&["-type", "f", "-exec", "sha256sum", "--zero", "{}", "+"]).split_terminator('\0') {
            let (digest, path) = line.split_once("  ./").unwrap();
            found.get_mut(path).unwrap().push_str(digest);
        }
        found
    }

    /// Makes the node one that runs, whose units are started by a stand-in of systemctl.
    fn live(self) -> Self {
        fs::create_dir_all(self.root().join("run/systemd/system")).unwrap();
        fs::remove_file(self.root().join("usr/bin/systemctl")).unwrap();
        self.write("usr/bin/systemctl", SYSTEMCTL, 0o755);
        self
    }

    fn mode(&self, path: &str) -> u32 {
        fs::metadata(self.root().join(path)).unwrap().permissions().mode() & 0o7777
    }
}

/// What differs between two trees.
fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name))
        .map(|name| format!("{name}: {:?} {:?}", a.get(name), b.get(name)))
        .collect()
}

#[test]
fn a_debian_is_hardened_and_brought_back() {
    for os in ["debian-12", "debian-13"] {
        if let Some(base) = made(os) {
            harden_and_bring_back(os, &base);
        }
    }
}

fn harden_and_bring_back(os: &str, base: &Path) {
    let tree = Tree::new(os, CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(base, &tree.pool("control-plane"));
    let first = host.tree();

    let (code, said) = host.script(&["audit"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.lines().filter(|line| line.contains(" drift ")).count() > 20, "{said}");
    let (code, said) = host.script(&["apply", "--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("+PermitRootLogin no"), "{said}");
    assert_eq!(differences(&first, &host.tree()), [] as [String; 0], "audit and dry run change nothing");

    let (code, said) = host.script(&["apply"]);
    assert_eq!(code, 0, "{said}");
    let second = host.tree();
    assert!(differences(&first, &second).len() > 40, "{said}");
    assert_eq!(
        [host.mode("etc/kubernetes/admin.conf"), host.mode("etc/kubernetes/kubelet.conf")],
        [0o600, 0o400],
        "narrowed, never widened"
    );
    assert_eq!([host.mode("etc/kubernetes/pki/ca.crt"), host.mode("etc/kubernetes/pki/etcd/server.key")], [0o644, 0o600]);
    assert_eq!([host.mode("etc/hostname"), host.mode("var/lib/containerd/layer/world-writable")], [0o644, 0o777], "not ours");

    let (code, said) = host.script(&["apply"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(differences(&second, &host.tree()), [] as [String; 0], "a second apply changes a byte: {said}");
    let (code, said) = host.script(&["audit", "--json"]);
    assert_eq!(code, 0, "{said}");
    let controls: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(controls.len() > 35, "{} controls", controls.len());
    let absent = controls.iter().filter(|control| control["status"] == "absent").count();
    assert_eq!(absent, 0, "kubelet, containerd, sshd and the others are here: {said}");
    assert!(!host.root().join("etc/kubernetes/super-admin.conf").exists(), "{said}");
    for (path, word) in [("usr/sbin/sshd", "-t"), ("usr/sbin/sshd", "-T")] {
        let (code, said) = run(Command::new("chroot")
            .arg(host.root())
            .args(["sh", "-c", "mkdir -p /run/sshd; exec \"$@\"", "sh"])
            .arg(format!("/{path}"))
            .arg(word));
        assert!(code == 0 && (word == "-t" || said.contains("permitrootlogin no")), "{said}");
    }

    let (code, said) = host.script(&["rollback"]);
    assert_eq!(code, 0, "{said}");
    let left: Vec<String> = differences(&first, &host.tree())
        .into_iter()
        .filter(|line| !line.starts_with("etc/kubernetes/super-admin.conf"))
        .collect();
    assert_eq!(left, [] as [String; 0], "rollback leaves something: {said}");
    assert!(said.contains("super-admin.conf was removed and stays so"), "{said}");
    assert_eq!(host.script(&["rollback"]).0, 2, "there is nothing to go back to");
    eprintln!("{os}: {} controls audited, applied twice, rolled back", controls.len());
}

/// The archive of Ubuntu is not among the sources of this machine: its script is compared with Debian's, row by row. sshd reads drop-ins
/// first there, so the keywords come in one, and the kernel counts levels of profiling further; services, packages and paths of everything
/// else are the same.
#[test]
fn ubuntu_differs_from_debian_by_ssh_and_profiling_alone() {
    let rows = |os: &str| {
        let tree = Tree::new(os, CNIS[0], "containerd: \"2.3\"");
        let script = fs::read_to_string(tree.pool("workers").join("harden-node.sh")).unwrap();
        script.lines().filter(|line| line.starts_with("readonly os_") || line.starts_with("    '")).map(str::to_owned).collect()
    };
    let (debian, ubuntu): (std::collections::BTreeSet<String>, std::collections::BTreeSet<String>) =
        (rows("debian-12"), rows("ubuntu-24.04"));
    let only = |a: &std::collections::BTreeSet<String>, b: &std::collections::BTreeSet<String>| -> Vec<String> {
        a.difference(b).map(|row| row.split('\'').skip(1).step_by(2).take(3).collect::<Vec<_>>().join(" ")).collect()
    };
    let controls = "node/sshd-algorithms,node/sshd-authentication,node/sshd-forwarding,node/sshd-sessions";
    let profiling = [
        "node/kernel-information file /etc/sysctl.d/95-harden-kernel-information.conf",
        "node/kernel-information sysctl kernel.perf_event_paranoid",
    ];
    let differ = |keywords: &str, system: [&str; 2]| -> Vec<String> {
        let keywords = format!("{controls} {keywords}");
        profiling.into_iter().chain([keywords.as_str()]).chain(system).map(str::to_owned).collect()
    };
    assert_eq!(only(&debian, &ubuntu), differ("head /etc/ssh/sshd_config", ["debian", "12"]));
    assert_eq!(only(&ubuntu, &debian), differ("file /etc/ssh/sshd_config.d/00-harden.conf", ["ubuntu", "24.04"]));
    eprintln!(
        "Ubuntu 24.04: its archive is not reached from here, its script was not run; its rows are Debian's but for sshd and a level of profiling"
    );
}

/// What goes wrong on nodes: a full disk, a kill, links in place of files, changes by hand, a build that knows less than the one before.
#[test]
fn attacks_leave_the_node_whole() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    let first = host.tree();
    let none = [] as [String; 0];

    let full = "mkdir /var/lib/harden-node && mount -t tmpfs -o size=24k tmpfs /var/lib/harden-node && /opt/pool/harden-node.sh apply; \
        echo code $?; /opt/pool/harden-node.sh rollback; umount /var/lib/harden-node; rmdir /var/lib/harden-node";
    let (_, said) = host.inside(full, &[]);
    assert!(said.contains("code 3") && said.contains("No space left"), "{said}");
    assert_eq!(differences(&first, &host.tree()), none, "a full disk: {said}");

    for seconds in ["0.4", "1", "2"] {
        let kill =
            "/opt/pool/harden-node.sh apply >/dev/null & sleep \"$1\"; kill -9 $!; wait; /opt/pool/harden-node.sh rollback";
        let (_, said) = host.inside(kill, &[seconds]);
        assert_eq!(differences(&first, &host.tree()), none, "killed after {seconds} s: {said}");
    }

    let links = [("/etc/passwd", "etc/sudoers.d/90-harden"), ("/etc/passwd", "etc/sysctl.d/95-harden-sysrq.conf")];
    for (to, from) in links {
        symlink(to, host.root().join(from)).unwrap();
    }
    let (code, said) = host.script(&["apply"]);
    assert!(code == 3 && said.matches("is no plain file: left alone").count() == 2, "{said}");
    assert_eq!(first.get("etc/passwd"), host.tree().get("etc/passwd"));
    host.script(&["rollback"]);
    for (_, from) in links {
        fs::remove_file(host.root().join(from)).unwrap();
    }
    assert_eq!(differences(&first, &host.tree()), none, "links");

    assert_eq!(host.script(&["apply"]).0, 0);
    for (path, line) in [("etc/ssh/sshd_config", "PermitUserEnvironment no\n"), ("etc/sudoers.d/90-harden", "# by hand\n")] {
        let text = fs::read_to_string(host.root().join(path)).unwrap();
        fs::write(host.root().join(path), text + line).unwrap();
    }
    let (_, said) = host.script(&["rollback"]);
    let now = fs::read_to_string(host.root().join("etc/ssh/sshd_config")).unwrap();
    assert!(now.ends_with("PermitUserEnvironment no\n") && !now.contains("harden"), "{said}");
    let kept = host.root().join("var/lib/harden-node-kept/etc/sudoers.d/90-harden");
    assert!(fs::read_to_string(&kept).unwrap().ends_with("# by hand\n") && !host.root().join("etc/sudoers.d/90-harden").exists());
    fs::remove_dir_all(host.root().join("var/lib/harden-node-kept")).unwrap();
    let text = now.strip_suffix("PermitUserEnvironment no\n").unwrap();
    fs::write(host.root().join("etc/ssh/sshd_config"), text).unwrap();
    assert_eq!(differences(&first, &host.tree()), none, "changes by hand");

    assert_eq!(host.script(&["apply"]).0, 0);
    let script = host.root().join("opt/pool/harden-node.sh");
    let rows = fs::read_to_string(&script).unwrap();
    let less: Vec<&str> = rows.lines().filter(|line| !line.contains("'node/sudo'") && !line.contains("'node/swap'")).collect();
    fs::write(&script, less.join("\n") + "\n").unwrap();
    assert_eq!(host.script(&["audit"]).0, 1, "what an earlier build left is drift");
    let (code, said) = host.script(&["apply"]);
    assert!(code == 0 && said.contains("was of an earlier build and is taken back"), "{said}");
    assert_eq!(first.get("etc/fstab"), host.tree().get("etc/fstab"));
    assert_eq!(host.script(&["audit"]).0, 0);
    host.script(&["rollback"]);
    assert_eq!(differences(&first, &host.tree()), none, "an earlier build");
}

/// What a file of the runtime or the kubelet would break is refused: handlers that go, versions and arguments of another kind.
#[test]
fn files_that_would_break_a_node_are_refused() {
    let Some(base) = made("debian-12") else { return };
    if programs::find("containerd23", "containerd").is_none() || programs::find("k136", "kubelet").is_none() {
        return;
    }
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    let handler = "version = 3\n[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.gvisor]\n  runtime_type = \"io.containerd.runsc.v1\"\n";
    host.write("etc/containerd/config.toml", handler, 0o644);
    let (code, said) = host.script(&["apply", "--only", "runtime/cgroup-driver"]);
    assert!(code == 3 && said.contains("runtimes.gvisor would be lost"), "{said}");
    host.write("etc/containerd/conf.d/gvisor.toml", handler, 0o644);
    assert_eq!(host.script(&["apply", "--only", "runtime/cgroup-driver"]).0, 0);
    let open = "version = 3\n[plugins.\"io.containerd.cri.v1.runtime\"]\n  enable_unprivileged_ports = true\n";
    host.write("etc/containerd/conf.d/open.toml", open, 0o644);
    let (code, said) = host.script(&["audit", "--only", "runtime/cgroup-driver"]);
    assert!(code == 1 && said.contains("would not run with enable_unprivileged_ports = false"), "{said}");
    host.write("etc/default/kubelet", "KUBELET_CONFIG_ARGS=--config=/etc/kubelet.yaml\n", 0o644);
    let (code, said) = host.script(&["apply", "--only", "kubelet/anonymous"]);
    assert!(code == 3 && said.contains("sets KUBELET_CONFIG_ARGS in its own way"), "{said}");
    host.program("k137", "kubelet");
    let (code, said) = host.script(&["apply", "--only", "kubelet/anonymous"]);
    assert!(code != 0 && said.contains("the file is for kubelet 1.36, and here is 1.37"), "{said}");
}

/// The drop-in of the kubelet: decoded strictly by its own types, and merged by the kubelet over its file.
#[test]
fn kubelets_read_their_drop_in() {
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let drop_in = tree.pool("workers").join("files/etc/kubernetes/kubelet.conf.d/50-harden.conf");
    let text = fs::read_to_string(&drop_in).unwrap();
    for set in node::sets() {
        let (Some(strict), Some(kubelet)) = (set.kube("strictdecode"), set.kube("kubelet")) else { continue };
        let said = strict.must(&[drop_in.to_str().unwrap()]);
        assert!(said.contains("KubeletConfiguration"), "{said}");
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("spoilt.conf"), text.replace("podPidsLimit", "podPidLimit")).unwrap();
        let said = strict.says(&[at("spoilt.conf").to_str().unwrap()]);
        assert!(said.contains("podPidLimit"), "a misspelt field was taken: {said}");
        // The file alone is refused for a port that the drop-in replaces.
        let base =
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfailCgroupV1: false\nreadOnlyPort: 99999\n";
        fs::write(at("config.yaml"), base).unwrap();
        fs::create_dir(at("kubelet.conf.d")).unwrap();
        fs::copy(&drop_in, at("kubelet.conf.d/50-harden.conf")).unwrap();
        let start = |more: &[String]| {
            let mut command = Command::new("timeout");
            command.args(["5"]).arg(kubelet.path()).arg("--config").arg(at("config.yaml")).args(more);
            run(command.arg("--root-dir").arg(at("root")).arg("--cert-dir").arg(at("pki"))).1
        };
        let alone = start(&[]);
        assert!(alone.contains("readOnlyPort"), "{alone}");
        let merged = start(&[format!("--config-dir={}", at("kubelet.conf.d").display())]);
        assert!(!merged.contains("readOnlyPort") && merged.contains("/etc/kubernetes/pki/ca.crt"), "{merged}");
        eprintln!("the drop-in of the kubelet: decoded strictly and merged by {}", kubelet.says(&["--version"]).trim());
    }
}

#[test]
fn one_control_alone() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    let first = host.tree();
    let (code, said) = host.script(&["apply", "--only", "node/syn-cookies"]);
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");
    let changed = differences(&first, &host.tree());
    let files: Vec<&String> = changed.iter().filter(|line| !line.starts_with("var/lib/harden-node")).collect();
    assert!(matches!(files.as_slice(), [file] if file.starts_with("etc/sysctl.d/95-harden-syn-cookies.conf")), "{files:?}");
    assert_eq!(host.script(&["apply", "--only", "node/no-such-control"]).0, 2);
    assert_eq!(host.script(&["apply", "audit"]).0, 2);
}

/// Spoilt inputs: nothing is put in place that its program refuses, and nothing at all on another system.
#[test]
fn spoilt_inputs_are_refused() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::with("debian-12", CNIS[0], "containerd: \"2.3\"", SIEM);
    let host = Host::new(&base, &tree.pool("workers"));
    let first = host.tree();
    for (file, from, to, control) in [
        ("etc/ssh/sshd_config.head", "MaxAuthTries 4", "MaxAuthTry 4", "node/sshd-sessions"),
        ("etc/harden/node.nft", "policy drop", "policy dropp", "node/firewall"),
        ("etc/sudoers.d/90-harden", "Defaults use_pty", "Default use_pty", "node/sudo"),
        ("etc/systemd/system/harden-firewall.service", "ExecStart=/usr", "ExecStart=usr", "node/firewall"),
        ("etc/rsyslog.d/60-harden.conf", "\ncall harden_siem", "\ncall harden_sieve", "logging/shipping"),
    ] {
        host.bring(&tree.pool("workers"));
        let path = host.root().join("opt/pool/files").join(file);
        let text = fs::read_to_string(&path).unwrap();
        let digest = |text: &str| sha256_hex(text.as_bytes())[..16].to_owned();
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(text, spoilt, "{file}");
        fs::write(&path, &spoilt).unwrap();
        // Beside the script of another build it is not taken at all.
        assert_eq!(host.script(&["apply"]).0, 2, "{file}");
        let script = host.root().join("opt/pool/harden-node.sh");
        let rows = fs::read_to_string(&script).unwrap();
        fs::write(&script, rows.replace(&digest(&text), &digest(&spoilt))).unwrap();
        let (code, said) = host.script(&["apply", "--only", control]);
        assert!(code == 3 && said.contains("refuse"), "{file}: {said}");
        let target = file.trim_end_matches(".head");
        assert_eq!(first.get(target), host.tree().get(target), "{file} was put in place");
        host.script(&["rollback"]);
    }
    host.bring(&Tree::new("ubuntu-24.04", CNIS[0], "containerd: \"2.3\"").pool("workers"));
    assert_eq!(host.script(&["apply"]).0, 2, "another system");
    assert_eq!(differences(&first, &host.tree()), [] as [String; 0]);
}

/// On a running system, in a network of its own: what new interfaces get is set on those that are there too, and goes back.
#[test]
fn interfaces_that_are_there_follow() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    // Loopback stands for a card; `cali0` would be the plug-in's.
    for made in ["run/systemd/system", "sys/class/net/lo/device", "sys/class/net/cali0"] {
        fs::create_dir_all(host.root().join(made)).unwrap();
    }
    let run = |action: &str| format!("/opt/pool/harden-node.sh {action} --only node/reverse-path-filter; echo code $?; cat $lo;");
    let before = "lo=/proc/sys/net/ipv4/conf/lo/rp_filter; for each in all default lo; do echo 2 >/proc/sys/net/ipv4/conf/$each/rp_filter; done;";
    let audit = run("audit").replace("--only", "--json --only");
    let rollback = "/opt/pool/harden-node.sh rollback; cat $lo;";
    let (code, said) = host.inside(&[before, &run("audit"), &run("apply"), &run("apply"), &audit, rollback].concat(), &[]);
    assert_eq!(code, 0, "{said}");
    let plain: Vec<&str> = said.lines().filter(|line| line.starts_with("code ") || line.len() == 1).collect();
    assert_eq!(plain, ["code 1", "2", "code 0", "1", "code 0", "1", "code 0", "1", "2"], "{said}");
    assert!(said.contains("net/ipv4/conf/lo/rp_filter is 2, wanted 1") && !said.contains("cali0"), "{said}");
}

/// rsyslog judges its drop-in among what else the node tells it, before it is put in place; the CA and the packages are asked for.
#[test]
fn logs_are_shipped_from_a_debian_12() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::with("debian-12", CNIS[0], "containerd: \"2.3\"", SIEM);
    let host = Host::new(&base, &tree.pool("control-plane"));
    let first = host.tree();
    let only = ["--only", "logging/shipping", "--only", "logging/journal", "--only", "logging/siem-tls"];
    let run_only = |action: &str| host.script(&[&[action][..], &only].concat());
    let (code, said) = run_only("audit");
    assert!(code == 1 && said.contains("siem$HOME'`x`.crt is missing: put the CA"), "{said}");
    let (code, said) = run_only("apply");
    assert!(code == 1 && said.contains("put the CA"), "{said}");
    let judged = |arguments: &[&str]| run(Command::new("chroot").arg(host.root()).args(["rsyslogd", "-N1"]).args(arguments));
    let (code, said) = judged(&[]);
    assert!(code == 0 && !said.contains("error"), "{said}");
    let ca = host.root().join("etc/ssl/certs/siem$HOME'`x`.crt");
    fs::create_dir_all(ca.parent().unwrap()).unwrap();
    fs::write(&ca, "").unwrap();
    let second = host.tree();
    for action in ["audit", "apply"] {
        let (code, said) = run_only(action);
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!(differences(&second, &host.tree()), [] as [String; 0], "a second apply changes a byte");
    let journal = fs::read_to_string(host.root().join("etc/systemd/journald.conf.d/90-harden.conf")).unwrap();
    assert!(journal.contains("\nForwardToSyslog=yes\n") && journal.contains("\nStorage=persistent\n"), "{journal}");
    fs::remove_file(&ca).unwrap();
    assert_eq!(host.script(&["rollback"]).0, 0);
    let left = differences(&first, &host.tree());
    assert!(left.iter().all(|path| path.starts_with("etc/ssl/certs: ") || path.starts_with("etc/ssl: ")), "{left:?}");

    // What the node itself tells rsyslog counts: with a broken neighbour, or read by nobody, the drop-in stays out.
    for (path, text, says) in [
        ("etc/rsyslog.d/10-broken.conf", "action(type=\"omfile\" fil=\"/x\")\n", "rsyslog refuses it"),
        ("etc/rsyslog.conf", "*.* -/var/log/syslog\n", "does not read /etc/rsyslog.d"),
    ] {
        let host = Host::new(&base, &tree.pool("control-plane"));
        fs::write(host.root().join(path), text).unwrap();
        let (code, said) = host.script(&["apply", "--only", "logging/shipping"]);
        assert!(code == 3 && said.contains(says), "{said}");
        assert!(!host.root().join("etc/rsyslog.d/60-harden.conf").exists());
    }
    let host = Host::new(&base, &tree.pool("workers"));
    fs::remove_file(host.root().join("usr/sbin/rsyslogd")).unwrap();
    let library =
        fs::read_dir(host.root().join("usr/lib")).unwrap().map(|entry| entry.unwrap().path().join("rsyslog/lmnsd_gtls.so"));
    library.filter(|path| path.is_file()).for_each(|path| fs::remove_file(path).unwrap());
    let (code, said) = host.script(&["apply", "--only", "logging/shipping"]);
    assert!(
        code == 1 && said.contains("install the package rsyslog:") && said.contains("install the package rsyslog-gnutls"),
        "{said}"
    );
    assert!(!host.root().join("etc/rsyslog.d/60-harden.conf").exists());
}

/// Each containerd with the file for its version: Debian's packages, unpacked, and those built from their modules.
fn containerds() -> Vec<(&'static str, PathBuf)> {
    let packages = [("1.6", "containerd-bookworm"), ("1.7", "containerd-trixie"), ("2.1", "containerd-testing")];
    let packages = packages.into_iter().filter_map(|(version, name)| Some((version, made(name)?.join("usr/bin/containerd"))));
    let modules = [("2.3", "containerd23"), ("2.4", "containerd24")];
    let modules =
        modules.into_iter().filter_map(|(version, set)| Some((version, programs::find(set, "containerd")?.path().to_owned())));
    packages.chain(modules).collect()
}

#[test]
fn containerd_reads_its_file() {
    for (version, containerd) in containerds() {
        let tree = Tree::new("debian-12", CNIS[0], &format!("containerd: \"{version}\""));
        let file = tree.pool("workers").join("files/etc/containerd/config.toml");
        let dump = |file: &Path| run(Command::new(&containerd).arg("-c").arg(file).args(["config", "dump"]));
        let (code, said) = dump(&file);
        assert!(code == 0 && !said.to_lowercase().contains("unknown key"), "{version}: {said}");
        let migrated = version.starts_with("1.") || !said.contains("Configuration migrated");
        assert!(migrated, "{version}: the file is not of the newest form: {said}");
        for line in
            ["SystemdCgroup = true", "/etc/containerd/certs.d", "enable_unprivileged_ports = false", "disable_apparmor = false"]
        {
            assert!(said.contains(line), "{version}: no {line} in {said}");
        }
        let spoilt = tree.folder.path().join("spoilt.toml");
        let text = fs::read_to_string(&file).unwrap();
        // 2.4 does not know them any more; the mirrors go in 2.7.
        for gone in ["enable_cdi", "bin_dir", "registry.mirrors", "registry.configs"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        fs::write(&spoilt, text.replace("SystemdCgroup = true", "SystemdCgroup = yes")).unwrap();
        assert_ne!(dump(&spoilt).0, 0, "{version} took a broken file");
        fs::write(&spoilt, text.replace("disable_apparmor", "disable_app_armor")).unwrap();
        let (_, said) = dump(&spoilt);
        assert!(
            version.starts_with("1.") || said.to_lowercase().contains("unknown key"),
            "{version} says nothing of a misspelt key: {said}"
        );
        if version.starts_with("2.") {
            let cdi = text.replace("  disable_apparmor = false", "  disable_apparmor = false\n  enable_cdi = true");
            fs::write(&spoilt, cdi).unwrap();
            let refused = dump(&spoilt).1.to_lowercase().contains("unknown key");
            assert_eq!(refused, version == "2.4", "enable_cdi and containerd {version}");
        }
        eprintln!("containerd: {}", run(Command::new(&containerd).arg("--version")).1.trim());
    }
}

/// Where containerd asks for images, by its own reader of hosts.toml.
#[test]
fn containerd_asks_the_mirrors_first() {
    let Some(hosts) = programs::find("containerd23", "registryhosts") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let folder = tree.pool("workers").join("files/etc/containerd/certs.d");
    let folder = folder.to_str().unwrap();
    let said = hosts.must(&[folder, "docker.io", "registry.k8s.io", "registry.example.net:5000", "quay.io"]);
    let expected = "\
        docker.io https://mirror.example.net/v2/hub pull,resolve\n\
        docker.io https://registry-1.docker.io/v2 pull,resolve,push\n\
        registry.k8s.io https://cache.example.net/v2 pull,resolve\n\
        registry.k8s.io https://registry.k8s.io/v2 pull,resolve,push\n\
        registry.example.net:5000 https://cache.example.net/v2 pull,resolve\n\
        registry.example.net:5000 https://registry.example.net:5000/v2 pull,resolve,push\n\
        quay.io https://quay.io/v2 pull,resolve,push\n";
    assert_eq!(said, expected);
    let spoilt = tree.folder.path().join("docker.io/hosts.toml");
    fs::create_dir(spoilt.parent().unwrap()).unwrap();
    let text = fs::read_to_string(format!("{folder}/docker.io/hosts.toml")).unwrap();
    fs::write(&spoilt, text.replace("\"resolve\"", "\"resolv\"")).unwrap();
    let said = hosts.says(&[tree.folder.path().to_str().unwrap(), "docker.io"]);
    assert!(said.contains("unknown capability"), "a misspelt capability was taken: {said}");
}

#[test]
fn dockerd_reads_its_file() {
    let Some(folder) = made("docker.io-trixie") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "docker: \"26.1\", criDockerd: \"0.3\"");
    let file = tree.pool("workers").join("files/etc/docker/daemon.json");
    let dockerd = folder.join("usr/sbin/dockerd");
    let validate = |file: &Path| run(Command::new(&dockerd).args(["--validate", "--config-file"]).arg(file));
    let (code, said) = validate(&file);
    assert_eq!(code, 0, "{said}");
    let spoilt = tree.folder.path().join("spoilt.json");
    fs::write(&spoilt, fs::read_to_string(&file).unwrap().replace("live-restore", "live-restored")).unwrap();
    assert_ne!(validate(&spoilt).0, 0, "a misspelt key was taken");
    eprintln!("{}", run(Command::new(&dockerd).arg("--version")).1.trim());
}
