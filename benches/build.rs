//! Speed of the program as its users meet it, each figure beside its floor in the same run: `cargo bench --bench build`.
//!
//! - one cluster, cold, from process start (aim: at most 50 ms)
//! - 1,000 clusters of one folder against writing the same files (aim: at most twice)
//! - an unchanged rebuild of them against reading the same files (aim: at most twice)
//! - 250, 500, 1,000 clusters: time and peak memory (aim: linear, flat)
//!
//! Times of a machine with other work say little: run it alone, take the ratios and not the times. It measures what people install (profile
//! `dist`). `HARDEN_BENCH_DIR` says on which file system, the folder for temporary files otherwise. A folder in memory (`/dev/shm`) shows
//! the work of the program at its worst, since the floor is lowest there. It needs about 12 GB: what is written stays until the end, since
//! ext4 takes no inode again for some minutes that was deleted, and searches past all of them (`recently_deleted`). So on such a disk
//! nothing should have been deleted shortly before, by a compiler either. What holds on any machine is the number of instructions:
//! `RAYON_NUM_THREADS=1 valgrind --tool=callgrind harden build FOLDER` with 5 and with 15 clusters, a tenth of the difference.
#![expect(clippy::disallowed_methods, reason = "a benchmark runs the program and reads the clock")]
#![expect(clippy::print_stdout, reason = "figures are its result")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rayon::prelude::*;

const RUNS: usize = 3;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let folder = match std::env::var_os("HARDEN_BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir),
        None => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    println!("{} threads", rayon::current_num_threads());
    cold(folder.path());
    let all: Vec<Figures> = [250, 500, 1000].map(|count| many(&folder.path().join(count.to_string()), count)).into();
    for pair in all.windows(2) {
        let (few, more) = (&pair[0], &pair[1]);
        println!(
            "from {} to {} clusters: time of a cluster times {:.2} (aim 1), peak of memory times {:.2} (aim 1)",
            few.count,
            more.count,
            more.build.div_f64(more.count as f64).as_secs_f64() / few.build.div_f64(few.count as f64).as_secs_f64(),
            more.peak as f64 / few.peak as f64,
        );
    }
}

/// What was measured for a number of clusters.
struct Figures {
    count: usize,
    build: Duration,
    peak: u64,
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

/// Runs the program once; gives the time and the peak of its memory in KiB, read while it runs. It remembers in the folder above.
fn run(folder: &Path, arguments: &[&str]) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
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
    (time, peak)
}

/// Nothing until the program is in its place: for a moment the process that starts it still has the memory of this one.
fn peak_kib(status: &str) -> Option<u64> {
    status.lines().next().filter(|name| *name == "Name:\tharden")?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// One over the other.
fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn cold(folder: &Path) {
    fs::write(folder.join("cluster.yaml"), spec(1)).expect("a spec");
    let (mut times, mut starts) = (Vec::new(), Vec::new());
    for n in 0..RUNS * 5 {
        times.push(run(folder, &["build", "cluster.yaml", "--as-of", DAY, "--out", &format!("cold-{n}")]).0);
        starts.push(run(folder, &["--version"]).0);
    }
    println!(
        "one cluster, cold, from process start: {:?} (aim 50 ms); floor of starting the program {:?}",
        median(times),
        median(starts)
    );
}

const DAY: &str = "2026-11-26";

fn many(folder: &Path, count: usize) -> Figures {
    fs::create_dir_all(folder.join("clusters")).expect("a folder");
    for number in 0..count {
        fs::write(folder.join(format!("clusters/{number}.yaml")), spec(number)).expect("a spec");
    }
    let build = |out: &str| run(folder, &["build", "clusters", "--as-of", DAY, "--out", out]);
    let (mut writes, mut floors, mut peak) = (Vec::new(), Vec::new(), 0);
    for n in 0..RUNS {
        let out = format!("out-{n}");
        let (time, memory) = build(&out);
        writes.push(time);
        peak = peak.max(memory);
        let files = read(&folder.join(&out)).1;
        floors.push(write(&folder.join(format!("floor-{n}")), &files));
    }
    let files = read(&folder.join("out-0")).1;
    let wide = write_widely(&folder.join("wide"), &files);
    drop(files);
    let (mut rebuilds, mut compiled, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        rebuilds.push(build("out-0").0);
        remove(&folder.join("cache"));
        compiled.push(build("out-0").0);
        reads.push(read(&folder.join("out-0")).0);
    }
    let (write, floor) = (median(writes), median(floors));
    let (rebuild, again, read) = (median(rebuilds), median(compiled), median(reads));
    println!(
        "{count} clusters: build {write:?}, floor of writing {floor:?}, ratio {:.2} (aim 2); peak {} MiB",
        ratio(write, floor),
        peak / 1024
    );
    println!("    floor of writing with as many threads {wide:?}, ratio {:.2}", ratio(write, wide));
    println!("{count} clusters unchanged: {rebuild:?}, floor of reading {read:?}, ratio {:.2} (aim 2)", ratio(rebuild, read));
    println!("    the same with nothing remembered {again:?}, ratio {:.2}", ratio(again, read));
    Figures { count, build: write, peak }
}

fn remove(folder: &Path) {
    fs::remove_dir_all(folder).expect("removed");
}

type Files = Vec<(PathBuf, Vec<u8>)>;

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
    files.iter().for_each(|(name, bytes)| write_one(&folder.join(name), bytes));
    begun.elapsed()
}

/// The same with as many threads as the program has.
fn write_widely(folder: &Path, files: &Files) -> Duration {
    let begun = Instant::now();
    files.par_iter().for_each(|(name, bytes)| write_one(&folder.join(name), bytes));
    begun.elapsed()
}

fn write_one(path: &Path, bytes: &[u8]) {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).expect("a folder");
    }
    fs::write(path, bytes).expect("written");
}
