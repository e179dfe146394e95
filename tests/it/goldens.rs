//! Folders of expectations: whole trees, diagnostics, plan matrices.

use std::{fmt::Write as _, fs};

use harden::{controls::CATALOGUE, facts};

use crate::support::{DAY, cases, compare_file, compare_folder, files, harden, none, root, run_diag};

#[test]
fn build() {
    let mut wrong = Vec::new();
    let found = cases("build");
    assert!(!found.is_empty(), "no whole tree is expected");
    for case in found {
        let out = tempfile::tempdir().unwrap();
        let output = harden(&case, &["build", "harden.yaml", "--as-of", DAY, "--out", out.path().to_str().unwrap()]);
        if !output.status.success() {
            wrong.push(format!("{}:\n{}", case.display(), String::from_utf8_lossy(&output.stderr)));
            continue;
        }
        wrong.extend(compare_folder(&case.join("out"), &files(out.path())));
    }
    none(&wrong);
}

#[test]
fn diagnostics() {
    let mut wrong = Vec::new();
    for case in cases("diag") {
        let code = case.file_name().unwrap().to_string_lossy().into_owned();
        let out = tempfile::tempdir().unwrap();
        let output = run_diag(&case, out.path(), &[]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if !stderr.lines().any(|line| line.trim() == code || line.trim().starts_with(&format!("{code} "))) {
            wrong.push(format!("{}: does not say `{code}`:\n{stderr}", case.display()));
        }
        wrong.extend(compare_file(&case.join("stderr.txt"), &format!("{stderr}exit {}\n", output.status.code().unwrap_or(-1))));
        if output.status.code() == Some(2) && !files(out.path()).is_empty() {
            wrong.push(format!("{}: wrote a partial tree", case.display()));
        }
    }
    none(&wrong);
}

/// Every code has a case, but those that no spec can cause.
#[test]
fn every_code_has_a_case() {
    let cases: Vec<String> = cases("diag").iter().map(|case| case.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let missing: Vec<&str> =
        harden::codes::all().iter().map(|entry| entry.code).filter(|code| !cases.iter().any(|case| case == code)).collect();
    let expected: Vec<&str> = WITHOUT_CASE.iter().map(|(code, _)| *code).collect();
    assert_eq!(missing, expected, "codes without golden/diag case; a reason is needed in WITHOUT_CASE");
}

/// Codes that a spec file alone cannot cause, and where they are tested.
const WITHOUT_CASE: &[(&str, &str)] = &[
    ("audit-group", "of an audit policy file: tests/it/audit.rs"),
    ("audit-level", "of an audit policy file: tests/it/audit.rs"),
    ("audit-mixed-rule", "of an audit policy file: tests/it/audit.rs"),
    ("audit-names", "of an audit policy file: tests/it/audit.rs"),
    ("audit-no-rules", "of an audit policy file: tests/it/audit.rs"),
    ("audit-not-a-policy", "of an audit policy file: tests/it/audit.rs"),
    ("audit-resource", "of an audit policy file: tests/it/audit.rs"),
    ("audit-shape", "of an audit policy file: tests/it/audit.rs"),
    ("audit-stage", "of an audit policy file: tests/it/audit.rs"),
    ("audit-unknown-field", "of an audit policy file: tests/it/audit.rs"),
    ("audit-url", "of an audit policy file: tests/it/audit.rs"),
    ("audit-verb", "of an audit policy file: tests/it/audit.rs"),
    ("encryption-changed", "needs an earlier build: tests/it/controls.rs"),
    ("encryption-dropped", "needs an earlier build: tests/it/controls.rs"),
    ("encryption-stage-skipped", "needs an earlier build: tests/it/controls.rs"),
    ("loopback-advertised", "the owner's argument belongs to one node and is refused: src/agree/tests.rs"),
    ("minor-skipped", "needs an earlier build: tests/it/commands/versions.rs"),
    ("unseen-character", "the spec and the owner's configuration refuse it before: src/agree/tests.rs"),
    ("version-back", "needs an earlier build: tests/it/commands/versions.rs"),
];

#[test]
fn plans() {
    let mut wrong = Vec::new();
    for platform in ["kubeadm", "eks", "aks"] {
        wrong.extend(compare_file(&root().join(format!("golden/plan/{platform}.txt")), &matrix(platform)));
    }
    none(&wrong);
}

const PROFILES: [&str; 6] = ["ten-ways", "baseline", "restricted", "cis-level-1", "cis-level-2", "nsa"];

/// Rows controls, columns minors and profiles, cells outcomes.
fn matrix(platform: &str) -> String {
    let mut columns = Vec::new();
    for minor in facts::build_minors() {
        for profile in PROFILES {
            columns.push((format!("{minor}/{profile}"), outcomes(platform, &minor.to_string(), profile)));
        }
    }
    let mut text = String::new();
    let mut last = Vec::new();
    for control in CATALOGUE {
        let _ = writeln!(text, "{}", control.id);
        for (n, (name, outcomes)) in columns.iter().enumerate() {
            let cell = outcomes.iter().find(|(id, _)| id == control.id).map_or("-", |(_, outcome)| outcome.as_str());
            last.push((name.clone(), cell.to_owned()));
            if n + 1 == columns.len() {
                text.push_str(&grouped(&last));
                last.clear();
            }
        }
    }
    text
}

/// Columns with one outcome together, so that a row stays readable: `enforced: 1.31-1.37 (all profiles)`.
fn grouped(cells: &[(String, String)]) -> String {
    let mut outcomes: Vec<&str> = cells.iter().map(|(_, outcome)| outcome.as_str()).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    let mut text = String::new();
    for outcome in outcomes {
        let mut by_profile = Vec::new();
        for profile in PROFILES {
            let minors: Vec<&str> = cells
                .iter()
                .filter(|(name, cell)| cell == outcome && name.ends_with(&format!("/{profile}")))
                .filter_map(|(name, _)| name.split('/').next())
                .collect();
            if !minors.is_empty() {
                by_profile.push((profile, minors.join(" ")));
            }
        }
        let same = by_profile.len() == PROFILES.len() && by_profile.iter().all(|(_, minors)| *minors == by_profile[0].1);
        if same {
            let _ = writeln!(text, "    {outcome:<15} every profile  {}", by_profile[0].1);
            continue;
        }
        for (profile, minors) in by_profile {
            let _ = writeln!(text, "    {outcome:<15} {profile:<14} {minors}");
        }
    }
    text
}

/// The outcome of every control for a platform, minor and profile.
fn outcomes(platform: &str, minor: &str, profile: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let spec = fs::read_to_string(root().join(format!("golden/plan/{platform}.yaml"))).unwrap();
    let version = if platform == "kubeadm" { format!("{minor}.0") } else { minor.to_owned() };
    let spec = spec.replace("VERSION", &version).replace("PROFILE", profile);
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    let output = harden(folder.path(), &["plan", "cluster.yaml", "--as-of", DAY, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let controls = value["controls"].as_array().unwrap_or_else(|| panic!("{platform} {minor} {profile}: {value}")).clone();
    controls
        .iter()
        .map(|c| (c["id"].as_str().unwrap_or_default().to_owned(), c["outcome"].as_str().unwrap_or_default().to_owned()))
        .collect()
}
