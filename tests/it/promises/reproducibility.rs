//! Promise 5: the same inputs give the same bytes, on any machine, from any folder, on any day.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::{DAY, files, none, root};

use super::{
    cases,
    compile::{self, Inputs},
    none_in,
};

/// The program in a folder, as another user on another machine.
fn elsewhere(folder: &Path, user: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_harden"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", format!("/home/{user}"))
        .env("USER", user)
        .env("LOGNAME", user)
        .env("HOSTNAME", format!("machine-of-{user}"))
        .env("TZ", if user == "zoe" { "Pacific/Auckland" } else { "America/Los_Angeles" })
        .env("LANG", if user == "zoe" { "tr_TR.UTF-8" } else { "C" })
        .output()
        .unwrap()
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files(from).iter().filter(|(name, _)| !name.starts_with("out/")) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn the_same_bytes_from_everywhere() {
    let workspace = root().join("examples/workspace");
    let scratch = tempfile::tempdir().unwrap();
    let (one, two) = (scratch.path().join("one"), scratch.path().join("elsewhere/two"));
    copy(&workspace, &one);
    copy(&workspace, &two);
    let run = |folder: &Path, user: &str, arguments: &[&str], out: &Path| -> BTreeMap<String, Vec<u8>> {
        let output = elsewhere(folder, user, &[arguments, &["--as-of", DAY, "--out", out.to_str().unwrap()]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        files(out)
    };
    let first = run(&one, "ada", &["build"], &scratch.path().join("a"));
    assert!(first.len() > 30, "{:?}", first.keys());
    let absolute = ["us", "azure", "eu", "aws"].map(|name| two.join(format!("clusters/{name}.yaml")));
    let mut backwards = vec!["build"];
    backwards.extend(absolute.iter().map(|path| path.to_str().unwrap()));
    let other_order = run(&two.join("profiles"), "zoe", &backwards, &scratch.path().join("b"));
    let folder = run(scratch.path(), "zoe", &["build", "one/clusters"], &scratch.path().join("c"));
    let again = run(&one, "ada", &["build", "."], &scratch.path().join("a"));
    for (name, found) in [("another place", &other_order), ("a folder", &folder), ("the same place", &again)] {
        assert_eq!(first.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>(), "{name}");
        let differs: Vec<&String> = first.keys().filter(|path| first[*path] != found[*path]).collect();
        assert!(differs.is_empty(), "{name}: {differs:?}");
    }
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let mut never = vec!["/home/", "machine-of-", "ada", "zoe", "Pacific"].into_iter().map(str::to_owned).collect::<Vec<_>>();
    never.extend([scratch.path().display().to_string(), root().display().to_string()]);
    never.extend(Some(host.trim().to_owned()).filter(|host| host.len() > 5));
    let mut wrong = Vec::new();
    for (name, bytes) in &first {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '/')).collect();
        for text_of_the_machine in &never {
            let found = if text_of_the_machine.contains(['/', '-']) {
                text.contains(text_of_the_machine.as_str())
            } else {
                words.contains(&text_of_the_machine.as_str())
            };
            if found {
                wrong.push(format!("{name} holds `{text_of_the_machine}`"));
            }
        }
    }
    none(&wrong);
}

/// What day it is counts for nothing: only the recorded day does.
#[test]
fn the_same_bytes_on_any_day() {
    let mut dated = 0;
    for inputs in compile::project() {
        let later = Inputs { today: "2031-01-01".parse().unwrap(), ..inputs.clone() };
        for (now, then) in inputs.build().iter().zip(later.build()) {
            dated += usize::from(!then.built.cluster.due.is_empty());
            for (a, b) in now.built.artifacts.iter().zip(&then.built.artifacts) {
                assert_eq!(a.text(), b.text(), "{}: {}", now.name, a.path);
            }
        }
    }
    assert!(dated >= 2, "{dated} specs have dates that become due");
}

/// One more line in a spec must not touch files in which nothing else changed.
#[test]
fn no_line_number_of_a_spec() {
    let mut compared = 0;
    for inputs in compile::project() {
        let mut shifted = inputs.clone();
        for text in shifted.specs.values_mut() {
            *text = format!("# a line\n\n# another line\n{}", text.replace("\nspec:", "\n# one more\nspec:"));
        }
        for (case, moved) in inputs.build().iter().zip(shifted.build()) {
            for (a, b) in case.built.artifacts.iter().zip(&moved.built.artifacts) {
                // The manifest holds digests of the inputs.
                if a.path.as_str() != "manifest.json" {
                    assert_eq!(a.text(), b.text(), "{}: {}", case.name, a.path);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn files_are_plain_text() {
    none_in(cases(), |case| {
        let mut wrong = Vec::new();
        for artifact in &case.built.artifacts {
            for (n, line) in artifact.lines.iter().enumerate() {
                if line.0.chars().any(char::is_control) || line.0.ends_with(' ') {
                    wrong.push(format!("{}:{}: {:?}", artifact.path, n + 1, line.0));
                }
            }
        }
        wrong
    });
}
