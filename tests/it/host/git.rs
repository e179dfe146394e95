//! Folders at a revision and the staged files.

use std::{
    env, fs,
    path::Path,
    process::{Command, exit},
};

use harden::host::git::{AtRevision, InIndex, read_folder, staged};

use super::scratch;

const CHILD: &str = "HARDEN_TEST_STAGED_CHILD";

fn git(folder: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]).args(args).current_dir(folder);
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn repository() -> tempfile::TempDir {
    let scratch = scratch();
    let put = |path: &str, text: &str| {
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    git(scratch.path(), &["init", "-q"]);
    put("fleet/harden.yaml", "one");
    put("fleet/clusters/a.yaml", "a");
    put("other.yaml", "other");
    git(scratch.path(), &["add", "."]);
    git(scratch.path(), &["commit", "-qm", "one"]);
    put("fleet/harden.yaml", "two");
    git(scratch.path(), &["commit", "-qam", "two"]);
    put("fleet/harden.yaml", "three");
    scratch
}

#[test]
fn a_folder_is_read_as_it_was() {
    let scratch = repository();
    let fleet = scratch.path().join("fleet");
    let text = |revision| match read_folder(&fleet, revision, 100).unwrap() {
        AtRevision::Files(files) => {
            files.iter().map(|(path, bytes)| format!("{path}={}", String::from_utf8_lossy(bytes))).collect()
        }
        other => vec![format!("{other:?}")],
    };
    assert_eq!(text("HEAD"), ["clusters/a.yaml=a", "harden.yaml=two"]);
    assert_eq!(text("HEAD~1"), ["clusters/a.yaml=a", "harden.yaml=one"]);
    assert_eq!(text("main"), text("HEAD"));
    for wrong in ["HEAD~7", "no-such-branch", "", "-x", "a..b", "HEAD:nope"] {
        assert_eq!(text(wrong), ["NoRevision"], "{wrong}");
    }
    fs::create_dir(scratch.path().join("young")).unwrap();
    assert_eq!(read_folder(&scratch.path().join("young"), "HEAD", 100).unwrap(), AtRevision::NoFolder);
    assert!(matches!(read_folder(scratch.path(), "HEAD", 100).unwrap(), AtRevision::Files(files) if files.len() == 3));
    assert!(read_folder(&fleet, "HEAD", 2).unwrap_err().to_string().contains("harden.yaml"));
}

#[test]
fn no_repository_is_an_answer() {
    let scratch = scratch();
    assert_eq!(read_folder(scratch.path(), "HEAD", 100).unwrap(), AtRevision::NoRepository);
    assert!(read_folder(&scratch.path().join("none"), "HEAD", 100).is_err());
    git(scratch.path(), &["init", "-q", "--bare", "bare"]);
    assert_eq!(read_folder(&scratch.path().join("bare"), "HEAD", 100).unwrap(), AtRevision::NoRepository);
    git(scratch.path(), &["init", "-q", "unborn"]);
    assert_eq!(read_folder(&scratch.path().join("unborn"), "HEAD", 100).unwrap(), AtRevision::NoRevision);
}

/// Not a test by itself: started by the hook below, prints what is staged.
#[test]
fn staged_child() {
    let Ok(result) = env::var(CHILD) else { return };
    let text = match staged(100).unwrap() {
        InIndex::NoRepository => "no repository".to_owned(),
        InIndex::Files(staged) => {
            let shown = staged.files.iter().map(|(path, bytes)| format!("{path}={}", String::from_utf8_lossy(bytes)));
            shown.chain(staged.too_large.iter().map(|path| format!("{path} too large"))).collect::<Vec<_>>().join(",")
        }
    };
    fs::write(result, text).unwrap();
    exit(0);
}

/// Commits with a hook that asks what is staged, and returns its answer.
fn hook_sees(top: &Path, commit: &[&str]) -> String {
    let (hook, result) = (top.join(".git/hooks/pre-commit"), top.join(".git/answer"));
    let program = env::current_exe().unwrap();
    let child = format!("'{}' --exact host::git::staged_child --nocapture", program.display());
    fs::write(&hook, format!("#!/bin/sh\n{CHILD}='{}' {child} >&2\n", result.display())).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    git(top, commit);
    fs::read_to_string(result).unwrap()
}

#[test]
fn a_hook_sees_what_is_about_to_be_committed() {
    let scratch = repository();
    let top = scratch.path();
    for n in 0..20 {
        fs::write(top.join(format!("staged-{n}.yaml")), "x").unwrap();
    }
    fs::write(top.join("large.yaml"), "x".repeat(101)).unwrap();
    std::os::unix::fs::symlink("other.yaml", top.join("link.yaml")).unwrap();
    fs::remove_file(top.join("other.yaml")).unwrap();
    git(top, &["add", "-A"]);
    fs::write(top.join("staged-0.yaml"), "not staged").unwrap();
    // `git commit FILE` uses an index of its own with just this file.
    assert_eq!(hook_sees(top, &["commit", "-qm", "three", "fleet/harden.yaml"]), "fleet/harden.yaml=three");
    let rest = hook_sees(top, &["commit", "-qm", "four"]);
    assert!(rest.starts_with("staged-0.yaml=x,staged-1.yaml=x"), "{rest}");
    assert!(rest.ends_with("large.yaml too large") && !rest.contains("link") && !rest.contains("other"), "{rest}");
}

#[test]
fn the_first_commit_stages_everything() {
    let scratch = scratch();
    git(scratch.path(), &["init", "-q"]);
    fs::write(scratch.path().join("a.yaml"), "a").unwrap();
    git(scratch.path(), &["add", "."]);
    assert_eq!(hook_sees(scratch.path(), &["commit", "-qm", "first"]), "a.yaml=a");
}

#[test]
fn a_worktree_has_its_own_index() {
    let scratch = repository();
    let tree = scratch.path().join("tree");
    git(scratch.path(), &["worktree", "add", "-q", "-b", "side", "tree"]);
    fs::write(tree.join("side.yaml"), "side").unwrap();
    git(&tree, &["add", "."]);
    let hook = scratch.path().join(".git/hooks/pre-commit");
    let result = scratch.path().join(".git/answer");
    let child = format!("'{}' --exact host::git::staged_child --nocapture", env::current_exe().unwrap().display());
    fs::write(&hook, format!("#!/bin/sh\n{CHILD}='{}' {child} >&2\n", result.display())).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    git(&tree, &["commit", "-qm", "side"]);
    assert_eq!(fs::read_to_string(result).unwrap(), "side.yaml=side");
    assert!(matches!(read_folder(&tree, "side", 100).unwrap(), AtRevision::Files(files) if files.contains_key("side.yaml")));
}
