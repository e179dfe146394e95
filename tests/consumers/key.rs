//! The script that makes the key of encryption at rest, run by the shell of this machine through every stage.
#![expect(clippy::disallowed_methods, reason = "these tests run real programs over files")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::node::harden;

/// The folder of a control-plane node in which the script lies.
struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Folder { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("encryption").join(name)
    }

    /// Brings what is built for a stage, over what is there.
    fn bring(&self, stage: &str, provider: &str) {
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/specs");
        let spec = fs::read_to_string(specs.join("server.yaml")).expect("the spec");
        let spec =
            spec.replace("VERSION", "1.36.3").replace("stage: write", &format!("stage: {stage}")).replace("secretbox:", provider);
        assert!(spec.contains(&format!("stage: {stage}")) && spec.contains(provider), "the spec has another form");
        fs::write(self.folder.path().join("spec.yaml"), spec).expect("a spec");
        fs::copy(specs.join("live.yaml"), self.folder.path().join("live.yaml")).expect("the owner's file");
        let out = format!("out-{stage}-{}", provider.trim_end_matches(':'));
        harden(self.folder.path(), &["build", "spec.yaml", "--as-of", "2026-11-26", "--out", &out]);
        let from = self.folder.path().join(out).join("judged/control-plane/etc/kubernetes/encryption");
        fs::create_dir_all(self.path("")).expect("a folder");
        for entry in fs::read_dir(from).expect("the folder of the tree") {
            let entry = entry.unwrap();
            fs::copy(entry.path(), self.path(&entry.file_name().to_string_lossy())).expect("a file");
        }
    }

    /// Runs the script; gives its exit code and what it says.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new("bash").arg(self.path("make-key.sh")).args(arguments).output().expect("bash runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap_or(-1), text)
    }

    fn file(&self) -> String {
        fs::read_to_string(self.path("encryption.yaml")).expect("the file with the key")
    }

    fn key(&self) -> String {
        self.file().lines().find_map(|line| line.trim().strip_prefix("secret: ")).expect("a key").to_owned()
    }

    /// The providers in their order.
    fn order(&self) -> Vec<String> {
        let text = self.file();
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split(':').next());
        names.filter(|name| ["identity", "secretbox", "aescbc"].contains(name)).map(str::to_owned).collect()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.path("")).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn one_key_goes_through_every_stage() {
    let node = Folder::new();
    node.bring("prepare", "secretbox:");
    assert_eq!(node.run(&["audit"]).0, 1);
    let (code, text) = node.run(&["apply"]);
    assert!(code == 2 && text.contains("--new-key"), "a key is made on request only: {text}");
    assert_eq!(node.run(&["apply", "--new-key", "--dry-run"]).0, 0);
    assert_eq!(node.names(), ["encryption.template.yaml", "make-key.sh"], "a rehearsal changes nothing");
    let (code, text) = node.run(&["apply", "--new-key"]);
    assert!(code == 0 && !text.contains(&node.key()), "{text}");
    assert_eq!(node.order(), ["identity", "secretbox"]);
    assert_eq!(mode(&node.path("encryption.yaml")), 0o600);
    let key = node.key();
    assert_eq!(key.len(), 44, "32 bytes in base64");
    assert_eq!(node.run(&["audit"]).0, 0);
    assert!(node.run(&["apply"]).1.contains("nothing to do"));
    let (code, text) = node.run(&["apply", "--new-key"]);
    assert!(code == 2 && node.key() == key, "a key is never replaced: {text}");

    node.bring("enforce", "secretbox:");
    let (code, text) = node.run(&["apply"]);
    assert!(code == 2 && text.contains("stage write must come between"), "{text}");
    node.bring("write", "secretbox:");
    let (code, text) = node.run(&["apply"]);
    assert!(code == 0 && text.contains("kubectl replace"), "{text}");
    assert_eq!((node.order(), node.key()), (vec!["secretbox".to_owned(), "identity".to_owned()], key.clone()));
    assert_eq!(node.run(&["rollback"]).0, 0);
    assert_eq!(node.order(), ["identity", "secretbox"]);
    assert_eq!(node.run(&["apply"]).0, 0);
    node.bring("enforce", "secretbox:");
    assert_eq!(node.run(&["apply"]).0, 0);
    assert_eq!((node.order(), node.key()), (vec!["secretbox".to_owned()], key.clone()));
    assert_eq!(mode(&node.path("encryption.yaml.previous")), 0o600);

    // Another provider needs another key: that is no change of order.
    node.bring("prepare", "aescbc:");
    let (code, text) = node.run(&["apply"]);
    assert!(code == 2 && node.key() == key, "{text}");
}

#[test]
fn a_key_is_not_made_where_it_would_do_harm() {
    let node = Folder::new();
    node.bring("write", "secretbox:");
    let (code, text) = node.run(&["apply", "--new-key"]);
    assert!(code == 2 && text.contains("begin with stage prepare"), "other servers could not read what this one writes: {text}");
    node.bring("enforce", "secretbox:");
    let (code, text) = node.run(&["apply", "--new-key"]);
    assert!(code == 2 && text.contains("--empty-cluster"), "plain objects could not be read any more: {text}");
    assert_eq!(node.run(&["apply", "--new-key", "--empty-cluster"]).0, 0);
    node.bring("prepare", "secretbox:");
    let (code, text) = node.run(&["apply"]);
    assert!(code == 2 && text.contains("stage write must come between"), "{text}");
}

#[test]
fn what_was_changed_by_hand_is_left_alone() {
    let node = Folder::new();
    node.bring("prepare", "secretbox:");
    assert_eq!(node.run(&["apply", "--new-key"]).0, 0);
    let good = node.file();
    let spoilt = [
        (
            "two keys",
            good.replacen("      - name: harden-1", "      - name: older\n        secret: AAAA\n      - name: harden-1", 1),
        ),
        ("a short key", good.replace(&node.key(), "c2hvcnQ=")),
        ("another name", good.replace("name: harden-1", "name: mine")),
        ("no key", String::new()),
    ];
    for (what, text) in spoilt {
        assert_ne!(text, good, "{what}: nothing was spoilt");
        fs::write(node.path("encryption.yaml"), &text).unwrap();
        let (code, said) = node.run(&["apply"]);
        assert!(code == 2 && said.contains("by hand") || said.contains("32 bytes"), "{what}: {said}");
        assert_eq!(node.file(), text, "{what}: it was changed");
    }
    fs::write(node.path("encryption.yaml"), &good).unwrap();
    fs::set_permissions(node.path("encryption.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(node.run(&["audit"]).0, 1, "a key that others can read is a finding");
    assert_eq!(node.run(&["apply"]).0, 0);
    assert_eq!(mode(&node.path("encryption.yaml")), 0o600);
    assert_eq!(node.run(&["apply", "wipe"]).0, 2);
}
