//! `harden diff`: two trees, and a tree at a git revision.

use std::{fs, process::Command};

use super::{Example, mistake};
use crate::support::DAY;

const TREE: &str = "out/shop-prod";

fn git(example: &Example, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]);
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    let output = command.args(arguments).current_dir(example.path()).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A change of each direction.
fn move_on(example: &Example) {
    example.edit("cluster.yaml", |text| {
        text.replace("admins: [203.0.113.0/24]", "admins: [203.0.113.0/24, 198.51.100.0/24]")
            .replace("limit: 2048", "limit: 4096")
            .replace("[secrets-access, exec, rbac-changes, impersonation]", "[secrets-access, rbac-changes, impersonation]")
            .replace("mode: nftables", "mode: iptables")
            .replace("    apiserver/profiling: { apply: false, waiver: W-9 }\n", "")
            .replace(
                "    kubelet/pod-pids-limit: { with: { limit: 4096 } }\n",
                "    kubelet/pod-pids-limit: { with: { limit: 4096 }, waiver: W-9 }\n",
            )
            .replace("id: W-9, control: apiserver/profiling", "id: W-9, control: kubelet/pod-pids-limit")
    });
}

const EXPECTED: [&str; 6] = [
    "opens    access/admins: 203.0.113.0/24 -> 203.0.113.0/24, 198.51.100.0/24",
    "weakens  kubelet/field/podPidsLimit: 2048 -> 4096",
    "unclear  kube-proxy/field/mode: nftables -> iptables",
    "hardens  apiserver/flag/profiling: (not set) -> false",
    "           restarts kube-apiserver on each control-plane node",
    "           restarts kubelet on every node: roll the pools",
];

fn tells(stdout: &str) {
    for line in EXPECTED {
        assert!(stdout.lines().any(|found| found == line), "no `{line}` in\n{stdout}");
    }
    let rule = stdout.lines().find(|line| line.starts_with("weakens  audit-policy/rules/") && line.contains("pods/exec"));
    assert!(rule.is_some_and(|line| line.ends_with(": Request -> (not set)")), "{stdout}");
    let directions: Vec<&str> = stdout.lines().filter(|line| !line.starts_with(' ')).map(|line| &line[..7]).collect();
    let mut sorted = directions.clone();
    sorted.sort_by_key(|direction| ["opens  ", "weakens", "unclear", "hardens"].iter().position(|known| known == direction));
    assert_eq!(directions, sorted, "the gravest first");
}

#[test]
fn two_trees() {
    let example = Example::built();
    let (code, stdout, stderr) = example.said(&["diff", TREE, TREE]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "no setting changed\n", ""));
    move_on(&example);
    let (code, _, stderr) = example.said(&["build", "cluster.yaml", "--as-of", "2026-11-26", "--out", "new"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, stdout, stderr) = example.said(&["diff", TREE, "new/shop-prod"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    tells(&stdout);
    let (code, stdout, _) = example.said(&["diff", "new/shop-prod", TREE]);
    assert_eq!(code, 1);
    assert!(stdout.contains("hardens  access/admins: "), "{stdout}");
}

#[test]
fn a_tree_at_a_revision() {
    let example = Example::built();
    git(&example, &["init", "-q"]);
    git(&example, &["add", "."]);
    git(&example, &["commit", "-qm", "one"]);
    git(&example, &["tag", "before"]);
    let (code, stdout, _) = example.said(&["diff", "--rev", "HEAD", TREE]);
    assert_eq!((code, stdout.as_str()), (0, "no setting changed\n"));
    move_on(&example);
    assert_eq!(example.said(&["build", "cluster.yaml"]).0, 0);
    git(&example, &["commit", "-qam", "two"]);
    for revision in ["HEAD~1", "before"] {
        let (code, stdout, stderr) = example.said(&["diff", "--rev", revision, TREE]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{revision}");
        tells(&stdout);
    }
    mistake(&example.run(&["diff", "--rev", "no-such-branch", TREE]), "no revision `no-such-branch`");
    mistake(&example.run(&["diff", "--rev", "HEAD", "live"]), "`live` was no tree of harden at `HEAD`");
    assert_eq!(example.said(&["build", "cluster.yaml", "--out", "young"]).0, 0);
    mistake(&example.run(&["diff", "--rev", "HEAD", "young/shop-prod"]), "did not exist at `HEAD`");
}

/// Settings are what a build recorded: a file that somebody edited since says something else, and is named.
#[test]
fn a_file_that_was_edited_is_told() {
    let example = Example::built();
    let policy = format!("{TREE}/k8s/policies/privileged.yaml");
    let (code, _, stderr) = example.said(&["build", "cluster.yaml", "--as-of", DAY, "--out", "old"]);
    assert_eq!(code, 0, "{stderr}");
    let told = |file: &str| {
        let (code, stdout, _) = example.said(&["diff", "old/shop-prod", TREE]);
        let line = format!("edited   {file}: not as it was written, so what it says is in no line here");
        assert_eq!(code, 1, "{stdout}");
        assert!(stdout.lines().any(|found| found == line), "{stdout}");
        assert!(!stdout.contains("no setting changed"), "{stdout}");
        let (_, json, _) = example.said(&["--format", "json", "diff", "old/shop-prod", TREE]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["edited"], serde_json::json!([file]));
    };
    let text = fs::read_to_string(example.file(&policy)).unwrap();
    example.edit(&policy, |text| text.replace("    - kube-system\n", "    - kube-system\n    - shop\n"));
    told("k8s/policies/privileged.yaml");
    fs::remove_file(example.file(&policy)).unwrap();
    told("k8s/policies/privileged.yaml");
    fs::write(example.file(&policy), text).unwrap();
    // The record of the settings is a file like every other, and without a manifest nothing is known of any.
    let coverage = format!("{TREE}/coverage.json");
    let text = fs::read_to_string(example.file(&coverage)).unwrap();
    example.edit(&coverage, |text| text.replacen("\"value\": \"false\"", "\"value\": \"true\"", 1));
    let (_, stdout, _) = example.said(&["diff", "old/shop-prod", TREE]);
    assert!(stdout.starts_with("edited   coverage.json: "), "{stdout}");
    fs::write(example.file(&coverage), text).unwrap();
    fs::remove_file(example.file(&format!("{TREE}/manifest.json"))).unwrap();
    told("manifest.json");
}

#[test]
fn wrong_calls_teach() {
    let example = Example::built();
    mistake(&example.run(&["diff", TREE]), "one tree alone cannot be compared");
    mistake(&example.run(&["diff", TREE, "live"]), "`live` is no tree of harden");
    mistake(&example.run(&["diff", TREE, "nowhere"]), "`nowhere` is no tree of harden");
    mistake(&example.run(&["diff", "--rev", "HEAD", TREE, TREE]), "--rev takes the older tree from git");
    mistake(&example.run(&["diff", "--rev", "HEAD", TREE]), "lies in no git repository");
}
