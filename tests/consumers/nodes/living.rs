//! What a script does to a node that runs, and the files that it brings.

use super::{CNIS, Command, Host, SIEM, Tree, differences, fs, has, made, run};

/// Kernel settings whose values are ordered: a stricter one that is there stays, in the running kernel and in the file.
#[test]
fn stricter_values_stay() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers")).live();
    let first = host.tree();
    // A stand-in of the kernel's own: these settings are those of the machine that runs the test.
    let kernel = "mount -t tmpfs tmpfs /proc/sys; mkdir -p /proc/sys/kernel/yama /proc/sys/fs; cd /proc/sys; s=/opt/pool/harden-node.sh; \
        only='--only node/ptrace --only node/protected-links --only node/kernel-information --only node/unprivileged-bpf'; \
        set_all() { for each; do echo ${each#*=} >${each%=*}; done; }; \
        show() { echo $(cat kernel/yama/ptrace_scope fs/protected_fifos fs/protected_regular kernel/kptr_restrict \
            kernel/perf_event_paranoid kernel/unprivileged_bpf_disabled); };";
    let values = "set_all kernel/yama/ptrace_scope=2 fs/protected_fifos=2 fs/protected_regular=0 kernel/kptr_restrict=1 \
        kernel/perf_event_paranoid=4 kernel/unprivileged_bpf_disabled=2;";
    let run = |commands: &str| host.inside(&format!("{kernel} {values} {commands}"), &[]).1;
    let file = |control: &str| {
        let text = fs::read_to_string(host.root().join(format!("etc/sysctl.d/95-harden-{control}.conf"))).unwrap();
        text.lines().filter(|line| line.contains(" = ")).map(str::to_owned).collect::<Vec<String>>().join(", ")
    };

    let said = run("$s apply $only; show; $s audit $only; echo code $?");
    assert!(said.contains("2 2 2 2 4 1\n") && said.ends_with("code 0\n"), "{said}");
    assert_eq!(file("ptrace"), "kernel.yama.ptrace_scope = 2");
    assert!(file("protected-links").starts_with("fs.protected_fifos = 2, fs.protected_hardlinks = 1, fs.protected_regular = 2"));
    assert_eq!(file("kernel-information"), "kernel.dmesg_restrict = 1, kernel.kptr_restrict = 2, kernel.perf_event_paranoid = 4");
    assert_eq!(file("unprivileged-bpf"), "kernel.unprivileged_bpf_disabled = 1");
    // The next boot finds what the file says; a value that somebody raised since stays too, and one that was lowered goes back.
    let second = host.tree();
    let said =
        run("set_all fs/protected_regular=2 kernel/kptr_restrict=2 kernel/unprivileged_bpf_disabled=1; $s apply $only; show");
    assert!(said.contains("2 2 2 2 4 1\n"), "{said}");
    let state =
        |lines: Vec<String>| lines.into_iter().filter(|line| !line.starts_with("var/lib/harden-node")).collect::<Vec<String>>();
    assert_eq!(state(differences(&second, &host.tree())), [] as [String; 0], "a second apply changes a byte");
    let said = run(
        "set_all kernel/yama/ptrace_scope=3; $s apply --only node/ptrace; set_all kernel/yama/ptrace_scope=0; $s apply --only node/ptrace; show",
    );
    assert!(said.contains("goes from 0 to 3") && said.contains("3 2 0 1 4 2\n"), "{said}");
    assert_eq!(file("ptrace"), "kernel.yama.ptrace_scope = 3");
    host.script(&["rollback"]);
    assert_eq!(differences(&first, &host.tree()), [] as [String; 0]);

    // In an image another file tells; what was ours alone follows the spec.
    fs::remove_dir_all(host.root().join("run/systemd")).unwrap();
    host.write("etc/sysctl.d/10-own.conf", "# 3 = 3\n-kernel/yama/ptrace_scope=2\n", 0o644);
    host.write("usr/lib/sysctl.d/10-own.conf", "kernel.yama.ptrace_scope = 3\n", 0o644);
    host.write("etc/sysctl.d/96-own.conf", "kernel.yama.ptrace_scope = 3\n", 0o644);
    assert_eq!(host.script(&["apply", "--only", "node/ptrace"]).0, 0);
    assert_eq!(file("ptrace"), "kernel.yama.ptrace_scope = 2");
}

/// Ports of declared components are let in from those who call them; a load balancer asks every node that runs pods.
#[test]
fn ports_of_components_are_let_in() {
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let rules = |pool: &str| fs::read_to_string(tree.pool(pool).join("files/etc/harden/node.nft")).unwrap();
    for pool in ["control-plane", "workers"] {
        let rules = rules(pool);
        for rule in [
            "ip saddr @nodes4 tcp dport 9100 accept comment \"the Prometheus stack: node-exporter https\"",
            "ip saddr @pods4 tcp dport 9100 accept",
            "ip6 saddr @pods6 tcp dport 9100 accept",
            "ip saddr @pods4 tcp dport 9091 accept",
            "ip saddr @nodes4 tcp dport 7946 accept",
            "ip saddr @nodes4 udp dport 7946 accept",
            "ip saddr @load_balancer4 tcp dport 10256 accept",
        ] {
            assert!(rules.contains(rule), "{pool}: no {rule} in {rules}");
        }
        // Members of a component talk to each other; what the kubelet of the node asks, and what listens on loopback, is not opened.
        for rule in ["@pods4 tcp dport 7946", "dport 9099", "@nodes4 tcp dport 2379", "@pods4 tcp dport 2379"] {
            assert!(!rules.contains(rule), "{pool}: {rule}");
        }
    }
    assert!(!rules("workers").contains("@load_balancer4 tcp dport 6443"));
}

/// A discovery file that stays after the join is told, and never removed.
#[test]
fn a_discovery_file_that_has_served_is_told() {
    let Some(base) = made("debian-12") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let host = Host::new(&base, &tree.pool("workers"));
    let only = ["--only", "kubeconfig/no-tokens"];
    let ask = |action: &str| host.script(&[&[action][..], &only].concat());
    assert_eq!(ask("audit").0, 0);
    host.write("etc/kubernetes/discovery.conf", "kind: Config\n", 0o600);
    for action in ["audit", "apply"] {
        let (code, said) = ask(action);
        assert!(code == 1 && said.contains("/etc/kubernetes/discovery.conf has served"), "{said}");
    }
    assert!(host.root().join("etc/kubernetes/discovery.conf").exists());
    fs::remove_file(host.root().join("etc/kubernetes/kubelet.conf")).unwrap();
    assert_eq!(ask("audit").0, 0, "a node that has not joined needs it");
}

/// Services get no core files, the log of sudo is rotated, and one line ships what the journal holds.
#[test]
fn files_of_the_system_are_right() {
    let tree = Tree::with("ubuntu-24.04", CNIS[0], "containerd: \"2.3\"", &SIEM.replace("$HOME'`x`", ""));
    let folder = tree.pool("workers").join("files");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    assert!(read("etc/systemd/system.conf.d/90-harden.conf").ends_with("[Manager]\nDefaultLimitCORE=0\n"));
    let shipping = read("etc/rsyslog.d/60-harden.conf");
    assert_eq!(shipping.matches("call harden_siem").count(), 1, "{shipping}");
    assert!(
        shipping.contains("# rsyslog runs as root from here on") && shipping.contains("\n$PrivDropToUser root\n"),
        "{shipping}"
    );
    let report = fs::read_to_string(tree.folder.path().join("out/judged/REPORT.md")).unwrap();
    assert!(report.contains("rsyslog of Ubuntu runs as root from then on"));
    if has("logrotate") {
        let judge = |text: &str| {
            let file = tree.folder.path().join("rotated");
            fs::write(&file, text).unwrap();
            run(Command::new("logrotate").args(["-d", "-s", "/dev/null"]).arg(&file))
        };
        let text = read("etc/logrotate.d/harden-sudo");
        let (code, said) = judge(&text);
        assert!(code == 0 && said.contains("/var/log/sudo.log") && !said.contains("error:"), "{said}");
        let (code, said) = judge(&text.replace("weekly", "weakly"));
        assert!(code != 0 || said.contains("error:"), "a misspelt word was taken: {said}");
    }
}
