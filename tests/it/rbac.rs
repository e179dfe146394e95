//! Who may do what: the table of questions can be asked as kubectl asks, and what a right is worth is said where it is given.

use std::collections::BTreeSet;

use harden::{
    build::{self, Built},
    diag::Diagnostics,
    plan::{Outcome, Scope},
};

use crate::support::with_cluster;

fn built(namespaces: &str, more: &str) -> Built {
    let text = format!(
        "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: rights }}
spec:
  profiles: [restricted]
  platform:
    eks: {{ kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }}
    cni: {{ calico: {{ version: '3.31' }} }}
    podCidrs: [10.244.0.0/16]
    nodePools: [{{ name: workers, role: worker, os: al2023, cidrs: [10.0.0.0/24] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  identity:
    groups: {{ dev: {{ kubernetes: 'corp:dev' }}, support: {{ kubernetes: 'corp:support' }} }}
    delivery: [{{ serviceAccount: argocd/deployer }}]
    duties:
      - {{ name: everywhere, group: dev, may: [deploy, view] }}
      - {{ name: shop, group: dev, namespaces: [shop], may: [deploy] }}
      - {{ name: debug, group: support, namespaces: [shop], may: [exec-debug] }}
  namespaces: [{namespaces}]
{more}"
    );
    let mut diags = Diagnostics::default();
    let built = with_cluster(&text, "", None, &mut diags, build::build);
    let said: Vec<String> = diags.list().iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
    built.unwrap_or_else(|| panic!("{}", said.join("\n")))
}

/// Subresources have a column of their own: kubectl takes what stands behind a slash for a name.
#[test]
fn the_table_keeps_subresources_apart() {
    let built = built("{ name: shop }", "");
    let table = built.artifacts.iter().find(|file| file.path.as_str() == "tests/can-i.csv").expect("a table");
    let mut lines = table.text().lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let at = |name: &str| head.iter().position(|column| *column == name).unwrap_or_else(|| panic!("no column {name}"));
    let mut subresources = BTreeSet::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(!cells[at("resource")].contains('/'), "{line}");
        if !cells[at("subresource")].is_empty() {
            subresources.insert((cells[at("resource")], cells[at("subresource")], cells[at("expected")]));
        }
    }
    for row in [("pods", "exec", "allowed"), ("pods", "exec", "denied"), ("deployments", "scale", "allowed")] {
        assert!(subresources.contains(&row), "{row:?}: {subresources:?}");
    }
}

/// Whoever deploys where every pod is let in has the nodes: the report says so of each such namespace, and of no other.
#[test]
fn deploying_among_privileged_pods_is_said() {
    const WAIVER: &str = "  waivers: [{ id: W-1, control: admission/pod-security, scope: { namespace: agents }, owner: sre, reason: agents, \
                          expires: 2027-03-01 }]\n";
    let built = built("{ name: shop }, { name: agents, podSecurity: privileged, waiver: W-1 }", WAIVER);
    let said = |control: &str| -> Vec<(Scope, String)> {
        let found = built.plan.verdicts.iter().find(|found| found.id.to_string() == control).expect("a control");
        assert!(found.verdicts.iter().any(|verdict| verdict.scope == Scope::Cluster && verdict.outcome == Outcome::Enforced));
        let named = found.verdicts.iter().filter(|verdict| verdict.scope != Scope::Cluster);
        named.map(|verdict| (verdict.scope.clone(), verdict.detail.clone())).collect()
    };
    for (control, who) in [("rbac/delivery", "`argocd/deployer`"), ("rbac/duties", "duty `everywhere`")] {
        let found = said(control);
        assert_eq!(found.len(), 1, "{control}: {found:?}");
        assert!(found[0].0 == Scope::Namespace("agents".to_owned()) && found[0].1.contains(who), "{control}: {found:?}");
    }
}
