//! The webhook of Gatekeeper: what the API server asks it about, and what happens while it does not answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::{base::Reason, policy::Subject};

use super::{Engine, Held, Judges, Plan, PolicyPlan, SettingKey, Topic};

/// What the API server does with a request while Gatekeeper does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhenAway {
    /// It lets it pass.
    LetsPass,
    /// It refuses it.
    Refuses,
}

impl WhenAway {
    /// The failure policy of the webhook.
    #[must_use]
    pub const fn failure_policy(self) -> &'static str {
        match self {
            WhenAway::LetsPass => "Ignore",
            WhenAway::Refuses => "Fail",
        }
    }
}

/// Requests that are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRule {
    /// The API groups.
    pub groups: Vec<&'static str>,
    /// The operations.
    pub operations: &'static [&'static str],
    /// The resources.
    pub resources: Vec<String>,
    /// `Namespaced`, or `*`.
    pub scope: &'static str,
}

const WRITES: &[&str] = &["CREATE", "UPDATE"];

/// The groups of what Gatekeeper itself is told: it refuses templates and constraints that it cannot read.
const OWN_GROUPS: &[&str] = &[
    "config.gatekeeper.sh",
    "connection.gatekeeper.sh",
    "constraints.gatekeeper.sh",
    "expansion.gatekeeper.sh",
    "externaldata.gatekeeper.sh",
    "mutations.gatekeeper.sh",
    "syncset.gatekeeper.sh",
    "templates.gatekeeper.sh",
];

impl Plan {
    /// Whether a policy judges who enters pods.
    #[must_use]
    pub fn judges_entries(&self) -> bool {
        self.policies.values().any(|policy| policy.policy.subject == Subject::EnteredPod)
    }

    /// The policy by which Gatekeeper sets pull policies, where it does.
    #[must_use]
    pub fn sets_pull_policy(&self) -> Option<&PolicyPlan> {
        self.policies.values().find(|policy| policy.engine == Engine::Gatekeeper && policy.mutates())
    }

    /// The requests that the policies and Gatekeeper itself judge.
    #[must_use]
    pub fn webhook_rules(&self) -> Vec<WebhookRule> {
        let mut judged: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for policy in self.policies.values().filter(|policy| policy.policy.subject != Subject::EnteredPod) {
            for (group, kind) in kinds(policy) {
                let resources = judged.entry(group).or_default();
                resources.insert(resource(kind));
                if kind == "Pod" {
                    resources.insert("pods/ephemeralcontainers".to_owned());
                }
            }
        }
        let writes = |(group, resources): (&'static str, BTreeSet<String>)| WebhookRule {
            groups: vec![group],
            operations: WRITES,
            resources: resources.into_iter().collect(),
            scope: "Namespaced",
        };
        let mut rules: Vec<WebhookRule> = judged.into_iter().map(writes).collect();
        if self.judges_entries() {
            rules.push(WebhookRule {
                groups: vec![""],
                operations: &["CONNECT"],
                resources: ["pods/attach", "pods/exec"].map(str::to_owned).to_vec(),
                scope: "Namespaced",
            });
        }
        rules.push(WebhookRule { groups: OWN_GROUPS.to_vec(), operations: WRITES, resources: vec!["*".to_owned()], scope: "*" });
        rules
    }

    /// The namespaces that every policy about pods spares, with the reasons: nothing there has to wait for Gatekeeper.
    #[must_use]
    pub fn webhook_spares(&self) -> BTreeMap<String, BTreeSet<Reason>> {
        let mut all = self.policies.values().filter(|policy| policy.policy.subject != Subject::EnteredPod);
        let mut spared = all.next().map(|first| first.exempt.clone()).unwrap_or_default();
        for policy in all {
            spared.retain(|name, reasons| {
                policy.exempt.get(name).is_some_and(|more| {
                    reasons.extend(more.iter().cloned());
                    true
                })
            });
        }
        spared
    }
}

fn kinds(policy: &PolicyPlan) -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = |judges: &Judges| policy.kinds(*judges);
    policy.constraints().iter().flat_map(of).flat_map(|(group, kinds)| kinds.into_iter().map(move |kind| (group, kind)))
}

/// What the API calls the objects of a kind: nothing that makes pods has an irregular plural.
fn resource(kind: &str) -> String {
    kind.to_lowercase() + "s"
}

/// When the mutating webhook is asked: what stands in a pod cannot be changed, so updates are left alone, but for a new ephemeral container
/// beside others that are as they have to be.
pub const MUTATION_CONDITION: &str = "request.kind.kind != 'Pod' || request.operation != 'UPDATE' || \
     (request.subResource == 'ephemeralcontainers' && (!has(oldObject.spec.ephemeralContainers) || \
     oldObject.spec.ephemeralContainers.all(c, c.imagePullPolicy == 'Always')))";

/// The key of a part of the webhook.
#[must_use]
pub fn webhook_key(part: &str) -> SettingKey {
    SettingKey::Part(Topic::Policy, format!("gatekeeper/webhook/{part}"))
}

/// Adds the settings of the webhook to the list of all settings.
pub(super) fn settings(plan: &Plan, out: &mut BTreeMap<SettingKey, Held<String>>) {
    let Some(away) = &plan.gatekeeper_away else { return };
    if let Some(policy) = plan.sets_pull_policy() {
        let held = Held { value: MUTATION_CONDITION.to_owned(), reasons: policy.reasons.clone() };
        out.insert(webhook_key("mutation"), held);
    }
    out.insert(webhook_key("failure"), away.as_ref().map(|away| away.failure_policy().to_owned()));
    if away.value == WhenAway::Refuses {
        let spared = plan.webhook_spares();
        let names: Vec<&str> = spared.keys().map(String::as_str).collect();
        let reasons = spared.values().flatten().cloned().collect();
        out.insert(webhook_key("spares"), Held { value: names.join(", "), reasons });
    }
}
