//! The cost of output trees beside the floor: 1,000 clusters of 30 files of about 4 kB, written, built again unchanged and
//! changed, each next to plain writing and reading of the same files in the same run. `HARDEN_BENCH_DIR` says on which
//! file system; a disk that others use gives wild figures.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark of file work that prints figures"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use harden::{
    base::{OutPath, sha256_hex},
    host::tree::{NewFile, Ways, compare, write_by},
};

const CLUSTERS: usize = 1_000;
const FOLDERS: [&str; 6] =
    ["", "kubeadm/", "control-plane/cp-1/manifests/", "control-plane/etc/kubernetes/", "k8s/policies/", "control-plane/flags/"];

/// The files of a cluster; the first `changed` ones are of this version, the others of version 0.
fn files(cluster: usize, version: usize, changed: usize) -> Vec<NewFile> {
    let version = |n: usize| if n < changed { version } else { 0 };
    let lines = "key: value of a line\n".repeat(190);
    let text = |n: usize| format!("# cluster {cluster}, file {n}, version {}\n{lines}", version(n));
    let mut files: Vec<NewFile> = (0..29)
        .map(|n| NewFile {
            path: OutPath::new(&format!("{}file-{n}.yaml", FOLDERS[n % FOLDERS.len()])).unwrap(),
            bytes: text(n).into_bytes(),
            mode: 0o644,
        })
        .collect();
    let listed: BTreeMap<_, _> =
        files.iter().map(|f| (f.path.as_str(), serde_json::json!({ "sha256": sha256_hex(&f.bytes), "mode": "0644" }))).collect();
    let bytes = serde_json::json!({ "files": listed }).to_string().into_bytes();
    files.push(NewFile { path: OutPath::new("manifest.json").unwrap(), bytes, mode: 0o644 });
    files
}

fn floor_write(dir: &Path, files: &[NewFile]) {
    for file in files {
        let path = dir.join(file.path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.bytes).unwrap();
    }
}

fn floor_read(dir: &Path, files: &[NewFile]) {
    for file in files {
        assert!(fs::read(dir.join(file.path.as_str())).unwrap() == file.bytes);
    }
}

/// Runs over all clusters with so many files of version 1; only `work` is timed, not the making of the files.
fn timed(out: &Path, clusters: usize, changed: usize, work: impl Fn(&Path, &[NewFile])) -> Duration {
    let mut spent = Duration::ZERO;
    for cluster in 0..clusters {
        let (dir, files) = (out.join(format!("cluster-{cluster}")), files(cluster, 1, changed));
        let begun = Instant::now();
        work(&dir, &files);
        spent += begun.elapsed();
    }
    spent
}

fn show(what: &str, spent: Duration, floor: Duration) {
    let share = spent.as_secs_f64() / floor.as_secs_f64();
    println!("{what:34} {:8.0} ms, floor {:6.0} ms, {share:.2} times", spent.as_secs_f64() * 1e3, floor.as_secs_f64() * 1e3);
}

fn main() {
    let scratch = match std::env::var_os("HARDEN_BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let (plain, ours) = (scratch.path().join("plain"), scratch.path().join("ours"));
    println!("{CLUSTERS} clusters, {} files each", files(0, 0, 0).len());
    // Files of these names and heads are none of a real tree.
    let ways = Ways { ours: |_, _| true, ..Ways::default() };
    let build = |dir: &Path, files: &[NewFile]| _ = write_by(dir, files, &ways).unwrap();

    let floor = timed(&plain, CLUSTERS, 0, floor_write);
    show("first build", timed(&ours, CLUSTERS, 0, build), floor);
    let read = timed(&plain, CLUSTERS, 0, floor_read);
    show("unchanged build", timed(&ours, CLUSTERS, 0, build), read);
    show("unchanged build --check", timed(&ours, CLUSTERS, 0, |d, f| assert!(compare(d, f).unwrap().is_empty())), read);
    show("two files changed", timed(&ours, CLUSTERS, 1, build), timed(&plain, CLUSTERS, 1, floor_write));
    show("every file changed", timed(&ours, CLUSTERS, 29, build), timed(&plain, CLUSTERS, 29, floor_write));

    // Why trees are not flushed to the disk.
    let few = |name: &str, work: &dyn Fn(&Path, &[NewFile])| timed(&scratch.path().join(name), 20, 0, work);
    let floor = few("a", &floor_write);
    show("20 clusters, each file flushed", few("b", &flush_files), floor);
    show("20 clusters, one flush for each", few("c", &flush_disk), floor);
}

fn flush_files(dir: &Path, files: &[NewFile]) {
    floor_write(dir, files);
    for file in files {
        fs::File::open(dir.join(file.path.as_str())).unwrap().sync_all().unwrap();
    }
}

fn flush_disk(dir: &Path, files: &[NewFile]) {
    floor_write(dir, files);
    rustix::fs::syncfs(fs::File::open(dir).unwrap()).unwrap();
}
