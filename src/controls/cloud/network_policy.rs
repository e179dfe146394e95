//! Switches on what enforces network policies, where the provider has the switch.

use crate::{
    base::{Area, Cause, FactId, Level, SpecPath},
    controls::{Applies, Control},
    facts::{self, Enforcer},
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{CloudValue, Owner, auto_mode_engine_key, cloud_key, owner_place},
    },
    resolve::{AksAnswers, EksAnswers, Nodes, Resolved},
};

use super::{adopted, aks, answers, eks, owner_of, set, strokes};

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
            Nodes::Managed | Nodes::SelfManaged if cluster.cni.name == VPC_CNI && !enforces(cluster) => {
                no(Outcome::Impossible, facts::id::AWS_CNI_OLD)
            }
            Nodes::Auto | Nodes::Managed | Nodes::SelfManaged if cluster.cni.name == VPC_CNI => Applies::Yes,
            Nodes::Auto | Nodes::Managed | Nodes::SelfManaged => another_plugin(cluster),
        };
    }
    match aks(cluster) {
        Some(_) if cluster.cni.name != "azure-cni" => another_plugin(cluster),
        Some(aks) if aks.policy_engine.is_none_or(|engine| engine == "none") => {
            no(Outcome::Impossible, facts::id::AKS_POLICY_ENGINE)
        }
        Some(_) => Applies::Yes,
        None => no(Outcome::NotApplicable, facts::id::NOT_APPLICABLE_PLATFORM),
    }
}

/// What a plug-in that is not the provider's needs no switch for, if it enforces at all.
fn another_plugin(cluster: &Resolved) -> Applies {
    match cluster.network.view.semantics.enforcer {
        Enforcer::Unnamed => Applies::No(Outcome::Impossible, facts::id::NETWORK_UNNAMED),
        Enforcer::Nobody => Applies::No(Outcome::Impossible, facts::id::NETWORK_NOBODY),
        Enforcer::Calico
        | Enforcer::Cilium
        | Enforcer::Weave
        | Enforcer::AwsVpcCni
        | Enforcer::AzureCilium
        | Enforcer::AzureCalico
        | Enforcer::AzureNpm
        | Enforcer::AzureUnnamed => Applies::No(Outcome::Elsewhere, facts::id::EKS_CNI_OWN),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if let Some(eks) = eks(cluster) {
        match eks.nodes {
            Nodes::Auto => auto_mode(cluster, eks, out),
            Nodes::Managed | Nodes::SelfManaged => vpc_cni(cluster, eks, out),
        }
    }
    if let Some(aks) = aks(cluster) {
        azure(cluster, aks, out);
    }
}

/// The engine, its data plane, and where pods have their addresses from: one block of the cluster resource.
fn azure(cluster: &Resolved, aks: &AksAnswers, out: &mut Lowering<'_>) {
    let Some(engine) = aks.policy_engine else { return };
    let asked = out.reason().cause;
    let place = SpecPath::new("/platform/cni/azure-cni");
    let text = |value: &str| CloudValue::Text(value.to_owned());
    out.because(Cause::Spec(place.clone()));
    set(out, "network_plugin", text("azure"));
    if aks.overlay == Some(true) {
        out.because(Cause::Spec(place.child("overlay")));
        set(out, "network_plugin_mode", text("overlay"));
        // An overlay of both families takes a list, which its owner writes.
        if let [range] = cluster.network.view.pods.as_slice() {
            let declared = SpecPath::new("/platform/podCidrs");
            out.because(Cause::Spec(declared.clone()));
            set(out, "pod_cidr", text(&range.to_string()));
        }
    }
    out.because(Cause::Spec(place.child("networkPolicy")));
    set(out, "network_policy", text(engine));
    if engine == "cilium" {
        set(out, "network_data_plane", text("cilium"));
    }
    out.because(asked);
    let values = ["network_data_plane", "network_plugin", "network_plugin_mode", "network_policy", "pod_cidr"];
    let planned: Vec<&str> = values
        .into_iter()
        .filter(|name| out.plan().cloud.as_ref().is_some_and(|cloud| cloud.settings.contains_key(name)))
        .collect();
    adopted(out, &planned, "policies that lie in the cluster already take effect with it");
}

/// Whether the declared version of the plug-in enforces policies at all.
fn enforces(cluster: &Resolved) -> bool {
    cluster.network.view.semantics.enforcer != Enforcer::Nobody
}

/// The declared bounds of azurerm, where they let in releases that make a cluster anew for a network to which others move it.
pub(super) fn makes_anew(cluster: &Resolved) -> Option<&str> {
    let aks = aks(cluster).filter(|_| cluster.selects(CONTROL.id) && matches!(applies(cluster), Applies::Yes))?;
    let moves = aks.policy_engine == Some("cilium") || aks.policy_engine.is_some() && aks.overlay == Some(true);
    let (constraint, _) = answers(cluster)?.provider.as_ref()?;
    (moves && !facts::azurerm_moves_networks(constraint)).then_some(constraint.as_str())
}

/// Nothing but a person sees an object of the cluster that this tree does not have.
const LOOK_AT_SWITCH: &str = "its owner has the ConfigMap `amazon-vpc-cni` of kube-system say `enable-network-policy-controller: \"true\"`, and each NodeClass \
     `networkPolicy: DefaultAllow`; look: `kubectl -n kube-system get configmap amazon-vpc-cni -o yaml`; policies that lie in the cluster already \
     take effect with it";

/// The plug-in of Auto Mode has no add-on: an object of the cluster has it enforce policies, which may be there already.
fn auto_mode(cluster: &Resolved, eks: &EksAnswers, out: &mut Lowering<'_>) {
    let place = owner_place(cluster.platform, "vpcCni");
    let owner = owner_of(cluster, out, &place, eks.vpc_cni);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.auto_mode_engine = Some(owner);
    }
    if eks.vpc_cni != Owner::Harden {
        let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
        strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
        out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, LOOK_AT_SWITCH);
        return;
    }
    strokes::intents_by(cluster, out, &place, &[auto_mode_engine_key()]);
    let detail = "where a NodeClass of yours says anything else than `networkPolicy: DefaultAllow`, its owner changes it; policies that lie in the \
         cluster already take effect with it";
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::EKS_AUTO_POLICY, detail);
}

fn vpc_cni(cluster: &Resolved, eks: &EksAnswers, out: &mut Lowering<'_>) {
    let place = owner_place(cluster.platform, "vpcCni");
    set(out, "vpc_cni_configuration_values", CloudValue::Json(vec![("enableNetworkPolicy", "true".to_owned())]));
    let owner = owner_of(cluster, out, &place, eks.vpc_cni);
    let asked = out.reason().cause;
    out.because(Cause::Spec(SpecPath::new("/platform/cni").child(VPC_CNI)));
    let version = cluster.cni.version.map(|version| out.held(version.to_string()));
    out.because(asked);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.vpc_cni = Some(owner);
        cloud.vpc_cni_version = version;
    }
    let wakes = "policies that lie in the cluster already take effect with it";
    if eks.vpc_cni == Owner::Harden {
        strokes::intents_by(cluster, out, &place, &[cloud_key("vpc-cni/owner")]);
        let detail = format!("once its call says `enforce_network_policies = true`, and `verify.tf` compares; {wakes}");
        out.verdict(Scope::Cluster, Outcome::Elsewhere, facts::id::CLOUD_ADOPT, detail);
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
    let detail = format!(
        "the owner of the add-on sets `vpc_cni_configuration_values` of `terraform/settings`, and `verify.tf` compares; {wakes}"
    );
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, detail);
}
