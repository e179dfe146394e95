//! Values for the chart of Gatekeeper: its webhook sees what the policies judge, and fails as the spec says without stopping the cluster.

use super::Chart;
use crate::{
    base::Artifact,
    plan::{MUTATION_CONDITION, Plan, WebhookRule, WhenAway, sync_key, webhook_key},
    targets::origins,
    yaml::Out,
};

pub(super) const SAYS: &str = "Values for the chart gatekeeper of Open Policy Agent";

/// What is said where the webhook refuses while nobody answers.
const REFUSES: &[&str] = &[
    "While no pod of Gatekeeper answers, new pods are refused, and whoever enters one. Leases, nodes and endpoints never wait for it, nor pods of \
     the namespaces below: the cluster heals without it.",
    "Constraints of your own for other kinds need a rule of their own under `validatingWebhookCustomRules`.",
    "The way out: `kubectl delete validatingwebhookconfiguration gatekeeper-validating-webhook-configuration`, and the same command again \
     when it runs.",
];

/// What the chart does whatever is set (`validatingWebhookCheckIgnoreFailurePolicy` of its values is `Fail`).
const NAMESPACES: &str = "While no pod of Gatekeeper answers, namespaces are neither made nor changed: the chart's own webhook \
     `check-ignore-label.gatekeeper.sh`, which keeps the exemption label away from them, fails closed.";

/// What is said of conditions (chart 3.23.1 asks whether the minor is a number of 28 or more, and a minor with `+` is none).
const CONDITIONS: &str = "Where `kubectl version` shows a minor of the server with `+` (providers do) the chart leaves the conditions out: look for \
     `matchConditions` in `kubectl get validatingwebhookconfiguration,mutatingwebhookconfiguration -l gatekeeper.sh/system=yes -o yaml`, and put \
     them there by `kubectl edit`, after every upgrade of the chart too.";

/// The values, where Gatekeeper is declared.
pub(super) fn values(plan: &Plan) -> Option<Artifact> {
    let away = plan.gatekeeper_away.as_ref()?;
    let refuses = away.value == WhenAway::Refuses;
    let origin = origins::setting(&webhook_key("failure"), away);
    let mut out = Out::map([("validatingWebhookFailurePolicy", Out::str(away.value.failure_policy()))]);
    if plan.judges_entries() {
        let reasons = plan.settings().get(&sync_key()).map(|held| held.reasons.clone()).unwrap_or_default();
        out.set("enableConnectOperations", Out::bool(true).with(&origins::of_reasons(Some(&sync_key()), reasons)));
    }
    if let Some(policy) = plan.sets_pull_policy() {
        let origin = origins::of_reasons(Some(&webhook_key("mutation")), policy.reasons.clone());
        let condition = Out::map([("name", "leave-alone-what-stands"), ("expression", MUTATION_CONDITION)]);
        out.set("mutatingWebhookMatchConditions", Out::list([condition.with(&origin)]));
    }
    if refuses {
        out.set("replicas", Out::int(3).note("as the chart has it: with fewer than two an update of a node is an outage"));
        let conditions: Vec<Out> = condition(plan).into_iter().collect();
        if !conditions.is_empty() {
            out.set("validatingWebhookMatchConditions", Out::list(conditions));
        }
        out.set("validatingWebhookCustomRules", Out::list(plan.webhook_rules().iter().map(rule)));
    }
    let mut purpose = vec![
        format!("{SAYS}, read in version {}; from 3.17 on it knows them all.", Chart::GATEKEEPER.version),
        Chart::GATEKEEPER.install("gatekeeper-system", true),
        "Where you run another version, name that one.".to_owned(),
        NAMESPACES.to_owned(),
    ];
    if refuses || plan.sets_pull_policy().is_some() {
        purpose.push(CONDITIONS.to_owned());
    }
    if refuses {
        purpose.extend(REFUSES.iter().map(|&line| line.to_owned()));
    }
    super::artifact("gatekeeper", &purpose, out, &origin)
}

/// Requests in namespaces that every policy about pods spares are not asked about; who enters a pod there is.
fn condition(plan: &Plan) -> Option<Out> {
    let spared = plan.webhook_spares();
    if spared.is_empty() {
        return None;
    }
    // Names of namespaces need no escape.
    let names: Vec<String> = spared.keys().map(|name| format!("'{name}'")).collect();
    let entry = if plan.judges_entries() { "request.operation == 'CONNECT' || " } else { "" };
    let expression = format!("{entry}!has(request.namespace) || !(request.namespace in [{}])", names.join(", "));
    let reasons = spared.into_values().flatten().collect();
    let origin = origins::of_reasons(Some(&webhook_key("spares")), reasons);
    Some(Out::map([("name", Out::str("spare-what-comes-first")), ("expression", Out::str(expression))]).with(&origin))
}

fn rule(rule: &WebhookRule) -> Out {
    Out::map([
        ("apiGroups", Out::list(rule.groups.iter().copied())),
        ("apiVersions", Out::list(["*"])),
        ("operations", Out::list(rule.operations.iter().copied())),
        ("resources", Out::list(rule.resources.iter().map(String::as_str))),
        ("scope", Out::str(rule.scope)),
    ])
}
