//! What a waiver reaches.

use std::fs;

use harden::plan::{Outcome, Scope};

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
    for (scope, code) in [
        ("{ namespace: shop }", "waiver-too-narrow"),
        ("{ workload: Deployment/web }", "waiver-too-narrow"),
        ("{ pool: workers }", "waiver-too-narrow"),
        ("{ cluster: elsewhere-* }", "waiver-needed"),
    ] {
        assert_eq!(with(&format!(", scope: {scope}")).map(|_| ()), Err(vec![code]), "{scope}");
    }
}

/// Rules of hosts are left out on the pool that a waiver names, by itself; the others keep them, and the report says both.
#[test]
fn a_waiver_takes_a_pool_out() {
    let waiver = |control: &str| {
        format!(
            "  waivers: [{{ id: W-1, control: {control}, scope: {{ pool: workers }}, owner: sre, reason: r, expires: 2027-03-01 }}]\n"
        )
    };
    for (control, rule) in [
        ("node/swap", "swap"),
        ("node/firewall", "firewall/mode"),
        ("runtime/nri", "runtime/containerd/nri/disable"),
        ("kubeconfig/file-modes", "mode/etc/kubernetes/kubelet.conf"),
    ] {
        let plan = plan(&small("restricted", &waiver(control)), None).unwrap();
        let verdicts = &plan.verdicts.iter().find(|verdict| verdict.id.0 == control).unwrap().verdicts;
        let of = |pool: &str| {
            let scope = Scope::Pool(pool.to_owned());
            verdicts.iter().filter(|verdict| verdict.scope == scope).map(|verdict| verdict.outcome).collect::<Vec<_>>()
        };
        assert_eq!(of("workers"), [Outcome::Waived], "{control}");
        assert_eq!(of("control-plane"), [Outcome::Enforced], "{control}");
        assert!(plan.pools["control-plane"].file_rules.contains_key(rule), "{control}");
        let is_its = |held: &harden::plan::Held<String>| {
            held.reasons.iter().any(|reason| reason.control.is_some_and(|id| id.0 == control))
        };
        assert!(!plan.pools["workers"].file_rules.values().any(is_its), "{control}");
    }
}

/// What the hosts of a pool do not hold, the report does not say they do.
#[test]
fn a_pool_without_its_firewall_holds_no_sources() {
    let without = |pool: &str| {
        let waiver = format!(
            "  controls: {{ node/node-ports: {{ apply: true }} }}\n  waivers: [{{ id: W-1, control: node/firewall, scope: {{ pool: {pool} }}, owner: sre, reason: r, expires: 2027-03-01 }}]\n"
        );
        plan(&small("restricted", &waiver), None).unwrap()
    };
    assert_eq!(outcome(&without("workers"), "apiserver/api-sources"), Outcome::Enforced);
    assert_eq!(outcome(&without("workers"), "node/node-ports"), Outcome::Impossible);
    assert_eq!(outcome(&without("control-plane"), "apiserver/api-sources"), Outcome::Weaker);
}

/// Whoever does what the help of an unused waiver says is not sent back.
#[test]
fn the_help_of_an_unused_waiver_leads_on() {
    let told = |control: &str, scope: &str, profile: &str| {
        let folder = tempfile::tempdir().unwrap();
        let more = format!(
            "  namespaces: [{{ name: shop }}]\n  waivers: [{{ id: W-1, control: {control}, scope: {{ {scope} }}, owner: sre, reason: r, expires: 2027-03-01 }}]\n"
        );
        fs::write(folder.path().join("cluster.yaml"), small(profile, &more)).unwrap();
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
        String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = told("kubelet/seccomp-default", "pool: workers", "restricted");
    assert!(text.contains("take `scope` out of it") && text.contains("has no parts of this kind"), "{text}");
    let text = told("policy/host-filesystem", "namespace: shop", "baseline");
    assert!(text.contains("the verdict of `policy/host-filesystem` is `not-applicable`"), "{text}");
    let text = told("kubeconfig/super-admin", "pool: workers", "baseline");
    assert!(text.contains("`kubeconfig/super-admin` asks for nothing in pool `workers`"), "{text}");
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
