//! A reader that has seen enough closes the pipe: no command calls that a failure.

use std::{
    io::Read,
    process::{Command, Stdio},
};

use super::Example;

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
