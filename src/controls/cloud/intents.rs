//! What became of intents that no control of a managed cluster lowers: the provider's, elsewhere or impossible, with what takes its place.

use std::collections::BTreeMap;

use crate::{
    base::{Cause, FactId, SpecPath},
    facts,
    plan::{
        Ground, Outcome, Plan, Scope, Verdict,
        cloud::{Owner, cloud_key, owner_place},
    },
    resolve::{CloudAnswers, CloudKind, Resolved},
};

/// Answers for intents of a managed cluster; what a control said counts more.
pub(in crate::controls) fn intents(cluster: &Resolved, plan: &Plan, lowered: &mut BTreeMap<SpecPath, Vec<Verdict>>) {
    let (Some(answers), Some(_)) = (&cluster.cloud, &plan.cloud) else { return };
    let platform = SpecPath::new("/platform").child(cluster.platform.name());
    for path in &cluster.intents {
        if lowered.get(path).is_none_or(Vec::is_empty)
            && let Some((outcome, ground, detail)) = answer(cluster, answers, &platform, path)
        {
            let cause = Cause::Spec(path.clone());
            lowered.entry(path.clone()).or_default().push(Verdict { scope: Scope::Cluster, outcome, ground, detail, cause });
        }
    }
}

use super::is_unread;

type Answer = (Outcome, Ground, String);

fn answer(cluster: &Resolved, answers: &CloudAnswers, platform: &SpecPath, path: &SpecPath) -> Option<Answer> {
    let fact = |outcome: Outcome, fact: FactId| Some((outcome, Ground::Fact(fact), String::new()));
    let eks = matches!(answers.kind, CloudKind::Eks(_));
    let by_provider = |on_eks: FactId, on_aks: FactId| if eks { on_eks } else { on_aks };
    let field = |name: &str| platform.child(name) == *path;
    let below = |place: &str| path.is_within(&SpecPath::new(place));
    if field("region") || field("location") {
        return fact(Outcome::Elsewhere, by_provider(facts::id::CLOUD_PLACE, facts::id::CLOUD_PLACE_AZURE));
    }
    if field("kubernetesVersion") {
        return fact(Outcome::Elsewhere, facts::id::CLOUD_VERSION);
    }
    if field("nodes") || below("/platform/cni") || below("/platform/podCidrs") || below("/platform/serviceCidrs") {
        return fact(Outcome::Elsewhere, facts::id::CLOUD_DECLARED);
    }
    if field("tier") {
        return fact(Outcome::Elsewhere, facts::id::CLOUD_ADOPT);
    }
    if path.is_within(&platform.child("terraform")) && is_unread(cluster) {
        return Some((Outcome::Weaker, Ground::Fact(facts::id::TERRAFORM_UNREAD), String::new()));
    }
    if path.is_within(&platform.child("terraform")) {
        return Some((Outcome::Enforced, Ground::Settings(vec![cloud_key("provider")]), String::new()));
    }
    let relay = answers.siem.as_ref().is_some_and(|siem| siem.forward.is_some());
    if !relay && *path == owner_place(cluster.platform, "subscriptionFilter") {
        return fact(Outcome::NotApplicable, facts::id::NOT_DECLARED);
    }
    if made_by_harden(cluster, &answers.kind).any(|place| place == *path) {
        return fact(Outcome::Impossible, facts::id::CLOUD_NOT_MADE);
    }
    if path.is_within(&platform.child("owns")) {
        return fact(Outcome::Elsewhere, facts::id::CLOUD_EXISTING);
    }
    if field("endpoint") || field("access") || below("/api/sources") {
        return fact(Outcome::Impossible, facts::id::CLOUD_NOT_SELECTED);
    }
    if below("/logging/audit/goals") {
        return fact(Outcome::Impossible, facts::id::PROVIDER_LOGS_UNASKED);
    }
    if below("/api/encryptionAtRest") {
        return fact(Outcome::Provider, by_provider(facts::id::EKS_ENCRYPTION, facts::id::AKS_ENCRYPTION));
    }
    if below("/identity/issuers") {
        return fact(Outcome::Impossible, by_provider(facts::id::EKS_ISSUERS, facts::id::AKS_ISSUERS));
    }
    if below("/identity/groups") || below("/identity/breakGlass") {
        return group(cluster, answers, path);
    }
    None
}

/// The places of the spec that have harden make a resource. A control that makes it has answered them; these are those that none makes.
fn made_by_harden(cluster: &Resolved, kind: &CloudKind) -> impl Iterator<Item = SpecPath> {
    let owners: Vec<(&str, Option<Owner>)> = match kind {
        CloudKind::Eks(eks) => vec![
            ("logGroup", Some(eks.log_group)),
            ("kmsKey", eks.secrets_key),
            ("vpcCni", Some(eks.vpc_cni)),
            ("accessEntries", Some(eks.entries)),
            ("subscriptionFilter", Some(eks.filter)),
        ],
        CloudKind::Aks(aks) => vec![("diagnosticSetting", Some(aks.diagnostic_setting))],
    };
    let platform = cluster.platform;
    owners.into_iter().filter(|(_, owner)| *owner == Some(Owner::Harden)).map(move |(what, _)| owner_place(platform, what))
}

/// A group that has no name here, or whose name needs nothing at the provider.
fn group(cluster: &Resolved, answers: &CloudAnswers, path: &SpecPath) -> Option<Answer> {
    let group = answers.groups.iter().chain(&answers.break_glass).find(|group| group.path == *path)?;
    let named = match answers.kind {
        CloudKind::Eks(_) => !group.aws.is_empty(),
        CloudKind::Aks(_) => group.entra.is_some(),
    };
    let entra = "Entra ID puts the object id into every token, so nothing has to be made at the provider".to_owned();
    match (&answers.kind, named) {
        (CloudKind::Aks(_), true) => Some((Outcome::Elsewhere, Ground::Fact(facts::id::AKS_ISSUERS), entra)),
        (CloudKind::Eks(_), true) if !cluster.selects("cloud/identities") => {
            Some((Outcome::Impossible, Ground::Fact(facts::id::CLOUD_NOT_SELECTED), String::new()))
        }
        (CloudKind::Eks(_) | CloudKind::Aks(_), _) => {
            Some((Outcome::NotApplicable, Ground::Fact(facts::id::CLOUD_GROUP_ELSEWHERE), String::new()))
        }
    }
}
