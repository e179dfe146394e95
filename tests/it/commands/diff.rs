//! `harden diff`: two trees, and a tree at a git revision.

use std::process::Command;

use super::{Example, mistake};

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

#[test]
fn wrong_calls_teach() {
    let example = Example::built();
    mistake(&example.run(&["diff", TREE]), "one tree alone cannot be compared");
    mistake(&example.run(&["diff", TREE, "live"]), "`live` is no tree of harden");
    mistake(&example.run(&["diff", TREE, "nowhere"]), "`nowhere` is no tree of harden");
    mistake(&example.run(&["diff", "--rev", "HEAD", TREE, TREE]), "--rev takes the older tree from git");
    mistake(&example.run(&["diff", "--rev", "HEAD", TREE]), "lies in no git repository");
}
