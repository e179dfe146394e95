//! The scripts of node pools and the files that they bring: judged by shellcheck, nft, systemd, sshd, containerd and dockerd, and run in the
//! root of a Debian 12 that `tests/consumers/nodes.sh` made. Every judge also refuses a spoilt sample.
#![expect(clippy::disallowed_methods, reason = "these tests run real programs over files")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use harden::base::sha256_hex;

use crate::{node::harden, programs};

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
    runtime: {{ {runtime} }}
    nodePools:
      - {{ name: control-plane, role: control-plane, os: {os}, cidrs: [192.0.2.0/28, "2001:db8::/64"] }}
      - name: workers
        role: worker
        os: {os}
        cidrs: [192.0.2.64/26]
        open: [{{ port: 9100, from: [198.51.100.7/32], reason: "node exporter; \"quoted\" $(reboot)" }}, {{ port: 30080, from: [198.51.100.0/24], reason: ingress }}]
  api: {{ sources: {{ admins: [203.0.113.0/24, "2001:db8:1::/48"] }} }}
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

/// A node in a folder: the root of a Debian 12 with what kubeadm leaves there, too open.
struct Host {
    folder: tempfile::TempDir,
}

impl Host {
    fn new(base: &Path, pool: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = Host { folder };
        let (code, said) = run(Command::new("cp").arg("-a").arg("--reflink=auto").arg(base).arg(host.root()));
        assert_eq!(code, 0, "{said}");
        for (path, mode) in [
            ("etc/kubernetes/admin.conf", 0o644),
            ("etc/kubernetes/kubelet.conf", 0o400),
            ("etc/kubernetes/manifests/kube-apiserver.yaml", 0o644),
            ("etc/kubernetes/pki/ca.crt", 0o664),
            ("etc/kubernetes/pki/etcd/server.key", 0o640),
            ("var/lib/kubelet/config.yaml", 0o644),
            ("var/lib/containerd/layer/world-writable", 0o777),
        ] {
            let path = host.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "content\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::write(host.root().join("etc/fstab"), "/dev/vda1 / ext4 defaults 0 1\n/dev/vda2 none swap sw 0 0\n").unwrap();
        fs::set_permissions(host.root().join("etc/hostname"), fs::Permissions::from_mode(0o644)).unwrap();
        // A link where somebody set a trap: its target stays as it is.
        symlink("/etc/hostname", host.root().join("etc/kubernetes/pki/trap.key")).unwrap();
        host.bring(pool);
        host
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
        run(Command::new("unshare")
            .args(["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "chroot"])
            .arg(self.root())
            .args(["sh", "-c", "mount -t proc proc /proc && exec /opt/pool/harden-node.sh \"$@\"", "sh"])
            .args(arguments))
    }

    /// Everything in the tree: mode, owner and content of each path.
    fn tree(&self) -> BTreeMap<String, String> {
        let root = self.root();
        let mut found = BTreeMap::new();
        let walk = walkdir::WalkDir::new(&root).into_iter().filter_entry(|entry| {
            let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            !["proc", "sys", "dev", "run", "tmp", "opt/pool"].contains(&name.as_str())
        });
        for entry in walk.map(Result::unwrap) {
            let meta = fs::symlink_metadata(entry.path()).unwrap();
            let content = if meta.is_file() {
                sha256_hex(&fs::read(entry.path()).unwrap())
            } else if meta.is_symlink() {
                fs::read_link(entry.path()).unwrap().display().to_string()
            } else {
                String::new()
            };
            let name = entry.path().strip_prefix(&root).unwrap().display().to_string();
            found.insert(name, format!("{:o} {}:{} {content}", meta.mode(), meta.uid(), meta.gid()));
        }
        found
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
fn a_debian_12_is_hardened_and_brought_back() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("control-plane"));
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
    assert_eq!(differences(&first, &host.tree()), [] as [String; 0], "rollback leaves something: {said}");
    assert_eq!(host.script(&["rollback"]).0, 2, "there is nothing to go back to");
    eprintln!("Debian 12: {} controls audited, applied twice, rolled back", controls.len());
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
        ("etc/rsyslog.d/60-harden.conf", "then call harden_siem", "then call harden_sieve", "logging/shipping"),
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

#[test]
fn containerd_reads_its_file() {
    for (suite, version) in [("trixie", "1.7"), ("testing", "2.1")] {
        let Some(folder) = made(&format!("containerd-{suite}")) else { continue };
        let tree = Tree::new("debian-12", CNIS[0], &format!("containerd: \"{version}\""));
        let file = tree.pool("workers").join("files/etc/containerd/config.toml");
        let dump =
            |file: &Path| run(Command::new(folder.join("usr/bin/containerd")).arg("-c").arg(file).args(["config", "dump"]));
        let (code, said) = dump(&file);
        assert!(code == 0 && !said.to_lowercase().contains("unknown key"), "{suite}: {said}");
        for line in
            ["SystemdCgroup = true", "/etc/containerd/certs.d", "enable_unprivileged_ports = false", "disable_apparmor = false"]
        {
            assert!(said.contains(line), "{suite}: no {line} in {said}");
        }
        let spoilt = tree.folder.path().join("spoilt.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&spoilt, text.replace("SystemdCgroup = true", "SystemdCgroup = yes")).unwrap();
        assert_ne!(dump(&spoilt).0, 0, "{suite} took a broken file");
        fs::write(&spoilt, text.replace("disable_apparmor", "disable_app_armor")).unwrap();
        let (_, said) = dump(&spoilt);
        assert!(
            version == "1.7" || said.to_lowercase().contains("unknown key"),
            "{suite} says nothing of a misspelt key: {said}"
        );
        eprintln!("containerd of {suite}: {}", run(Command::new(folder.join("usr/bin/containerd")).arg("--version")).1.trim());
    }
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
