//! What other files, other programs and the next boot make of a node: a script says so, and sees to it where it can.

use std::os::unix::fs::{PermissionsExt, chown};

use super::{CNIS, Host, SIEM, SYSTEMCTL, Tree, differences, fs, made};

const NONE: [String; 0] = [];

/// The root of a Debian 12 with the script of its workers, and what it was at first.
fn host(logging: &str) -> Option<(Host, std::collections::BTreeMap<String, String>)> {
    let base = made("debian-12")?;
    let tree = Tree::with("debian-12", CNIS[0], "containerd: \"2.3\"", logging);
    let host = Host::new(&base, &tree.pool("workers"));
    let first = host.tree();
    Some((host, first))
}

/// A file that is read after ours wins at boot: a value that holds now would not hold then.
#[test]
fn a_later_file_of_kernel_settings_is_told() {
    let Some((host, _)) = host("") else { return };
    let only =
        ["--only", "node/ip-forwarding", "--only", "node/ptrace", "--only", "node/sysrq", "--only", "node/kernel-information"];
    let run = |action: &str| host.script(&[&[action], &only[..]].concat());
    // A stricter value is none that loosens; a line of an interface, a glob and what is read before ours are none of ours.
    let own = "# kernel.sysrq = 1\nkernel.yama.ptrace_scope = 2\nkernel.sysrq=0\nnet.ipv4.conf.lxc*.rp_filter = 0\n";
    host.write("etc/sysctl.d/99-own.conf", own, 0o644);
    host.write("etc/sysctl.d/10-own.conf", "net.ipv4.ip_forward = 0\n", 0o644);
    assert_eq!(run("apply").0, 0);
    assert_eq!(run("audit").0, 0);
    host.write("etc/sysctl.d/99-own.conf", "net/ipv4/ip_forward=0\n", 0o644);
    host.write("usr/lib/sysctl.d/97-other.conf", "-kernel.kptr_restrict = 0\nnet.ipv4.ip_forward = 1\n", 0o644);
    for action in ["audit", "apply"] {
        let (code, said) = run(action);
        assert_eq!(code, 1, "{said}");
        for says in [
            "/etc/sysctl.d/99-own.conf sets net.ipv4.ip_forward to 0 at boot, wanted 1",
            "/usr/lib/sysctl.d/97-other.conf sets kernel.kptr_restrict to 0 at boot, wanted 2",
        ] {
            assert!(said.contains(says), "{says}: {said}");
        }
        assert!(!said.contains("sysrq to") && !said.contains("ptrace_scope to"), "{said}");
    }
    // A file of the same name in /etc takes the place of the other.
    host.write("etc/sysctl.d/97-other.conf", "", 0o644);
    host.write("etc/sysctl.d/99-own.conf", "net.ipv4.ip_forward = 1\n", 0o644);
    let (code, said) = run("audit");
    assert_eq!(code, 0, "{said}");
}

/// A card that is there before kernel settings are read keeps what it was made with: what had to be set on it is set at every boot.
#[test]
fn interfaces_are_set_at_the_next_boot_too() {
    let Some((host, first)) = host("") else { return };
    // Loopback stands for a card.
    for made in ["run/systemd/system", "sys/class/net/lo/device"] {
        fs::create_dir_all(host.root().join(made)).unwrap();
    }
    let only = "--only node/icmp-redirects --only node/ip-forwarding";
    let script = "s=/opt/pool/harden-node.sh; cd /proc/sys/net/ipv4/conf; set_all() { for each in all default lo; do echo 1 >$each/send_redirects; done; }; \
        show() { echo $(cat all/send_redirects default/send_redirects lo/send_redirects); };";
    let boot = "for f in $(cd /etc/sysctl.d && ls 95-harden-*.conf); do /usr/lib/systemd/systemd-sysctl /etc/sysctl.d/$f; done;";
    let run = |commands: &str| host.inside(&format!("{script} {commands}"), &[]).1;
    let said = run(&format!(
        "set_all; $s apply {only}; echo code $?; show; set_all; {boot} show; $s apply {only}; echo code $?; $s audit {only}; echo code $?"
    ));
    let plain: Vec<&str> = said.lines().filter(|line| line.starts_with("code ") || line.len() == 5).collect();
    assert_eq!(plain, ["code 0", "0 0 0", "0 0 0", "code 0", "code 0"], "{said}");
    let file = host.root().join("etc/sysctl.d/95-harden-icmp-redirects.conf");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\n-net/ipv4/conf/lo/send_redirects = 0\n"), "{text}");
    let kept = host.tree();
    let said = run(&format!("set_all; {boot} $s apply {only}"));
    assert_eq!(differences(&kept, &host.tree()), NONE, "a second apply changes a byte: {said}");
    // A card that is away for a while keeps its line.
    fs::remove_dir(host.root().join("sys/class/net/lo/device")).unwrap();
    let said = run(&format!("set_all; {boot} $s apply {only}"));
    assert_eq!(differences(&kept, &host.tree()), NONE, "a card that is away: {said}");
    fs::create_dir(host.root().join("sys/class/net/lo/device")).unwrap();
    host.script(&["rollback"]);
    assert_eq!(differences(&first, &host.tree()), NONE);

    // What holds by itself, and an image whose cards are others, need no line.
    assert!(run(&format!("for each in all default lo; do echo 0 >$each/send_redirects; echo 0 >$each/secure_redirects; echo 0 >$each/accept_redirects; echo 0 >/proc/sys/net/ipv6/conf/$each/accept_redirects; done; $s apply {only}; echo code $?")).ends_with("code 0\n"));
    assert!(!fs::read_to_string(&file).unwrap().contains("conf/lo/"));
    host.script(&["rollback"]);
    fs::remove_dir_all(host.root().join("run/systemd")).unwrap();
    run(&format!("set_all; $s apply {only}"));
    assert!(!fs::read_to_string(&file).unwrap().contains("conf/lo/"));
}

/// Rules of audit that lie in their file and were never loaded record nothing.
#[test]
fn audit_rules_must_be_loaded() {
    let Some((host, _)) = host("") else { return };
    let host = host.live();
    host.write("run/rules", "", 0o644);
    host.write("usr/sbin/auditctl", "#!/bin/sh\ncase $1 in -l) cat /run/rules ;; -s) cat /run/status ;; esac\n", 0o755);
    // As the real one: the last option by the name of its file counts.
    let load = "#!/bin/sh\ncd /etc/audit/rules.d && ls -1v ./*.rules | xargs cat | awk '/^-w/ { print >\"/run/rules\" } /^-b/ { b = $2 } \
        /^-f/ { f = $2 } END { print \"enabled 1\\nfailure \" f \"\\nbacklog_limit \" b >\"/run/status\" }'\n";
    host.write("usr/sbin/augenrules", load, 0o755);
    host.write("run/status", "enabled 1\n", 0o644);
    host.write("etc/audit/rules.d/audit.rules", "-D\n-b 1024\n-f 2\n", 0o640);
    let only = ["--only", "node/audit-rules"];
    let run = |action: &str| host.script(&[&[action], &only[..]].concat());
    assert_eq!(run("apply").0, 0);
    assert_eq!(run("audit").0, 0);
    let rules = fs::read_to_string(host.root().join("run/rules")).unwrap();
    assert!(rules.lines().count() > 1, "{rules}");
    let status = fs::read_to_string(host.root().join("run/status")).unwrap();
    assert_eq!(status, "enabled 1\nfailure 2\nbacklog_limit 8192\n", "the panic of another file stays");
    host.write("run/status", &status.replace("8192", "1024"), 0o644);
    let (code, said) = run("audit");
    assert!(code == 1 && said.contains("zz-harden-k8s.rules are not loaded: -b 8192"), "{said}");
    // A larger one of another file stays.
    host.write("etc/audit/rules.d/audit.rules", "-D\n-b 65536\n", 0o640);
    assert_eq!(run("apply").0, 0);
    assert_eq!(run("audit").0, 0);
    assert_eq!(fs::read_to_string(host.root().join("run/status")).unwrap(), "enabled 1\nfailure 1\nbacklog_limit 65536\n");
    // The last was not loaded: an error stops the load, and whoever deletes rules leaves the file.
    let some: Vec<&str> = rules.lines().collect();
    host.write("run/rules", &(some[..some.len() - 1].join("\n") + "\n"), 0o644);
    let (code, said) = run("audit");
    assert!(code == 1 && said.contains("are not loaded: "), "{said}");
    host.write("run/status", "enabled 2\n", 0o644);
    for (action, left) in [("apply", 0), ("audit", 1)] {
        let (code, said) = run(action);
        assert!(code == left && said.contains("audit rules are locked until a reboot"), "{said}");
    }
    host.write("run/status", "enabled 1\n", 0o644);
    let (code, said) = run("apply");
    assert!(code == 0 && said.contains("that were not loaded are loaded"), "{said}");
    assert_eq!(run("audit").0, 0);
    // Where auditctl may not ask, it is not known.
    host.write("usr/sbin/auditctl", "#!/bin/sh\nexit 4\n", 0o755);
    let (code, said) = run("audit");
    assert!(code == 0 && said.contains("not-observable"), "{said}");
}

/// What only a reboot takes away is something left until then, and what is built into the kernel stays.
#[test]
fn a_loaded_module_is_something_left() {
    let Some((host, _)) = host("") else { return };
    let host = host.live();
    let only = ["--only", "node/usb-storage"];
    let run = |action: &str| host.script(&[&[action], &only[..]].concat());
    assert_eq!(run("apply").0, 0);
    assert_eq!(run("audit").0, 0);
    fs::create_dir_all(host.root().join("sys/module/usb_storage")).unwrap();
    let (code, said) = run("audit");
    assert!(code == 1 && said.contains("reboot-needed"), "{said}");
    let release = String::from_utf8(std::process::Command::new("uname").arg("-r").output().unwrap().stdout).unwrap();
    let builtin = format!("lib/modules/{}/modules.builtin", release.trim());
    host.write(&builtin, "kernel/drivers/usb/storage/usb-storage.ko\n", 0o644);
    let (code, said) = run("audit");
    assert!(code == 1 && said.contains("usb-storage is built into this kernel: no reboot takes it away"), "{said}");
}

/// Where systemd opens the port of ssh, it is the socket's that must be let in, whatever the file of sshd says.
#[test]
fn the_port_of_the_ssh_socket_is_asked_for() {
    let Some((host, _)) = host("") else { return };
    let host = host.live();
    let ports = "#!/bin/sh\ncase \"$*\" in 'is-active -q ssh.socket') exit 0 ;; 'show -p Listen --value ssh.socket') cat /run/listen; exit 0 ;; esac\n";
    host.write("usr/bin/systemctl", &SYSTEMCTL.replace("#!/bin/sh\n", ports), 0o755);
    host.write("usr/bin/ss", "#!/bin/sh\n", 0o755);
    let apply = || host.script(&["apply", "--only", "node/firewall"]);
    host.write("run/listen", "0.0.0.0:2222 (Stream)\n[::]:2222 (Stream)\n", 0o644);
    let (code, said) = apply();
    assert!(code == 3 && said.contains("sshd listens on port 2222, which the firewall does not let in"), "{said}");
    host.write("run/listen", "0.0.0.0:22 (Stream)\n[::]:22 (Stream)\n", 0o644);
    let (code, said) = apply();
    assert_eq!(code, 0, "{said}");
}

/// A folder that keeps its group for new files loses that bit with the rest.
#[test]
fn a_folder_with_a_group_bit_is_narrowed() {
    let Some((host, first)) = host("") else { return };
    let folder = host.root().join("etc/cron.d");
    let before = fs::metadata(&folder).unwrap().permissions().mode();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o2755)).unwrap();
    let only = ["--only", "node/cron-files"];
    let (code, said) = host.script(&[&["apply"], &only[..]].concat());
    assert_eq!((code, host.mode("etc/cron.d")), (0, 0o700), "{said}");
    let (code, said) = host.script(&[&["audit"], &only[..]].concat());
    assert_eq!(code, 0, "{said}");
    host.script(&["rollback"]);
    assert_eq!(host.mode("etc/cron.d"), 0o2755);
    fs::set_permissions(&folder, fs::Permissions::from_mode(before)).unwrap();
    assert_eq!(differences(&first, &host.tree()), NONE);
}

/// The spool of rsyslog is its user's on Ubuntu: what root would write there could be led elsewhere by a link.
#[test]
fn nothing_is_judged_in_a_folder_of_another_user() {
    let Some((host, _)) = host(&SIEM.replace("$HOME'`x`", "")) else { return };
    chown(host.root().join("var/spool/rsyslog"), Some(104), Some(4)).unwrap();
    let rsyslogd = host.root().join("usr/sbin/rsyslogd");
    fs::rename(&rsyslogd, rsyslogd.with_extension("real")).unwrap();
    host.write("usr/sbin/rsyslogd", "#!/bin/sh\necho \"$@\" >>/run/judged\nexec /usr/sbin/rsyslogd.real \"$@\"\n", 0o755);
    host.write("etc/ssl/certs/siem.crt", "content\n", 0o644);
    // What a run that was killed left goes with the next one.
    host.write("etc/rsyslog.d/.harden.abcdef/rsyslog.conf", "content\n", 0o644);
    let (_, said) = host.script(&["apply", "--only", "logging/shipping"]);
    let judged = fs::read_to_string(host.root().join("run/judged")).unwrap();
    assert!(judged.contains("-N1") && !judged.contains("/var/spool"), "{judged}");
    assert!(host.root().join("etc/rsyslog.d/60-harden.conf").exists(), "{said}");
    let left = fs::read_dir(host.root().join("etc/rsyslog.d"))
        .unwrap()
        .filter(|each| each.as_ref().unwrap().file_name().to_string_lossy().starts_with(".harden"));
    assert_eq!(left.count(), 0);
}

/// A shell that looks elsewhere for folders does not lead the script to the files of another.
#[test]
fn the_folder_of_the_script_is_its_own() {
    let Some((host, _)) = host("") else { return };
    fs::create_dir_all(host.root().join("opt/elsewhere/pool")).unwrap();
    let (code, said) = host.inside("cd /opt; CDPATH=/opt/elsewhere bash pool/harden-node.sh audit --only node/syn-cookies", &[]);
    assert!(code == 1 && said.contains("95-harden-syn-cookies.conf is missing"), "{said}");
    let (code, said) = host.script(&["rollback", "--json"]);
    assert!(code == 2 && said.contains("does not take --json"), "{said}");
}

/// A table of file systems that somebody wrote anew since is not replaced by that of the first day: it names disks that are gone.
#[test]
fn a_rollback_brings_no_old_table_of_file_systems() {
    let Some((host, _)) = host("") else { return };
    assert_eq!(host.script(&["apply", "--only", "node/swap"]).0, 0);
    let now = "/dev/vdb1 / ext4 defaults 0 1\n";
    fs::write(host.root().join("etc/fstab"), now).unwrap();
    let (code, said) = host.script(&["rollback"]);
    assert!(code == 0 && said.contains("/etc/fstab was changed after it was put there and holds no line of harden"), "{said}");
    assert_eq!(fs::read_to_string(host.root().join("etc/fstab")).unwrap(), now);
}

/// What cannot be looked at is not said to hold, and a shell that has nothing to read from changes nothing.
#[test]
fn what_is_not_there_is_not_known() {
    let Some((host, first)) = host("") else { return };
    let only = ["--only", "runtime/file-modes"];
    fs::remove_dir_all(host.root().join("etc/containerd")).unwrap();
    let (code, said) = host.script(&[&["audit"], &only[..]].concat());
    assert!(code == 0 && said.contains("not-observable") && said.contains("none of its files is on this node"), "{said}");
    host.write("etc/containerd/config.toml", super::CONTAINERD, 0o644);
    assert!(host.script(&[&["audit"], &only[..]].concat()).1.contains(" ok "));
    let link = host.root().join("dev/fd");
    let target = fs::read_link(&link).unwrap();
    fs::remove_file(&link).unwrap();
    for action in ["apply", "rollback"] {
        let (code, said) = host.script(&[action]);
        assert!(code == 2 && said.contains("/dev/fd is not there"), "{said}");
    }
    std::os::unix::fs::symlink(target, &link).unwrap();
    assert_eq!(differences(&first, &host.tree()), NONE);
}
