//! The real program at work: every command, its exit codes, its machine-readable output, and what it does when it is stopped.

mod build;
mod diff;
mod explain;
mod gate;
mod init;
mod issuers;
mod json;
mod kill;
mod pipes;
mod profiles;
mod rounds;
mod verify;
mod versions;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use crate::support::{DAY, harden, root};

/// A folder with a copy of the kubeadm example, and its tree built into `out`.
struct Example {
    folder: tempfile::TempDir,
}

impl Example {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("examples/kubeadm"), folder.path());
        Example { folder }
    }

    fn built() -> Self {
        let example = Example::new();
        let output = example.run(&["build", "cluster.yaml", "--as-of", DAY]);
        assert_eq!(said(&output).0, 0, "{output:?}");
        example
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        harden(self.path(), arguments)
    }

    /// Exit code, result and messages.
    fn said(&self, arguments: &[&str]) -> (i32, String, String) {
        said(&self.run(arguments))
    }

    /// Changes a file.
    fn edit(&self, name: &str, change: impl Fn(&str) -> String) {
        let text = fs::read_to_string(self.file(name)).unwrap();
        let new = change(&text);
        assert_ne!(new, text, "{name} is not changed");
        fs::write(self.file(name), new).unwrap();
    }
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(entry.path(), target).unwrap();
    }
}

/// A mistake in a call: exit code 2, a message with help on stderr, nothing on stdout.
fn mistake(output: &Output, message: &str) {
    let (code, stdout, stderr) = said(output);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains(message) && stderr.contains("help: "), "not `{message}`, but:\n{stderr}");
}

/// A small cluster of its own.
pub(crate) fn small(name: &str) -> String {
    let spec = fs::read_to_string(root().join("golden/build/smallest-1.36/harden.yaml")).unwrap();
    spec.replace("name: smallest", &format!("name: {name}"))
}
