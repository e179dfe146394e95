//! Puts Secrets under a key of the owner's, where the spec says that there is one.

use crate::{
    base::{Area, Cause, Level},
    controls::{Applies, Control},
    facts,
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{Owner, cloud_key, owner_place},
    },
    resolve::Resolved,
};

use super::{aks, eks, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "cloud/secrets-key",
    area: Area::Authentication,
    title: "keep stored Secrets under a key of your own",
    level: Level::Restricted,
    doc: include_str!("secrets_key.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    if aks(cluster).is_some() {
        return Applies::No(Outcome::Provider, facts::id::AKS_ENCRYPTION);
    }
    match eks(cluster) {
        Some(eks) if eks.secrets_key.is_none() => Applies::No(Outcome::Provider, facts::id::EKS_ENCRYPTION),
        Some(_) => Applies::Yes,
        None => Applies::No(Outcome::NotApplicable, facts::id::NOT_APPLICABLE_PLATFORM),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let Some(owner) = eks(cluster).and_then(|eks| eks.secrets_key) else { return };
    let place = owner_place(cluster.platform, "kmsKey");
    let asked = out.reason().cause;
    let held = out.because(Cause::Spec(place.clone())).held(owner);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.secrets_key = Some(held);
    }
    out.because(asked);
    if owner == Owner::Harden {
        strokes::intents_by(cluster, out, &place, &[cloud_key("secrets-key/owner")]);
        out.verdict(
            Scope::Cluster,
            Outcome::Elsewhere,
            facts::id::EKS_SECRETS_KEY,
            "`secrets_key_arn` of `terraform/attach` is for a cluster without a key; it cannot be taken off again",
        );
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
    let look = "look: `aws eks describe-cluster --name NAME --query cluster.encryptionConfig`; no data source shows it";
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, look);
}
