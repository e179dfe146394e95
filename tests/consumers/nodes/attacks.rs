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
    // Where containers and images lie: the new file has no word on it.
    fs::remove_file(host.root().join("etc/containerd/conf.d/open.toml")).unwrap();
    let away = "version = 3\nroot = '/data/containerd' # a disk of its own\n";
    host.write("etc/containerd/config.toml", away, 0o644);
    let (code, said) = host.script(&["apply", "--only", "runtime/nri"]);
    assert!(code == 3 && said.contains("root = \"/data/containerd\" would be lost"), "{said}");
    host.write("etc/containerd/config.toml", "version = 3\nroot = '/var/lib/containerd'\n", 0o644);
    assert_eq!(host.script(&["apply", "--only", "runtime/nri"]).0, 0);
    // The control groups are a matter of the kubelet too: its drop-in was brought with them.
    host.script(&["rollback"]);
    // A later command takes the place of kubeadm's, and a later variable that of ours.
    let unit = "etc/systemd/system/kubelet.service.d";
    for (file, text, says) in [
        (
            "20-etcd.conf",
            "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet --config=/x.yaml\n",
            "does not pass $KUBELET_CONFIG_ARGS",
        ),
        (
            "60-own.conf",
            "[Service]\nEnvironment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n",
            "60-own.conf sets KUBELET_CONFIG_ARGS in its own way",
        ),
    ] {
        host.write(&format!("{unit}/{file}"), text, 0o644);
        let (code, said) = host.script(&["apply", "--only", "kubelet/anonymous"]);
        assert!(code == 3 && said.contains(says), "{said}");
        fs::remove_file(host.root().join(unit).join(file)).unwrap();
    }
    let told = "KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --config-dir=/etc/kubernetes/kubelet.conf.d\n";
    host.write("etc/default/kubelet", told, 0o644);
    assert_eq!(host.script(&["apply", "--only", "kubelet/anonymous"]).0, 0, "what the message asks for is enough");
    host.script(&["rollback"]);
    host.write("etc/default/kubelet", "KUBELET_CONFIG_ARGS=--config=/etc/kubelet.yaml\n", 0o644);
    let (code, said) = host.script(&["apply", "--only", "kubelet/anonymous"]);
    assert!(code == 3 && said.contains("sets KUBELET_CONFIG_ARGS in its own way"), "{said}");
    host.program("k137", "kubelet");
    let (code, said) = host.script(&["apply", "--only", "kubelet/anonymous"]);
    assert!(code != 0 && said.contains("the file is for kubelet 1.36, and here is 1.37"), "{said}");
}

/// A configuration of Docker that says where its data lies, or has handlers, is not replaced; the other keys that go are told.
#[test]
fn the_data_of_docker_is_not_lost() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "docker: \"26.1\", criDockerd: \"0.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    host.write("usr/bin/dockerd", "#!/bin/sh\n", 0o755);
    let old = |more: &str| {
        let text = format!(
            "{{\"icc\": true, {more} \"insecure-registries\": [\"r.example, }}\"],\n  \"log-opts\": {{\"data-root\": \"x\"}}}}\n"
        );
        host.write("etc/docker/daemon.json", &text, 0o644);
    };
    let run = |arguments: &[&str]| host.script(&[arguments, &["--only", "runtime/docker-daemon"]].concat());
    for (more, says) in [
        ("\"data-root\": \"/data/docker\",", "data-root would be lost"),
        (
            "\"default-runtime\": \"nvidia\", \"runtimes\": {\"nvidia\": {\"path\": \"nvidia-container-runtime\"}},",
            "default-runtime, runtimes would be lost",
        ),
    ] {
        old(more);
        for arguments in [&["apply"][..], &["apply", "--dry-run"]] {
            let (code, said) = run(arguments);
            assert!(code == 3 && said.contains(says), "{said}");
        }
    }
    old("\"data-root\": \"/var/lib/docker\",");
    let (_, said) = run(&["audit"]);
    assert!(said.contains("differs, and these settings of it go: data-root; insecure-registries"), "{said}");
    let (code, said) = run(&["apply"]);
    assert_eq!(code, 0, "{said}");
}

/// The drop-in of CRI-O is for one minor, and judged among those that are there.
#[test]
fn crio_judges_its_drop_in() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "crio: \"1.36\"");
    let host = Host::new(&base, &tree.pool("workers"));
    // A stand-in: the real one is not built here.
    let crio = "#!/bin/sh\ncase \"$*\" in --version) echo 'crio version VERSION'; exit ;; esac\n\
        while [ $# -gt 1 ]; do [ \"$1\" != --config-dir ] || dir=$2; shift; done\n\
        [ -f \"$dir/50-harden.conf\" ] && ! grep -q spoilt \"$dir\"/*.conf || { echo 'FATA invalid drop-in' >&2; exit 1; }\n";
    let run = |version: &str| {
        host.write("usr/bin/crio", &crio.replace("VERSION", version), 0o755);
        host.script(&["apply", "--only", "runtime/cgroup-driver"])
    };
    let (code, said) = run("1.35.2");
    assert!(code == 3 && said.contains("the file is for CRI-O 1.36, and here is 1.35.2"), "{said}");
    host.write("etc/crio/crio.conf.d/10-own.conf", "spoilt\n", 0o644);
    let (code, said) = run("1.36.1");
    assert!(code == 3 && said.contains("CRI-O refuses it: FATA invalid drop-in"), "{said}");
    host.write("etc/crio/crio.conf.d/10-own.conf", "[crio.runtime]\n", 0o644);
    let (code, said) = run("1.36.1");
    assert_eq!(code, 0, "{said}");
    let (code, said) = run("1.37.0");
    assert!(code == 1 && said.contains("here is 1.37.0"), "the same file on another version: {said}");
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
