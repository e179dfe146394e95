//! The agent for pod logs: a collector that is built from its modules takes the emitted configuration, and ships lines of pods to a receiver
//! that speaks TLS.

use std::{
    fs,
    process::{Command, Stdio},
};

use harden::{
    diag::Source,
    yaml::{self, Node},
};

use crate::{
    logging::{CA, Shipped, Stopped},
    node::eventually,
    programs::{self, Built},
};

/// The configuration in the emitted ConfigMap.
fn emitted(shipped: &Shipped) -> String {
    let text = shipped.read("out/shipped/k8s/logging/log-collector.yaml");
    let documents = yaml::read(&Source::new("log-collector.yaml", text));
    let roots = documents.iter().filter_map(|document| document.root.as_ref());
    let found = roots.filter_map(|root| root.at_pointer("/data/config.yaml").and_then(Node::as_str)).next();
    found.expect("a configuration").to_owned()
}

/// The same with its folders moved below ours.
fn moved(shipped: &Shipped, text: &str) -> String {
    let here = |name: &str| shipped.path(name).display().to_string();
    let moves = [
        ("/var/log/pods".to_owned(), here("log/pods")),
        ("/var/lib/log-collector".to_owned(), here("state")),
        ("/etc/siem/ca.crt".to_owned(), format!("\"{}\"", here(CA))),
    ];
    moves.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from.as_str()), "the configuration has no {from}");
        text.replace(from.as_str(), to)
    })
}

fn collector(built: &Built, action: &[&str], configuration: &std::path::Path) -> Command {
    let mut command = Command::new(built.path());
    command.args(action).arg(format!("--config={}", configuration.display())).env("NODE_NAME", "node-1").stdin(Stdio::null());
    command
}

/// Whether the collector takes a configuration, and what it says.
fn validates(built: &Built, shipped: &Shipped, text: &str) -> (bool, String) {
    let file = shipped.path("validated.yaml");
    fs::write(&file, text).expect("a file");
    let output = collector(built, &["validate"], &file).output().expect("the collector starts");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_collector_takes_its_configuration() {
    let Some(built) = programs::find("collector", "collector") else { return };
    let shipped = Shipped::new();
    fs::create_dir_all(shipped.path("state")).expect("a folder");
    let text = moved(&shipped, &emitted(&shipped));
    let (taken, says) = validates(&built, &shipped, &text);
    assert!(taken, "{says}\n{text}");
    for (from, to) in [
        ("protocol: rfc5424", "protocol: rfc9999"),
        ("type: container", "type: containers"),
        ("start_at: beginning", "start_at: middle"),
        ("ca_file:", "cafile:"),
        ("- syslog", "- siem"),
        ("sizer: bytes", "sizer: bites"),
        ("limit_mib: 200", "limit_mib: much"),
    ] {
        assert!(text.contains(from), "the configuration has another form: {from}");
        let (taken, says) = validates(&built, &shipped, &text.replacen(from, to, 1));
        assert!(!taken, "{from} as {to} is taken: {says}");
    }
    eprintln!("{}", built.says(&["--version"]).trim());
}

/// The exporter joins receiver and port as they stand: an address of IPv6 is dialled in brackets alone.
#[test]
fn the_collector_dials_a_receiver_of_ipv6() {
    let Some(built) = programs::find("collector", "collector") else { return };
    let Ok(receiver) = std::net::TcpListener::bind("[::1]:0") else {
        eprintln!("this machine has no IPv6: nothing was dialled");
        return;
    };
    let port = receiver.local_addr().expect("an address").port();
    let shipped = Shipped::to("\"::1\"", port);
    let folder = shipped.path("log/pods/shop_web-1_1/app");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("0.log"), "2026-11-26T00:00:00Z stdout F a line\n").expect("a file");
    fs::create_dir_all(shipped.path("state")).expect("a folder");
    let file = shipped.path("config.yaml");
    fs::write(&file, moved(&shipped, &emitted(&shipped))).expect("a file");
    let says = fs::File::create(shipped.path("says")).expect("a file");
    let _running =
        Stopped(collector(&built, &[], &file).stdout(Stdio::null()).stderr(says).spawn().expect("the collector starts"));
    receiver.set_nonblocking(true).expect("a receiver that does not wait");
    eventually(30, "the receiver is dialled", || receiver.accept().is_ok());
}

#[test]
fn lines_of_pods_reach_a_receiver_over_tls_and_no_other() {
    let Some(built) = programs::find("collector", "collector") else { return };
    let shipped = Shipped::new();
    let uid = "8f6c1d9e-5d1c-4e0e-9a55-0c8f3f1e2d3c";
    for (pod, container, line) in [
        (
            format!("shop_web-1_{uid}"),
            "app",
            "2026-11-26T00:00:00.5Z stdout P half a \n2026-11-26T00:00:00.6Z stdout F line [\"]\n",
        ),
        (format!("harden-logging_log-collector-x_{uid}"), "collector", "2026-11-26T00:00:00Z stderr F of its own\n"),
        (format!("kube-system_etcd-cp-1_{uid}"), "etcd", "2026-11-26T00:00:00Z stderr F of etcd\n"),
    ] {
        let folder = shipped.path("log/pods").join(pod).join(container);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("0.log"), line).expect("a file");
    }
    fs::create_dir_all(shipped.path("state")).expect("a folder");
    let file = shipped.path("config.yaml");
    fs::write(&file, moved(&shipped, &emitted(&shipped))).expect("a file");
    let run = |says: &str| {
        let says = fs::File::create(shipped.path(says)).expect("a file");
        Stopped(collector(&built, &[], &file).stdout(Stdio::null()).stderr(says).spawn().expect("the collector starts"))
    };
    let first = run("says");
    {
        let _impostor = shipped.receiver("other.example", "impostor");
        eventually(30, "the impostor is refused", || shipped.read("says").contains("other.example"));
        assert_eq!(shipped.read("impostor"), "", "an impostor got lines");
    }
    let _receiver = shipped.receiver("localhost", "received");
    eventually(60, "the line arrives", || shipped.read("received").contains("half a line"));
    let received = shipped.read("received");
    assert!(received.contains(" node-1 app "), "{received}");
    let named = [("container", "app"), ("namespace", "shop"), ("pod", "web-1"), ("uid", uid)];
    for data in named.map(|(name, value)| format!(" {name}=\"{value}\"")) {
        assert!(received.contains("[kubernetes@32473 ") && received.contains(&data), "{received}");
    }
    for absent in ["of its own", "of etcd"] {
        assert!(!received.contains(absent), "{received}");
    }
    // A second start goes on where the first stopped.
    drop(first);
    let log = shipped.path("log/pods").join(format!("shop_web-1_{uid}/app/0.log"));
    let text = fs::read_to_string(&log).expect("a file") + "2026-11-26T00:00:01Z stdout F another one\n";
    fs::write(&log, text).expect("a file");
    let _second = run("says-again");
    eventually(60, "the next line arrives", || shipped.read("received").contains("another one"));
    assert_eq!(shipped.read("received").matches("half a line").count(), 1, "a line was sent again");
}
