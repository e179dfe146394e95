//! Keeps what the delivery identity needs: it may deploy into every governed namespace, and its own token is not taken away.

use crate::{
    base::{Area, Cause, Level},
    controls::{Applies, Control, diagnostics::DeliveryCutOff, strokes},
    facts,
    kube::rbac::Subject,
    plan::{Lowering, Outcome, namespace_path},
    resolve::{DeliveryAnswer, Resolved},
    spec::words::May,
};

use super::{grant, rules_of, tell_of_privileged};

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
        let may = |reach| rules_of(&[May::Deploy], reach);
        let keys = grant(out, "harden:delivery", &delivery.subject, Some(&governed), may, &delivery.path);
        strokes::intents_by(cluster, out, &delivery.path, &keys);
        let who = match &delivery.subject {
            Subject::ServiceAccount { namespace, name } => format!("`{namespace}/{name}`"),
            Subject::User(name) | Subject::Group(name) => format!("`{name}`"),
        };
        tell_of_privileged(cluster, out, &who, Some(&governed), &keys);
    }
    out.because(asked);
    strokes::enforced(out, "");
}

/// A delivery that runs as `default` would lose its token with the next pod.
fn keeps_its_token(out: &mut Lowering<'_>, delivery: &DeliveryAnswer) {
    let Subject::ServiceAccount { namespace, name } = &delivery.subject else { return };
    let taken = out.plan().rbac.accounts.get(&(namespace.clone(), name.clone())).is_some_and(|automount| !automount.value);
    if taken {
        let at = out.place(&Cause::Spec(delivery.path.clone()));
        let other = out.place(&Cause::Spec(namespace_path(namespace)));
        let account = format!("{namespace}/{name}");
        out.diagnostics().push(DeliveryCutOff { account, at, other });
    }
}
