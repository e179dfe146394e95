//! A reader that has seen enough closes the pipe: no command calls that a failure.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::{Example, mistake, said, small};

/// Runs the program with a text on its standard input, and ends it when it waits.
fn within_seconds(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", crate::support::CACHE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("{arguments:?} waits");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn a_named_pipe_is_refused_and_never_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = |name: &str| mkfifoat(CWD, folder.path().join(name), Mode::from_raw_mode(0o600)).unwrap();
    pipe("pipe.yaml");
    fs::write(folder.path().join("small.yaml"), small("small")).unwrap();
    std::os::unix::fs::symlink("pipe.yaml", folder.path().join("link.yaml")).unwrap();
    for arguments in
        [&["build", "pipe.yaml"][..], &["plan", "pipe.yaml"], &["init", "--from", "pipe.yaml"], &["explain", "pipe.yaml:1"]]
    {
        mistake(&within_seconds(folder.path(), arguments, ""), "`");
    }
    mistake(&within_seconds(folder.path(), &["build", "pipe.yaml"], ""), "`pipe.yaml` is a named pipe");
    // It keeps no other spec from being built.
    let (code, stdout, stderr) = said(&within_seconds(folder.path(), &["build", "small.yaml", "link.yaml"], ""));
    assert!(code == 2 && stdout.starts_with("small: ") && stderr.contains("nothing was written for `link.yaml`"), "{stderr}");
    // In a folder or behind a pattern it is no spec.
    let (code, stdout, stderr) = said(&within_seconds(folder.path(), &["build", "."], ""));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("small: ") && stdout.lines().count() == 1, "{stdout}");
    let workspace = "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: { name: w }\nspec: { clusters: [\"*.yaml\"] }\n";
    fs::write(folder.path().join("harden.yaml"), workspace).unwrap();
    let (code, stdout, stderr) = said(&within_seconds(folder.path(), &["build"], ""));
    assert_eq!((code, stdout.lines().count()), (0, 1), "{stdout}{stderr}");
}

#[test]
fn a_pipe_that_is_open_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, path) in [("one", "/dev/stdin"), ("two", "/dev/fd/0"), ("three", "/proc/self/fd/0")] {
        let (code, stdout, stderr) = said(&within_seconds(folder.path(), &["build", path], &small(name)));
        assert_eq!(code, 0, "{path}: {stderr}");
        assert!(stdout.starts_with(&format!("{name}: ")), "{stdout}");
    }
    // As `harden build <(generate)` of a shell; the text comes late.
    let call = format!("{} build <(sleep 0.3; cat small.yaml)", env!("CARGO_BIN_EXE_harden"));
    fs::write(folder.path().join("small.yaml"), small("four")).unwrap();
    let output = Command::new("bash").args(["-c", &call]).current_dir(folder.path()).output().unwrap();
    assert!(said(&output).1.starts_with("four: "), "{output:?}");
}

#[test]
fn devices_and_sockets_end() {
    let folder = tempfile::tempdir().unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket.yaml")).unwrap();
    mistake(&within_seconds(folder.path(), &["build", "/dev/zero"], ""), "`/dev/zero` is larger than ");
    mistake(&within_seconds(folder.path(), &["build", "socket.yaml"], ""), "`socket.yaml` is not a regular file");
    mistake(&within_seconds(folder.path(), &["build", "/dev/null"], ""), "no cluster spec in /dev/null");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let example = Example::built();
    for arguments in [
        &["plan", "cluster.yaml"][..],
        &["plan", "cluster.yaml", "--format", "json"],
        &["build", "cluster.yaml", "--check"],
        &["controls"],
        &["profiles", "restricted"],
        &["schema", "harden"],
        &["completions", "bash"],
        &["init"],
        &["explain", "apiserver/profiling"],
        &["verify", "out/shop-prod"],
        &["diff", "out/shop-prod", "out/shop-prod"],
        &["--help"],
    ] {
        for seen in [0, 1] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_harden"))
                .args(arguments)
                .current_dir(example.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut reader = child.stdout.take().unwrap();
            let mut first = vec![0; seen];
            reader.read_exact(&mut first).unwrap();
            drop(reader);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Results on stdout, messages on stderr, and no colours in a pipe.
#[test]
fn pipes_get_plain_text() {
    let example = Example::new();
    let output = Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(["build", "nothing.yaml"])
        .current_dir(example.path())
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .output()
        .unwrap();
    assert!(output.stdout.is_empty());
    assert!(!output.stderr.contains(&0x1b), "{}", String::from_utf8_lossy(&output.stderr));
}
