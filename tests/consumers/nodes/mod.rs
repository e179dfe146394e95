//! The scripts of node pools and the files that they bring: judged by shellcheck, nft, systemd, sshd, containerd and dockerd, and run in the
//! root of a Debian 12 that `tests/consumers/nodes.sh` made. Every judge also refuses a spoilt sample.
#![expect(clippy::disallowed_methods, reason = "these tests run real programs over files")]

mod attacks;
mod boots;
mod guards;
mod living;
mod runtimes;
mod wholes;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

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
    // One of them with Services that reach the hook of the firewall.
    let mode = if cni == CNIS[3] { "ipvs" } else { "iptables" };
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
      kubeProxy: {{ mode: {mode} }}
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
        Tree::of(&spec(os, cni, runtime, logging))
    }

    /// The tree of a spec as it is written.
    fn of(spec: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("spec.yaml"), spec).expect("a spec");
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
                let script = folder.join("harden-node.sh");
                let (code, said) = run(Command::new("shellcheck").arg(&script));
                assert_eq!((code, said.as_str()), (0, ""), "{os} {pool}");
                let spoilt = folder.join("spoilt.sh");
                fs::write(&spoilt, fs::read_to_string(&script).unwrap() + "\nrm -rf $1\n").unwrap();
                let (code, said) = run(Command::new("shellcheck").arg(&spoilt));
                assert!(code == 1 && said.contains("SC2086"), "{os} {pool}: what is not quoted was not noticed: {said}");
                fs::remove_file(&spoilt).unwrap();
            }
            if nft {
                let rules = folder.join("files/etc/harden/node.nft");
                judge_rules(&rules);
                let services = fs::read_to_string(&rules).unwrap().contains("ip6 saddr @pods6 ip6 daddr @services6 accept");
                assert_eq!(services, *cni == CNIS[3], "{cni}");
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
