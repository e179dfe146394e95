//! What the report says of what the provider, the owner and other layers hold.

use harden::{
    base::FactId,
    facts,
    plan::{Ground, Outcome, Plan},
};

use crate::{
    controls::{plan, spec_of},
    support::none,
};

use super::{AKS, EKS, OWNS, Tree, intent, must, omits, says, verdicts};

/// Reads of checks are in every plan.
#[test]
fn a_quiet_plan_is_described_as_it_is() {
    for path in [EKS, AKS] {
        let tree = Tree::of(path, &[]);
        omits(tree.page(), "shows no change");
        says(tree.step("B: check"), "0 to add, 0 to change, 0 to destroy");
        says(tree.step("B: check"), "-detailed-exitcode");
    }
}

/// What the owner of the cluster makes so is not enforced by a text of ours; what is built is not called unbuilt.
#[test]
fn what_is_declared_of_a_cluster_is_its_owners() {
    let ranges = [("    runtime:", "    podCidrs: [10.0.64.0/18]\n    serviceCidrs: [172.20.0.0/16]\n    runtime:")];
    for (path, name, cni) in [(EKS, "eks", "aws-vpc-cni"), (AKS, "aks", "azure-cni")] {
        let plan = must(path, &ranges);
        intent(&plan, &format!("/platform/{name}/kubernetesVersion"), Outcome::Elsewhere, "cloud-version");
        intent(&plan, &format!("/platform/cni/{cni}"), Outcome::Elsewhere, "cloud-declared");
        intent(&plan, "/platform/podCidrs", Outcome::Elsewhere, "cloud-declared");
        intent(&plan, "/platform/serviceCidrs", Outcome::Elsewhere, "cloud-declared");
        let verify = Tree::of(path, &ranges).file("terraform/attach/verify.tf").to_owned();
        says(&verify, "== \"1.36\"");
    }
    intent(&must(EKS, &ranges), "/platform/eks/nodes", Outcome::Elsewhere, "cloud-declared");
}

/// What the spec has harden make is made, or said not to be; never called the owner's.
#[test]
fn what_harden_is_to_make_is_not_called_the_owners() {
    for profile in ["baseline", "restricted", "ten-ways", "cis-level-1", "cis-level-2", "nsa"] {
        let profile = format!("profiles: [{profile}]");
        for (path, before, owns) in [
            (
                EKS,
                OWNS,
                "owns: { logGroup: harden, kmsKey: harden, vpcCni: harden, accessEntries: harden, subscriptionFilter: harden }",
            ),
            (AKS, "owns: { diagnosticSetting: harden }", "owns: { diagnosticSetting: harden }"),
        ] {
            let plan = must(path, &[(before, owns), ("profiles: [restricted]", &profile)]);
            for intent in plan.intents.iter().filter(|intent| intent.path.as_str().contains("/owns/")) {
                let grounds: Vec<&Ground> = intent.verdicts.iter().map(|verdict| &verdict.ground).collect();
                assert!(!grounds.contains(&&Ground::Fact(facts::id::CLOUD_EXISTING)), "{profile} {}: {grounds:?}", intent.path);
            }
            if path == EKS {
                let made = verdicts(&plan, "cloud/secrets-key");
                assert!(made.iter().all(|(outcome, _)| *outcome != Outcome::NotApplicable), "{profile}: {made:?}");
            }
        }
    }
}

/// Sentences of one shape of a tree are not in another one.
#[test]
fn texts_fit_the_tree() {
    let aks = Tree::of(AKS, &[]);
    says(aks.running(), "what exists already (the diagnostic setting)");
    omits(aks.running(), "log group");
    says(aks.report(), "a member of the groups in `admin_group_object_ids`");
    omits(aks.report(), "`identity.breakGlass`, or");
    let bare = Tree::of(AKS, &[("entra: { adminGroups: [00000000-0000-0000-0000-000000000001] }, ", "")]);
    says(bare.report(), "the local account");
    omits(bare.step("Apply A"), "Entra ID");
    let private = Tree::of(AKS, &[("access: authorized-ranges", "access: private")]);
    omits(private.step("Apply C"), "ranges");
    for (path, other) in [("examples/every-field/eks.yaml", EKS), ("examples/every-field/aks.yaml", AKS)] {
        let few = Tree::of(path, &[("name: every-field-", "name: x-")]);
        if !few.0.keys().any(|name| name.starts_with("k8s/")) {
            omits(few.page(), "`k8s/");
        }
        says(Tree::of(other, &[]).page(), "`k8s/");
    }
    let back = Tree::of(
        EKS,
        &[(
            OWNS,
            "owns: { logGroup: module, kmsKey: module, vpcCni: module, accessEntries: harden, subscriptionFilter: harden }",
        )],
    );
    let back = back.step("Giving something back").to_owned();
    says(&back, "the access entries, the subscription filter");
    omits(&back, "the add-on");
    says(&back, "nobody comes in without an entry");
}

/// Who is missing on the way has a way on.
#[test]
fn checks_name_the_way_on() {
    let tree = Tree::of(EKS, &[]);
    says(tree.step("B: check"), "--type EC2_LINUX");
    says(tree.step("Take over what exists"), "CloudWatch takes two for a log group");
    says(tree.step("Take over what exists"), "cluster|harden-relay");
    let aks = Tree::of(AKS, &[]);
    says(aks.step("B: check"), "localDnsProfile");
    says(aks.report(), "169.254.10.10");
}

/// A value that only the owner's resource can take is not enforced by an output.
#[test]
fn settings_for_an_owner_are_elsewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, changes) in [
        (EKS, vec![]),
        (EKS, vec![("endpoint: both", "endpoint: private")]),
        (AKS, vec![]),
        (AKS, vec![("access: authorized-ranges", "access: private")]),
    ] {
        let plan = must(path, &changes);
        let controls = plan.verdicts.iter().map(|control| (control.id.to_string(), &control.verdicts));
        let intents = plan.intents.iter().map(|intent| (intent.path.to_string(), &intent.verdicts));
        for (what, verdicts) in controls.chain(intents) {
            for verdict in verdicts {
                let Ground::Settings(keys) = &verdict.ground else { continue };
                seen += 1;
                let only = !keys.is_empty() && keys.iter().all(|key| key.to_string().starts_with("cloud/settings/"));
                if verdict.outcome == Outcome::Enforced && only {
                    wrong.push(format!("{path}: {what}"));
                }
            }
        }
    }
    assert!(seen > 20);
    none(&wrong);
}

/// What this version does not write is told apart from what something forbids: in the report, in its numbers and in `coverage.json`.
#[test]
fn what_is_not_written_is_not_called_forbidden() {
    let tree = Tree::of(EKS, &[]);
    let (held, rest) = tree.report().split_once("## Not held here").unwrap();
    says(held, "are what this version of harden does not write");
    let parts: Vec<&str> = rest.split("\n## ").next().unwrap().split("\n### ").collect();
    let titles: Vec<&str> = parts.iter().skip(1).map(|part| part.lines().next().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "Forbidden by the platform, or by what the spec declares",
            "Not written by this version of harden",
            "Weaker than it is asked for"
        ]
    );
    omits(parts[1], "does not write");
    for line in parts[2].lines().filter(|line| line.contains("**impossible**")) {
        assert!(line.contains("this version"), "{line}");
    }
    let coverage: serde_json::Value = serde_json::from_str(tree.file("coverage.json")).unwrap();
    let controls = coverage["controls"].as_array().unwrap().iter();
    let marked = controls.flat_map(|control| control["verdicts"].as_array().unwrap());
    let marked: Vec<&serde_json::Value> = marked.filter(|verdict| verdict["reason"]["unwritten"] == true).collect();
    assert!(!marked.is_empty());
    assert!(marked.iter().all(|verdict| verdict["outcome"] == "impossible"), "{marked:?}");
}

/// Every sentence that says so is marked, and no other.
#[test]
fn sentences_about_this_version_are_marked() {
    let mut wrong = Vec::new();
    for fact in facts::facts() {
        let sentence = facts::sentence(fact, harden::base::Minor(36));
        let said = sentence.contains("this version");
        if said != facts::is_unwritten(fact) {
            wrong.push(format!("{}: {sentence}", fact.0));
        }
    }
    none(&wrong);
}

/// Where a provider lets a control of the control plane not be held, its sentence says what takes its place, or that nothing does.
#[test]
fn what_a_provider_forbids_has_its_way() {
    let mut asked = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for platform in ["eks", "aks"] {
        for minor in facts::build_minors() {
            let plan = plan(&spec_of(platform, &minor.to_string()), None)
                .unwrap_or_else(|codes| panic!("{platform} {minor}: {codes:?}"));
            for (id, fact) in forbidden(&plan) {
                asked.insert((platform, id));
                let sentence = facts::sentence(fact, minor);
                if !says_a_way(sentence) {
                    wrong.push(format!("{platform} {minor} {id}: {}: {sentence}", fact.0));
                }
            }
        }
    }
    wrong.dedup();
    none(&wrong);
    // What the test is about is there.
    for control in ["admission/event-rate-limit", "apiserver/audit-policy"] {
        assert!(asked.contains(&("eks", control)) && asked.contains(&("aks", control)), "{control}: {asked:?}");
    }
    assert!(asked.contains(&("aks", "apiserver/kubelet-ca")) && asked.contains(&("aks", "apiserver/no-token-file")), "{asked:?}");
    for sentence in
        ["EKS records by a fixed audit policy of its own, which its owner cannot change", "Microsoft publishes a fail"]
    {
        assert!(!says_a_way(sentence), "{sentence}");
    }
}

/// The controls of the control plane that cannot be held, each with the fact; what this version does not write yet is told apart.
fn forbidden(plan: &Plan) -> Vec<(&'static str, FactId)> {
    const AREAS: [&str; 5] = ["admission/", "apiserver/", "controller-manager/", "etcd/", "scheduler/"];
    let controls = plan.verdicts.iter().filter(|control| AREAS.iter().any(|area| control.id.0.starts_with(area)));
    let all = controls.flat_map(|control| control.verdicts.iter().map(|verdict| (control.id.0, verdict)));
    all.filter(|(_, verdict)| verdict.outcome == Outcome::Impossible)
        .filter_map(|(id, verdict)| match &verdict.ground {
            Ground::Fact(fact) if !facts::is_unwritten(*fact) => Some((id, *fact)),
            Ground::Fact(_) | Ground::Waiver(_) | Ground::Settings(_) => None,
        })
        .collect()
}

fn says_a_way(sentence: &str) -> bool {
    ["take its place", "takes its place", "`cloud/"].iter().any(|words| sentence.contains(words))
}
