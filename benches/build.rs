//! Speed of the program as its users meet it, each figure beside its floor in the same run: `cargo bench`.
//!
//! - one cluster, cold, from process start (aim: at most 50 ms)
//! - 1,000 clusters of one folder against writing the same files (aim: at most twice)
//! - an unchanged rebuild of them against reading the same files (aim: at most twice)
//! - 250, 500, 1,000 clusters: time and peak memory (aim: linear, flat)
#![expect(clippy::disallowed_methods, reason = "a benchmark runs the program and reads the clock")]
#![expect(clippy::print_stdout, reason = "figures are its result")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const RUNS: usize = 5;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    cold(folder.path());
    for count in [250, 500, 1000] {
        many(&folder.path().join(count.to_string()), count);
    }
}

/// A cluster of its own for each number; the example's shape without files beside it.
fn spec(number: usize) -> String {
    format!(
        r#"apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: cluster-{number} }}
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.3"
      controlPlaneEndpoint: api-{number}.example.internal:6443
      podSubnets: [10.244.0.0/16]
      serviceSubnets: [10.96.0.0/12]
    cni: {{ calico: {{ version: "3.31" }} }}
    runtime: {{ containerd: "2.3" }}
    mirrors: {{ docker.io: mirror.example.internal/hub }}
    nodePools:
      - name: control-plane
        role: control-plane
        os: debian-12
        cidrs: [192.0.2.0/28]
        nodes: [{{ name: cp-1, address: 192.0.2.1 }}, {{ name: cp-2, address: 192.0.2.2 }}, {{ name: cp-3, address: 192.0.2.3 }}]
      - {{ name: workers, role: worker, os: debian-12, cidrs: [192.0.2.64/26] }}
  api:
    sources: {{ admins: [203.0.113.0/24] }}
    encryptionAtRest: {{ secretbox: {{}}, resources: [secrets], stage: prepare }}
  logging: {{ audit: {{ goals: [secrets-access, exec, rbac-changes], retentionDays: 30 }} }}
"#
    )
}

/// Runs the program once; gives the time and the peak of its memory in MiB, read while it runs.
fn run(folder: &Path, arguments: &[&str]) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(kib) = fs::read_to_string(&status).ok().and_then(|text| peak_kib(&text)) {
            peak = peak.max(kib);
        }
        if let Some(ended) = child.try_wait().expect("the program ends") {
            break ended;
        }
        std::thread::sleep(Duration::from_micros(500));
    };
    let time = begun.elapsed();
    assert!(ended.success(), "{arguments:?} ended with {ended}");
    (time, peak / 1024)
}

fn peak_kib(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn cold(folder: &Path) {
    fs::write(folder.join("cluster.yaml"), spec(1)).expect("a spec");
    let times = (0..RUNS * 3)
        .map(|n| run(folder, &["build", "cluster.yaml", "--as-of", "2026-11-26", "--out", &format!("cold-{n}")]).0)
        .collect();
    println!("one cluster, cold, from process start: {:?} (aim 50 ms)", median(times));
}

fn many(folder: &Path, count: usize) {
    fs::create_dir_all(folder.join("clusters")).expect("a folder");
    for number in 0..count {
        fs::write(folder.join(format!("clusters/{number}.yaml")), spec(number)).expect("a spec");
    }
    let mut writes = Vec::new();
    let mut floors = Vec::new();
    let mut peak = 0;
    for n in 0..RUNS {
        let out = format!("out-{n}");
        let (time, memory) = run(folder, &["build", "clusters", "--as-of", "2026-11-26", "--out", &out]);
        writes.push(time);
        peak = peak.max(memory);
        let files = read(&folder.join(&out)).1;
        floors.push(write(&folder.join(format!("floor-{n}")), &files));
    }
    let mut rebuilds = Vec::new();
    let mut reads = Vec::new();
    for _ in 0..RUNS {
        rebuilds.push(run(folder, &["build", "clusters", "--as-of", "2026-11-26", "--out", "out-0"]).0);
        reads.push(read(&folder.join("out-0")).0);
    }
    let (write, floor, rebuild, read) = (median(writes), median(floors), median(rebuilds), median(reads));
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!(
        "{count} clusters: build {write:?}, floor of writing {floor:?}, ratio {:.2} (aim 2); peak {peak} MiB",
        ratio(write, floor)
    );
    println!("{count} clusters unchanged: {rebuild:?}, floor of reading {read:?}, ratio {:.2} (aim 2)", ratio(rebuild, read));
}

type Files = Vec<(std::path::PathBuf, Vec<u8>)>;

/// Reads every file below a folder.
fn read(folder: &Path) -> (Duration, Files) {
    let begun = Instant::now();
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("a file");
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).expect("below").to_owned();
            files.push((name, fs::read(entry.path()).expect("bytes")));
        }
    }
    (begun.elapsed(), files)
}

/// Writes the same files with nothing else around.
fn write(folder: &Path, files: &Files) -> Duration {
    let begun = Instant::now();
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder");
        }
        fs::write(path, bytes).expect("written");
    }
    begun.elapsed()
}
