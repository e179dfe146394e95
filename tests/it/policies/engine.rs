//! What is said of policies that Gatekeeper enforces: what is known of its webhook, what they do not look at, and why they spare whom.

use std::collections::{BTreeMap, BTreeSet};

use harden::{
    build::{self, Built},
    diag::{Diagnostics, Source},
    facts,
    plan::{Ground, Outcome, Plan, Scope, Verdict},
    yaml::{self, Node},
};

use crate::support::with_cluster;

/// A cluster that asks for every policy; `policies` is what stands below the field of this name.
fn spec(policies: &str, more: &str) -> String {
    format!(
        "apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: {{ name: engine }}
spec:
  profiles: [restricted]
  platform:
    eks: {{ kubernetesVersion: '1.36', region: eu-west-1, endpoint: private, nodes: managed }}
    cni: {{ calico: {{ version: '3.31' }} }}
    podCidrs: [10.244.0.0/16]
    nodePools: [{{ name: workers, role: worker, os: al2023, cidrs: [10.0.0.0/24] }}]
  api: {{ sources: {{ admins: [203.0.113.0/24] }} }}
  images: {{ allowedRegistries: [registry.example], alwaysPull: true }}
  policies: {{ {policies} }}
{more}"
    )
}

fn built(policies: &str, more: &str) -> Built {
    build_text(&spec(policies, more))
}

fn build_text(text: &str) -> Built {
    let mut diags = Diagnostics::default();
    let built = with_cluster(text, "", None, &mut diags, build::build);
    let said: Vec<String> = diags.list().iter().map(|one| format!("{}: {}", one.code, one.message)).collect();
    built.unwrap_or_else(|| panic!("{}", said.join("\n")))
}

const DAYS: &str = "rollout: { warn: 2026-12-01, deny: 2027-01-15 }";

fn gatekeeper(installed: &str, failure: &str, more: &str) -> Built {
    let installed = if installed.is_empty() { String::new() } else { format!("installed: {installed}") };
    built(&format!("engines: {{ gatekeeper: {{ {installed} }} }}, failure: {failure}, {more}"), "")
}

/// The controls that a policy of Gatekeeper stands behind, with their verdicts for the whole cluster.
fn of_policies(plan: &Plan) -> Vec<(String, Vec<&Verdict>)> {
    let ids: BTreeSet<String> = plan
        .policies
        .values()
        .map(|policy| policy.reasons.iter().find_map(|reason| reason.control).map(|id| id.to_string()).expect("a control"))
        .collect();
    let of = |id: &String| plan.verdicts.iter().find(|control| control.id.to_string() == *id).expect("verdicts");
    let whole = |id: String| {
        let verdicts = of(&id).verdicts.iter().filter(|verdict| verdict.scope == Scope::Cluster).collect();
        (id, verdicts)
    };
    ids.into_iter().map(whole).collect()
}

fn rests_on(verdict: &Verdict, fact: harden::base::FactId) -> bool {
    verdict.outcome == Outcome::Weaker && verdict.ground == Ground::Fact(fact)
}

/// No policy counts as enforced while it is not known that the webhook fails closed and sees what it judges.
#[test]
fn policies_are_enforced_with_known_values_alone() {
    let weaker = [
        ("", "closed", "", facts::id::GATEKEEPER_NOT_DECLARED),
        ("owner", "closed", "", facts::id::GATEKEEPER_FAILURE),
        ("owner", "open", "", facts::id::GATEKEEPER_FAILS_OPEN),
        ("values", "open", "", facts::id::GATEKEEPER_FAILS_OPEN),
        ("values", "closed", DAYS, facts::id::ROLLOUT_WAITS),
    ];
    for (installed, failure, more, fact) in weaker {
        let built = gatekeeper(installed, failure, more);
        let found = of_policies(&built.plan);
        assert_eq!(found.len(), 8);
        for (control, verdicts) in found {
            assert!(verdicts.iter().all(|verdict| verdict.outcome == Outcome::Weaker), "{control}: {installed}, {failure}");
            assert!(verdicts.iter().any(|verdict| rests_on(verdict, fact)), "{control}: {installed}, {failure}: {verdicts:?}");
        }
    }
    let built = gatekeeper("values", "closed", "");
    for (control, verdicts) in of_policies(&built.plan) {
        // What runs before the mutation is there keeps its policy.
        let expected = if control == "admission/always-pull-images" { Outcome::Weaker } else { Outcome::Enforced };
        assert!(verdicts.iter().all(|verdict| verdict.outcome == expected), "{control}: {verdicts:?}");
    }
}

fn failure(plan: &Plan) -> &Verdict {
    let intent = plan.intents.iter().find(|intent| intent.path.to_string() == "/policies/failure").expect("an intent");
    assert_eq!(intent.verdicts.len(), 1, "{:?}", intent.verdicts);
    &intent.verdicts[0]
}

#[test]
fn the_choice_for_an_unavailable_webhook_is_elsewhere_until_the_values_are_used() {
    let told = |built: &Built| (failure(&built.plan).outcome, failure(&built.plan).detail.clone());
    let (outcome, detail) = told(&gatekeeper("owner", "closed", ""));
    assert!(
        outcome == Outcome::Elsewhere && detail.contains("Fail") && detail.contains("helm/gatekeeper.values.yaml"),
        "{detail}"
    );
    let (outcome, detail) = told(&gatekeeper("values", "closed", DAYS));
    assert!(outcome == Outcome::Weaker && detail.contains("from 2027-01-15 on"), "{detail}");
    assert_eq!(told(&gatekeeper("values", "closed", "")).0, Outcome::Enforced);
    assert_eq!(told(&gatekeeper("values", "open", "")).0, Outcome::Enforced);
}

fn values(built: &Built) -> Node {
    let file = built.artifacts.iter().find(|file| file.path.to_string() == "helm/gatekeeper.values.yaml").expect("values");
    let documents = yaml::read(&Source::new("values", file.text()));
    documents.into_iter().find_map(|document| document.root).expect("a map")
}

/// The webhook refuses from the day on which policies deny, never before; and then the cluster can still heal without Gatekeeper.
#[test]
fn the_webhook_fails_closed_without_stopping_the_cluster() {
    for built in [gatekeeper("owner", "closed", DAYS), gatekeeper("owner", "open", "")] {
        let values = values(&built).to_json();
        assert_eq!(values["validatingWebhookFailurePolicy"], "Ignore");
        assert_eq!(values["enableConnectOperations"], true);
        assert!(values.get("validatingWebhookCustomRules").is_none() && values.get("validatingWebhookMatchConditions").is_none());
    }
    let built = gatekeeper("owner", "closed", "");
    let values = values(&built).to_json();
    assert_eq!(values["validatingWebhookFailurePolicy"], "Fail");
    assert_eq!(values["enableConnectOperations"], true);
    assert!(values["replicas"].as_u64() >= Some(2));
    let expression = values["validatingWebhookMatchConditions"][0]["expression"].as_str().expect("an expression");
    assert_eq!(
        expression,
        "request.operation == 'CONNECT' || !has(request.namespace) || !(request.namespace in ['calico-apiserver', 'calico-system', \
         'gatekeeper-system', 'kube-system', 'tigera-operator'])"
    );
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in values["validatingWebhookCustomRules"].as_array().expect("rules") {
        let texts = |field: &str| {
            rule[field].as_array().expect("a list").iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>()
        };
        for group in texts("apiGroups") {
            asked.entry(group).or_default().extend(texts("resources"));
        }
    }
    assert!(
        asked[""].is_superset(&BTreeSet::from(["pods", "pods/ephemeralcontainers", "pods/exec", "pods/attach"])),
        "{asked:?}"
    );
    assert!(asked["apps"].contains("deployments") && asked["batch"].contains("cronjobs"), "{asked:?}");
    assert!(asked["templates.gatekeeper.sh"].contains("*"), "{asked:?}");
    for never in ["leases", "nodes", "endpointslices", "*"] {
        let groups = asked.iter().filter(|(group, _)| !group.ends_with(".gatekeeper.sh"));
        assert!(groups.clone().all(|(_, resources)| !resources.contains(never)), "{never}: {asked:?}");
    }
}

fn detail_of<'a>(plan: &'a Plan, control: &str, scope: &Scope) -> Vec<&'a Verdict> {
    let found = plan.verdicts.iter().find(|found| found.id.to_string() == control).expect("a control");
    found.verdicts.iter().filter(|verdict| verdict.scope == *scope).collect()
}

/// Each policy says of kube-system why it spares it, and no two that ask for different things say the same.
#[test]
fn kube_system_is_spared_for_a_reason_of_the_policy() {
    let built = gatekeeper("values", "closed", "");
    let scope = Scope::Namespace("kube-system".to_owned());
    let expected = [
        ("admission/always-pull-images", facts::id::KUBE_SYSTEM_PULLS),
        ("policy/allowed-images", facts::id::KUBE_SYSTEM_IMAGES),
        ("policy/allowed-ports", facts::id::KUBE_SYSTEM_PORTS),
        ("policy/host-filesystem", facts::id::KUBE_SYSTEM_PRIVILEGED),
        ("policy/privilege-escalation", facts::id::KUBE_SYSTEM_ESCALATION),
        ("policy/privileged", facts::id::KUBE_SYSTEM_PRIVILEGED),
        ("policy/service-account-token", facts::id::KUBE_SYSTEM_TOKENS),
    ];
    for (control, fact) in expected {
        let found = detail_of(&built.plan, control, &scope);
        assert!(found.len() == 1 && found[0].ground == Ground::Fact(fact), "{control}: {found:?}");
    }
    assert!(detail_of(&built.plan, "admission/deny-escalating-exec", &scope).is_empty());
}

/// Doors that a policy does not look at stand beside its verdict, whatever the verdict is.
#[test]
fn what_is_not_looked_at_is_said() {
    for built in [gatekeeper("values", "closed", ""), gatekeeper("owner", "closed", DAYS)] {
        for (control, words) in
            [("policy/host-filesystem", "PersistentVolumes"), ("policy/allowed-ports", "Services are not looked at")]
        {
            let found = detail_of(&built.plan, control, &Scope::Cluster);
            assert_eq!(found.iter().filter(|verdict| verdict.detail.contains(words)).count(), 1, "{control}: {found:?}");
        }
    }
}

/// The scanner that the tree tells to install is let in, with a line for each policy that it would break, and no further.
#[test]
fn the_scanner_of_the_tree_is_spared() {
    let policies = "engines: { gatekeeper: { installed: values } }, failure: closed";
    let scope = Scope::Namespace("trivy-system".to_owned());
    let scanning = "  vulnerabilities: { scanning: { cluster: trivy-operator } }\n";
    let spared = |built: &Built| -> BTreeSet<&'static str> {
        let names = built.plan.policies.values().filter(|policy| policy.exempt.contains_key("trivy-system"));
        names.map(|policy| policy.policy.name).collect()
    };
    assert!(spared(&built(policies, "")).is_empty());
    // As an addon with values of the owner's it may start its node collector.
    let addon = |more: &str| {
        let text = spec(policies, more).replace("    nodePools", "    addons: [trivy-operator]\n    nodePools");
        spared(&build_text(&text)).contains("privileged")
    };
    assert!(addon("") && !addon(scanning));
    let scanned = built(policies, scanning);
    assert_eq!(spared(&scanned), BTreeSet::from(["allowed-images", "always-pull", "privilege-escalation"]));
    assert_eq!(detail_of(&scanned.plan, "policy/allowed-images", &scope).len(), 1);
    let levels = scanned.plan.pod_security.as_ref();
    assert!(levels.is_none_or(|levels| levels.exempt_namespaces.iter().all(|name| name.value != "trivy-system")));
    let file = scanned.artifacts.iter().find(|file| file.path.to_string() == "helm/trivy-operator.values.yaml").expect("values");
    assert!(file.text().contains("infraAssessmentScannerEnabled: false"), "{}", file.text());
}
