//! Keeps what the delivery identity needs: it may deploy into every governed namespace, and its own token is not taken away.

use crate::{
    base::{Area, Cause, Cidr, Level, Platform},
    controls::{
        Applies, Control,
        diagnostics::{CutOff, DeliveryByDefault, DeliveryCutOff, UnknownDelivery},
        strokes,
    },
    diag::Diagnostics,
    facts::{self, Enforcer},
    kube::{
        network::{Labels, Namespaces, Pods, Port, Protocol},
        rbac::Subject,
    },
    plan::{End, FlowPlan, Locate, Lowering, NetworkView, Outcome, Plan, namespace_path},
    resolve::{DeliveryAnswer, Resolved},
    spec::words::May,
};

use super::{Holder, Reach, grant, rules_of, tell_of_strength};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "rbac/delivery",
    area: Area::Authorization,
    title: "keep what the delivery identity needs",
    level: Level::Baseline,
    doc: include_str!("delivery.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    if cluster.identity.delivery.is_empty() {
        return Applies::No(Outcome::NotApplicable, facts::id::NO_DELIVERY);
    }
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let governed: Vec<String> = cluster.namespaces.iter().map(|namespace| namespace.name.clone()).collect();
    for delivery in &cluster.identity.delivery {
        keeps_its_token(out, delivery);
        let may = |reach| rules_of(&[May::Deploy], reach, cluster.minor());
        let keys = grant(out, "harden:delivery", &delivery.subject, Some(&governed), may, &delivery.path);
        strokes::intents_by(cluster, out, &delivery.path, &keys);
        let who = match &delivery.subject {
            Subject::ServiceAccount { namespace, name } => format!("`{namespace}/{name}`"),
            Subject::User(name) | Subject::Group(name) => format!("`{name}`"),
        };
        let (namespaces, rules) = (Some(governed.as_slice()), may(Reach::Namespace));
        // To have the namespaces that it delivers to is what it is for.
        tell_of_strength(cluster, out, Outcome::Enforced, &Holder { who: &who, namespaces, rules: &rules, keys: &keys });
    }
    out.because(asked);
    strokes::enforced(out, taken_at_their_word(cluster).join("; "));
}

/// A line for each flow that may lead a deployer to the API server, where the spec does not give its address.
fn taken_at_their_word(cluster: &Resolved) -> Vec<String> {
    let view = &cluster.network.view;
    let mut lines = Vec::new();
    for delivery in &cluster.identity.delivery {
        let Subject::ServiceAccount { namespace, name } = &delivery.subject else { continue };
        let ways: Vec<Way> = cluster.network.flows.iter().map(|(_, flow)| way_to_api(flow, namespace, view)).collect();
        if cluster.namespaces.iter().any(|governed| governed.name == *namespace) && !ways.contains(&Way::Leads) {
            let may = cluster.network.flows.iter().zip(&ways).filter(|(_, way)| **way == Way::MayLead);
            let flows: Vec<String> = may.map(|((_, flow), _)| format!("`{}`", flow.name)).collect();
            if !flows.is_empty() {
                let said = facts::sentence(facts::id::DELIVERY_WAY_UNKNOWN, cluster.minor());
                lines.push(format!("`{namespace}/{name}` by {}: {said}", flows.join(", ")));
            }
        }
    }
    lines
}

/// A delivery that runs as `default` would lose its token with the next pod.
fn keeps_its_token(out: &mut Lowering<'_>, delivery: &DeliveryAnswer) {
    let Subject::ServiceAccount { namespace, name } = &delivery.subject else { return };
    if loses_its_token(out.plan(), namespace, name) {
        let at = out.place(&Cause::Spec(delivery.path.clone()));
        let other = out.place(&Cause::Spec(namespace_path(namespace)));
        let account = format!("{namespace}/{name}");
        out.diagnostics().push(DeliveryCutOff { account, what: CutOff::Token, at, other });
    }
}

/// Whether the pods of an account get no token any more.
fn loses_its_token(plan: &Plan, namespace: &str, name: &str) -> bool {
    plan.rbac.accounts.get(&(namespace.to_owned(), name.to_owned())).is_some_and(|automount| !automount.value)
}

/// Refuses a plan in which a deployer could not reach the API server any more: its whole namespace is isolated, and no flow leads from there to
/// it. Which pods are the deployer's nobody says, so that a flow of any pods of the namespace counts.
pub(in crate::controls) fn refuse_cut_off(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    // Where policies are not enforced, or a flow cannot be held to, that alone is to be mended first.
    if plan.network.view.semantics.enforcer == Enforcer::Nobody || !plan.network.unmatched.is_empty() {
        return;
    }
    for delivery in &cluster.identity.delivery {
        let Subject::ServiceAccount { namespace, name } = &delivery.subject else { continue };
        let whole = Pods::of(namespace, &Labels::new());
        let Some(isolated) = plan.network.isolated.iter().find(|held| held.value.cover(&whole)) else { continue };
        let view = &plan.network.view;
        if plan.network.flows.iter().any(|held| way_to_api(&held.value, namespace, view) != Way::Elsewhere) {
            continue;
        }
        let control =
            isolated.reasons.iter().find_map(|reason| reason.control).map_or("network/default-deny", |control| control.0);
        let what = CutOff::ApiServer { namespace: namespace.clone(), control, port: view.api_port, named: view.names_api() };
        let at = cluster.locate(&Cause::Spec(delivery.path.clone()));
        let other = isolated.reasons.iter().find_map(|reason| cluster.locate(&reason.cause));
        diags.push(DeliveryCutOff { account: format!("{namespace}/{name}"), what, at, other });
    }
}

/// Warns of deployers in namespaces that neither the spec nor a known component has, where whoever makes the namespace would deploy, and of
/// those that every pod of a namespace is; that one without a token is cut off is an error.
pub(in crate::controls) fn warn(cluster: &Resolved, plan: &Plan, diags: &mut Diagnostics) {
    let declared = || cluster.namespaces.iter().map(|namespace| namespace.name.as_str());
    for delivery in &cluster.identity.delivery {
        let Subject::ServiceAccount { namespace, name } = &delivery.subject else { continue };
        if name == "default" && !loses_its_token(plan, namespace, name) {
            let at = cluster.locate(&Cause::Spec(delivery.path.clone()));
            diags.push(DeliveryByDefault { namespace: namespace.clone(), at });
        }
        if facts::is_system_namespace(namespace) || declared().any(|known| known == namespace) {
            continue;
        }
        let of_components = facts::components().flat_map(|component| component.workloads.iter().map(|work| work.namespace));
        let near = |known: &&str| strsim::damerau_levenshtein(known, namespace) <= 2;
        let nearest = declared().chain(of_components).find(near).map(str::to_owned);
        let at = cluster.locate(&Cause::Spec(delivery.path.clone()));
        diags.push(UnknownDelivery { account: format!("{namespace}/{name}"), namespace: namespace.clone(), nearest, at });
    }
}

/// Whether a flow opens the way from a namespace to the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It does.
    Leads,
    /// It leads to addresses that may be those of the API server, which the spec does not give.
    MayLead,
    /// It does not.
    Elsewhere,
}

/// Where a flow leads pods of a namespace.
fn way_to_api(flow: &FlowPlan, namespace: &str, view: &NetworkView) -> Way {
    let from_there = match &flow.from {
        End::Pods(Pods { namespaces: Namespaces::One(name), .. }) => name == namespace,
        End::Pods(Pods { namespaces: Namespaces::AllBut(others), .. }) => !others.contains(namespace),
        End::Dns | End::KubeApi | End::Nodes | End::Metadata | End::Internet | End::Range(_) | End::Host(_) => false,
    };
    let is_open = |port: &Port| port.number == view.api_port && port.protocol == Protocol::Tcp;
    if !from_there || !(flow.ports.is_empty() || flow.ports.iter().any(is_open)) {
        return Way::Elsewhere;
    }
    match &flow.to {
        End::KubeApi => Way::Leads,
        End::Nodes if view.api_on_nodes => Way::Leads,
        End::Range(_) if !view.knows_api() && !view.api_on_nodes => Way::MayLead,
        // The API server of AKS has a public address for pods, unless the cluster is private; that of EKS one of the network.
        End::Internet if view.platform == Platform::Aks => Way::MayLead,
        End::Range(range) => {
            let left_out = view.left_out_of(range);
            let means = |api: &Cidr| range.covers(api) && !left_out.iter().any(|own| own.overlaps(api));
            if view.api.iter().all(means) { Way::Leads } else { Way::Elsewhere }
        }
        End::Pods(_) | End::Dns | End::Nodes | End::Metadata | End::Internet | End::Host(_) => Way::Elsewhere,
    }
}
