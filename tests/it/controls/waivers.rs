//! What a waiver reaches.

use std::fs;

use harden::plan::Outcome;

use crate::support::{DAY, harden};

use super::{api_server, outcome, plan, small};

#[test]
fn a_shorter_retention_needs_a_waiver() {
    let audit = "  logging: { audit: { retentionDays: 7 } }\n";
    assert_eq!(plan(&small("baseline", audit), None).map(|_| ()), Err(vec!["waiver-needed"]));
    let waiver = "  waivers: [{ id: W-1, control: apiserver/audit-log, owner: dpo, reason: law, expires: 2027-03-01 }]\n";
    let plan = plan(&small("baseline", &format!("{audit}{waiver}")), None).unwrap();
    assert_eq!(api_server(&plan, "audit-log-maxage").as_deref(), Some("7"));
}

#[test]
fn a_waiver_reaches_as_far_as_it_says() {
    let with = |scope: &str| {
        let more = format!(
            "  namespaces: [{{ name: shop }}]\n  controls: {{ apiserver/profiling: {{ apply: false, waiver: W-1 }} }}\n  waivers: [{{ id: W-1, control: apiserver/profiling{scope}, owner: sre, reason: r, expires: 2027-03-01 }}]\n"
        );
        plan(&small("baseline", &more), None)
    };
    assert_eq!(outcome(&with("").unwrap(), "apiserver/profiling"), Outcome::Waived);
    for scope in ["{ namespace: shop }", "{ workload: Deployment/web }", "{ cluster: elsewhere-* }"] {
        assert_eq!(with(&format!(", scope: {scope}")).map(|_| ()), Err(vec!["waiver-needed"]), "{scope}");
    }
}

/// A waiver for other clusters is no intent of this one.
#[test]
fn a_waiver_of_another_cluster_is_not_reported() {
    let more = "  waivers: [{ id: W-1, control: apiserver/profiling, scope: { cluster: elsewhere }, owner: sre, reason: r, expires: 2027-03-01 }]\n";
    let plan = plan(&small("baseline", more), None).unwrap();
    assert!(plan.intents.iter().all(|intent| !intent.path.as_str().starts_with("/waivers/")));
}

#[test]
fn a_reprieve_names_a_waiver() {
    let folder = tempfile::tempdir().unwrap();
    let more = "  waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: r, expires: 2026-11-01 }]\n";
    fs::write(folder.path().join("cluster.yaml"), small("baseline", more)).unwrap();
    let build = |grace: &str| {
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY, "--grace", grace]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = build("W-2=2027-01-01");
    assert!(code == Some(2) && text.contains("no waiver has this id"), "{code:?} {text}");
    let (code, text) = build("W-1=2027-01-01");
    assert_eq!(code, Some(0), "{text}");
}
