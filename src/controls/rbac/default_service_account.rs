//! Keeps the token of the service account `default` out of pods that never asked for it.

use crate::{
    base::{Area, Cause, Level},
    controls::{Applies, Control},
    facts,
    plan::{Ground, Lowering, Outcome, Scope, account_key, namespace_path},
    resolve::Resolved,
};

const ID: &str = "rbac/default-service-account";
const DEFAULT: &str = "default";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authorization,
    title: "mount no token of the service account `default` in governed namespaces",
    level: Level::Baseline,
    doc: include_str!("default_service_account.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    if cluster.namespaces.is_empty() {
        return Applies::No(Outcome::NotApplicable, facts::id::NO_GOVERNED_NAMESPACE);
    }
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    for namespace in &cluster.namespaces {
        let name = namespace.name.as_str();
        let scope = Scope::Namespace(name.to_owned());
        let waiver = cluster.waivers_for(ID).find(|waiver| waiver.whole_namespace() == Some(name));
        if let Some(waiver) = waiver {
            out.verdict_on(scope, Outcome::Waived, Ground::Waiver(waiver.id.clone()), "");
            continue;
        }
        let user = cluster.components().into_iter().find(|(component, _)| {
            let uses =
                |workload: &&facts::Workload| workload.namespace == name && workload.account == Some(DEFAULT) && workload.token;
            component.workloads.iter().any(|workload| uses(&workload))
        });
        if let Some((component, _)) = user {
            out.verdict(scope, Outcome::Weaker, facts::id::ADDON_KNOWN, format!("{} needs the token", component.says));
            continue;
        }
        let held = out.because(Cause::Spec(namespace_path(name))).held(false);
        out.plan_mut().rbac.accounts.insert((name.to_owned(), DEFAULT.to_owned()), held);
        let key = account_key(name, DEFAULT);
        out.intent_by(namespace_path(name), std::slice::from_ref(&key));
        out.verdict_on(scope, Outcome::Enforced, Ground::Settings(vec![key]), "");
    }
}
