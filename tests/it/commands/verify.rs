//! `harden verify`: a tree as it was written, and every way in which it is not.

use std::{fs, os::unix::fs::PermissionsExt};

use super::{Example, mistake, small};

const TREE: &str = "out/shop-prod";

#[test]
fn a_clean_tree() {
    let example = Example::built();
    let (code, stdout, stderr) = example.said(&["verify", TREE]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.starts_with("shop-prod: ") && stdout.contains("equal to their hashes"), "{stdout}");
    let (code, stdout, stderr) = example.said(&["verify", TREE, "--spec", "cluster.yaml"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains("to the plan when read back"), "{stdout}");
}

#[test]
fn every_difference_is_a_finding() {
    let example = Example::built();
    let flags = format!("{TREE}/control-plane/flags/kube-apiserver.flags");
    example.edit(&flags, |text| text.replace("--service-account-lookup=true", "--service-account-lookup=false"));
    fs::remove_file(example.file(&format!("{TREE}/kubeadm/join-worker.yaml"))).unwrap();
    let policy = example.file(&format!("{TREE}/control-plane/etc/kubernetes/audit/policy.yaml"));
    fs::set_permissions(policy, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(example.file(&format!("{TREE}/notes.md")), "mine").unwrap();
    let (code, stdout, _) = example.said(&["verify", TREE]);
    assert_eq!(code, 1);
    for line in [
        "control-plane/flags/kube-apiserver.flags: was changed after it was written",
        "kubeadm/join-worker.yaml: is missing",
        "control-plane/etc/kubernetes/audit/policy.yaml: has another mode than 0644",
        "notes.md: not written by harden, left alone",
    ] {
        assert!(stdout.lines().any(|found| found == line), "no `{line}` in\n{stdout}");
    }
    let (code, stdout, _) = example.said(&["verify", TREE, "--spec", "cluster.yaml"]);
    assert_eq!(code, 1);
    let told = "`apiserver/flag/service-account-lookup` is planned to be `true` and is `false`";
    assert!(stdout.contains(told), "no `{told}` in\n{stdout}");
}

/// A folder that was replaced by a link is a difference, also where the bytes behind it are the same.
#[test]
fn links_are_not_followed() {
    let example = Example::built();
    fs::rename(example.file(&format!("{TREE}/kubeadm")), example.file("elsewhere")).unwrap();
    std::os::unix::fs::symlink(example.file("elsewhere"), example.file(&format!("{TREE}/kubeadm"))).unwrap();
    let (code, stdout, _) = example.said(&["verify", TREE]);
    assert_eq!(code, 1, "{stdout}");
    let told = "kubeadm/init.yaml: is reached through `kubeadm`, which is a symbolic link";
    assert!(stdout.lines().any(|line| line == told), "no `{told}` in\n{stdout}");
    // The tree itself may be named by a link.
    let example = Example::built();
    std::os::unix::fs::symlink(example.file(TREE), example.file("tree")).unwrap();
    assert_eq!(example.said(&["verify", "tree"]).0, 0);
}

/// A manifest that cannot be read is told as it is, with the way out that a build names.
#[test]
fn manifests_that_cannot_be_read() {
    let example = Example::built();
    let manifest = format!("{TREE}/manifest.json");
    let text = fs::read_to_string(example.file(&manifest)).unwrap();
    let date = text.lines().find(|line| line.contains("\"asOf\"")).unwrap();
    example.edit(&manifest, |text| text.replace(date, &date.replacen(date.rsplit("\"").nth(1).unwrap(), "next year", 1)));
    let help = "restore it from version control, or move the folder away and build again";
    for command in [&["verify", TREE][..], &["build", "cluster.yaml"]] {
        let (code, _, stderr) = example.said(command);
        assert_eq!(code, 2);
        assert!(stderr.contains("`/date/asOf` is \"next year\", which is no date") && stderr.contains(help), "{stderr}");
    }
}

/// A file of the user's is no difference.
#[test]
fn foreign_files_are_told_and_no_finding() {
    let example = Example::built();
    fs::create_dir(example.file("out/shop-prod/mine")).unwrap();
    fs::write(example.file("out/shop-prod/mine/notes.md"), "mine").unwrap();
    let (code, stdout, _) = example.said(&["verify", TREE]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("mine/notes.md: not written by harden, left alone"), "{stdout}");
}

/// Where whole folders are copied to a host, a file of somebody's is a difference for everybody who asks; a build keeps and names it.
#[test]
fn strays_among_the_files_of_hosts_are_findings() {
    let example = Example::built();
    let strays = ["control-plane/etc/kubernetes/manifests/kube-x.yaml", "nodes/control-plane/files/etc/cron.d/x"];
    for stray in strays {
        let path = example.file(&format!("{TREE}/{stray}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "kind: Pod").unwrap();
    }
    let told = "was not written by harden, and who copies the folder to a host copies it too";
    let (code, stdout, _) = example.said(&["verify", TREE]);
    assert_eq!(code, 1, "{stdout}");
    assert!(strays.iter().all(|stray| stdout.contains(&format!("{stray}: {told}"))), "{stdout}");
    for _ in 0..2 {
        let (code, stdout, stderr) = example.said(&["build", "cluster.yaml", "--check"]);
        assert_eq!(code, 1, "{stdout}{stderr}");
        assert!(strays.iter().all(|stray| stdout.contains(&format!("{stray} {told}"))), "{stdout}");
        let (code, stdout, _) = example.said(&["build", "cluster.yaml"]);
        assert!(code == 0 && strays.iter().all(|stray| stdout.contains(&format!("kept {stray}, "))), "{stdout}");
    }
}

/// A clone has the modes that git keeps: whether a file is executable.
#[test]
fn modes_of_a_clone_are_no_findings() {
    let example = Example::built();
    let pod = example.file(&format!("{TREE}/control-plane/etc/kubernetes/encryption/encryption.template.yaml"));
    let mode = |mode: u32| {
        fs::set_permissions(&pod, fs::Permissions::from_mode(mode)).unwrap();
        example.said(&["verify", TREE])
    };
    for kept in [0o644, 0o664] {
        let (code, stdout, _) = mode(kept);
        assert!(code == 0 && stdout.contains("1 file has another mode than written, as in every clone"), "{stdout}");
    }
    for other in [0o755, 0o666, 0o4600] {
        let (code, stdout, _) = mode(other);
        assert!(code == 1 && stdout.contains("encryption.template.yaml: has another mode than 0600"), "{other:o}: {stdout}");
    }
}

#[test]
fn a_spec_that_moved_on() {
    let example = Example::built();
    example.edit("cluster.yaml", |text| text.replace("limit: 2048", "limit: 1024"));
    let (code, stdout, _) = example.said(&["verify", TREE, "--spec", "cluster.yaml"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("kubeadm/init.yaml: differs from what the spec gives"), "{stdout}");
    assert!(stdout.contains("`kubelet/field/podPidsLimit` is planned to be `1024` and is `2048`"), "{stdout}");
}

/// What the spec no longer gives is told too.
#[test]
fn a_file_that_left_the_plan() {
    let example = Example::built();
    example.edit("cluster.yaml", |text| {
        text.replace("    encryptionAtRest: { secretbox: {}, resources: [secrets], stage: prepare }\n", "")
    });
    let (code, stdout, stderr) = example.said(&["verify", TREE, "--spec", "cluster.yaml"]);
    // Dropping encryption is refused before anything is compared, or the file is told to have left.
    match code {
        1 => assert!(stdout.contains("encryption.template.yaml: is not given by the spec"), "{stdout}"),
        _ => assert!(code == 2 && stderr.contains("encryption"), "{stderr}"),
    }
}

#[test]
fn wrong_calls_teach() {
    let example = Example::built();
    mistake(&example.run(&["verify", "out"]), "is no tree of harden");
    mistake(&example.run(&["verify", "nowhere"]), "is no tree of harden");
    fs::write(example.file("other.yaml"), small("other")).unwrap();
    mistake(&example.run(&["verify", TREE, "--spec", "other.yaml"]), "no cluster `shop-prod` in `other.yaml`");
    mistake(&example.run(&["verify", TREE, "--spec", "nothing.yaml"]), "nothing.yaml");
    fs::write(example.file("out/shop-prod/manifest.json"), "{}").unwrap();
    mistake(&example.run(&["verify", TREE]), "is no manifest of harden");
}
