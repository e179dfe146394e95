//! Where logs go, and who keeps them.

use harden::{
    facts,
    plan::{Ground, Outcome},
};

use super::{AKS, EKS, OWNS, Tree, intent, must, omits, refused, says, spec, verdicts};

#[test]
fn the_table_of_logs_says_who_keeps_them() {
    let hub = Tree::of(AKS, &[]);
    omits(hub.report(), "is not selected");
    says(hub.report(), "as the owner of the receiver sets it: the spec asks for 1000 days");
    says(Tree::of(EKS, &[]).report(), "120 days, in the log group |");
    let theirs = Tree::of(EKS, &[(OWNS, &OWNS.replace("logGroup: harden", "logGroup: module"))]);
    says(theirs.report(), "120 days, in the log group, once its owner sets it");
}

/// The log group of another owner gets its retention from a line that says where it goes.
#[test]
fn retention_of_another_owners_group_has_its_place() {
    let other = Tree::of(EKS, &[("logGroup: harden", "logGroup: existing")]);
    says(other.step("Apply A"), "goes to `retention_in_days` of your `aws_cloudwatch_log_group`");
    omits(Tree::of(EKS, &[]).step("Apply A"), "retention_in_days");
}

/// What is not handed out is not sent on: AKS has no setting to send by, and a filter of EKS passes on what others have on.
#[test]
fn nothing_is_said_to_be_sent_on_that_is_not_handed_out() {
    let without = (
        "  namespaces:",
        "  controls: { cloud/control-plane-logs: { apply: false, waiver: W-1 } }\n  waivers: [{ id: W-1, control: cloud/control-plane-logs, owner: \
         me, reason: tried, expires: 2027-06-30 }]\n  namespaces:",
    );
    let hub = "siem: { eventHub: { namespace: logs, name: aks } }";
    let workspace = "siem: { azureMonitor: { workspace: /subscriptions/0/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/logs } }";
    for (sink, place) in [(hub, "/logging/siem/eventHub"), (workspace, "/logging/siem/azureMonitor")] {
        for owner in ["diagnosticSetting: harden", "diagnosticSetting: existing"] {
            let changes = [without, ("diagnosticSetting: harden", owner), (hub, sink)];
            let plan = must(AKS, &changes);
            let found = verdicts(&plan, "cloud/log-forwarding");
            assert_eq!(found, [(Outcome::Impossible, &Ground::Fact(facts::id::AKS_NO_CATEGORIES))], "{sink} {owner}");
            intent(&plan, place, Outcome::Impossible, "aks-no-categories");
            let tree = Tree::of(AKS, &changes);
            assert!(!tree.0.contains_key("terraform/attach/main.tf"), "{sink} {owner}");
            omits(tree.file("terraform/settings/outputs.tf"), "diagnostic");
            omits(tree.report(), "by the diagnostic setting");
            omits(tree.report(), "set `log_analytics_retention_in_days` on it");
            says(tree.report(), "only where they are switched on");
        }
    }
    for (path, goal) in [(AKS, "rbac-changes"), (EKS, "exec")] {
        let plan = must(path, &[without]);
        intent(&plan, &format!("/logging/audit/goals/{goal}"), Outcome::Impossible, "provider-logs-unasked");
        let found = verdicts(&plan, "apiserver/audit-log");
        assert_eq!(found, [(Outcome::Impossible, &Ground::Fact(facts::id::PROVIDER_LOGS_UNASKED))], "{path}");
    }
    let plan = must(EKS, &[without]);
    assert!(verdicts(&plan, "cloud/log-forwarding").iter().all(|(outcome, _)| *outcome != Outcome::Enforced));
    intent(&plan, "/logging/siem/relay", Outcome::Weaker, "eks-no-logs-asked");
    says(Tree::of(EKS, &[without]).file("terraform/attach/main.tf"), "aws_cloudwatch_log_subscription_filter");
}

/// CloudWatch sends to four kinds of receivers, each with a role or without one, in its own region; Azure to resources by their ids.
#[test]
fn receivers_are_what_a_provider_sends_to() {
    let relay = "relay: { destination: \"arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs\", role: \"arn:aws:iam::111122223333:role/logs\" }";
    let on_eks = |destination: &str, role: &str| {
        let role = if role.is_empty() { String::new() } else { format!(", role: \"{role}\"") };
        refused(EKS, &[(relay, &format!("relay: {{ destination: \"{destination}\"{role} }}"))])
    };
    let (own, wrong) = ("arn:aws:iam::111122223333:role/logs", ["relay-form"]);
    for (destination, role) in [
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", own),
        ("arn:aws:kinesis:eu-west-1:111122223333:stream/logs", own),
        ("arn:aws:lambda:eu-west-1:111122223333:function:logs", ""),
        ("arn:aws:logs:eu-west-1:111122223333:destination:logs", ""),
        ("arn:aws:logs:eu-west-1:111122223333:destination:logs", own),
    ] {
        assert_eq!(on_eks(destination, role), [""; 0], "{destination} {role}");
    }
    for (destination, role) in [
        ("hello", own),
        ("arn:aws:s3:::bucket", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", ""),
        ("arn:aws:kinesis:eu-west-1:111122223333:stream/logs", ""),
        ("arn:aws:lambda:eu-west-1:111122223333:function:logs", own),
        ("arn:aws:firehose:us-east-1:111122223333:deliverystream/logs", own),
        ("arn:aws:firehose:eu-west-1:1111:deliverystream/logs", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/", own),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs", "logs"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:a'; reboot", ""),
    ] {
        assert_eq!(on_eks(destination, role), wrong, "{destination} {role}");
    }
    let function = "relay: { destination: \"arn:aws:lambda:eu-west-1:111122223333:function:logs\" }";
    says(
        Tree::of(EKS, &[(relay, function)]).page(),
        "lambda add-permission --function-name 'arn:aws:lambda:eu-west-1:111122223333:function:logs'",
    );
    let china = function.replace("arn:aws:", "arn:aws-cn:");
    says(Tree::of(EKS, &[(relay, &china)]).page(), "--source-arn 'arn:aws-cn:logs:REGION:ACCOUNT:");
    let hub = spec(AKS, &[]).lines().find(|line| line.contains("siem:")).unwrap().to_owned();
    let below = "/subscriptions/1/resourceGroups/logs/providers";
    for (siem, codes) in [
        (format!("azureMonitor: {{ workspace: {below}/microsoft.operationalinsights/workspaces/logs }}"), vec![]),
        ("azureMonitor: { workspace: hello }".to_owned(), vec!["relay-form"]),
        (format!("azureMonitor: {{ workspace: {below}/Microsoft.EventHub/namespaces/logs }}"), vec!["relay-form"]),
        ("eventHub: { namespace: logs, name: aks, authorizationRule: hello }".to_owned(), vec!["relay-form"]),
    ] {
        assert_eq!(refused(AKS, &[(&hub, &format!("    siem: {{ {siem} }}"))]), codes, "{siem}");
    }
}

/// What sends logs on may be another owner's: nothing is made, nothing is called enforced, and people look.
#[test]
fn what_sends_logs_on_has_an_owner() {
    let setting = "owns: { diagnosticSetting: harden },";
    let filter = ", subscriptionFilter: harden";
    let cases = [
        (AKS, "diagnosticSetting", setting, "cloud/control-plane-logs", "az monitor diagnostic-settings list"),
        (AKS, "diagnosticSetting", setting, "cloud/log-forwarding", "az monitor diagnostic-settings list"),
        (EKS, "subscriptionFilter", filter, "cloud/log-forwarding", "aws logs describe-subscription-filters"),
    ];
    for (path, field, ours, control, look) in cases {
        let place = format!("/platform/{}/owns/{field}", if path == EKS { "eks" } else { "aks" });
        for owner in ["module", "existing", ""] {
            let word = if owner.is_empty() { String::new() } else { ours.replace("harden", owner) };
            let tree = Tree::of(path, &[(ours, &word)]);
            let plan = must(path, &[(ours, &word)]);
            let found = verdicts(&plan, control);
            assert!(found.iter().all(|(outcome, _)| *outcome == Outcome::Elsewhere), "{path} {owner}: {found:?}");
            says(tree.row(control), look);
            says(tree.row(control), "no data source shows it");
            says(tree.step("Apply A"), look);
            says(tree.step("B: check"), look);
            says(tree.report(), "once its owner sets it");
            omits(tree.running(), if path == EKS { "the subscription filter" } else { "the diagnostic setting" });
            if !owner.is_empty() {
                intent(&plan, &place, Outcome::Elsewhere, "cloud-existing");
            }
        }
        let plan = must(path, &[]);
        assert!(verdicts(&plan, control).iter().any(|(outcome, _)| *outcome == Outcome::Enforced), "{path}");
    }
    // Where the spec names no receiver, the owner has one, and no line of ours says for how long it keeps anything.
    let hub = "siem: { eventHub: { namespace: logs, name: aks } }";
    let none = Tree::of(AKS, &[(setting, ""), (hub, "siem: { s3: { bucket: logs } }")]);
    says(none.step("Apply A"), "the receiver that you chose");
    omits(none.file("terraform/settings/outputs.tf"), "retention");
    omits(none.file("terraform/attach/variables.tf"), "log_analytics_workspace_id");
    // A filter without a relay is nobody's.
    let relay = "relay: { destination: \"arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs\", role: \"arn:aws:iam::111122223333:role/logs\" }";
    let plan = must(EKS, &[(relay, "")]);
    intent(&plan, "/platform/eks/owns/subscriptionFilter", Outcome::NotApplicable, "not-declared");
    omits(Tree::of(EKS, &[(relay, "")]).file("terraform/attach/main.tf"), "subscription");
}
