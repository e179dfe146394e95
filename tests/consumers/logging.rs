//! The drop-ins of nodes: rsyslog checks its own, and ships lines of files to a receiver that speaks TLS; systemd reads the journal's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    node::{eventually, free_port, harden, run},
    programs,
};

/// A spec with a pool of each kind of system; the CA lies where a careless quote would end.
const SPEC: &str = r#"apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: shipped }
spec:
  profiles: [baseline]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.3"
      controlPlaneEndpoint: api.example.internal:6443
      podSubnets: [10.244.0.0/16, "fd00:10:244::/56"]
      serviceSubnets: [10.96.0.0/12, "fd00:10:96::/112"]
    cni: { calico: { version: "3.31" } }
    runtime: { containerd: "2.3" }
    nodePools:
      - { name: control-plane, role: control-plane, os: ubuntu-24.04, cidrs: [192.0.2.0/28] }
      - { name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }
  api: { sources: { admins: [203.0.113.0/24] } }
  logging:
    audit: { eventsPerSecond: 20 }
    collector: { openTelemetry: { image: "registry.example.com/otel/contrib@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } }
    siem: { syslog: { host: localhost, port: PORT, caFile: "FOLDER/ca$HOME'`x`#%(action){};.crt" } }
"#;

/// The name of the CA's file, as the spec has it.
pub(crate) const CA: &str = "ca$HOME'`x`#%(action){};.crt";

pub(crate) struct Shipped {
    folder: tempfile::TempDir,
    port: u16,
}

impl Shipped {
    /// A tree, a CA, and two certificates of it: for `localhost` and for another name.
    pub(crate) fn new() -> Self {
        Shipped::to("localhost", free_port())
    }

    /// The same with another receiver, as the spec writes it.
    pub(crate) fn to(host: &str, port: u16) -> Self {
        let shipped = Shipped { folder: tempfile::tempdir().expect("a folder"), port };
        let spec = SPEC.replace("host: localhost", &format!("host: {host}")).replace("PORT", &port.to_string());
        let spec = spec.replace("FOLDER", &shipped.folder.path().display().to_string());
        fs::write(shipped.path("spec.yaml"), spec).expect("a spec");
        harden(shipped.folder.path(), &["build", "spec.yaml", "--as-of", "2026-11-26", "--out", "out"]);
        shipped.openssl(&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", CA, "-subj", "/CN=ca"]);
        for name in ["localhost", "other.example"] {
            let extension = format!("subjectAltName=DNS:{name}\n");
            fs::write(shipped.path(&format!("{name}.ext")), extension).expect("a file");
            let (key, request) = (format!("{name}.key"), format!("{name}.csr"));
            let subject = format!("/CN={name}");
            shipped.openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject]);
            let (certificate, extension) = (format!("{name}.crt"), format!("{name}.ext"));
            let sign = ["x509", "-req", "-in", &request, "-CA", CA, "-CAkey", "ca.key", "-CAcreateserial", "-out", &certificate];
            shipped.openssl(&[&sign[..], &["-extfile", &extension]].concat());
        }
        for folder in ["spool", "log/kubernetes/audit", "log/pods/kube-system_kube-apiserver-cp-1_1/kube-apiserver"] {
            fs::create_dir_all(shipped.path(folder)).expect("a folder");
        }
        shipped
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) {
        run(Command::new("openssl").args(arguments).current_dir(self.folder.path()));
    }

    fn drop_in(&self, pool: &str) -> String {
        let path = format!("out/shipped/nodes/{pool}/files/etc/rsyslog.d/60-harden.conf");
        fs::read_to_string(self.path(&path)).expect("the drop-in")
    }

    /// A configuration as a distribution has it around a drop-in, whose folders are moved below ours.
    fn configuration(&self, drop_in: &str) -> PathBuf {
        let here = self.folder.path().display();
        let moved = drop_in
            .replace("\"/var/log/", &format!("\"{here}/log/"))
            .replace("\"/var/spool/rsyslog\"", &format!("\"{here}/spool\""));
        fs::write(self.path("60-harden.conf"), moved).expect("the drop-in");
        let around = format!(
            "module(load=\"imuxsock\" SysSock.Use=\"off\")\n$PrivDropToUser daemon\n$PrivDropToGroup daemon\n$WorkDirectory {here}/spool\n\
             $IncludeConfig {here}/60-harden.conf\n*.* -{here}/syslog\n"
        );
        fs::write(self.path("rsyslog.conf"), around).expect("a configuration");
        self.path("rsyslog.conf")
    }

    /// Whether rsyslog accepts a drop-in, and what it says.
    fn checks(&self, drop_in: &str) -> (bool, String) {
        let configuration = self.configuration(drop_in);
        let output = Command::new("rsyslogd").arg("-N1").arg("-f").arg(configuration).output().expect("rsyslogd starts");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// A receiver with a certificate for a name, that keeps what it gets in a file.
    pub(crate) fn receiver(&self, name: &str, into: &str) -> Stopped {
        let file = fs::File::create(self.path(into)).expect("a file");
        let (port, certificate, key) = (self.port.to_string(), format!("{name}.crt"), format!("{name}.key"));
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &port, "-cert", &certificate, "-key", &key])
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(file)
            .stderr(Stdio::null())
            .spawn();
        Stopped(child.expect("openssl starts"))
    }

    fn rsyslog(&self, configuration: &Path) -> Stopped {
        let says = fs::File::create(self.path("says")).expect("a file");
        let mut command = Command::new("rsyslogd");
        command.arg("-n").arg("-f").arg(configuration).arg("-i").arg(self.path("pid"));
        Stopped(command.stdout(Stdio::null()).stderr(says).spawn().expect("rsyslogd starts"))
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.path(name)).unwrap_or_default()).into_owned()
    }
}

/// A program that is stopped with the test.
pub(crate) struct Stopped(pub(crate) Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn has_rsyslog() -> bool {
    let there = Path::new("/usr/sbin/rsyslogd").is_file() && Command::new("rsyslogd").arg("-v").output().is_ok();
    if !there {
        programs::missing("rsyslogd");
    }
    there
}

#[test]
fn rsyslog_takes_its_drop_ins() {
    if !has_rsyslog() {
        return;
    }
    let shipped = Shipped::new();
    for pool in ["control-plane", "workers"] {
        let drop_in = shipped.drop_in(pool);
        assert_eq!(drop_in.contains("$PrivDropToUser root"), pool == "control-plane", "{drop_in}");
        let (sound, says) = shipped.checks(&drop_in);
        assert!(sound && !says.contains("error"), "{pool}: {says}");
        for (from, to) in [
            ("maxMessageSize=\"8m\"", "maxMessageSize=\"8 of them\""),
            ("streamDriverAuthMode=", "streamDriverAuthModus="),
            ("call harden_siem", "call harden_sieve"),
            ("localhost\"", "localhost"),
            ("}\n", "\n"),
        ] {
            assert!(drop_in.contains(from), "the drop-in has another form: {from}");
            let (sound, says) = shipped.checks(&drop_in.replace(from, to));
            assert!(!sound, "{from} as {to} is accepted: {says}");
        }
    }
}

#[test]
fn lines_reach_a_receiver_over_tls_and_no_other() {
    if !has_rsyslog() {
        return;
    }
    let shipped = Shipped::new();
    let event = format!("{{\"kind\":\"Event\",\"requestObject\":\"{}\",\"last\":\"END\"}}", "x".repeat(6_000_000));
    fs::write(shipped.path("log/kubernetes/audit/audit.log"), format!("{{\"kind\":\"Event\",\"n\":1}}\n{event}\n"))
        .expect("a file");
    let pod = "log/pods/kube-system_kube-apiserver-cp-1_1/kube-apiserver/0.log";
    fs::write(shipped.path(pod), "2026-11-26T00:00:00Z stderr F I1126 serving\n").expect("a file");
    let configuration = shipped.configuration(&shipped.drop_in("control-plane"));
    let rsyslog = shipped.rsyslog(&configuration);
    {
        let _impostor = shipped.receiver("other.example", "impostor");
        eventually(20, "the impostor is refused", || shipped.read("says").contains("other.example"));
        assert_eq!(shipped.read("impostor"), "", "an impostor got lines");
    }
    let _receiver = shipped.receiver("localhost", "received");
    eventually(60, "the events arrive", || shipped.read("received").contains("\"last\":\"END\"}"));
    eventually(30, "the line of the pod arrives", || shipped.read("received").contains("stderr F I1126 serving"));
    let received = shipped.read("received");
    assert!(
        received.contains(" kube-audit - - - {\"kind\":\"Event\",\"n\":1}"),
        "{}",
        received.chars().take(400).collect::<String>()
    );
    assert!(received.contains(&event), "the large event was cut or split");
    assert!(received.contains(" kube-apiserver - - - 2026-11-26T00:00:00Z"), "the line of the pod has another tag");
    drop(rsyslog);
}

#[test]
fn systemd_reads_the_drop_in_of_the_journal() {
    let known = Path::new("/etc/systemd/journald.conf");
    if !known.is_file() {
        return programs::missing("systemd-journald");
    }
    let shipped = Shipped::new();
    let folder = shipped.path("out/shipped/nodes/workers/files");
    // The file of the package lists every key, as a comment.
    let known = fs::read_to_string(known).expect("the file of the package");
    let keys = keys_of_the_journal(&folder);
    assert!(keys.contains(&"ForwardToSyslog".to_owned()), "{keys:?}");
    assert_eq!(unknown(&keys, &known), [""; 0]);
    let drop_in = folder.join("etc/systemd/journald.conf.d/90-harden.conf");
    let spoilt = fs::read_to_string(&drop_in).expect("the drop-in").replace("ForwardToSyslog", "ForwardToSysLog");
    fs::write(&drop_in, spoilt).expect("written");
    assert_eq!(unknown(&keys_of_the_journal(&folder), &known), ["ForwardToSysLog"]);
}

/// The keys that systemd reads below a root, drop-ins included.
fn keys_of_the_journal(root: &Path) -> Vec<String> {
    let root = format!("--root={}", root.display());
    let output = run(Command::new("systemd-analyze").arg("cat-config").arg(root).arg("systemd/journald.conf"));
    let lines = output.lines().filter(|line| !line.starts_with('#') && line.contains('='));
    lines.filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect()
}

/// The keys that the package's own file does not list.
fn unknown<'k>(keys: &'k [String], known: &str) -> Vec<&'k str> {
    let listed = |key: &str| known.lines().any(|line| line.trim_start_matches('#').starts_with(&format!("{key}=")));
    keys.iter().map(String::as_str).filter(|key| !listed(key)).collect()
}
