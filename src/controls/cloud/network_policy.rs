//! Switches on what enforces network policies, where the provider has the switch.

use crate::{
    base::{Area, Cause, FactId, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{CloudValue, Owner, cloud_key, owner_place},
    },
    resolve::{EksAnswers, Nodes, Resolved},
};

use super::{aks, eks, set, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "cloud/network-policy",
    area: Area::Network,
    title: "switch on what enforces network policies",
    level: Level::Restricted,
    doc: include_str!("network_policy.md"),
    params: &[],
    applies,
    lower,
};

const VPC_CNI: &str = "aws-vpc-cni";

fn applies(cluster: &Resolved) -> Applies {
    let no = |outcome: Outcome, fact: FactId| Applies::No(outcome, fact);
    if let Some(eks) = eks(cluster) {
        return match eks.nodes {
            Nodes::Auto => no(Outcome::Impossible, facts::id::EKS_AUTO_POLICY),
            Nodes::Managed | Nodes::SelfManaged if cluster.cni.name == VPC_CNI => Applies::Yes,
            Nodes::Managed | Nodes::SelfManaged => no(Outcome::Elsewhere, facts::id::EKS_CNI_OWN),
        };
    }
    match aks(cluster) {
        Some(_) if cluster.cni.name != "azure-cni" => no(Outcome::Elsewhere, facts::id::EKS_CNI_OWN),
        Some(aks) if aks.policy_engine.is_none_or(|engine| engine == "none") => {
            no(Outcome::Impossible, facts::id::AKS_POLICY_ENGINE)
        }
        Some(_) => Applies::Yes,
        None => no(Outcome::NotApplicable, facts::id::NOT_APPLICABLE_PLATFORM),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if let Some(eks) = eks(cluster) {
        vpc_cni(cluster, eks, out);
    }
    let Some(engine) = aks(cluster).and_then(|aks| aks.policy_engine) else { return };
    let asked = out.reason().cause;
    let place = SpecPath::new("/platform/cni/azure-cni/networkPolicy");
    out.because(Cause::Spec(place));
    set(out, "network_policy", CloudValue::Text(engine.to_owned()));
    if engine == "cilium" {
        set(out, "network_data_plane", CloudValue::Text("cilium".to_owned()));
    }
    out.because(asked);
    strokes::enforced(out, "policies that lie in the cluster already take effect with it");
}

/// Whether the tree itself holds the resource that switches the Amazon VPC CNI on.
pub(in crate::controls) fn switches_vpc_cni(cluster: &Resolved) -> bool {
    let made = |eks: &EksAnswers| eks.nodes != Nodes::Auto && eks.vpc_cni == Owner::Harden;
    cluster.selects(CONTROL.id) && cluster.cni.name == VPC_CNI && eks(cluster).is_some_and(made)
}

fn vpc_cni(cluster: &Resolved, eks: &EksAnswers, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let place = owner_place("vpcCni");
    set(out, "vpc_cni_configuration_values", CloudValue::Json(vec![("enableNetworkPolicy", "true".to_owned())]));
    let said = cluster.intents.contains(&place);
    out.because(if said { Cause::Spec(place.clone()) } else { Cause::Shape(facts::id::CLOUD_EXISTING) });
    let owner = out.held(eks.vpc_cni);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.vpc_cni = Some(owner);
    }
    out.because(asked);
    let wakes = "policies that lie in the cluster already take effect with it";
    if eks.vpc_cni == Owner::Harden {
        strokes::intents_by(cluster, out, &place, &[cloud_key("vpc-cni/owner")]);
        strokes::enforced(out, wakes);
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
    let detail = format!("the owner of the add-on sets `vpc_cni_configuration_values` of `terraform/settings`; {wakes}");
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, detail);
}
