//! What a script refuses, so that nobody is shut out and no node gets what is meant for another.

use std::os::unix::fs::symlink;

use super::{CNIS, Host, SYSTEMCTL, Tree, differences, fs, made, spec};

const NONE: [String; 0] = [];

/// The root of a Debian 12 that runs, with the script of a pool.
fn host(pool: &str) -> Option<(Host, Tree)> {
    let base = made("debian-12")?;
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    Some((Host::new(&base, &tree.pool(pool)).live(), tree))
}

/// Logins of root are closed only where somebody else has a way in: whoever came by an account, or an account that may use sudo.
#[test]
fn root_is_not_shut_out() {
    let Some((host, _tree)) = host("workers") else { return };
    let before = host.tree();
    let only = ["apply", "--only", "node/sshd-authentication"];
    // A login of the machine that runs the test is none of the node.
    let run = |how: &str| host.inside(&format!("echo 4294967295 2>&- >/proc/self/loginuid; {how}"), &only);
    let script = "/opt/pool/harden-node.sh \"$@\"";
    let ssh = format!("SSH_CONNECTION='192.0.2.9 50000 192.0.2.1 22' {script}");
    let sudo = format!("SUDO_USER=root {script}");
    // sudo and su forget that they came by ssh: the programs above them do not.
    let behind = format!("cp /bin/sh /opt/sshd; /opt/sshd -c '{}; exit $?' sshd \"$@\"; code=$?; rm /opt/sshd; exit $code", sudo);
    let account = |shell: &str| {
        let edit = |file: &str, from: &str, to: &str| {
            let path = host.root().join("etc").join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace(from, to)).unwrap();
        };
        edit("group", "sudo:x:27:\n", "sudo:x:27:ops\n");
        edit("passwd", "root:x:0:0:", &format!("ops:x:1000:1000::/home/ops:{shell}\nroot:x:0:0:"));
    };

    for (how, says) in [
        (&ssh, "root is logged in by ssh"),
        (&behind, "root is logged in by ssh"),
        (&sudo, "sudo lets no other account become root"),
        (&script.to_owned(), "sudo lets no other account become root"),
    ] {
        let (code, said) = run(how);
        assert!(code == 3 && said.contains(says), "{how}: {said}");
    }
    assert_eq!(differences(&before, &host.tree()), NONE, "a refused file changes nothing");

    let undo = || {
        assert_ne!(differences(&before, &host.tree()), NONE, "nothing was applied");
        host.script(&["rollback"]);
    };
    for how in [format!("SUDO_USER=ops {script}"), format!("{ssh} --ignore-lock-out")] {
        let (code, said) = run(&how);
        assert_eq!(code, 0, "{how}: {said}");
        undo();
    }
    let files = ["etc/group", "etc/passwd"].map(|file| (file, fs::read_to_string(host.root().join(file)).unwrap()));
    account("/usr/sbin/nologin");
    assert_eq!(run(&sudo).0, 3, "an account that cannot log in is no way in");
    files.iter().for_each(|(file, text)| fs::write(host.root().join(file), text).unwrap());
    account("/bin/bash");
    assert_eq!(run(&behind).0, 3, "root came by ssh");
    let (code, said) = run(&sudo);
    assert_eq!(code, 0, "{said}");
    // Nothing is closed that is closed already.
    assert_eq!(run(&ssh).0, 0);
    // An image that is being built has no accounts yet.
    host.script(&["rollback"]);
    files.iter().for_each(|(file, text)| fs::write(host.root().join(file), text).unwrap());
    fs::remove_dir_all(host.root().join("run/systemd")).unwrap();
    assert_eq!(run(script).0, 0, "an image");
}

/// The script of another pool closes what a node needs: nothing of it is applied.
#[test]
fn the_script_of_another_pool_is_refused() {
    let Some((host, tree)) = host("workers") else { return };
    let only = ["--only", "node/syn-cookies"];
    let apply = |host: &Host, network: &str, more: &[&str]| {
        let with = format!("ip link set lo up; {network} exec /opt/pool/harden-node.sh \"$@\"");
        host.inside(&format!("mount -t tmpfs tmpfs /proc/sys; {with}"), &[&["apply"], &only[..], more].concat())
    };
    fs::create_dir(host.root().join("etc/kubernetes/manifests")).unwrap();
    let first = host.tree();
    let refused = |host: &Host, network: &str, says: &str| {
        for more in [&[][..], &["--dry-run"]] {
            let (code, said) = apply(host, network, more);
            assert!(code == 2 && said.contains(says) && said.contains("nothing was changed"), "{said}");
        }
    };
    for file in ["manifests/kube-apiserver.yaml", "manifests/etcd.yaml"] {
        let path = format!("etc/kubernetes/{file}");
        host.write(&path, "content\n", 0o600);
        refused(&host, "", "and pool workers does not");
        let (code, said) = host.script(&["audit"]);
        assert!(code != 0 && said.contains("pool ") && said.contains("and pool workers does not"), "{said}");
        let (code, said) = apply(&host, "", &["--ignore-lock-out"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(host.script(&["rollback"]).0, 0);
        fs::remove_file(host.root().join(&path)).unwrap();
    }
    let address = |range: &str| format!("ip addr add {range} dev lo;");
    refused(
        &host,
        &address("192.0.2.1/32"),
        "no address of this node lies in the ranges of pool workers (192.0.2.64/26): 192.0.2.1",
    );
    for good in [address("192.0.2.1/32") + &address("192.0.2.100/32"), String::new()] {
        let (code, said) = apply(&host, &good, &[]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(host.script(&["rollback"]).0, 0);
    }
    assert_eq!(differences(&first, &host.tree()), [] as [String; 0]);

    // A node that has joined as a worker is none of the control plane; an image has joined nothing and has other addresses.
    host.bring(&tree.pool("control-plane"));
    refused(&host, "", "has joined without a control plane, and pool control-plane runs it");
    fs::remove_file(host.root().join("etc/kubernetes/kubelet.conf")).unwrap();
    refused(&host, &address("192.0.2.100/32"), "ranges of pool control-plane");
    fs::remove_dir_all(host.root().join("run/systemd")).unwrap();
    let (code, said) = apply(&host, &address("192.0.2.100/32"), &[]);
    assert_eq!(code, 0, "{said}");
}

/// Where the rules of the firewall are refused, the unit that loads them stays out too.
#[test]
fn a_unit_does_not_come_without_its_rules() {
    let Some((host, _tree)) = host("workers") else { return };
    let first = host.tree();
    fs::write(host.root().join("usr/bin/ss"), "#!/bin/sh\necho '0 0 192.0.2.1:22 198.51.100.9:50000'\n").unwrap();
    let (code, said) = host.script(&["apply", "--only", "node/firewall"]);
    assert!(code == 3 && said.contains("the firewall would refuse 198.51.100.9"), "{said}");
    for path in [
        "etc/harden/node.nft",
        "etc/systemd/system/harden-firewall.service",
        "etc/systemd/system/sysinit.target.wants/harden-firewall.service",
    ] {
        assert_eq!(first.get(path), host.tree().get(path), "{path}: {said}");
    }
    let log = fs::read_to_string(host.root().join("run/systemctl.log")).unwrap_or_default();
    assert!(!log.contains("harden-firewall"), "{log}");
}

/// The stock unit of nftables is to be disabled and never stopped: its stop flushes what kube-proxy and the network plug-in wrote.
#[test]
fn the_stock_unit_of_nftables_is_never_stopped() {
    let Some((host, _tree)) = host("workers") else { return };
    let wants = host.root().join("etc/systemd/system/sysinit.target.wants");
    fs::create_dir_all(&wants).unwrap();
    symlink("/lib/systemd/system/nftables.service", wants.join("nftables.service")).unwrap();
    host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
    let (code, said) = host.script(&["apply", "--only", "node/firewall"]);
    assert!(code == 3 && said.contains("systemctl disable nftables.service, without --now"), "{said}");
    assert!(!said.contains("disable --now"), "{said}");
    fs::remove_file(wants.join("nftables.service")).unwrap();
    let (code, said) = host.script(&["apply", "--only", "node/firewall"]);
    assert_eq!(code, 0, "{said}");
}

/// Another firewall that is on may drop what passes through the node: it is told, and left as it is.
#[test]
fn another_firewall_is_told() {
    let Some((host, _tree)) = host("workers") else { return };
    let wants = host.root().join("etc/systemd/system/multi-user.target.wants");
    fs::create_dir_all(&wants).unwrap();
    host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
    let audit = || host.script(&["apply", "--dry-run", "--only", "node/firewall"]).1;
    for program in ["firewalld", "netfilter-persistent", "ufw"] {
        let link = wants.join(format!("{program}.service"));
        symlink(format!("/lib/systemd/system/{program}.service"), &link).unwrap();
        // The unit of ufw is enabled on every Ubuntu; its file says whether it is on.
        host.write("etc/ufw/ufw.conf", "ENABLED=no\n", 0o644);
        assert!(!audit().contains("ufw filters beside it"));
        host.write("etc/ufw/ufw.conf", "ENABLED=yes\n", 0o644);
        let said = audit();
        assert!(said.contains(&format!("{program} filters beside it")), "{said}");
        fs::remove_file(&link).unwrap();
    }
    let said = audit();
    assert!(!said.contains("filters beside it"), "{said}");
}

/// An sshd that is masked runs until a reboot, and lets people in.
#[test]
fn a_masked_sshd_that_runs_is_told() {
    let Some(base) = made("debian-12") else { return };
    let closed =
        spec("debian-12", CNIS[0], "containerd: \"2.3\"", "").replace("role: worker\n", "role: worker\n        access: none\n");
    let host = Host::new(&base, &Tree::of(&closed).pool("workers")).live();
    let run = |action: &str| host.script(&[action, "--only", "node/remote-access"]);
    let runs = SYSTEMCTL.replace("is-active*", "'is-active -q ssh.service') exit 0 ;;\n    is-active*");
    host.write("usr/bin/systemctl", &runs, 0o755);
    for (action, code) in [("apply", 0), ("audit", 1)] {
        let (found, said) = run(action);
        assert!(found == code && said.contains("reboot-needed") && said.contains("ssh.service runs until a reboot"), "{said}");
    }
    host.write("usr/bin/systemctl", SYSTEMCTL, 0o755);
    assert_eq!(run("audit").0, 0);
}

/// The file of sshd opens no port by itself: it is there where sshd is switched off. An open session is refused all the same.
#[test]
fn an_sshd_that_is_off_needs_no_port() {
    let Some(base) = made("debian-12") else { return };
    let off = SYSTEMCTL.replace("is-active*", "is-active* | is-enabled*");
    let session = "#!/bin/sh\necho '0 0 192.0.2.65:22 198.51.100.9:50000'\n";
    let apply = |host: &Host| host.script(&["apply", "--only", "node/firewall", "--only", "node/remote-access"]);

    let closed =
        spec("debian-12", CNIS[0], "containerd: \"2.3\"", "").replace("role: worker\n", "role: worker\n        access: none\n");
    let tree = Tree::of(&closed);
    for systemctl in [SYSTEMCTL, &off] {
        let host = Host::new(&base, &tree.pool("workers")).live();
        host.write("usr/bin/systemctl", systemctl, 0o755);
        host.write("usr/bin/ss", session, 0o755);
        let (code, said) = apply(&host);
        assert!(code == 3 && said.contains("198.51.100.9, which holds an ssh session now: end the session"), "{said}");
        host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
        let (code, said) = apply(&host);
        assert_eq!(code, 0, "{said}");
    }

    // A script without such a pool has no row of the other control.
    let apply = |host: &Host| host.script(&["apply", "--only", "node/firewall"]);
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers")).live();
    let config = fs::read_to_string(host.root().join("etc/ssh/sshd_config")).unwrap();
    host.write("etc/ssh/sshd_config", &format!("Port 2222\n{config}"), 0o644);
    host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
    let (code, said) = apply(&host);
    assert!(code == 3 && said.contains("sshd listens on port 2222, which the firewall does not let in"), "{said}");
    host.write("usr/bin/systemctl", &off, 0o755);
    host.write("usr/bin/ss", "#!/bin/sh\necho 'LISTEN 0 128 0.0.0.0:2222 0.0.0.0:*'\n", 0o755);
    let (code, said) = apply(&host);
    assert!(code == 3 && said.contains("sshd listens on port 2222"), "one that somebody started by hand: {said}");
    host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
    let (code, said) = apply(&host);
    assert_eq!(code, 0, "{said}");
}

/// The kubelet and the runtime are declared: a node without them is not done.
#[test]
fn a_node_without_its_programs_is_not_done() {
    let Some((host, _tree)) = host("workers") else { return };
    for (program, control) in [("kubelet", "kubelet/anonymous"), ("containerd", "runtime/nri")] {
        fs::remove_file(host.root().join("usr/bin").join(program)).unwrap();
        for action in ["audit", "apply"] {
            let (code, said) = host.script(&[action, "--only", control]);
            assert!(code == 1 && said.contains(&format!("{program} is not installed")), "{said}");
        }
    }
    assert!(!host.root().join("etc/systemd/system/kubelet.service.d/50-harden.conf").exists());
}

/// Who is connected to the API server or to etcd gets in anew, or the rules are not loaded; the node itself comes over loopback.
#[test]
fn clients_of_the_control_plane_are_not_shut_out() {
    let Some((host, _tree)) = host("control-plane") else { return };
    let peers =
        "#!/bin/sh\ncase \"$*\" in *:6443*) cat /run/clients ;; *:2379*) cat /run/members ;; *:22*) cat /run/people ;; esac\n";
    fs::write(host.root().join("usr/bin/ss"), peers).unwrap();
    let connected = |people: &str, clients: &str, members: &str| {
        for (file, text) in [("people", people), ("clients", clients), ("members", members)] {
            fs::write(host.root().join("run").join(file), text).unwrap();
        }
        let own = "ip link set lo up; ip addr add 192.0.2.1/32 dev lo;";
        host.inside(&format!("{own} exec /opt/pool/harden-node.sh apply --only node/firewall"), &[])
    };
    for (people, clients, members, refused) in [
        ("0 0 192.0.2.1:22 198.51.100.9:40000\n", "", "", "198.51.100.9, which holds an ssh session now"),
        ("", "0 0 192.0.2.1:6443 198.51.100.9:40000\n", "", "198.51.100.9, which is connected to port 6443 now"),
        ("", "0 0 [::ffff:192.0.2.1]:6443 [::ffff:198.51.100.9]:4\n", "", "198.51.100.9, which is connected to port 6443 now"),
        ("", "0 0 [2001:db8::1]:6443 [2001:db8:9::1]:40000\n", "", "2001:db8:9::1, which is connected to port 6443 now"),
        // A pod is let in to the API server, and not to etcd.
        (
            "",
            "0 0 192.0.2.1:6443 10.244.3.3:4\n",
            "0 0 192.0.2.1:2379 10.244.3.3:4\n",
            "10.244.3.3, which is connected to port 2379 now",
        ),
    ] {
        let (code, said) = connected(people, clients, members);
        assert!(code == 3 && said.contains(refused), "{refused}: {said}");
    }
    let clients = "0 0 192.0.2.1:6443 10.244.3.3:4\n0 0 192.0.2.1:6443 192.0.2.1:4\n0 0 127.0.0.1:6443 127.0.0.1:4\n\
        0 0 [2001:db8::1]:6443 [2001:db8:1::9]:4\n";
    let (code, said) = connected("0 0 192.0.2.1:22 203.0.113.4:4\n", clients, "0 0 192.0.2.1:2379 192.0.2.2:4\n");
    assert_eq!(code, 0, "{said}");
}

/// The firewall that is loaded for a time: it goes by itself, is kept by `confirm`, and never outlives what it replaces.
#[test]
fn an_unconfirmed_firewall_goes_by_itself() {
    let Some((host, _tree)) = host("workers") else { return };
    let first = host.tree();
    let script = "s=/opt/pool/harden-node.sh; t() { nft -s list table inet harden_node 2>/dev/null | grep -c .; }; only='--only node/firewall';";
    let run = |commands: &str| host.inside(&format!("{script} {commands}"), &[]).1;
    let beside_state = |tree: std::collections::BTreeMap<String, String>| {
        let of_state =
            |path: &str| path == "var/lib" || path == "var/lib/harden-node" || path.starts_with("var/lib/harden-node/");
        tree.into_iter().filter(|(path, _)| !of_state(path)).collect::<std::collections::BTreeMap<_, _>>()
    };

    // Not confirmed: while it waits nothing else is applied, then it is gone, and no file of it was written.
    let said = run(
        "$s apply $only --confirm 2; echo code $?; t; $s apply; echo code $?; $s audit $only; sleep 3; t; $s confirm; echo code $?",
    );
    let numbers: Vec<&str> = said.lines().filter(|line| line.starts_with("code ") || line.parse::<u32>().is_ok()).collect();
    assert!(matches!(numbers.as_slice(), ["code 1", loaded, "code 2", "0", "code 2"] if *loaded != "0"), "{said}");
    for says in [
        "log in anew, then run confirm",
        "the firewall waits to be confirmed",
        "rules are loaded and wait for confirm",
        "no rules wait",
    ] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert_eq!(differences(&beside_state(first.clone()), &beside_state(host.tree())), NONE);
    host.script(&["rollback"]);
    assert_eq!(differences(&first, &host.tree()), NONE);

    // Confirmed: it stays, with its files, and a second time has nothing to confirm.
    let said = run(
        "$s apply $only --confirm 2; $s confirm; echo code $?; sleep 3; t; $s audit $only; echo code $?; $s confirm; echo code $?",
    );
    let numbers: Vec<&str> = said.lines().filter(|line| line.starts_with("code ") || line.parse::<u32>().is_ok()).collect();
    assert!(matches!(numbers.as_slice(), ["code 0", loaded, "code 0", "code 2"] if *loaded != "0"), "{said}");
    let mask = host.root().join("etc/systemd/system/nftables.service");
    assert_eq!(fs::read_link(mask).unwrap(), std::path::Path::new("/dev/null"));
    assert!(
        host.root().join("etc/harden/node.nft").exists()
            && fs::read_to_string(host.root().join("run/systemctl.log")).unwrap().contains("harden-firewall")
    );

    // What was loaded before comes back, and not merely nothing; rules of another folder are not kept.
    let before = "nft -f /etc/harden/node.nft; nft add rule inet harden_node input tcp dport 7 accept; nft -s list table inet harden_node >/run/before;";
    let same = "nft -s list table inet harden_node | cmp -s - /run/before";
    let said = run(&format!(
        "{before} $s apply $only --confirm 2; {same} || echo other; echo '# by hand' >>/run/harden-node.confirm/node.nft; $s confirm; sleep 3; {same} && echo back"
    ));
    assert!(said.contains("other\n") && said.contains("not those of this folder") && said.contains("back\n"), "{said}");

    // The process that waits was killed: the next run takes the rules back once their time is over, and rollback at once.
    let kill = "for p in /proc/[0-9]*; do ! tr '\\0\\n' '  ' <$p/cmdline 2>/dev/null | grep -q '^sh -c *sleep .*harden-node.lock' || kill -9 ${p#/proc/}; done;";
    let said = run(&format!(
        "{before} $s apply $only --confirm 1; {kill} sleep 7; {same} || echo other; $s confirm; echo code $?; {same} && echo back"
    ));
    assert!(said.contains("other\n") && said.contains("code 2\nback\n"), "{said}");
    let said = run(&format!("{before} $s apply $only --confirm 60; $s rollback; t"));
    assert!(said.ends_with("0\n"), "{said}");
    assert_eq!(differences(&first, &host.tree()), NONE);

    for (arguments, says) in [
        ("apply --confirm", "needs seconds"),
        ("apply --confirm soon", "needs seconds"),
        ("audit --confirm 5", "goes with apply"),
        ("apply --dry-run --confirm 5", "goes with apply"),
        ("confirm --only node/firewall", "takes no --only"),
    ] {
        let said = run(&format!("$s {arguments}; echo code $?"));
        assert!(said.contains(says) && said.contains("code 2\n"), "{arguments}: {said}");
    }
    fs::remove_dir_all(host.root().join("run/systemd")).unwrap();
    assert!(run("$s apply --confirm 5").contains("needs a running system"));
}

/// One run at a time: what a killed run had started is waited for, and what stays at work is told and left alone.
#[test]
fn another_run_is_waited_for() {
    let Some((host, _tree)) = host("workers") else { return };
    let before = host.tree();
    let held = |seconds: u8| {
        let hold = format!("flock /run/harden-node.lock sleep {seconds} & sleep 1; exec /opt/pool/harden-node.sh \"$@\"");
        host.inside(&hold, &["apply", "--only", "node/sudo"])
    };
    let (code, said) = held(60);
    assert!(code == 2 && said.contains("still at work: let it end"), "{code} {said}");
    assert_eq!(differences(&before, &host.tree()), NONE);
    let (code, said) = held(4);
    assert!(code == 0 && said.contains("waiting up to 15 seconds"), "{code} {said}");
    host.script(&["rollback"]);
    assert_eq!(differences(&before, &host.tree()), NONE);
}
