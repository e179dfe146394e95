//! Mistakes of different stages come together: nobody mends one to be told of the next.

use std::fs;

use crate::support::{harden, root};

/// The codes that a build of the small cluster, changed, gives.
fn codes(changes: &[(&str, &str)], more: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    text = text.replace("VERSION", "1.36.3").replace("PROFILE", "baseline");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::write(folder.path().join("c.yaml"), format!("{text}{more}")).unwrap();
    let output = harden(folder.path(), &["build", "c.yaml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let known: Vec<&str> = harden::codes::all().iter().map(|entry| entry.code).collect();
    let mut codes: Vec<String> = said.lines().map(str::trim).filter(|line| known.contains(line)).map(str::to_owned).collect();
    codes.sort();
    codes
}

const API: &str = "  api: { sources: { admins: [203.0.113.0/24] } }\n";
const CHOICES: &str = "  controls:\n    apiserver/profilng: { apply: true }\n    kubelet/pod-pids-limit: { with: { limit: 100000 } }\n    \
    etcd/tls-minimum: { with: { minimun: TLS1.3 } }\n";

#[test]
fn missing_decisions_and_choices() {
    let expected = ["missing-decision", "unknown-control", "unknown-parameter", "waiver-needed"];
    assert_eq!(codes(&[(API, "")], CHOICES), expected);
}

#[test]
fn unsupported_versions_and_choices() {
    let expected = ["unknown-control", "unknown-parameter", "unsupported-version", "waiver-needed"];
    assert_eq!(codes(&[("1.36.3", "1.99.0")], CHOICES), expected);
    let all = codes(&[("1.36.3", "1.30.3"), (API, "")], CHOICES);
    assert_eq!(all, ["missing-decision", "unknown-control", "unknown-parameter", "unsupported-version", "waiver-needed"]);
}

#[test]
fn values_that_cannot_be_read_and_names() {
    let waiver = "  waivers: [{ id: W-1, control: apiserver/profilling, owner: sre, reason: \"week\", expires: 2027-01-15 }]\n";
    let bad = [("203.0.113.0/24", "203.0.113.0/99")];
    let expected = ["not-a-range", "unknown-control", "unknown-control", "unknown-parameter"];
    assert_eq!(codes(&bad, &format!("{CHOICES}{waiver}")), expected);
    let mismatch = "  controls: { apiserver/profiling: { apply: false, waiver: W-1 } }\n".to_owned()
        + &waiver.replace("profilling", "api-sources");
    assert_eq!(codes(&bad, &mismatch), ["not-a-range", "waiver-needed"]);
}

const EXPIRED: &str =
    "  waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: \"week\", expires: 2026-01-15 }]\n";

/// A name that leads nowhere hides neither versions, decisions, waivers nor the owner's file.
#[test]
fn names_that_lead_nowhere_and_the_rest() {
    let flow = ("from: web, to: api", "from: wbe, to: aip");
    let owner = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: gone.yaml");
    let all = codes(&[("1.36.3", "1.30.3"), (API, ""), owner, flow], EXPIRED);
    let expected =
        ["missing-decision", "named-file", "unknown-flow-end", "unknown-flow-end", "unsupported-version", "waiver-expired"];
    assert_eq!(all, expected);
    let outside = ("203.0.113.0/24", "0.0.0.0/0");
    assert_eq!(codes(&[outside, flow], ""), ["open-to-the-world", "unknown-flow-end", "unknown-flow-end"]);
    // A range that cannot be read is no range that is missing.
    assert_eq!(codes(&[("10.244.0.0/16", "10.244.0.0/99"), flow], ""), ["not-a-range", "unknown-flow-end", "unknown-flow-end"]);
}

/// Neither do fields that do not exist, nor profiles; what they would have said is not taken for missing.
#[test]
fn fields_and_profiles_that_do_not_exist_and_the_rest() {
    let owner = ("podSubnets: [10.244.0.0/16]", "podSubnets: [10.244.0.0/16]\n      config: gone.yaml");
    let misspelt = ("sources: {", "source: {");
    assert_eq!(codes(&[owner, misspelt], EXPIRED), ["named-file", "unknown-field", "waiver-expired"]);
    let profile = ("[baseline]", "[baselin]");
    assert_eq!(codes(&[owner, profile, (API, "")], EXPIRED), ["named-file", "unknown-profile", "waiver-expired"]);
}

#[test]
fn an_expired_waiver_is_told_once() {
    let more = "  controls: { apiserver/profiling: { apply: false, waiver: W-1 } }\n  \
        waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: \"week\", expires: 2026-01-15 }]\n";
    assert_eq!(codes(&[], more), ["waiver-expired"]);
}

/// A file of mistakes is told in bounds: a hundred of a kind, and how many more there are; also to programs.
#[test]
fn a_flood_of_mistakes_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("golden/plan/kubeadm.yaml")).unwrap();
    let text = text.replace("VERSION", "1.36.3").replace("PROFILE", "baseline");
    let keys: String = (0..20_000).map(|n| format!("  nothing{n}: x\n")).collect();
    let text = text.replace("  namespaces: [{ name: shop }]\n", "");
    let namespaces: String = (0..5_000).map(|n| format!("    - {{ name: ns-{n}, exposur: none, tiers: 5 }}\n")).collect();
    fs::write(folder.path().join("c.yaml"), format!("{text}{keys}  namespaces:\n{namespaces}")).unwrap();
    let begin = std::time::Instant::now();
    let output = harden(folder.path(), &["plan", "c.yaml"]);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let end: Vec<&str> = said.lines().rev().take(2).collect();
    assert_eq!(end, ["30002 errors; nothing was written", "... and 29902 more"]);
    let output = harden(folder.path(), &["plan", "--format", "json", "c.yaml"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = said["diagnostics"].as_array().unwrap();
    let unknown: Vec<&str> =
        list.iter().filter(|d| d["code"] == "unknown-field").map(|d| d["message"].as_str().unwrap()).collect();
    assert_eq!(unknown.len(), 101, "{unknown:#?}");
    assert_eq!(unknown.last(), Some(&"and 29900 more of the same kind"));
}
