//! Writing and comparing whole trees.

use std::{
    cell::Cell,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use harden::host::{
    Action,
    tree::{Difference, Exchange, Foreign, LastManifest, Outcome, Transfer, TreeError, Ways, What, Why, last, write_by},
};

use super::{build, compare, everything, file, inode, names, recover, scratch, ways, write};

const FIRST: &[(&str, &str)] = &[("REPORT.md", "one"), ("kubeadm/init.yaml", "init"), ("gone/old.yaml", "old")];
const SECOND: &[(&str, &str)] = &[("REPORT.md", "two"), ("kubeadm/init.yaml", "init"), ("new/add.yaml", "add")];

fn foreign(error: TreeError) -> Vec<Foreign> {
    match error {
        TreeError::Foreign(list) => list,
        TreeError::Host(error) => panic!("{error}"),
    }
}

fn refusal(path: &str, why: Why) -> Foreign {
    Foreign { path: path.to_owned(), why }
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_first_build_makes_the_tree_and_leaves_nothing_beside() {
    let scratch = scratch();
    let dir = scratch.path().join("out/shop");
    let outcome = write(&dir, &build(FIRST)).unwrap();
    assert_eq!(outcome.written, strings(&["REPORT.md", "gone/old.yaml", "kubeadm/init.yaml", "manifest.json"]));
    assert_eq!(fs::read_to_string(dir.join("kubeadm/init.yaml")).unwrap(), "init");
    assert_eq!(names(&scratch.path().join("out")), ["shop"]);
    assert!(compare(&dir, &build(FIRST)).unwrap().is_empty());
}

#[test]
fn a_second_build_writes_links_and_removes() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    let kept = inode(&dir.join("kubeadm/init.yaml"));
    let outcome = write(&dir, &build(SECOND)).unwrap();
    let expected = Outcome {
        written: strings(&["REPORT.md", "manifest.json", "new/add.yaml"]),
        unchanged: strings(&["kubeadm/init.yaml"]),
        removed: strings(&["gone/old.yaml"]),
        kept: Vec::new(),
    };
    assert_eq!(outcome, expected);
    assert_eq!(inode(&dir.join("kubeadm/init.yaml")), kept);
    assert!(!dir.join("gone").exists());
    assert_eq!(names(scratch.path()), ["shop"]);
}

#[test]
fn an_unchanged_build_touches_nothing() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    let before = (inode(&dir), fs::metadata(&dir).unwrap().modified().unwrap(), inode(&dir.join("REPORT.md")));
    let steps = AtomicUsize::new(0);
    let count = || _ = steps.fetch_add(1, Ordering::Relaxed);
    let outcome = write_by(&dir, &build(FIRST), &Ways { before_step: &count, ..ways() }).unwrap();
    assert_eq!((outcome.unchanged.len(), outcome.written.len(), steps.load(Ordering::Relaxed)), (4, 0, 0));
    assert_eq!((inode(&dir), fs::metadata(&dir).unwrap().modified().unwrap(), inode(&dir.join("REPORT.md"))), before);
}

#[test]
fn what_the_user_put_into_the_tree_stays() {
    for transfer in [Transfer::Link, Transfer::Copy] {
        let scratch = scratch();
        let dir = scratch.path().join("shop");
        write(&dir, &build(FIRST)).unwrap();
        let outside = scratch.path().join("outside.txt");
        fs::write(&outside, "outside").unwrap();
        fs::write(dir.join("gone/notes.md"), "mine").unwrap();
        fs::set_permissions(dir.join("gone/notes.md"), fs::Permissions::from_mode(0o751)).unwrap();
        fs::create_dir_all(dir.join("mine/empty")).unwrap();
        fs::set_permissions(dir.join("mine"), fs::Permissions::from_mode(0o700)).unwrap();
        symlink(&outside, dir.join("link")).unwrap();
        symlink("nowhere", dir.join("kubeadm/dangling")).unwrap();
        fs::write(dir.join(".gitignore"), "*.tmp").unwrap();
        let age = fs::metadata(dir.join("gone/notes.md")).unwrap().modified().unwrap();
        let ways = Ways { transfer, ..ways() };
        write_by(&dir, &build(SECOND), &ways).unwrap();
        let now = everything(&dir);
        for (path, expected) in [
            ("gone/notes.md", "file mine"),
            ("mine/empty", "folder"),
            ("kubeadm/dangling", "link to nowhere"),
            (".gitignore", "file *.tmp"),
            ("REPORT.md", "file two"),
        ] {
            assert_eq!(now[path], expected, "{transfer:?}");
        }
        assert_eq!(now["link"], format!("link to {}", outside.display()));
        let notes = fs::metadata(dir.join("gone/notes.md")).unwrap();
        assert_eq!((notes.modified().unwrap(), notes.permissions().mode() & 0o777), (age, 0o751));
        assert_eq!(fs::metadata(dir.join("mine")).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(!dir.join("gone/old.yaml").exists());
        assert_eq!(fs::read_to_string(&outside).unwrap(), "outside");
    }
}

#[test]
fn folders_keep_their_owner() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    // Only the superuser can give folders away, and only he could take them from their owner by a build.
    let folders = [dir.clone(), dir.join("kubeadm")];
    if folders.iter().any(|folder| std::os::unix::fs::chown(folder, Some(65_534), Some(65_534)).is_err()) {
        return;
    }
    write(&dir, &build(SECOND)).unwrap();
    for folder in folders {
        let found = fs::metadata(folder).unwrap();
        assert_eq!((found.uid(), found.gid()), (65_534, 65_534));
    }
}

#[test]
fn a_pipe_of_the_user_is_carried_over() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    let pipe = dir.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    write(&dir, &build(SECOND)).unwrap();
    assert_eq!(everything_but(&dir, "pipe"), everything_but(&dir, ""));
    assert!(fs::symlink_metadata(&pipe).is_ok());
    // A pipe cannot be copied: nothing is touched.
    let ways = Ways { transfer: Transfer::Copy, ..ways() };
    assert!(matches!(write_by(&dir, &build(FIRST), &ways), Err(TreeError::Host(error)) if error.action == Action::Carry));
    assert!(compare(&dir, &build(SECOND)).unwrap().is_empty());
    assert_eq!(names(scratch.path()), ["shop"]);
}

fn everything_but(dir: &Path, skipped: &str) -> Vec<String> {
    names(dir).into_iter().filter(|name| name != skipped && name != "pipe").collect()
}

#[test]
fn nothing_is_touched_when_files_of_the_user_are_in_the_way() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    fs::write(dir.join("REPORT.md"), "edited").unwrap();
    fs::create_dir(dir.join("new")).unwrap();
    fs::write(dir.join("new/add.yaml"), "mine").unwrap();
    let before = everything(scratch.path());
    let refused = foreign(write(&dir, &build(SECOND)).unwrap_err());
    assert_eq!(refused, [refusal("REPORT.md", Why::Edited), refusal("new/add.yaml", Why::Unlisted)]);
    assert_eq!(everything(scratch.path()), before);
}

#[test]
fn a_file_that_equals_the_wanted_one_is_adopted() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    fs::create_dir_all(dir.join("kubeadm")).unwrap();
    fs::write(dir.join("kubeadm/init.yaml"), "init").unwrap();
    let outcome = write(&dir, &build(FIRST)).unwrap();
    assert_eq!(outcome.unchanged, strings(&["kubeadm/init.yaml"]));
    assert!(last(&dir).unwrap().unwrap().hash("kubeadm/init.yaml").is_some());
}

#[test]
fn an_edited_file_that_left_the_plan_is_kept_and_named_once() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    fs::write(dir.join("gone/old.yaml"), "edited").unwrap();
    let outcome = write(&dir, &build(SECOND)).unwrap();
    assert_eq!((outcome.kept, outcome.removed), (strings(&["gone/old.yaml"]), Vec::new()));
    assert_eq!(fs::read_to_string(dir.join("gone/old.yaml")).unwrap(), "edited");
    assert_eq!(
        write(&dir, &build(FIRST).into_iter().filter(|f| f.path.as_str() != "gone/old.yaml").collect::<Vec<_>>()).unwrap().kept,
        strings(&[])
    );
}

#[test]
fn a_manifest_that_is_not_ours_gives_no_claim() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    fs::write(dir.join("manifest.json"), "<<<<<<< ours\n").unwrap();
    let refused = foreign(write(&dir, &build(SECOND)).unwrap_err());
    assert_eq!(refused, [refusal("REPORT.md", Why::Unlisted), refusal("manifest.json", Why::Unlisted)]);
    for text in [r#"{"files":{"../x":{"sha256":"00"}}}"#, r#"{"files":{"/etc/passwd":{"sha256":"00"}}}"#, "{}", "[]", ""] {
        assert_eq!(LastManifest::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn file_and_folder_change_places_when_both_are_ours() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    let (flat, deep) = (build(&[("a", "flat")]), build(&[("a/b", "deep")]));
    for files in [&flat, &deep, &flat] {
        write(&dir, files).unwrap();
        assert!(compare(&dir, files).unwrap().is_empty());
    }
    write(&dir, &deep).unwrap();
    fs::write(dir.join("a/mine"), "mine").unwrap();
    assert_eq!(foreign(write(&dir, &flat).unwrap_err()), [refusal("a", Why::Folder)]);
    fs::remove_file(dir.join("a/mine")).unwrap();
    fs::create_dir(dir.join("a/empty")).unwrap();
    assert_eq!(foreign(write(&dir, &flat).unwrap_err()), [refusal("a", Why::Folder)]);
}

#[test]
fn links_in_the_way_are_refused_and_nothing_is_written_through_them() {
    let scratch = scratch();
    let outside = scratch.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("init.yaml"), "init").unwrap();
    fs::write(outside.join("victim"), "victim").unwrap();
    let before = everything(&outside);

    let dir = scratch.path().join("as-tree");
    symlink(&outside, &dir).unwrap();
    assert_eq!(foreign(write(&dir, &build(FIRST)).unwrap_err()), [refusal("", Why::Link)]);
    assert_eq!(foreign(write(&dir.join(""), &build(FIRST)).unwrap_err()), [refusal("", Why::Link)]);
    assert_eq!(foreign(write(&dir, &[file("a", "a")]).unwrap_err()), [refusal("", Why::Link)]);
    assert_eq!(foreign(compare(&dir, &build(FIRST)).unwrap_err()), [refusal("", Why::Link)]);

    let dir = scratch.path().join("as-folder");
    fs::create_dir(&dir).unwrap();
    symlink(&outside, dir.join("kubeadm")).unwrap();
    assert_eq!(foreign(write(&dir, &build(FIRST)).unwrap_err()), [refusal("kubeadm", Why::Link)]);
    let what = What::Blocked(refusal("kubeadm", Why::Link));
    assert!(compare(&dir, &build(FIRST)).unwrap().contains(&Difference { path: "kubeadm/init.yaml".to_owned(), what }));

    let dir = scratch.path().join("as-file");
    fs::create_dir(&dir).unwrap();
    symlink(outside.join("victim"), dir.join("REPORT.md")).unwrap();
    symlink(outside.join("victim"), dir.join("manifest.json")).unwrap();
    let refused = foreign(write(&dir, &build(FIRST)).unwrap_err());
    assert_eq!(refused, [refusal("REPORT.md", Why::Link), refusal("manifest.json", Why::Link)]);

    assert_eq!(everything(&outside), before);
}

#[test]
fn what_somebody_put_under_our_hidden_names_is_left_alone() {
    let note = "harden tree journal 1\nold 1 2\n";
    for (hidden, text) in [
        (".shop.harden-new", None),
        (".shop.harden-new", Some(note.to_owned())),
        (".shop.harden-old", Some(format!("{note}moving\n"))),
        (".shop.harden-old", Some(format!("{note}draining\n"))),
    ] {
        let scratch = scratch();
        let out = scratch.path().join("out");
        let outside = scratch.path().join("outside");
        fs::create_dir_all(&out).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("victim"), "victim").unwrap();
        symlink(&outside, out.join(hidden)).unwrap();
        if let Some(text) = &text {
            fs::write(out.join(".shop.harden-journal"), text).unwrap();
        }
        let error = write(&out.join("shop"), &build(FIRST)).unwrap_err();
        assert!(matches!(&error, TreeError::Host(host) if host.action == Action::Recover), "{hidden} {text:?}: {error}");
        assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "victim");
        assert!(!out.join("shop").exists());
    }
}

#[test]
fn a_journal_that_is_not_ours_is_left_alone() {
    let scratch = scratch();
    let journal = scratch.path().join(".shop.harden-journal");
    fs::write(&journal, "my notes").unwrap();
    let error = write(&scratch.path().join("shop"), &build(FIRST)).unwrap_err();
    assert!(matches!(&error, TreeError::Host(host) if host.action == Action::Lock), "{error}");
    assert_eq!(fs::read_to_string(&journal).unwrap(), "my notes");
    fs::remove_file(&journal).unwrap();
    symlink(scratch.path().join("elsewhere"), &journal).unwrap();
    assert!(write(&scratch.path().join("shop"), &build(FIRST)).is_err());
    assert!(!scratch.path().join("elsewhere").exists());
}

#[test]
fn failures_of_the_machine_name_path_and_cause() {
    let scratch = scratch();
    let blocked = scratch.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = write(&blocked.join("shop"), &build(FIRST)).unwrap_err();
    let TreeError::Host(host) = &error else { panic!("{error}") };
    assert_eq!((host.action, host.path.as_path()), (Action::MakeFolder, blocked.as_path()));
    assert!(write(Path::new("/"), &build(FIRST)).is_err());
    assert!(write(Path::new(".."), &build(FIRST)).is_err());
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error_before_anything_is_touched() {
    let scratch = scratch();
    let out = scratch.path().join("out");
    write(&out.join("shop"), &build(FIRST)).unwrap();
    for protected in [out.clone(), out.join("shop"), out.join("shop/kubeadm")] {
        fs::set_permissions(&protected, fs::Permissions::from_mode(0o555)).unwrap();
        // The superuser may write anyway.
        if fs::write(protected.join("probe"), "").is_ok() {
            fs::remove_file(protected.join("probe")).unwrap();
        } else {
            let before = everything(&out);
            assert!(matches!(write(&out.join("shop"), &build(SECOND)), Err(TreeError::Host(_))));
            assert_eq!(everything(&out), before);
            assert!(write(&out.join("shop"), &build(FIRST)).is_ok(), "nothing to write");
        }
        fs::set_permissions(&protected, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn two_artifacts_of_one_path_are_our_bug_and_no_panic() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    for files in [[file("a", "1"), file("a", "2")], [file("a", "1"), file("a/b", "2")]] {
        let error = write(&dir, &files).unwrap_err();
        assert!(error.to_string().contains("internal error: "), "{error}");
        assert!(!dir.exists());
    }
}

#[test]
fn permissions_are_set_and_looser_ones_are_repaired() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    let mut files = build(&[("key.yaml", "secret"), ("run.sh", "#!/bin/sh")]);
    files[0].mode = 0o600;
    files[1].mode = 0o755;
    write(&dir, &files).unwrap();
    let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
    let chmod = |name: &str, mode| fs::set_permissions(dir.join(name), fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!((mode("key.yaml"), mode("run.sh") & 0o700), (0o600, 0o700));
    // As a fresh clone has them.
    chmod("key.yaml", 0o644);
    assert!(compare(&dir, &files).unwrap().is_empty());
    assert_eq!(write(&dir, &files).unwrap().written, strings(&["key.yaml"]));
    assert_eq!(mode("key.yaml"), 0o600);
    // As a strict umask leaves them.
    chmod("run.sh", 0o700);
    assert_eq!(write(&dir, &files).unwrap().written, strings(&[]));
    chmod("run.sh", 0o600);
    let difference = Difference { path: "run.sh".to_owned(), what: What::Executable { wanted: true } };
    assert_eq!(compare(&dir, &files).unwrap(), [difference]);
}

#[test]
fn compare_names_every_difference_and_changes_nothing() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    assert_eq!(compare(&dir, &build(FIRST)).unwrap().len(), 4);
    write(&dir, &build(FIRST)).unwrap();
    fs::write(dir.join("mine.txt"), "mine").unwrap();
    let before = everything(scratch.path());
    let found: Vec<(String, What)> = compare(&dir, &build(SECOND)).unwrap().into_iter().map(|d| (d.path, d.what)).collect();
    assert_eq!(found[0], ("REPORT.md".to_owned(), What::Differs(Some(b"one".to_vec()))));
    assert_eq!(found[1], ("gone/old.yaml".to_owned(), What::Left));
    assert_eq!(found[2].0, "manifest.json");
    assert_eq!(found[3], ("new/add.yaml".to_owned(), What::Missing));
    assert_eq!(found.len(), 4);
    assert_eq!(everything(scratch.path()), before);
}

/// Whatever a user does between two steps of a build, the text is in the tree afterwards or the build refuses.
#[test]
fn changes_that_come_while_a_tree_is_replaced_are_not_lost() {
    for exchange in [Exchange::OneCall, Exchange::TwoMoves, Exchange::Drain] {
        for transfer in [Transfer::Link, Transfer::Copy] {
            for late in [
                Late::New,
                Late::InPlace("notes.md"),
                Late::Renamed("notes.md"),
                Late::InPlace("REPORT.md"),
                Late::Renamed("REPORT.md"),
                Late::InPlace("gone/old.yaml"),
            ] {
                let mut at = 0;
                while interrupted(exchange, transfer, late, at) {
                    at += 1;
                }
                assert!(at > 10, "{at} steps");
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Late {
    New,
    InPlace(&'static str),
    Renamed(&'static str),
}

/// Builds with a user who changes something before step `at`; `false` when the build had fewer steps.
fn interrupted(exchange: Exchange, transfer: Transfer, late: Late, at: usize) -> bool {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &build(FIRST)).unwrap();
    fs::write(dir.join("notes.md"), "early").unwrap();
    let (step, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let user = || {
        if step.fetch_add(1, Ordering::SeqCst) == at {
            let target = |path: &str| -> PathBuf { dir.join(path) };
            let result = match late {
                Late::New => fs::write(target("late.md"), "late words"),
                Late::InPlace(path) => fs::write(target(path), "late words"),
                Late::Renamed(path) => fs::write(scratch.path().join("aside"), "late words")
                    .and_then(|()| fs::rename(scratch.path().join("aside"), target(path))),
            };
            done.store(usize::from(result.is_ok()), Ordering::SeqCst);
        }
    };
    let result = write_by(&dir, &build(SECOND), &Ways { exchange, transfer, before_step: &user, ..ways() });
    let context = format!("{exchange:?} {transfer:?} {late:?} before step {at}");
    let tree = everything(&dir);
    if done.load(Ordering::SeqCst) == 1 {
        assert!(tree.values().any(|text| text == "file late words"), "{context}: {tree:?}");
    }
    match result {
        Ok(_) => assert_eq!(tree["new/add.yaml"], "file add", "{context}"),
        Err(TreeError::Foreign(_)) => assert_eq!(tree["gone/old.yaml"].replace("late words", "old"), "file old", "{context}"),
        Err(TreeError::Host(error)) => panic!("{context}: {error}"),
    }
    let left: Vec<String> = names(scratch.path()).into_iter().filter(|name| name != "aside").collect();
    assert_eq!(left, ["shop"], "{context}");
    step.load(Ordering::SeqCst) > at
}

#[test]
fn writers_of_one_tree_wait_for_each_other() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    let (first, second) = (build(FIRST), build(SECOND));
    write(&dir, &first).unwrap();
    fs::write(dir.join("notes.md"), "mine").unwrap();
    thread::scope(|scope| {
        for n in 0..8 {
            let (dir, files) = (&dir, if n % 2 == 0 { &first } else { &second });
            scope.spawn(move || {
                for _ in 0..25 {
                    write(dir, files).unwrap();
                    recover(dir).unwrap();
                }
            });
        }
    });
    assert!([&first, &second].iter().any(|files| compare(&dir, files).unwrap().is_empty()));
    assert_eq!(fs::read_to_string(dir.join("notes.md")).unwrap(), "mine");
    assert_eq!(names(scratch.path()), ["shop"]);
}

#[test]
fn two_trees_of_one_folder_do_not_meet() {
    let scratch = scratch();
    for name in ["shop", "shop-prod", ".shop", "shop.harden-new"] {
        write(&scratch.path().join(name), &build(&[("name", name)])).unwrap();
    }
    assert_eq!(names(scratch.path()).len(), 4);
    let cell = Cell::new(0);
    for name in names(scratch.path()) {
        assert_eq!(fs::read_to_string(scratch.path().join(&name).join("name")).unwrap(), name);
        cell.set(cell.get() + 1);
    }
    assert_eq!(cell.get(), 4);
}

/// Whoever puts a link in the place of the folder while it is built has nothing of what lies behind it moved or removed.
#[test]
fn nothing_is_taken_apart_through_a_link() {
    for exchange in [Exchange::OneCall, Exchange::TwoMoves, Exchange::Drain] {
        let mut at = 0;
        while swapped(exchange, at) {
            at += 1;
        }
        assert!(at > 10, "{at} steps");
    }
}

/// Builds with somebody who swaps the folder for a link before step `at`; `false` when the build had fewer steps.
fn swapped(exchange: Exchange, at: usize) -> bool {
    let scratch = scratch();
    let (dir, victim) = (scratch.path().join("shop"), scratch.path().join("victim"));
    write(&dir, &build(FIRST)).unwrap();
    // What lies behind the link looks like the tree.
    write(&victim, &build(SECOND)).unwrap();
    fs::write(victim.join("mine.md"), "mine").unwrap();
    let before = everything(&victim);
    let step = AtomicUsize::new(0);
    let user = || {
        if step.fetch_add(1, Ordering::SeqCst) == at && fs::rename(&dir, scratch.path().join("aside")).is_ok() {
            std::os::unix::fs::symlink(&victim, &dir).unwrap();
        }
    };
    let _ = write_by(&dir, &build(SECOND), &Ways { exchange, transfer: Transfer::Link, before_step: &user, ..ways() });
    assert_eq!(everything(&victim), before, "{exchange:?} before step {at}");
    step.load(Ordering::SeqCst) > at
}
