//! Controls of managed clusters: what is set at the provider, on the cluster resource and beside it.

mod api_access;
mod control_plane_logs;
pub(super) mod diagnostics;
mod identities;
mod intents;
mod log_forwarding;
mod log_retention;
mod network_policy;
mod secrets_key;

use crate::{
    base::{Cause, FactId, Platform, Reason, SpecPath},
    controls::Applies,
    diag::Diagnostics,
    facts::{self, ProviderBounds},
    plan::{
        CloudPlan, Ground, Held, Locate, Lowering, Outcome, Plan, Scope,
        cloud::{CloudValue, Owner, is_seen},
    },
    resolve::{AksAnswers, CloudAnswers, CloudKind, EksAnswers, Resolved},
};

use super::strokes;

use diagnostics::{ProviderMakesAnew, ProviderUnread, ProviderWithoutRelease};

pub(super) use api_access::CONTROL as API_ACCESS;
pub(super) use control_plane_logs::CONTROL as CONTROL_PLANE_LOGS;
pub(super) use identities::CONTROL as IDENTITIES;
pub(super) use intents::intents;
pub(super) use log_forwarding::CONTROL as LOG_FORWARDING;
pub(super) use log_retention::CONTROL as LOG_RETENTION;
pub(super) use network_policy::CONTROL as NETWORK_POLICY;
pub(super) use secrets_key::CONTROL as SECRETS_KEY;

/// A self-managed cluster has no provider.
fn managed(cluster: &Resolved) -> Applies {
    match cluster.cloud {
        Some(_) => Applies::Yes,
        None => Applies::No(Outcome::NotApplicable, facts::id::NOT_APPLICABLE_PLATFORM),
    }
}

/// What only one provider has.
fn eks(cluster: &Resolved) -> Option<&EksAnswers> {
    match &cluster.cloud.as_ref()?.kind {
        CloudKind::Eks(eks) => Some(eks),
        CloudKind::Aks(_) => None,
    }
}

/// What only the other one has.
fn aks(cluster: &Resolved) -> Option<&AksAnswers> {
    match &cluster.cloud.as_ref()?.kind {
        CloudKind::Aks(aks) => Some(aks),
        CloudKind::Eks(_) => None,
    }
}

/// Who owns something, for what the spec says or for what holds where it says nothing.
fn owner_of(cluster: &Resolved, out: &mut Lowering<'_>, place: &SpecPath, owner: Owner) -> Held<Owner> {
    let asked = out.reason().cause;
    let said = cluster.intents.contains(place);
    let cause = if said { Cause::Spec(place.clone()) } else { Cause::Shape(facts::id::CLOUD_EXISTING) };
    let held = out.because(cause).held(owner);
    out.because(asked);
    held
}

/// Asks for a value of the cluster resource.
fn set(out: &mut Lowering<'_>, name: &'static str, value: CloudValue) {
    let held = out.held(value);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.settings.insert(name, held);
    }
}

/// Says that values of `terraform/settings` hold only once the owner's resource takes them, and which of them a check compares.
fn adopted(out: &mut Lowering<'_>, names: &[&str], detail: &str) {
    out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::CLOUD_ADOPT, looked_at(names, detail));
}

/// Says the same of every intent at or below a place of the spec.
fn adopted_intents(cluster: &Resolved, out: &mut Lowering<'_>, place: &SpecPath, names: &[&str]) {
    let ground = Ground::Fact(facts::id::CLOUD_ADOPT);
    strokes::intents(cluster, out, place, Outcome::Elsewhere, &ground, &looked_at(names, ""));
}

/// Which values of the cluster resource a check compares with the live ones, and which it cannot see.
fn looked_at(names: &[&str], detail: &str) -> String {
    let list = |seen: bool| {
        let names: Vec<String> = names.iter().filter(|name| is_seen(name) == seen).map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let (seen, unseen) = (list(true), list(false));
    let mut parts = Vec::new();
    if !detail.is_empty() {
        parts.push(detail.to_owned());
    }
    if !seen.is_empty() {
        parts.push(format!("`verify.tf` compares {seen}"));
    }
    if !unseen.is_empty() {
        parts.push(format!("no check sees {unseen} of a running cluster"));
    }
    parts.join("; ")
}

/// What became of controls of the API server that the provider answers by a control of this topic, where that one is selected.
pub(super) fn instead(cluster: &Resolved, control: &str, fact: FactId, otherwise: FactId) -> Applies {
    if cluster.selects(control) { Applies::No(Outcome::Elsewhere, fact) } else { Applies::No(Outcome::Impossible, otherwise) }
}

/// The part of a managed cluster that no control asks for: names, bounds, the tier.
pub(super) fn start(cluster: &Resolved, plan: &mut Plan) {
    let Some(answers) = &cluster.cloud else { return };
    let spec =
        |value: &str, path: &SpecPath| Held::new(value.to_owned(), Reason { control: None, cause: Cause::Spec(path.clone()) });
    let bounds =
        |text: &str| Held::new(text.to_owned(), Reason { control: None, cause: Cause::Shape(facts::id::TERRAFORM_BOUNDS) });
    let provider = match &answers.provider {
        Some((text, path)) => spec(text, path),
        None => bounds(facts::read_bounds(cluster.platform)),
    };
    let place = answers.place.as_ref().map(|(text, path)| spec(text, path));
    let version =
        spec(&cluster.minor().to_string(), &SpecPath::new("/platform").child(cluster.platform.name()).child("kubernetesVersion"));
    let mut cloud = CloudPlan::new(place, version, provider);
    if let Some(tier) = aks(cluster).and_then(|aks| aks.tier) {
        let path = SpecPath::new("/platform/aks/tier");
        let value = spec(tier, &path).map(CloudValue::Text);
        cloud.settings.insert("sku_tier", value);
    }
    plan.cloud = Some(cloud);
}

/// Whether the declared bounds of the provider let in releases that the emitted text was never compared with.
fn is_unread(cluster: &Resolved) -> bool {
    let constraint = answers(cluster).and_then(|answers| answers.provider.as_ref()).map(|(constraint, _)| constraint);
    constraint.and_then(|text| ProviderBounds::of(text)).is_some_and(|bounds| !bounds.is_read(cluster.platform))
}

/// What is to be said of the declared bounds of the provider: that nothing is within them, or what nobody has read.
pub(super) fn judge_provider(cluster: &Resolved, diags: &mut Diagnostics) {
    let Some((constraint, path)) = answers(cluster).and_then(|answers| answers.provider.as_ref()) else { return };
    let at = cluster.locate(&Cause::Spec(path.clone()));
    let constraint = constraint.clone();
    if ProviderBounds::of(&constraint).is_some_and(ProviderBounds::is_empty) {
        diags.push(ProviderWithoutRelease { constraint, at });
    } else if network_policy::makes_anew(cluster).is_some() {
        diags.push(ProviderMakesAnew { constraint, at });
    } else if is_unread(cluster) {
        let (provider, read) = (provider_name(cluster.platform), facts::read_bounds(cluster.platform));
        diags.push(ProviderUnread { constraint, provider, read, at });
    }
}

/// What Terraform calls the provider of a platform.
const fn provider_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Aks => "azurerm",
        Platform::Eks | Platform::Kubeadm => "aws",
    }
}

/// The answers about the provider; the controls of this topic are lowered on managed clusters alone.
fn answers(cluster: &Resolved) -> Option<&CloudAnswers> {
    cluster.cloud.as_ref()
}
