//! What goes wrong on a node leaves it whole.

use std::{fs, os::unix::fs::symlink};

use harden::base::sha256_hex;

use crate::programs;

use super::{CNIS, Host, SIEM, Tree, differences, made};

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
