//! Clusters of which nothing has changed are not compiled again; with any change they are.
//!
//! Whether a cluster was compiled cannot be seen from outside, as it must be. So the tests forge what the program remembers: an edited file
//! with its hash in the manifest, and the hash of that manifest in the cache. Who compiles puts the file right; who does not lets it be.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use harden::base::sha256_hex;

use crate::support::{DAY, files, root};

const FLAGS: &str = "control-plane/flags/kube-scheduler.flags";
const KUBEADM: &str =
    "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: { certSANs: [api.old.example] }\n";

/// The example workspace, built once, with a file that a spec names.
struct Built {
    folder: tempfile::TempDir,
}

impl Built {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files(&root().join("examples/workspace")) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let built = Built { folder };
        fs::create_dir(built.path("live")).unwrap();
        fs::write(built.path("live/kubeadm.yaml"), KUBEADM).unwrap();
        built.edit("clusters/eu.yaml", "      kubeProxy", "      config: live/kubeadm.yaml\n      kubeProxy");
        built.build(&["--as-of", DAY]);
        built
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tree(&self, name: &str) -> PathBuf {
        self.path("out/eu-prod").join(name)
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name}: {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), &self.path("cache"), arguments)
    }

    fn build(&self, more: &[&str]) -> String {
        let output = self.run(&[&["build"], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The only text in the cache.
    fn memo(&self) -> PathBuf {
        let texts: Vec<PathBuf> =
            fs::read_dir(self.path("cache/harden/built")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        texts[0].clone()
    }

    /// Edits a file and its hash in the manifest.
    fn forge_tree(&self) {
        let manifest = fs::read_to_string(self.tree("manifest.json")).unwrap();
        let text = fs::read(self.tree(FLAGS)).unwrap();
        let forged = [&text[..], b"--forged=true\n"].concat();
        fs::write(self.tree(FLAGS), &forged).unwrap();
        let manifest = manifest.replace(&sha256_hex(&text), &sha256_hex(&forged));
        fs::write(self.tree("manifest.json"), manifest).unwrap();
    }

    /// The same, and the hash of the manifest in the cache.
    fn forge(&self) {
        let before = sha256_hex(&fs::read(self.tree("manifest.json")).unwrap());
        self.forge_tree();
        let after = sha256_hex(&fs::read(self.tree("manifest.json")).unwrap());
        let memo = fs::read_to_string(self.memo()).unwrap();
        assert!(memo.contains(&before));
        fs::write(self.memo(), memo.replace(&before, &after)).unwrap();
    }

    fn is_forged(&self) -> bool {
        fs::read_to_string(self.tree(FLAGS)).unwrap().contains("--forged")
    }
}

fn run(folder: &Path, cache: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harden"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", cache)
        .env("HARDEN_TODAY", DAY)
        .output()
        .unwrap()
}

#[test]
fn what_is_unchanged_is_not_compiled_and_told_the_same() {
    let built = Built::new();
    let told = |cache: &str, more: &[&str]| {
        let output = run(built.folder.path(), &built.path(cache), &[&["build"], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for more in [&[][..], &["--format", "json"], &["--check"], &["--check", "--format", "json"], &["--as-of", DAY]] {
        assert_eq!(told("cache", more), told("no-cache-yet", more), "{more:?}");
        fs::remove_dir_all(built.path("no-cache-yet")).unwrap_or_default();
    }
    built.forge();
    built.build(&[]);
    built.build(&["--check"]);
    built.build(&["--as-of", DAY]);
    assert!(built.is_forged());
}

/// A change that another build must see.
type Change = fn(&Built);

/// Changes after which a build must compile, by name, and what it is told beside.
#[rustfmt::skip]
const CHANGES: &[(&str, Change, &[&str])] = &[
    ("the spec", |b| b.edit("clusters/eu.yaml", "kind: Cluster", "kind: Cluster # edited"), &[]),
    ("the profile", |b| b.edit("profiles/org.yaml", "2048", "2049"), &[]),
    ("the waivers", |b| b.edit("waivers/us.yaml", "2027-06-30", "2027-06-29"), &[]),
    ("the workspace", |b| b.edit("harden.yaml", "fleet", "fleet-2"), &[]),
    ("one more profile", |b| fs::copy(b.path("profiles/org.yaml"), b.path("profiles/more.yaml")).map(|_| b.edit("profiles/more.yaml", "name: org", "name: more")).unwrap(), &[]),
    ("a named file", |b| b.edit("live/kubeadm.yaml", "api.old.example", "api.older.example"), &[]),
    ("the program", |b| { let memo = b.memo(); fs::write(&memo, fs::read_to_string(&memo).unwrap().replace(harden::build::memo::SOURCES, "another")).unwrap(); }, &[]),
    ("no memory", |b| fs::remove_file(b.memo()).unwrap(), &[]),
    ("a broken memory", |b| fs::write(b.memo(), "{").unwrap(), &[]),
    ("an edited output", |b| fs::write(b.tree("control-plane/flags/etcd.flags"), "--edited=true\n").unwrap(), &["--check"]),
    ("a missing output", |b| fs::remove_file(b.tree("control-plane/flags/etcd.flags")).unwrap(), &[]),
    ("a looser mode", |b| fs::set_permissions(b.tree("control-plane/flags/etcd.flags"), fs::Permissions::from_mode(0o666)).unwrap(), &[]),
    ("a link in place of an output", |b| { let path = b.tree("control-plane/flags/etcd.flags"); fs::rename(&path, b.path("moved")).unwrap(); std::os::unix::fs::symlink(b.path("moved"), path).unwrap(); }, &["--check"]),
    ("another manifest", |b| b.edit("out/eu-prod/manifest.json", "\"schemaVersion\": 1", "\"schemaVersion\":  1"), &[]),
    ("another day", |_| (), &["--as-of", "2026-11-25"]),
    ("another reprieve", |_| (), &["--grace", "US-1=2031-01-01"]),
];

#[test]
fn any_change_is_compiled() {
    for (name, change, more) in CHANGES {
        let built = Built::new();
        built.forge();
        change(&built);
        let output = built.run(&[&["build"], *more].concat());
        if more.contains(&"--check") {
            // Nothing is written; but only who compiles finds the forged file too.
            assert!(String::from_utf8_lossy(&output.stdout).contains(FLAGS), "{name}: {output:?}");
        } else {
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(!built.is_forged(), "{name}: not compiled");
        }
    }
}

#[test]
fn a_tree_and_a_manifest_that_agree_are_not_believed() {
    let built = Built::new();
    built.forge_tree();
    assert_eq!(built.run(&["build", "--check"]).status.code(), Some(1));
    built.build(&[]);
    assert!(!built.is_forged());
    built.build(&["--check"]);
}

#[test]
fn a_named_file_that_is_gone_is_missed() {
    let built = Built::new();
    fs::remove_file(built.path("live/kubeadm.yaml")).unwrap();
    assert_eq!(built.run(&["build"]).status.code(), Some(2));
}

#[test]
fn foreign_files_stay_and_matter_not() {
    let built = Built::new();
    built.forge();
    fs::write(built.tree("notes.txt"), "mine").unwrap();
    built.build(&[]);
    assert!(built.is_forged());
    assert_eq!(fs::read_to_string(built.tree("notes.txt")).unwrap(), "mine");
}

#[test]
fn messages_come_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let case = root().join("golden/diag/unused-waiver/harden.yaml");
    fs::copy(case, folder.path().join("harden.yaml")).unwrap();
    let told = || {
        let output = run(folder.path(), &folder.path().join("cache"), &["build", "harden.yaml", "--as-of", DAY]);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let first = told();
    assert!(first.contains("unused-waiver"), "{first}");
    assert_eq!(told(), first);
    assert_eq!(told(), first);
}

#[test]
fn what_is_due_is_told_every_time() {
    let built = Built::new();
    built.edit("waivers/us.yaml", "2027-06-30", "2020-06-30");
    let due = || built.build(&["clusters/us.yaml", "--as-of", "2020-01-01"]);
    for _ in 0..3 {
        assert!(due().contains("due 2020-"), "{}", due());
    }
}

#[test]
fn names_are_still_compared() {
    let built = Built::new();
    fs::copy(built.path("clusters/eu.yaml"), built.path("clusters/z.yaml")).unwrap();
    let output = built.run(&["build"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("two clusters are called `eu-prod`"));
}

#[test]
fn memories_of_folders_that_are_gone_are_forgotten() {
    let built = Built::new();
    built.build(&["--out", "other"]);
    let count = || fs::read_dir(built.path("cache/harden/built")).unwrap().count();
    assert_eq!(count(), 2);
    fs::remove_dir_all(built.path("other")).unwrap();
    built.build(&["--out", "third"]);
    assert_eq!(count(), 2);
}

#[test]
fn nothing_is_remembered_without_a_place() {
    let built = Built::new();
    let output = Command::new(env!("CARGO_BIN_EXE_harden")).arg("build").current_dir(built.folder.path()).env_clear().output();
    assert!(output.unwrap().status.success());
}
