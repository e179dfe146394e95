//! `harden profiles NAME`: every profile that a build finds is shown.

use std::fs;

use crate::support::{harden, root};

use super::{copy, mistake, said, small};

#[test]
fn profiles_of_the_workspace_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples/workspace"), folder.path());
    let text = fs::read_to_string(folder.path().join("profiles/org.yaml")).unwrap();
    let shown = |arguments: &[&str]| {
        let (code, stdout, stderr) = said(&harden(folder.path(), arguments));
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
        stdout
    };
    assert_eq!(shown(&["profiles", "org"]).trim(), text.trim());
    assert!(shown(&["profiles"]).contains("of profiles/org.yaml"));
    assert!(shown(&["profiles", "restricted"]).contains("name: restricted"));
    let (code, stdout, _) = said(&harden(&folder.path().join("clusters"), &["profiles", "org"]));
    assert_eq!((code, stdout.trim()), (0, text.trim()));
    let (code, stdout, _) = said(&harden(&root(), &["profiles", "org", "--workspace", folder.path().to_str().unwrap()]));
    assert_eq!((code, stdout.trim()), (0, text.trim()));
    mistake(&harden(folder.path(), &["profiles", "orc"]), "no profile is called `orc`");
    mistake(&harden(folder.path(), &["profiles", "orc"]), ", org, ");
}

/// A profile beside its cluster in one file counts there, so it is shown too: with its comments, and without the cluster.
#[test]
fn a_profile_beside_its_cluster_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let profile = |limit: u32| {
        format!(
            "# Ours.\napiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: {{ name: own }}\nextends: [baseline]\nwith:\n  kubelet/pod-pids-limit: {{ limit: {limit} }}  # few\n"
        )
    };
    fs::write(folder.path().join("a.yaml"), format!("{}---\n{}", profile(1024), small("a"))).unwrap();
    let (code, stdout, stderr) = said(&harden(folder.path(), &["profiles", "own"]));
    assert_eq!((code, stdout.as_str()), (0, profile(1024).as_str()), "{stderr}");
    fs::write(folder.path().join("b.yaml"), format!("{}---\n{}", small("b"), profile(2048))).unwrap();
    let (_, stdout, _) = said(&harden(folder.path(), &["profiles", "own"]));
    assert_eq!(stdout, format!("{}---\n{}", profile(1024), profile(2048)));
    let (_, stdout, _) = said(&harden(folder.path(), &["profiles"]));
    assert!(stdout.contains("of a.yaml") && stdout.contains("of b.yaml"), "{stdout}");
}
