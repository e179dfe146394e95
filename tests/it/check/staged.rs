//! `.pre-commit-hooks.yaml`: what it says is run as a hook of a real repository, also where a file is staged in one version and another
//! lies in the work tree.

use std::{fs, path::Path, process::Command};

use harden::{
    diag::Source,
    yaml::{self, Node},
};

use crate::support::{harden, root};

/// The kubelet's file as the cluster's own build writes it.
fn good() -> String {
    let text = fs::read_to_string(root().join("golden/build/smallest-1.36/out/smallest/kubeadm/init.yaml")).unwrap();
    let document = text.split("---\n").find(|document| document.contains("kind: KubeletConfiguration"));
    document.unwrap().to_owned()
}

fn bad() -> String {
    good().replace("readOnlyPort: 0", "readOnlyPort: 10255")
}

/// The hook as the file declares it.
fn hook() -> Node {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let documents = yaml::read(&Source::new("hooks", text));
    documents[0].root.as_ref().unwrap().as_seq().unwrap()[0].clone()
}

fn git(folder: &Path, args: &[&str]) -> (bool, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_harden")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]).args(args).current_dir(folder);
    command.env("PATH", path).env("NO_COLOR", "1");
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// What git tracks is in every clone, whatever `.gitignore` says of it.
#[test]
fn a_tracked_file_that_is_ignored_is_judged() {
    let folder = repository();
    let judged = |path: &str| {
        let output = crate::support::harden(folder.path(), &["check", path, "--as-of", crate::support::DAY, "--format", "json"]);
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), value["summary"]["files"].as_u64().unwrap())
    };
    fs::create_dir(folder.path().join("nodes/deep")).unwrap();
    for name in ["nodes/deep/kubelet.yaml", "nodes/untracked.yaml"] {
        fs::write(folder.path().join(name), bad()).unwrap();
    }
    fs::write(folder.path().join(".gitignore"), "deep/\nuntracked.yaml\n").unwrap();
    assert_eq!(judged("nodes"), (Some(0), 1));
    assert!(git(folder.path(), &["add", "-f", "nodes/deep/kubelet.yaml"]).0);
    assert_eq!(judged("nodes"), (Some(1), 2));
    assert_eq!(judged("nodes/deep"), (Some(1), 1));
    fs::remove_dir_all(folder.path().join("nodes/deep")).unwrap();
    assert_eq!(judged("nodes"), (Some(0), 1));
}

/// A repository with a workspace, whose hook is what the file says.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("clusters/shop.yaml", &super::super::commands::small("shop"));
    put(
        "harden.yaml",
        "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: { name: fleet }\nspec:\n  clusters: [\"clusters/*.yaml\"]\n  \
         check: [{ paths: [\"nodes/**\"], clusters: [\"*\"] }]\n",
    );
    put("nodes/kubelet.yaml", &good());
    assert!(git(folder.path(), &["init", "-q"]).0);
    assert!(git(folder.path(), &["add", "."]).0);
    assert!(git(folder.path(), &["commit", "-qm", "one"]).0);
    let entry = hook().get("entry").unwrap().as_str().unwrap().to_owned();
    let script = folder.path().join(".git/hooks/pre-commit");
    fs::write(&script, format!("#!/bin/sh\nexec {entry}\n")).unwrap();
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn the_hook_is_declared_as_pre_commit_wants_it() {
    let hook = hook();
    for key in ["id", "name", "entry", "language"] {
        assert!(hook.get(key).and_then(Node::as_str).is_some(), "{key}");
    }
    // Names are not passed on: what counts is the index.
    assert_eq!(hook.get("pass_filenames").and_then(Node::as_bool), Some(false));
    // Nor are they asked before: a link is judged by what it leads to, and that may have any name.
    assert_eq!(hook.get("always_run").and_then(Node::as_bool), Some(true));
    assert!(hook.get("files").is_none());
    let words: Vec<&str> = hook.get("entry").unwrap().as_str().unwrap().split(' ').collect();
    assert!(harden::cli::command().try_get_matches_from(words).is_ok());
}

#[test]
fn a_bad_file_is_not_committed_and_a_good_one_is() {
    let folder = repository();
    let file = folder.path().join("nodes/kubelet.yaml");
    fs::write(&file, bad()).unwrap();
    let (done, said) = git(folder.path(), &["commit", "-qam", "two"]);
    assert!(!done && said.contains("error [kubelet/read-only-port]: `readOnlyPort` is `10255`, planned is `0`"), "{said}");
    fs::write(&file, format!("{}# more\n", good())).unwrap();
    let (done, said) = git(folder.path(), &["commit", "-qam", "two"]);
    assert!(done, "{said}");
}

#[test]
fn what_is_staged_counts_and_not_the_work_tree() {
    let folder = repository();
    let file = folder.path().join("nodes/kubelet.yaml");
    // Staged bad, mended in the work tree alone.
    fs::write(&file, bad()).unwrap();
    assert!(git(folder.path(), &["add", "."]).0);
    fs::write(&file, good()).unwrap();
    let (done, said) = git(folder.path(), &["commit", "-qm", "two"]);
    assert!(!done && said.contains("kubelet/read-only-port"), "{said}");
    // Staged good, spoiled in the work tree alone.
    fs::write(&file, format!("{}# more\n", good())).unwrap();
    assert!(git(folder.path(), &["add", "."]).0);
    fs::write(&file, bad()).unwrap();
    let (done, said) = git(folder.path(), &["commit", "-qm", "two"]);
    assert!(done, "{said}");
    // One file of many is committed: git makes an index of its own for it.
    fs::write(folder.path().join("nodes/other.yaml"), bad()).unwrap();
    fs::write(&file, format!("{}# even more\n", good())).unwrap();
    assert!(git(folder.path(), &["add", "nodes/other.yaml"]).0);
    let (done, said) = git(folder.path(), &["commit", "-qm", "three", "nodes/kubelet.yaml"]);
    assert!(done, "{said}");
    let (done, said) = git(folder.path(), &["commit", "-qm", "four"]);
    assert!(!done && said.contains("nodes/other.yaml:"), "{said}");
    // From a folder below, and with a path.
    let program = env!("CARGO_BIN_EXE_harden");
    let run = |arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(folder.path().join("nodes")).output().unwrap();
        output.status.code()
    };
    assert_eq!(run(&["check", "--staged"]), Some(1));
    assert_eq!(run(&["check", "--staged", "other.yaml"]), Some(1));
    assert_eq!(run(&["check", "--staged", "../clusters"]), Some(0));
}

#[test]
fn no_repository_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let output = crate::support::harden(folder.path(), &["check", "--staged", "--profile", "baseline", "--kubernetes", "1.36"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("repository"), "{said}");
}

/// A tree that is committed is told in one line, however many files it has: it is no entry's, and `verify` reads it.
#[test]
fn trees_of_harden_are_told_in_one_line() {
    let folder = repository();
    assert!(harden(folder.path(), &["build", "clusters/shop.yaml"]).status.success());
    let (committed, said) = git(folder.path(), &["add", "."]);
    assert!(committed, "{said}");
    for arguments in [&["check"][..], &["check", "."], &["check", "--staged"]] {
        let output = harden(folder.path(), arguments);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let lines: Vec<&str> = said.lines().filter(|line| line.contains("out/shop")).collect();
        assert!(matches!(lines[..], [line] if line.contains("`harden verify out/shop` reads it")), "{said}");
    }
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n";
    fs::write(folder.path().join("out/shop/k.yaml"), pod).unwrap();
    let said = String::from_utf8(harden(folder.path(), &["check", "."]).stdout).unwrap();
    assert!(said.contains("out/shop/k.yaml: not judged: no entry of the workspace's `check` map names it"), "{said}");
    assert!(harden(folder.path(), &["verify", "out/shop"]).status.success());
}

/// What `check --staged` says of a file of the summary that was not judged.
fn left(found: &serde_json::Value, file: &str) -> String {
    let skipped = found["summary"]["skipped"].as_array().unwrap();
    let of = skipped.iter().find(|skipped| skipped["file"] == file);
    of.unwrap_or_else(|| panic!("{file} is not said: {found}"))["reason"].as_str().unwrap().to_owned()
}

fn check_staged(folder: &Path) -> (Option<i32>, serde_json::Value) {
    let output = harden(folder, &["check", "--staged", "--as-of", crate::support::DAY, "--format", "json"]);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_staged_link_is_the_file_that_it_leads_to() {
    let folder = repository();
    let top = folder.path();
    let link = |to: &str, path: &str| std::os::unix::fs::symlink(to, top.join(path)).unwrap();
    let found_at = |found: &serde_json::Value, file: &str| {
        found["findings"].as_array().unwrap().iter().any(|finding| finding["file"] == file)
    };
    fs::create_dir_all(top.join("lib/deep")).unwrap();
    fs::write(top.join("lib/deep/kubelet.txt"), bad()).unwrap();
    link("deep", "lib/by");
    link("../lib/by/kubelet.txt", "nodes/linked.yaml");
    link("linked.yaml", "nodes/again.yaml");
    assert!(git(top, &["add", "."]).0);
    let (code, found) = check_staged(top);
    assert!(code == Some(1) && found_at(&found, "nodes/linked.yaml") && found_at(&found, "nodes/again.yaml"), "{found}");
    // The link stays as it was, and what it leads to changes.
    fs::write(top.join("lib/deep/kubelet.txt"), good()).unwrap();
    assert!(git(top, &["add", "."]).0);
    assert!(git(top, &["commit", "-qm", "links"]).0);
    assert_eq!(check_staged(top).1["summary"]["files"], 0);
    fs::write(top.join("lib/deep/kubelet.txt"), bad()).unwrap();
    assert!(git(top, &["add", "."]).0);
    let (code, found) = check_staged(top);
    assert!(code == Some(1) && found_at(&found, "nodes/linked.yaml"), "{found}");
}

#[test]
fn what_is_staged_and_no_file_is_said() {
    let folder = repository();
    let top = folder.path();
    let link = |to: &str, path: &str| std::os::unix::fs::symlink(to, top.join(path)).unwrap();
    fs::create_dir(top.join("lib")).unwrap();
    fs::write(top.join("lib/kubelet.yaml"), good()).unwrap();
    link("../lib", "nodes/folder");
    link("/etc/hostname", "nodes/outside.yaml");
    link("../../above.yaml", "nodes/above.yaml");
    link("b.yaml", "nodes/a.yaml");
    link("a.yaml", "nodes/b.yaml");
    fs::create_dir(top.join("nodes/module")).unwrap();
    assert!(git(&top.join("nodes/module"), &["init", "-q"]).0);
    fs::write(top.join("nodes/module/kubelet.yaml"), bad()).unwrap();
    assert!(git(&top.join("nodes/module"), &["add", "."]).0);
    assert!(git(&top.join("nodes/module"), &["commit", "-qm", "one"]).0);
    assert!(git(top, &["add", "."]).0);
    let (code, found) = check_staged(top);
    assert_eq!(code, Some(0), "{found}");
    assert!(left(&found, "nodes/folder").contains("a link to the folder `lib`"), "{found}");
    assert!(left(&found, "nodes/outside.yaml").contains("a link to `/etc/hostname`"), "{found}");
    for name in ["above", "a", "b"] {
        assert!(left(&found, &format!("nodes/{name}.yaml")).contains("no file of this repository"), "{found}");
    }
    assert!(left(&found, "nodes/module").contains("submodule"), "{found}");
    // A folder is read by its own path; a link to it is named.
    let output = harden(top, &["check", "nodes", "--as-of", crate::support::DAY, "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(left(&found, "nodes/folder").contains("links to folders are not followed"), "{found}");
}

#[test]
fn what_is_not_merged_is_said() {
    let folder = repository();
    let top = folder.path();
    let commit = |text: &str| {
        fs::write(top.join("nodes/kubelet.yaml"), text).unwrap();
        assert!(git(top, &["commit", "-qam", "more", "--no-verify"]).0);
    };
    assert!(git(top, &["checkout", "-qb", "side"]).0);
    commit(&bad());
    assert!(git(top, &["checkout", "-q", "main"]).0);
    commit(&good().replace("readOnlyPort: 0", "readOnlyPort: 1"));
    assert!(!git(top, &["merge", "side"]).0);
    let (_, found) = check_staged(top);
    assert!(left(&found, "nodes/kubelet.yaml").contains("not merged"), "{found}");
}

/// A hook whose path is misspelt would pass everything.
#[test]
fn a_path_that_is_not_there_is_a_mistake_of_the_call() {
    let folder = repository();
    let call = |path: &str| {
        let output = crate::support::harden(folder.path(), &["check", "--staged", path, "--as-of", crate::support::DAY]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = call("nothere");
    assert!(code == Some(2) && said.contains("no file or folder at `nothere`, and nothing is staged there"), "{said}");
    let (code, said) = call("-");
    assert!(code == Some(2) && said.contains("standard input is not staged"), "{said}");
    assert_eq!(call("nodes").0, Some(0));
    // Staged, and taken out of the work tree since.
    fs::write(folder.path().join("nodes/new.yaml"), bad()).unwrap();
    assert!(git(folder.path(), &["add", "."]).0);
    fs::remove_file(folder.path().join("nodes/new.yaml")).unwrap();
    assert_eq!(call("nodes/new.yaml").0, Some(1));
}
