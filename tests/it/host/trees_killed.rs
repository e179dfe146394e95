//! Builds that are killed: the tree is the old one or the new one, and the next run leaves nothing behind.

use std::{
    env, fs,
    os::unix::{fs::symlink, process::ExitStatusExt},
    path::Path,
    process::{Command, Stdio, exit},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use harden::host::tree::{Exchange, NewFile, Transfer, Ways, write_by};

use super::{build, compare, everything, inode, names, recover, scratch, ways, write};

const CHILD: &str = "HARDEN_TEST_KILLED_CHILD";

fn old() -> Vec<NewFile> {
    build(&[("REPORT.md", "old"), ("kubeadm/init.yaml", "same"), ("gone/a.yaml", "a"), ("gone/b.yaml", "b"), ("a", "flat")])
}

fn new() -> Vec<NewFile> {
    build(&[("REPORT.md", "new"), ("kubeadm/init.yaml", "same"), ("kubeadm/join.yaml", "join"), ("a/b", "deep"), ("c/d/e", "e")])
}

fn put_foreign(dir: &Path) {
    fs::write(dir.join("notes.md"), "mine").unwrap();
    fs::write(dir.join("gone/mine.yaml"), "mine too").unwrap();
    fs::create_dir_all(dir.join("empty/inner")).unwrap();
    symlink("/nowhere", dir.join("kubeadm/link")).unwrap();
}

fn assert_foreign(dir: &Path, context: &str) {
    let tree = everything(dir);
    for (path, expected) in [
        ("notes.md", "file mine"),
        ("gone/mine.yaml", "file mine too"),
        ("empty/inner", "folder"),
        ("kubeadm/link", "link to /nowhere"),
    ] {
        assert_eq!(tree.get(path).map(String::as_str), Some(expected), "{context}");
    }
}

/// Whether the tree holds exactly these files and the user's.
fn holds(dir: &Path, files: &[NewFile]) -> bool {
    compare(dir, files).unwrap().is_empty()
        && everything(dir).values().filter(|text| text.starts_with("file ")).count() == files.len() + 2
}

fn spawn(dir: &Path, job: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "host::trees_killed::child", "--nocapture"]);
    command.env(CHILD, format!("{job}|{}", dir.display())).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Not a test by itself: what the other tests start as a process of its own.
#[test]
fn child() {
    let Ok(job) = env::var(CHILD) else { return };
    let mut parts = job.splitn(4, '|');
    let mut part = || parts.next().unwrap();
    let (exchange, transfer, stop, dir) = (part(), part(), part(), part());
    let exchange = [Exchange::OneCall, Exchange::TwoMoves, Exchange::Drain][exchange.parse::<usize>().unwrap()];
    let transfer = [Transfer::Link, Transfer::Copy][transfer.parse::<usize>().unwrap()];
    let dir = Path::new(dir);
    let Ok(stop) = stop.parse::<usize>() else {
        // Until killed: build, and build again.
        loop {
            for files in [new(), old()] {
                write_by(dir, &files, &Ways { exchange, transfer, ..ways() }).unwrap();
            }
        }
    };
    let step = AtomicUsize::new(0);
    // Ends the process at once: no destructor runs, as with a kill.
    let die = || {
        if step.fetch_add(1, Ordering::SeqCst) == stop {
            exit(9);
        }
    };
    write_by(dir, &new(), &Ways { exchange, transfer, before_step: &die, ..ways() }).unwrap();
    exit(0);
}

fn killed_at_every_step(exchange: usize, transfer: usize) {
    let mut seen = (0, 0);
    for stop in 0.. {
        let context = format!("exchange {exchange}, transfer {transfer}, killed before step {stop}");
        let scratch = scratch();
        let dir = scratch.path().join("shop");
        write(&dir, &old()).unwrap();
        put_foreign(&dir);
        let (notes, same) = (inode(&dir.join("notes.md")), inode(&dir.join("kubeadm/init.yaml")));
        let code = spawn(&dir, &format!("{exchange}|{transfer}|{stop}")).status().unwrap().code();
        if exchange != 0 {
            assert_eq!(recover(&dir).unwrap(), Vec::<String>::new(), "{context}");
            assert_eq!(names(scratch.path()), ["shop"], "{context}");
        }
        let (is_old, is_new) = (holds(&dir, &old()), holds(&dir, &new()));
        assert!(is_old != is_new, "{context}: old {is_old}, new {is_new}");
        seen = (seen.0 + usize::from(is_old), seen.1 + usize::from(is_new));
        assert_foreign(&dir, &context);
        if transfer == 0 {
            assert_eq!((inode(&dir.join("notes.md")), inode(&dir.join("kubeadm/init.yaml"))), (notes, same), "{context}");
        }
        // The next build, whichever, completes and cleans up.
        let next = if stop % 2 == 0 { new() } else { old() };
        assert_eq!(write(&dir, &next).unwrap().kept, Vec::<String>::new(), "{context}");
        assert!(holds(&dir, &next), "{context}");
        assert_foreign(&dir, &context);
        assert_eq!(names(scratch.path()), ["shop"], "{context}");
        if code == Some(0) {
            break;
        }
        assert_eq!(code, Some(9), "{context}");
    }
    assert!(seen.0 > 10 && seen.1 > 5, "{seen:?}");
}

#[test]
fn killed_at_every_step_of_an_exchange() {
    killed_at_every_step(0, 0);
    killed_at_every_step(0, 1);
}

#[test]
fn killed_at_every_step_of_two_moves() {
    killed_at_every_step(1, 0);
    killed_at_every_step(1, 1);
}

#[test]
fn killed_at_every_step_of_a_drain() {
    killed_at_every_step(2, 0);
    killed_at_every_step(2, 1);
}

#[test]
fn killed_at_every_step_of_a_first_build() {
    for stop in 0.. {
        let scratch = scratch();
        let dir = scratch.path().join("shop");
        let code = spawn(&dir, &format!("0|0|{stop}")).status().unwrap().code();
        assert!(!dir.exists() || compare(&dir, &new()).unwrap().is_empty(), "killed before step {stop}");
        recover(&dir).unwrap();
        assert!(names(scratch.path()).iter().all(|name| name == "shop"), "killed before step {stop}");
        write(&dir, &old()).unwrap();
        assert!(compare(&dir, &old()).unwrap().is_empty());
        if code == Some(0) {
            break;
        }
    }
}

#[test]
fn killed_at_any_moment() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &old()).unwrap();
    put_foreign(&dir);
    for round in 0_u64..40 {
        let mut process = spawn(&dir, &format!("0|{}|never", round % 2)).spawn().unwrap();
        thread::sleep(Duration::from_micros(20_000 + round * 737));
        process.kill().unwrap();
        assert_eq!(process.wait().unwrap().signal(), Some(9));
        assert!(holds(&dir, &old()) || holds(&dir, &new()), "round {round}: {:?}", everything(&dir));
        assert_foreign(&dir, &format!("round {round}"));
    }
    write(&dir, &new()).unwrap();
    assert_eq!(names(scratch.path()), ["shop"]);
}

#[test]
fn a_recovery_that_is_killed_is_recovered() {
    // What a kill in the middle of taking the old tree apart leaves: part of it, its manifest last.
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &old()).unwrap();
    put_foreign(&dir);
    let old_id = inode(&dir);
    let device = std::os::unix::fs::MetadataExt::dev(&fs::metadata(&dir).unwrap());
    let hidden = scratch.path().join(".shop.harden-new");
    fs::rename(&dir, &hidden).unwrap();
    write(&scratch.path().join("made"), &new()).unwrap();
    fs::rename(scratch.path().join("made"), &dir).unwrap();
    fs::remove_file(hidden.join("REPORT.md")).unwrap();
    fs::write(hidden.join("gone/a.yaml"), "edited in the last moment").unwrap();
    fs::write(dir.join("notes.md"), "other").unwrap();
    fs::write(scratch.path().join(".shop.harden-journal"), format!("harden tree journal 1\nold {device} {old_id}\n")).unwrap();
    let kept = recover(&dir).unwrap();
    assert_eq!(kept, ["notes.md.kept"]);
    let tree = everything(&dir);
    assert_eq!(tree["notes.md"], "file other");
    assert_eq!(tree["notes.md.kept"], "file mine");
    assert_eq!(tree["gone/mine.yaml"], "file mine too");
    assert_eq!(tree["gone/a.yaml"], "file edited in the last moment");
    assert_eq!(tree["REPORT.md"], "file new");
    assert!(!tree.contains_key("gone/b.yaml"));
    assert_eq!(names(scratch.path()), ["shop"]);
}

#[test]
fn a_tree_made_in_the_gap_stays() {
    let scratch = scratch();
    let dir = scratch.path().join("shop");
    write(&dir, &old()).unwrap();
    put_foreign(&dir);
    fs::rename(&dir, scratch.path().join(".shop.harden-old")).unwrap();
    write(&scratch.path().join(".shop.harden-new"), &new()).unwrap();
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("REPORT.md"), "from git").unwrap();
    fs::write(scratch.path().join(".shop.harden-journal"), "harden tree journal 1\nold 1 1\nmoving\n").unwrap();
    recover(&dir).unwrap();
    let tree = everything(&dir);
    assert_eq!(tree["REPORT.md"], "file from git");
    assert_eq!(tree["notes.md"], "file mine");
    assert_eq!(names(scratch.path()), ["shop"]);
}
