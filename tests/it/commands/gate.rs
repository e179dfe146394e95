//! The gate that the guide gives for pull requests: changes that let somebody in, or put off what was asked, do not pass it.

use std::fs;

use serde_json::Value;

use super::Example;
use crate::support::{DAY, root};

/// The spec of a golden tree, in a folder of its own, and its tree.
fn golden(name: &str) -> Example {
    let example = Example { folder: tempfile::tempdir().unwrap() };
    let spec = fs::read_to_string(root().join("golden/build").join(name).join("harden.yaml")).unwrap();
    fs::write(example.file("cluster.yaml"), spec).unwrap();
    build(&example, "out");
    example
}

fn build(example: &Example, out: &str) {
    let (code, _, stderr) = example.said(&["build", "cluster.yaml", "--as-of", DAY, "--out", out]);
    assert_eq!(code, 0, "{stderr}");
}

/// The lines of `diff` once the spec is edited, and whether the gate of the guide lets them pass.
fn after(example: &Example, cluster: &str, edits: &[(&str, &str)]) -> (Vec<String>, bool) {
    let spec = fs::read_to_string(example.file("cluster.yaml")).unwrap();
    let edited = edits.iter().fold(spec.clone(), |text, (from, to)| {
        assert!(text.contains(from), "no `{from}`");
        text.replacen(from, to, 1)
    });
    fs::write(example.file("cluster.yaml"), edited).unwrap();
    build(example, "new");
    let trees = [format!("out/{cluster}"), format!("new/{cluster}")];
    let (code, stdout, stderr) = example.said(&["diff", &trees[0], &trees[1]]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{edits:?}: {stdout}");
    let json: Value = serde_json::from_str(&example.said(&["--format", "json", "diff", &trees[0], &trees[1]]).1).unwrap();
    fs::write(example.file("cluster.yaml"), spec).unwrap();
    fs::remove_dir_all(example.file("new")).unwrap();
    let lines = stdout.lines().filter(|line| !line.starts_with(' ')).map(str::to_owned).collect();
    (lines, passes(&json))
}

fn passes(json: &Value) -> bool {
    let hardens = |change: &Value| change["direction"] == "hardens";
    json["edited"].as_array().is_some_and(Vec::is_empty) && json["changes"].as_array().unwrap().iter().all(hardens)
}

fn opens(example: &Example, cluster: &str, edits: &[(&str, &str)], expected: &[&str]) {
    let (lines, passed) = after(example, cluster, edits);
    for line in expected {
        assert!(lines.iter().any(|found| found == line), "no `{line}` in\n{}", lines.join("\n"));
    }
    assert!(!passed, "{lines:?}");
}

#[test]
fn people_at_a_provider() {
    let eks = golden("auto-mode-1.36");
    let evil = "arn:aws:iam::999999999999:role/evil";
    let entry = format!("opens    cloud/access-entries/{evil}");
    opens(
        &eks,
        "auto",
        &[("role/break-glass\"]", &format!("role/break-glass\", \"{evil}\"]"))],
        &[
            &format!("{entry}/groups: (not set) -> corp:break-glass"),
            &format!("{entry}/policy: (not set) -> cluster administrator"),
        ],
    );
    opens(
        &eks,
        "auto",
        &[("role/dev\"]", &format!("role/dev\", \"{evil}\"]"))],
        &[&format!("{entry}/groups: (not set) -> corp:dev")],
    );
    opens(
        &eks,
        "auto",
        &[("endpoint: private", "endpoint: both"), ("10.20.0.0/16", "203.0.113.0/24")],
        &[
            "opens    cloud/settings/endpoint_public_access: false -> true",
            "opens    cloud/settings/public_access_cidrs: (not set) -> 203.0.113.0/24",
        ],
    );
    opens(&eks, "auto", &[("retentionDays: 30", "retentionDays: 14")], &["weakens  cloud/log-group/retention: 30 -> 14"]);
    let aks = golden("aks-1.36");
    let ids = "00000000-0000-0000-0000-000000000001, 00000000-0000-0000-0000-00000000000f";
    let more = "00000000-0000-0000-0000-000000000001, 00000000-0000-0000-0000-000000000002";
    opens(
        &aks,
        "cloud",
        &[("[00000000-0000-0000-0000-000000000001]", &format!("[{more}]"))],
        &[&format!("opens    cloud/settings/admin_group_object_ids: {ids} -> {more}, 00000000-0000-0000-0000-00000000000f")],
    );
}

/// What is shut at a provider hardens: nothing else is said of the step.
#[test]
fn a_public_endpoint_that_is_shut_passes() {
    let eks = golden("auto-mode-1.36");
    let public = [("endpoint: private", "endpoint: both"), ("10.20.0.0/16", "203.0.113.0/24")];
    eks.edit("cluster.yaml", |text| public.iter().fold(text.to_owned(), |text, (from, to)| text.replacen(from, to, 1)));
    build(&eks, "out");
    let (lines, passed) = after(&eks, "auto", &[("endpoint: both", "endpoint: private")]);
    assert!(lines.contains(&"hardens  cloud/settings/public_access_cidrs: 203.0.113.0/24 -> (not set)".to_owned()), "{lines:?}");
    assert!(passed, "{lines:?}");
}

#[test]
fn days_and_waivers() {
    let example = Example::built();
    let gate = |edits: &[(&str, &str)], expected: &[&str]| opens(&example, "shop-prod", edits, expected);
    gate(&[(", deny: 2027-01-15", "")], &["weakens  policy/rollout/deny: 2027-01-15 -> never"]);
    gate(&[("deny: 2027-01-15", "deny: 2028-01-15")], &["weakens  policy/rollout/deny: 2027-01-15 -> 2028-01-15"]);
    gate(&[("failure: closed", "failure: open")], &["weakens  policy/failure: (not set) -> open"]);
    gate(
        &[("expires: 2027-03-01", "expires: 2037-03-01")],
        &[
            "weakens  waivers/W-7: admission/pod-security for namespace `monitoring`, until 2027-03-01 -> admission/pod-security for namespace \
         `monitoring`, until 2037-03-01",
        ],
    );
    let (lines, passed) = after(&example, "shop-prod", &[("deny: 2027-01-15", "deny: 2026-12-15")]);
    assert_eq!((lines, passed), (vec!["hardens  policy/rollout/deny: 2027-01-15 -> 2026-12-15".to_owned()], true));
    // With in-tree policies alone, and of a policy that only `check` knows.
    let waiver = "  waivers: [{ id: W-1, control: policy/privileged, scope: { namespace: shop }, owner: sre, reason: a long enough reason, \
                  expires: 2027-03-01 }]\n  policies:";
    opens(
        &golden("auto-mode-1.36"),
        "auto",
        &[("  policies:", waiver)],
        &["weakens  waivers/W-1: (not set) -> policy/privileged for namespace `shop`, until 2027-03-01"],
    );
}

#[test]
fn flows_and_values_that_grow() {
    let example = Example::built();
    let gate = |from: &str, to: &str, direction: &str, key: &str| {
        let (lines, passed) = after(&example, "shop-prod", &[(from, to)]);
        let head = format!("{direction:<8} {key}");
        assert!(lines.iter().any(|line| line.starts_with(&head)), "no `{head}` in\n{}", lines.join("\n"));
        assert!(!passed && !lines.iter().any(|line| line.starts_with("unclear  network")), "{lines:?}");
    };
    gate("198.51.100.20/32", "198.51.100.0/24", "opens", "network/shop/NetworkPolicy/flow-api-db-out: ");
    gate("ports: [8443]", "ports: [8443, 8444]", "opens", "network/shop/NetworkPolicy/flow-web-api-in: ");
    let images = "policy/gatekeeper/constraint/allowed-images: ";
    gate("[registry.shop.example, mirror", "[registry.shop.example, quay.io, mirror", "weakens", images);
    let (lines, _) = after(&example, "shop-prod", &[("alwaysPull: true", "alwaysPull: true, requireDigest: true")]);
    assert!(lines.iter().any(|line| line.starts_with(&format!("hardens  {images}"))), "{lines:?}");
}
